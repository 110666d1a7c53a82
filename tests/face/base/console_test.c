// SPDX-License-Identifier: MIT
/* The forms of printk: which level each has, those that speak once, and those that do not speak too often. */
#include <kunit/test.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>
#include <linux/stackdepot.h>
#include <linux/string.h>

static int evaluated;

static int evaluate(void)
{
	return ++evaluated;
}

/* Without DEBUG there is no message, and its arguments are not computed. */
static void pr_debug__without_debug_is_nothing(struct kunit *test)
{
	evaluated = 0;
	pr_devel("%d\n", evaluate());
	pr_debug_once("%d\n", evaluate());
	pr_debug_ratelimited("%d\n", evaluate());
#ifdef __PSIM__ /* a kernel with dynamic debug decides at run time */
	pr_debug("%d\n", evaluate());
#endif
	KUNIT_EXPECT_EQ(test, evaluated, 0);
}

static void ratelimit_state_init__sets_interval_and_burst(struct kunit *test)
{
	struct ratelimit_state limit;
	int allowed = 0;

	ratelimit_state_init(&limit, 1000 * CONFIG_HZ, 4);
	KUNIT_EXPECT_EQ(test, limit.interval, 1000 * CONFIG_HZ);
	KUNIT_EXPECT_EQ(test, limit.burst, 4);
	for (int i = 0; i < 9; i++)
		allowed += !!__ratelimit(&limit);
	KUNIT_EXPECT_EQ(test, allowed, 4);
	ratelimit_default_init(&limit);
	KUNIT_EXPECT_EQ(test, limit.interval, DEFAULT_RATELIMIT_INTERVAL);
	KUNIT_EXPECT_EQ(test, limit.burst, DEFAULT_RATELIMIT_BURST);
	KUNIT_EXPECT_TRUE(test, __ratelimit(&limit));
}

static void stack_depot_init__succeeds(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, stack_depot_init(), 0);
}

#ifdef __PSIM__
#include "console.h"

static void all_levels(void)
{
	pr_emerg("0\n");
	pr_alert("1\n");
	pr_crit("2\n");
	pr_err("3\n");
	pr_warn("4\n");
	pr_notice("5\n");
	pr_info("6\n");
}

static void all_levels_once(void)
{
	pr_emerg_once("0\n");
	pr_alert_once("1\n");
	pr_crit_once("2\n");
	pr_err_once("3\n");
	pr_warn_once("4\n");
	pr_notice_once("5\n");
	pr_info_once("6\n");
}

static void all_levels_ratelimited(void)
{
	pr_emerg_ratelimited("0\n");
	pr_alert_ratelimited("1\n");
	pr_crit_ratelimited("2\n");
	pr_err_ratelimited("3\n");
	pr_warn_ratelimited("4\n");
	pr_notice_ratelimited("5\n");
	pr_info_ratelimited("6\n");
}

/* @speak is shown up to the level below @shown. */
static void expect_below(struct kunit *test, void (*speak)(void), int shown)
{
	static const char levels[] = "0\n1\n2\n3\n4\n5\n6\n";
	char wanted[sizeof(levels)] = "";

	strscpy(wanted, levels, 2 * shown + 1);
	listen_at(test, shown);
	speak();
	heard(test);
	KUNIT_EXPECT_STREQ(test, said, wanted);
}

static void pr_level__is_its_name_s(struct kunit *test)
{
	for (int shown = 0; shown <= 7; shown++)
		expect_below(test, all_levels, shown);
}

/* Once is once also when nobody saw it. */
static void pr_level_once__is_said_once(struct kunit *test)
{
	expect_below(test, all_levels_once, 4);
	listen_to(test);
	all_levels_once();
	for (int i = 0; i < 3; i++)
		KUNIT_EXPECT_EQ(test, printk_once(KERN_ERR "one\n"), !i);
	heard(test);
	KUNIT_EXPECT_STREQ(test, said, "one\n");
}

static void pr_level_ratelimited__is_said_ten_times(struct kunit *test)
{
	for (int i = 0; i < DEFAULT_RATELIMIT_BURST; i++)
		expect_below(test, all_levels_ratelimited, i % 8);
	listen_to(test);
	all_levels_ratelimited();
	for (int i = 0; i < DEFAULT_RATELIMIT_BURST + 5; i++)
		printk_ratelimited(KERN_ERR "%x\n", i);
	heard(test);
	KUNIT_EXPECT_STREQ(test, said, "0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n");
}

static __printf(1, 2) int by_list(const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vprintk(fmt, args);
	va_end(args);
	return n;
}

static void vprintk__has_level_and_length_of_printk(struct kunit *test)
{
	listen_at(test, 4);
	KUNIT_EXPECT_EQ(test, by_list(KERN_ERR "%s and %d\n", "list", 7), 10);
	KUNIT_EXPECT_EQ(test, by_list(KERN_WARNING "not shown\n"), 9);
	KUNIT_EXPECT_EQ(test, printk_deferred(KERN_CRIT "shown %d\n", 1), 7);
	printk_deferred(KERN_INFO "not shown\n");
	heard(test);
	KUNIT_EXPECT_STREQ(test, said, "list and 7\nshown 1\n");
}

static void dump_stack_lvl__speaks_at_its_level(struct kunit *test)
{
	listen_to(test);
	dump_stack_lvl(KERN_DEBUG);
	heard(test);
	KUNIT_EXPECT_NULL(test, strstr(said, "CPU: "));
	listen_to(test);
	dump_stack_lvl(KERN_ERR);
	heard(test);
	KUNIT_EXPECT_NOT_NULL(test, strstr(said, "CPU: "));
}
#endif

static struct kunit_case cases[] = {
	KUNIT_CASE(pr_debug__without_debug_is_nothing),
	KUNIT_CASE(ratelimit_state_init__sets_interval_and_burst),
	KUNIT_CASE(stack_depot_init__succeeds),
#ifdef __PSIM__
	KUNIT_CASE(pr_level__is_its_name_s),
	KUNIT_CASE(pr_level_once__is_said_once),
	KUNIT_CASE(pr_level_ratelimited__is_said_ten_times),
	KUNIT_CASE(vprintk__has_level_and_length_of_printk),
	KUNIT_CASE(dump_stack_lvl__speaks_at_its_level),
#endif
	{},
};

static struct kunit_suite suite = {.name = "console", .test_cases = cases};
kunit_test_suite(suite);
