// SPDX-License-Identifier: MIT
/*
 * Kernel messages: what they return; and here, where standard error can be read back, what they show.
 */
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>
#include <linux/string.h>

static void printk__dropped_messages_are_counted_too(struct kunit *test)
{
	int before = console_loglevel;

	console_loglevel = 0;
	KUNIT_EXPECT_EQ(test, pr_err("%d apples\n", 12), 9);
	console_loglevel = before;
	KUNIT_EXPECT_EQ(test, no_printk("never"), 0);
}

#ifdef __PSIM__
#include "console.h"

static void printk__levels(struct kunit *test)
{
	listen_to(test);
	pr_info("shown\n");
	printk(KERN_DEBUG "not shown\n");
	printk("shown at the default level\n");
	printk(KERN_ERR KERN_DEBUG "the first level counts\n");
	printk(KERN_DEBUG KERN_ERR "not shown either\n");
	heard(test);
	KUNIT_EXPECT_STREQ(test, said,
			   "shown\nshown at the default level\nthe first level counts\n");
}

static void pr_cont__goes_on_in_the_line(struct kunit *test)
{
	listen_to(test);
	pr_info("one");
	pr_cont(" two");
	pr_info("new line\n");
	pr_cont("nothing to go on from\n");
	heard(test);
	KUNIT_EXPECT_STREQ(test, said, "one two\nnew line\n");
}

static void dump_stack__says_who_and_where(struct kunit *test)
{
	listen_to(test);
	dump_stack();
	heard(test);
	KUNIT_EXPECT_NOT_NULL(test, strstr(said, "CPU: "));
	KUNIT_EXPECT_NOT_NULL(test, strstr(said, "kunit"));
}

static const u8 bytes[] = {0x41, 0x42, 0x00, 0x7f, 0x80, 0x20, 0x7e, 0x0a, 0x48,
			   0x49, 0x4a, 0x4b, 0x4c, 0x4d, 0x4e, 0x4f, 0x50, 0x51};

static void dump(struct kunit *test, int type, int row, int group, size_t n, bool ascii)
{
	listen_to(test);
	print_hex_dump(KERN_INFO, "p ", type, row, group, bytes, n, ascii);
	heard(test);
}

static void print_hex_dump__groups(struct kunit *test)
{
	dump(test, DUMP_PREFIX_NONE, 16, 1, 4, false);
	KUNIT_EXPECT_STREQ(test, said, "p 41 42 00 7f\n");
	dump(test, DUMP_PREFIX_NONE, 16, 2, 4, false);
	KUNIT_EXPECT_STREQ(test, said, "p 4241 7f00\n");
	dump(test, DUMP_PREFIX_NONE, 16, 4, 8, false);
	KUNIT_EXPECT_STREQ(test, said, "p 7f004241 0a7e2080\n");
	dump(test, DUMP_PREFIX_NONE, 32, 8, 16, false);
	KUNIT_EXPECT_STREQ(test, said, "p 0a7e20807f004241 4f4e4d4c4b4a4948\n");
	dump(test, DUMP_PREFIX_NONE, 16, 3, 2, false);
	KUNIT_EXPECT_STREQ(test, said, "p 41 42\n");
}

static void print_hex_dump__rows_and_prefixes(struct kunit *test)
{
	dump(test, DUMP_PREFIX_OFFSET, 7, 4, 17, false);
	KUNIT_EXPECT_STREQ(test, said,
			   "p 00000000: 7f004241 0a7e2080 4b4a4948 4f4e4d4c\n"
			   "p 00000010: 50\n");
	dump(test, DUMP_PREFIX_ADDRESS, 16, 1, 1, false);
	KUNIT_EXPECT_STREQ(test, said, "p (____ptrval____): 41\n");
	dump(test, DUMP_PREFIX_NONE, 16, 1, 0, false);
	KUNIT_EXPECT_STREQ(test, said, "");
}

static void print_hex_dump__characters(struct kunit *test)
{
	dump(test, DUMP_PREFIX_NONE, 16, 1, 9, true);
	KUNIT_EXPECT_STREQ(test, said,
			   "p 41 42 00 7f 80 20 7e 0a 48                       AB... ~.H\n");
}

static void ___ratelimit__says_what_it_kept_back(struct kunit *test)
{
	DEFINE_RATELIMIT_STATE(limit, 5, 1);

	listen_to(test);
	for (int i = 0; i < 3; i++)
		__ratelimit(&limit);
	mdelay(2 * 5 * MSEC_PER_SEC / HZ);
	__ratelimit(&limit);
	heard(test);
	KUNIT_EXPECT_STREQ(test, said,
			   "___ratelimit__says_what_it_kept_back: 2 callbacks suppressed\n");
}
#endif

static struct kunit_case cases[] = {KUNIT_CASE(printk__dropped_messages_are_counted_too),
#ifdef __PSIM__
				    KUNIT_CASE(printk__levels),
				    KUNIT_CASE(pr_cont__goes_on_in_the_line),
				    KUNIT_CASE(dump_stack__says_who_and_where),
				    KUNIT_CASE(print_hex_dump__groups),
				    KUNIT_CASE(print_hex_dump__rows_and_prefixes),
				    KUNIT_CASE(print_hex_dump__characters),
				    KUNIT_CASE(___ratelimit__says_what_it_kept_back),
#endif
				    {}};

static struct kunit_suite suite = {
	.name = "printk",
	.test_cases = cases,
};
kunit_test_suite(suite);

MODULE_LICENSE("Dual MIT/GPL");
