// SPDX-License-Identifier: MIT
/*
 * Cases that must fail, each in its own way: kunit_red.sh runs them and reads what the runner says.
 * Not a conformance test.
 */
#include <kunit/test.h>
#include <linux/bug.h>
#include <linux/err.h>
#include <linux/slab.h>
#include <linux/string.h>

static void expect_eq(struct kunit *test)
{
	int two = 2;

	kunit_info(test, "two is %d\n", two);
	KUNIT_EXPECT_EQ(test, two + 1, 4);
	KUNIT_EXPECT_TRUE_MSG(test, two > 5, "two was %d", two);
}

static void expect_others(struct kunit *test)
{
	const char *text = "left text";

	KUNIT_EXPECT_STREQ(test, text, "right text");
	KUNIT_EXPECT_STREQ(test, text, NULL);
	KUNIT_EXPECT_MEMEQ(test, "abcd", "abXd", 4);
	KUNIT_EXPECT_NOT_ERR_OR_NULL(test, ERR_PTR(-ENOMEM));
	KUNIT_EXPECT_NULL(test, text);
	KUNIT_FAIL(test, "failed by hand %d", 7);
}

static void never(void *context)
{
	KUNIT_FAIL((struct kunit *)context, "an action ran after an assertion had failed");
}

/* Below a call, an assertion ends the task: nothing behind it runs. */
static noinline void below(struct kunit *test)
{
	int five = 5;

	KUNIT_ASSERT_LT(test, five, 3);
	KUNIT_FAIL(test, "went on after the assertion");
}

static void assert_deep(struct kunit *test)
{
	kunit_add_action(test, never, test);
	below(test);
	KUNIT_FAIL(test, "came back from the assertion");
}

static void warning(struct kunit *test)
{
	WARN(1, "a warning nobody waits for");
}

static void expected_never_came(struct kunit *test)
{
	kunit_expect_report(test, "what never comes");
}

static void bug(struct kunit *test)
{
	BUG_ON(test->name);
	KUNIT_FAIL(test, "went on after the bug");
}

static void leak(struct kunit *test)
{
	void *volatile lost = kmalloc(100, GFP_KERNEL);

	KUNIT_EXPECT_NOT_NULL(test, lost);
}

static void skipped(struct kunit *test)
{
	kunit_skip(test, "because %s", "it wants to be");
}

/* Green, but the console speaks: the script reads it. */
static void console(struct kunit *test)
{
	const u8 bytes[20] = "hex dump";

	pr_err("error %d %pe\n", 1, ERR_PTR(-EIO));
	pr_warn("warning goes");
	pr_cont(" on\n");
	pr_info("information\n");
	pr_debug("debugging\n");
	for (int i = 0; i < 3; i++)
		pr_err_once("once %d\n", i);
	for (int i = 0; i < 30; i++)
		pr_err_ratelimited("limited %d\n", i);
	print_hex_dump(KERN_ERR, "dump ", DUMP_PREFIX_OFFSET, 16, 4, bytes, sizeof(bytes), true);
}

static void green(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, test->status, KUNIT_SUCCESS);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(expect_eq),
	KUNIT_CASE(expect_others),
	KUNIT_CASE(assert_deep),
	KUNIT_CASE(warning),
	KUNIT_CASE(bug),
	KUNIT_CASE(expected_never_came),
	KUNIT_CASE(leak),
	KUNIT_CASE(skipped),
	KUNIT_CASE(green),
	KUNIT_CASE(console),
	{},
};

static struct kunit_suite suite = {
	.name = "red",
	.test_cases = cases,
};
kunit_test_suite(suite);
