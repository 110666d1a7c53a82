// SPDX-License-Identifier: MIT
/* With DEBUG, as a file or a build defines it, messages for debugging are messages: their arguments are computed. */
#define DEBUG
#include <kunit/test.h>
#include <linux/device.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>

static int evaluated;

static int evaluate(void)
{
	return ++evaluated;
}

static void pr_debug__with_debug_is_a_message(struct kunit *test)
{
	evaluated = 0;
	pr_devel("debug_messages: %d\n", evaluate());
	KUNIT_EXPECT_EQ(test, evaluated, 1);
	pr_debug("debug_messages: %d\n", evaluate());
	KUNIT_EXPECT_EQ(test, evaluated, 2);
	pr_debug_ratelimited("debug_messages: %d\n", evaluate());
	KUNIT_EXPECT_EQ(test, evaluated, 3);
}

static void pr_debug_once__speaks_once(struct kunit *test)
{
	evaluated = 0;
	for (int i = 0; i < 3; i++)
		pr_debug_once("debug_messages: %d\n", evaluate());
	KUNIT_EXPECT_EQ(test, evaluated, 1);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(pr_debug__with_debug_is_a_message),
	KUNIT_CASE(pr_debug_once__speaks_once),
	{},
};

static struct kunit_suite suite = {
	.name = "debug_messages",
	.test_cases = cases,
};
kunit_test_suite(suite);
