// SPDX-License-Identifier: MIT
/* hrtimers: when they run, again and again, moved, cancelled. */
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/hrtimer.h>
#include <linux/interrupt.h>

static struct hrtimer timer;
static int runs, again;
static s64 at;
static bool irqs_were_off, was_atomic, was_active;
static ktime_t step;

static enum hrtimer_restart tick(struct hrtimer *t)
{
	at = ktime_to_ns(ktime_get());
	irqs_were_off = irqs_disabled();
	was_atomic = in_interrupt();
	was_active = hrtimer_active(t) && !hrtimer_is_queued(t);
	/* last: who sees it sees what is noted above */
	smp_store_release(&runs, runs + 1);
	if (runs > again)
		return HRTIMER_NORESTART;
	hrtimer_forward_now(t, step);
	return HRTIMER_RESTART;
}

static int init(struct kunit *test)
{
	runs = again = 0;
	hrtimer_setup(&timer, tick, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	return 0;
}

static void hrtimer_start__runs_not_before_its_moment(struct kunit *test)
{
	s64 begin = ktime_to_ns(ktime_get());

	hrtimer_start(&timer, ns_to_ktime(150000), HRTIMER_MODE_REL);
	KUNIT_EXPECT_TRUE(test, hrtimer_is_queued(&timer));
	KUNIT_EXPECT_GT(test, ktime_to_ns(hrtimer_get_remaining(&timer)), 0);
	msleep(2);
	KUNIT_EXPECT_EQ(test, smp_load_acquire(&runs), 1);
	KUNIT_EXPECT_GE(test, at, begin + 150000);
	KUNIT_EXPECT_TRUE(test, was_atomic);
	KUNIT_EXPECT_TRUE(test, irqs_were_off);
	KUNIT_EXPECT_TRUE(test, was_active);
	KUNIT_EXPECT_FALSE(test, hrtimer_active(&timer));
}

#ifdef __PSIM__
/* Time jumps to the moment itself: no tick is waited for. */
static void hrtimer_start__is_exact_to_less_than_a_tick(struct kunit *test)
{
	s64 begin = ktime_to_ns(ktime_get());

	hrtimer_start(&timer, ns_to_ktime(begin + 123456), HRTIMER_MODE_ABS);
	msleep(2);
	KUNIT_EXPECT_EQ(test, smp_load_acquire(&runs), 1);
	KUNIT_EXPECT_LT(test, at, begin + 123456 + 100000);
}
#endif

static void hrtimer__that_restarts_goes_on(struct kunit *test)
{
	again = 3;
	step = ms_to_ktime(1);
	hrtimer_start(&timer, ms_to_ktime(1), HRTIMER_MODE_REL_SOFT);
	msleep(20);
	KUNIT_EXPECT_EQ(test, smp_load_acquire(&runs), 4);
	KUNIT_EXPECT_EQ(test, hrtimer_cancel(&timer), 0);
}

static void hrtimer_cancel__of_a_queued_one_is_1(struct kunit *test)
{
	hrtimer_start(&timer, ms_to_ktime(5), HRTIMER_MODE_REL);
	KUNIT_EXPECT_EQ(test, hrtimer_try_to_cancel(&timer), 1);
	KUNIT_EXPECT_EQ(test, hrtimer_try_to_cancel(&timer), 0);
	hrtimer_start(&timer, ms_to_ktime(5), HRTIMER_MODE_REL);
	hrtimer_start(&timer, ms_to_ktime(50), HRTIMER_MODE_REL);
	msleep(20);
	KUNIT_EXPECT_EQ(test, smp_load_acquire(&runs), 0);
	KUNIT_EXPECT_EQ(test, hrtimer_cancel(&timer), 1);
}

static void hrtimer_forward__goes_in_whole_steps(struct kunit *test)
{
	hrtimer_set_expires(&timer, ns_to_ktime(1000));
	KUNIT_EXPECT_EQ(test, hrtimer_forward(&timer, ns_to_ktime(999), ns_to_ktime(300)), 0);
	KUNIT_EXPECT_EQ(test, hrtimer_forward(&timer, ns_to_ktime(1000), ns_to_ktime(300)), 1);
	KUNIT_EXPECT_EQ(test, hrtimer_get_expires_ns(&timer), 1300);
	KUNIT_EXPECT_EQ(test, hrtimer_forward(&timer, ns_to_ktime(2000), ns_to_ktime(300)), 3);
	KUNIT_EXPECT_EQ(test, hrtimer_get_expires_ns(&timer), 2200);
}

static void hrtimer_setup__soft_has_interrupts_on(struct kunit *test)
{
	hrtimer_setup(&timer, tick, CLOCK_MONOTONIC, HRTIMER_MODE_REL_SOFT);
	hrtimer_start(&timer, ms_to_ktime(1), HRTIMER_MODE_REL_SOFT);
	msleep(5);
	KUNIT_EXPECT_EQ(test, smp_load_acquire(&runs), 1);
	KUNIT_EXPECT_FALSE(test, irqs_were_off);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(hrtimer_start__runs_not_before_its_moment),
#ifdef __PSIM__
	KUNIT_CASE(hrtimer_start__is_exact_to_less_than_a_tick),
#endif
	KUNIT_CASE(hrtimer__that_restarts_goes_on),
	KUNIT_CASE(hrtimer_cancel__of_a_queued_one_is_1),
	KUNIT_CASE(hrtimer_forward__goes_in_whole_steps),
	KUNIT_CASE(hrtimer_setup__soft_has_interrupts_on),
	{},
};

static struct kunit_suite suite = {
	.name = "hrtimer",
	.init = init,
	.test_cases = cases,
};
kunit_test_suite(suite);
