// SPDX-License-Identifier: MIT
/* Copies and formatted text in memory of their own, by name and through a pointer to the function. */
#include <kunit/test.h>
#include <linux/slab.h>
#include <linux/sprintf.h>
#include <linux/string.h>

#ifdef __PSIM__
#include <psim/fault.h>
#endif

/* Expects that @text reads @want, and frees it. */
static void expect_text(struct kunit *test, const char *text, const char *want)
{
	KUNIT_ASSERT_NOT_NULL(test, text);
	KUNIT_EXPECT_STREQ(test, text, want);
	kfree(text);
}

static void kstrdup__a_copy(struct kunit *test)
{
	const char *text = "text";
	char *copy = kstrdup(text, GFP_KERNEL);

	KUNIT_EXPECT_PTR_NE(test, copy, (char *)text);
	expect_text(test, copy, "text");
	expect_text(test, (kstrdup)("other", GFP_KERNEL), "other");
	KUNIT_EXPECT_NULL(test, kstrdup(NULL, GFP_KERNEL));
}

static void kstrndup__at_most(struct kunit *test)
{
	static const char no_end[3] = {'a', 'b', 'c'};

	expect_text(test, kstrndup("text", 2, GFP_KERNEL), "te");
	expect_text(test, kstrndup("text", 9, GFP_KERNEL), "text");
	expect_text(test, (kstrndup)(no_end, 3, GFP_KERNEL), "abc");
	KUNIT_EXPECT_NULL(test, kstrndup(NULL, 4, GFP_KERNEL));
}

static void kmemdup__bytes(struct kunit *test)
{
	static const u8 bytes[] = {1, 0, 3};
	u8 *copy = kmemdup(bytes, 3, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, copy);
	KUNIT_EXPECT_MEMEQ(test, copy, bytes, 3);
	kfree(copy);
	copy = (kmemdup)(bytes, 3, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, copy);
	KUNIT_EXPECT_MEMEQ(test, copy, bytes, 3);
	kfree(copy);
}

static void kstrdup_const__freed_by_its_own(struct kunit *test)
{
	const char *copy = kstrdup_const("text", GFP_KERNEL);

	KUNIT_EXPECT_STREQ(test, copy, "text");
	kfree_const(copy);
	copy = (kstrdup_const)("text", GFP_KERNEL);
	KUNIT_EXPECT_STREQ(test, copy, "text");
	kfree_const(copy);
	KUNIT_EXPECT_NULL(test, kstrdup_const(NULL, GFP_KERNEL));
	kfree_const(NULL);
}

static __printf(1, 2) char *through_list(const char *fmt, ...)
{
	va_list args;
	char *text;

	va_start(args, fmt);
	text = (kvasprintf)(GFP_KERNEL, fmt, args);
	va_end(args);
	return text;
}

static __printf(1, 2) const char *through_const(const char *fmt, ...)
{
	const char *text;
	va_list args;

	va_start(args, fmt);
	text = kvasprintf_const(GFP_KERNEL, fmt, args);
	va_end(args);
	return text;
}

static void kasprintf__exactly_as_long_as_needed(struct kunit *test)
{
	const char *text = through_const("%s", "text");

	expect_text(test, kasprintf(GFP_KERNEL, "%d-%s", 12, "x"), "12-x");
	expect_text(test, (kasprintf)(GFP_KERNEL, "%s", ""), "");
	expect_text(test, through_list("%x", 255), "ff");
	KUNIT_EXPECT_STREQ(test, text, "text");
	kfree_const(text);
}

#ifdef __PSIM__
static void kstrdup__without_memory(struct kunit *test)
{
	psim_fail_nth(PSIM_FAIL_SLAB, 1);
	KUNIT_EXPECT_NULL(test, kstrdup("text", GFP_KERNEL));
	psim_fail_nth(PSIM_FAIL_SLAB, 1);
	KUNIT_EXPECT_NULL(test, kstrndup("text", 2, GFP_KERNEL));
	psim_fail_nth(PSIM_FAIL_SLAB, 1);
	KUNIT_EXPECT_NULL(test, kmemdup("text", 2, GFP_KERNEL));
	psim_fail_nth(PSIM_FAIL_SLAB, 1);
	KUNIT_EXPECT_NULL(test, kasprintf(GFP_KERNEL, "text"));
	KUNIT_EXPECT_EQ(test, psim_fail_calls(PSIM_FAIL_SLAB), 1);
}
#endif

static struct kunit_case cases[] = {KUNIT_CASE(kstrdup__a_copy),
				    KUNIT_CASE(kstrndup__at_most),
				    KUNIT_CASE(kmemdup__bytes),
				    KUNIT_CASE(kstrdup_const__freed_by_its_own),
				    KUNIT_CASE(kasprintf__exactly_as_long_as_needed),
#ifdef __PSIM__
				    KUNIT_CASE(kstrdup__without_memory),
#endif
				    {}};

static struct kunit_suite suite = {
	.name = "kstrdup",
	.test_cases = cases,
};
kunit_test_suite(suite);

MODULE_LICENSE("Dual MIT/GPL");
