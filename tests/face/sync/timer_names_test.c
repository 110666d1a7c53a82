// SPDX-License-Identifier: MIT
/* Timers on the stack, an hrtimer's expiry, and the names that older kernels have for timer functions. */
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/hrtimer.h>
#include <linux/jiffies.h>
#include <linux/random.h>
#include <linux/timer.h>
#include <linux/version.h>

static atomic_t runs;

static enum hrtimer_restart tick(struct hrtimer *timer)
{
	atomic_inc(&runs);
	return HRTIMER_NORESTART;
}

static void hrtimer_setup_on_stack__runs_at_its_expiry(struct kunit *test)
{
	struct hrtimer timer;
	ktime_t begin = ktime_get();

	atomic_set(&runs, 0);
	hrtimer_setup_on_stack(&timer, tick, CLOCK_MONOTONIC, HRTIMER_MODE_ABS);
	hrtimer_set_expires(&timer, begin);
	hrtimer_add_expires_ns(&timer, 2 * NSEC_PER_MSEC);
	hrtimer_add_expires_ns(&timer, 1 * NSEC_PER_MSEC);
	KUNIT_EXPECT_EQ(test, ktime_to_ns(hrtimer_get_expires(&timer)),
			ktime_to_ns(begin) + 3 * NSEC_PER_MSEC);
	hrtimer_start_expires(&timer, HRTIMER_MODE_ABS);
	while (!atomic_read(&runs))
		msleep(1);
	KUNIT_EXPECT_GE(test, ktime_to_ns(ktime_get()), ktime_to_ns(hrtimer_get_expires(&timer)));
	hrtimer_cancel(&timer);
	KUNIT_EXPECT_FALSE(test, hrtimer_active(&timer));
	destroy_hrtimer_on_stack(&timer);
	KUNIT_EXPECT_EQ(test, atomic_read(&runs), 1);
}

#ifdef __PSIM__
struct owner {
	int value;
	struct timer_list timer;
};

static int seen;

static void note(struct timer_list *timer)
{
	struct owner *owner = from_timer(owner, timer, timer);

	WRITE_ONCE(seen, owner->value);
	atomic_inc(&runs);
}

static void from_timer__is_what_the_timer_lies_in(struct kunit *test)
{
	struct owner owner = {.value = 31};

	atomic_set(&runs, 0);
	timer_setup_on_stack(&owner.timer, note, 0);
	KUNIT_EXPECT_EQ(test, mod_timer(&owner.timer, jiffies + 1), 0);
	msleep(5);
	KUNIT_EXPECT_EQ(test, atomic_read(&runs), 1);
	KUNIT_EXPECT_EQ(test, READ_ONCE(seen), 31);
	KUNIT_EXPECT_EQ(test, del_timer_sync(&owner.timer), 0);
	destroy_timer_on_stack(&owner.timer);
}

static void del_timer__says_whether_it_ran(struct kunit *test)
{
	unsigned long far = jiffies + msecs_to_jiffies(60000);
	struct owner owner = {.value = 32};

	atomic_set(&runs, 0);
	timer_setup_on_stack(&owner.timer, note, 0);
	KUNIT_EXPECT_EQ(test, del_timer(&owner.timer), 0);
	mod_timer(&owner.timer, far);
	KUNIT_EXPECT_EQ(test, del_timer(&owner.timer), 1);
	mod_timer(&owner.timer, far);
	KUNIT_EXPECT_EQ(test, del_timer_sync(&owner.timer), 1);
	mod_timer(&owner.timer, far);
	KUNIT_EXPECT_EQ(test, try_to_del_timer_sync(&owner.timer), 1);
	KUNIT_EXPECT_EQ(test, try_to_del_timer_sync(&owner.timer), 0);
	KUNIT_EXPECT_FALSE(test, timer_pending(&owner.timer));
	KUNIT_EXPECT_EQ(test, atomic_read(&runs), 0);
	destroy_timer_on_stack(&owner.timer);
}
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 15, 0)
static void hrtimer_init__its_function_is_set_by_hand(struct kunit *test)
{
	static struct hrtimer timer;

	atomic_set(&runs, 0);
	hrtimer_init(&timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	timer.function = tick;
	hrtimer_start(&timer, ms_to_ktime(1), HRTIMER_MODE_REL);
	msleep(10);
	KUNIT_EXPECT_EQ(test, atomic_read(&runs), 1);
}
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
static void prandom_u32_max__is_below(struct kunit *test)
{
	unsigned int i, bits = 0;

	for (i = 0; i < 100; i++) {
		u32 number = prandom_u32_max(4);

		KUNIT_ASSERT_LT(test, number, 4u);
		bits |= 1u << number;
	}
	KUNIT_EXPECT_EQ(test, bits, 15u);
}
#endif

static struct kunit_case cases[] = {
	KUNIT_CASE(hrtimer_setup_on_stack__runs_at_its_expiry),
#ifdef __PSIM__
	KUNIT_CASE(from_timer__is_what_the_timer_lies_in),
	KUNIT_CASE(del_timer__says_whether_it_ran),
#endif
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 15, 0)
	KUNIT_CASE(hrtimer_init__its_function_is_set_by_hand),
#endif
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
	KUNIT_CASE(prandom_u32_max__is_below),
#endif
	{},
};

static struct kunit_suite suite = {
	.name = "timer_names",
	.test_cases = cases,
};
kunit_test_suite(suite);
