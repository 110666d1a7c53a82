// SPDX-License-Identifier: MIT
/* Strings and memory: the plain ones, as kernel code uses them, and their ends. */
#include <kunit/test.h>
#include <linux/slab.h>
#include <linux/sprintf.h>
#include <linux/string.h>

static void strspn__and_its_kin(struct kunit *test)
{
	char text[] = "aab:cd";

	KUNIT_EXPECT_EQ(test, strspn(text, "ab"), 3ul);
	KUNIT_EXPECT_EQ(test, strcspn(text, ":d"), 3ul);
	KUNIT_EXPECT_PTR_EQ(test, strpbrk(text, "dc"), text + 4);
	KUNIT_EXPECT_NULL(test, strpbrk(text, "xy"));
	KUNIT_EXPECT_PTR_EQ(test, strrchr(text, 'a'), text + 1);
	KUNIT_EXPECT_PTR_EQ(test, (char *)memchr(text, ':', 6), text + 3);
	KUNIT_EXPECT_NULL(test, memchr(text, ':', 3));
}

static void skip_spaces__to_the_first_other(struct kunit *test)
{
	char text[] = " \t\n x y";

	KUNIT_EXPECT_PTR_EQ(test, skip_spaces(text), text + 4);
	KUNIT_EXPECT_PTR_EQ(test, skip_spaces(text + 4), text + 4);
	KUNIT_EXPECT_STREQ(test, skip_spaces("  "), "");
}

static void strcmp__by_bytes_or_without_case(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, strcmp("same", "same"), 0);
	KUNIT_EXPECT_LT(test, strcmp("Sam", "same"), 0);
	KUNIT_EXPECT_GT(test, strcmp("samee", "same"), 0);
	KUNIT_EXPECT_EQ(test, strcasecmp("SaMe", "sAmE"), 0);
	KUNIT_EXPECT_NE(test, strcasecmp("SaMe", "sAm"), 0);
	KUNIT_EXPECT_EQ(test, strncasecmp("SaMe", "sAmX", 3), 0);
	KUNIT_EXPECT_NE(test, strncasecmp("SaMe", "sAmX", 4), 0);
	KUNIT_EXPECT_EQ(test, strnlen("four", 5), 4ul);
	KUNIT_EXPECT_EQ(test, strnlen("four", 3), 3ul);
}

/* An empty field between two separators is a field. */
static void strsep__field_by_field(struct kunit *test)
{
	char text[] = "a,,b;c", *rest = text;

	KUNIT_EXPECT_STREQ(test, strsep(&rest, ",;"), "a");
	KUNIT_EXPECT_STREQ(test, strsep(&rest, ",;"), "");
	KUNIT_EXPECT_STREQ(test, strsep(&rest, ",;"), "b");
	KUNIT_EXPECT_STREQ(test, strsep(&rest, ",;"), "c");
	KUNIT_EXPECT_NULL(test, rest);
	KUNIT_EXPECT_NULL(test, strsep(&rest, ",;"));
}

static void memmove__of_what_overlaps(struct kunit *test)
{
	char text[] = "abcdef";

	memmove(text + 2, text, 4);
	KUNIT_EXPECT_STREQ(test, text, "ababcd");
	memmove(text, text + 2, 4);
	KUNIT_EXPECT_STREQ(test, text, "abcdcd");
}

static void memset_l__whole_words(struct kunit *test)
{
	unsigned long words[3] = {1, 2, 3};
	void *pointers[2] = {};

	memset_l(words, 7, 2);
	KUNIT_EXPECT_EQ(test, words[0] + words[1], 14ul);
	KUNIT_EXPECT_EQ(test, words[2], 3ul);
	memset_p(pointers, test, 2);
	KUNIT_EXPECT_PTR_EQ(test, pointers[1], (void *)test);
}

static int print(char *buffer, size_t size, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vscnprintf(buffer, size, fmt, args);
	va_end(args);
	return n;
}

/* What there is, not what there would be. */
static void vscnprintf__counts_what_is_there(struct kunit *test)
{
	char buffer[6];

	KUNIT_EXPECT_EQ(test, print(buffer, sizeof(buffer), "%d", 1234567), 5);
	KUNIT_EXPECT_STREQ(test, buffer, "12345");
	KUNIT_EXPECT_EQ(test, print(buffer, 0, "%d", 1), 0);
}

/* ---- memory of a node, of a size, of a type ---------------------------------------------------------------------- */

#define EXPECT_ZEROS(call, n, free)                       \
	do {                                              \
		u8 *got = (void *)(call);                 \
                                                          \
		KUNIT_ASSERT_NOT_NULL(test, got);         \
		for (size_t i = 0; i < (n); i++)          \
			KUNIT_EXPECT_EQ(test, got[i], 0); \
		free(got);                                \
	} while (0)

static void kzalloc_node__and_its_kin(struct kunit *test)
{
	size_t huge = 1ul << 33;

	EXPECT_ZEROS(kzalloc_node(100, GFP_KERNEL, NUMA_NO_NODE), 100, kfree);
	EXPECT_ZEROS(kcalloc_node(10, 7, GFP_KERNEL, 0), 70, kfree);
	EXPECT_ZEROS(kvzalloc_node(5000, GFP_KERNEL, 0), 5000, kvfree);
	EXPECT_ZEROS(kmalloc_node(32, GFP_KERNEL | __GFP_ZERO, NUMA_NO_NODE), 32, kfree);
	EXPECT_ZEROS(kvmalloc_node(32, GFP_KERNEL | __GFP_ZERO, NUMA_NO_NODE), 32, kvfree);
	OPTIMIZER_HIDE_VAR(huge);
	KUNIT_EXPECT_NULL(test, kcalloc_node(huge, huge, GFP_KERNEL, 0));
}

struct row {
	u32 n;
	u16 cells[] __counted_by(n);
};

static void kzalloc_objs__by_type(struct kunit *test)
{
	u64 *numbers;
	struct row *row;

	EXPECT_ZEROS(kzalloc_objs(*numbers, 3), 24, kfree);
#ifdef __PSIM__ /* since 7.0 */
	EXPECT_ZEROS(kvzalloc_obj(*numbers), 8, kvfree);
	EXPECT_ZEROS(kvzalloc_flex(*row, cells, 3), sizeof(u32) + 6, kvfree);
	numbers = kvmalloc_obj(*numbers);
	KUNIT_ASSERT_NOT_NULL(test, numbers);
	*numbers = 1;
	kvfree(numbers);
	row = kmalloc_flex(*row, cells, 3);
	KUNIT_ASSERT_NOT_NULL(test, row);
	row->n = 3;
	row->cells[2] = 7;
	kfree(row);
	row = kvmalloc_flex(*row, cells, 3);
	KUNIT_ASSERT_NOT_NULL(test, row);
	kvfree(row);
#endif
}

static struct kunit_case cases[] = {
	KUNIT_CASE(strspn__and_its_kin),
	KUNIT_CASE(skip_spaces__to_the_first_other),
	KUNIT_CASE(strcmp__by_bytes_or_without_case),
	KUNIT_CASE(strsep__field_by_field),
	KUNIT_CASE(memmove__of_what_overlaps),
	KUNIT_CASE(memset_l__whole_words),
	KUNIT_CASE(vscnprintf__counts_what_is_there),
	KUNIT_CASE(kzalloc_node__and_its_kin),
	KUNIT_CASE(kzalloc_objs__by_type),
	{},
};

static struct kunit_suite suite = {.name = "text", .test_cases = cases};
kunit_test_suite(suite);
