// SPDX-License-Identifier: MIT
/* Warnings: their values, and here that each is a report. */
#include <kunit/test.h>
#include <linux/bug.h>
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/ratelimit.h>

static void WARN__false_is_silent(struct kunit *test)
{
	KUNIT_EXPECT_FALSE(test, WARN_ON(0));
	KUNIT_EXPECT_FALSE(test, WARN(0, "never"));
	KUNIT_EXPECT_FALSE(test, WARN_ON_ONCE(0));
	KUNIT_EXPECT_FALSE(test, WARN_ONCE(0, "never"));
	BUG_ON(0);
}

static int evaluations;

static bool counted(bool value)
{
	evaluations++;
	return value;
}

static void WARN__condition_is_evaluated_once(struct kunit *test)
{
	evaluations = 0;
	WARN_ON(counted(false));
	WARN(counted(false), "never");
	WARN_ON_ONCE(counted(false));
	WARN_ONCE(counted(false), "never");
	KUNIT_EXPECT_EQ(test, evaluations, 4);
}

#ifdef __PSIM__
static void WARN_ON__is_a_report(struct kunit *test)
{
	int three = 3;

	kunit_expect_report(test, "WARN: WARN_ON__is_a_report(): three == 3");
	KUNIT_EXPECT_TRUE(test, WARN_ON(three == 3));
	kunit_expect_report(test, "WARN: WARN_ON__is_a_report(): it is 3, -ENOMEM");
	KUNIT_EXPECT_TRUE(test, WARN(three, "it is %d, %pe", three, ERR_PTR(-ENOMEM)));
}

static int warn_once(int n)
{
	return WARN_ON_ONCE(n > 0) + WARN_ONCE(n > 0, "n is %d", n);
}

static void WARN_ONCE__one_report_all_values(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, warn_once(0), 0);
	kunit_expect_report(test, "warn_once(): n > 0");
	kunit_expect_report(test, "warn_once(): n is 7");
	KUNIT_EXPECT_EQ(test, warn_once(7), 2);
	KUNIT_EXPECT_EQ(test, warn_once(8), 2);
	KUNIT_EXPECT_EQ(test, warn_once(0), 0);
}

/* A second machine has its statics back, so warns again. */
static void WARN_ONCE__again_in_the_next_machine(struct kunit *test)
{
	WARN_ONCE__one_report_all_values(test);
}
#endif

static void ___ratelimit__burst_in_an_interval(struct kunit *test)
{
	DEFINE_RATELIMIT_STATE(limit, 1000 * CONFIG_HZ, 3);
	DEFINE_RATELIMIT_STATE(unlimited, 0, 1);
	int allowed = 0;

	ratelimit_set_flags(&limit, RATELIMIT_MSG_ON_RELEASE);
	for (int i = 0; i < 10; i++)
		allowed += !!__ratelimit(&limit);
	KUNIT_EXPECT_EQ(test, allowed, 3);
	for (int i = 0; i < 10; i++)
		KUNIT_EXPECT_TRUE(test, __ratelimit(&unlimited));
}

static void ___ratelimit__anew_in_the_next_interval(struct kunit *test)
{
	DEFINE_RATELIMIT_STATE(limit, 5, 1);

	KUNIT_EXPECT_TRUE(test, __ratelimit(&limit));
	KUNIT_EXPECT_FALSE(test, __ratelimit(&limit));
	KUNIT_EXPECT_FALSE(test, __ratelimit(&limit));
	mdelay(2 * 5 * MSEC_PER_SEC / HZ);
	ratelimit_set_flags(&limit, RATELIMIT_MSG_ON_RELEASE); /* silent */
	KUNIT_EXPECT_TRUE(test, __ratelimit(&limit));
	KUNIT_EXPECT_FALSE(test, __ratelimit(&limit));
}

#ifdef __PSIM__
static void panic__ends_the_run(struct kunit *test)
{
	kunit_expect_halt(test, "panic: panic__ends_the_run(): no 7");
	panic("no %d", 7);
	KUNIT_FAIL(test, "panic() came back");
}
#endif

static struct kunit_case cases[] = {KUNIT_CASE(WARN__false_is_silent),
				    KUNIT_CASE(WARN__condition_is_evaluated_once),
#ifdef __PSIM__
				    KUNIT_CASE(WARN_ON__is_a_report),
				    KUNIT_CASE(WARN_ONCE__one_report_all_values),
				    KUNIT_CASE(WARN_ONCE__again_in_the_next_machine),
#endif
				    KUNIT_CASE(___ratelimit__burst_in_an_interval),
				    KUNIT_CASE(___ratelimit__anew_in_the_next_interval),
#ifdef __PSIM__
				    KUNIT_CASE(panic__ends_the_run),
#endif
				    {}};

static struct kunit_suite suite = {
	.name = "bug",
	.test_cases = cases,
};
kunit_test_suite(suite);

MODULE_LICENSE("Dual MIT/GPL");
