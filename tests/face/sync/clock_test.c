// SPDX-License-Identifier: MIT
/* Times of each kind: how they compare, what they are in other units, and that every clock goes on. */
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/time64.h>
#include <linux/timekeeping.h>
#include <asm/timex.h>

static void time_is_before_jiffies__and_the_others(struct kunit *test)
{
	unsigned long past = jiffies - 10, future = jiffies + 1000;
	u64 past64 = get_jiffies_64() - 10, future64 = get_jiffies_64() + 1000;

	KUNIT_EXPECT_TRUE(test, time_is_before_jiffies(past));
	KUNIT_EXPECT_FALSE(test, time_is_before_jiffies(future));
	KUNIT_EXPECT_TRUE(test, time_is_after_jiffies(future));
	KUNIT_EXPECT_FALSE(test, time_is_after_jiffies(past));
	KUNIT_EXPECT_TRUE(test, time_is_before_eq_jiffies(past));
	KUNIT_EXPECT_TRUE(test, time_is_after_eq_jiffies(future));
	KUNIT_EXPECT_TRUE(test, time_is_before_jiffies64(past64));
	KUNIT_EXPECT_TRUE(test, time_is_after_jiffies64(future64));
	KUNIT_EXPECT_TRUE(test, time_in_range64(past64 + 1, past64, future64));
	KUNIT_EXPECT_FALSE(test, time_in_range64(past64 - 1, past64, future64));
	KUNIT_EXPECT_TRUE(test, time_in_range_open(past, past, future));
	KUNIT_EXPECT_FALSE(test, time_in_range_open(future, past, future));
}

/* There and back, whatever HZ is. */
static void jiffies_to_msecs__and_other_units(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, jiffies_to_msecs(3 * HZ), 3000u);
	KUNIT_EXPECT_EQ(test, jiffies_to_usecs(HZ), 1000000u);
	KUNIT_EXPECT_EQ(test, jiffies_to_nsecs(HZ), 1000000000ull);
	KUNIT_EXPECT_EQ(test, jiffies64_to_nsecs(5 * HZ), 5000000000ull);
	KUNIT_EXPECT_EQ(test, jiffies64_to_msecs(5 * HZ), 5000ull);
	KUNIT_EXPECT_EQ(test, jiffies_delta_to_msecs(2 * HZ), 2000u);
	KUNIT_EXPECT_EQ(test, jiffies_delta_to_msecs(-1), 0u);
	KUNIT_EXPECT_EQ(test, usecs_to_jiffies(2000000), 2ul * HZ);
	KUNIT_EXPECT_EQ(test, usecs_to_jiffies(1), 1ul);
	KUNIT_EXPECT_EQ(test, secs_to_jiffies(7), 7ul * HZ);
	KUNIT_EXPECT_EQ(test, nsecs_to_jiffies(3000000000ull), 3ul * HZ);
	KUNIT_EXPECT_EQ(test, nsecs_to_jiffies64(3000000000ull), 3ull * HZ);
	KUNIT_EXPECT_GE(test, round_jiffies_up_relative(10), 10ul);
	KUNIT_EXPECT_LE(test, round_jiffies_relative(10), 10ul + HZ);
}

static void ktime_add__and_compare(struct kunit *test)
{
	ktime_t a = ms_to_ktime(5), b = ktime_add(a, us_to_ktime(3));

	KUNIT_EXPECT_EQ(test, ktime_to_ns(b), 5003000ll);
	KUNIT_EXPECT_EQ(test, ktime_to_us(b), 5003ll);
	KUNIT_EXPECT_EQ(test, ktime_us_delta(b, a), 3ll);
	KUNIT_EXPECT_EQ(test, ktime_add_ms(a, 2), ms_to_ktime(7));
	KUNIT_EXPECT_EQ(test, ktime_add_us(a, 3), b);
	KUNIT_EXPECT_EQ(test, ktime_add_ns(a, 3000), b);
	KUNIT_EXPECT_EQ(test, ktime_sub_ns(b, 3000), a);
	KUNIT_EXPECT_LT(test, ktime_compare(a, b), 0);
	KUNIT_EXPECT_GT(test, ktime_compare(b, a), 0);
	KUNIT_EXPECT_EQ(test, ktime_compare(a, a), 0);
	KUNIT_EXPECT_TRUE(test, ktime_after(b, a) && ktime_before(a, b));
	KUNIT_EXPECT_FALSE(test, ktime_after(a, a) || ktime_before(a, a));
}

static void ns_to_timespec64__before_zero_too(struct kunit *test)
{
	struct timespec64 ts = ns_to_timespec64(-1);

	KUNIT_EXPECT_EQ(test, ts.tv_sec, -1ll);
	KUNIT_EXPECT_EQ(test, ts.tv_nsec, 999999999l);
	KUNIT_EXPECT_EQ(test, timespec64_to_ns(&ts), -1ll);
	ts = ktime_to_timespec64(ms_to_ktime(2500));
	KUNIT_EXPECT_EQ(test, ts.tv_sec, 2ll);
	KUNIT_EXPECT_EQ(test, ts.tv_nsec, 500000000l);
}

static u64 by_ts(void)
{
	struct timespec64 ts;

	ktime_get_ts64(&ts);
	return timespec64_to_ns(&ts);
}

static u64 by_real_ts(void)
{
	struct timespec64 ts;

	ktime_get_real_ts64(&ts);
	return timespec64_to_ns(&ts);
}

#define CLOCK(name, call)     \
	static u64 name(void) \
	{                     \
		return call;  \
	}
CLOCK(boot, ktime_to_ns(ktime_get_boottime()))
CLOCK(coarse, ktime_to_ns(ktime_get_coarse()))
CLOCK(raw, ktime_to_ns(ktime_get_raw()))
CLOCK(ns, ktime_get_ns())
CLOCK(raw_ns, ktime_get_raw_ns())
CLOCK(boot_ns, ktime_get_boottime_ns())
CLOCK(real_ns, ktime_get_real_ns())
CLOCK(fast_ns, ktime_get_mono_fast_ns())

/* Each goes on while this sleeps, by about as much. */
static void ktime_get__every_clock_goes_on(struct kunit *test)
{
	static u64 (*const clocks[])(void) = {by_ts, by_real_ts, boot,	  coarse,  raw,
					      ns,    raw_ns,	 boot_ns, real_ns, fast_ns};

	for (unsigned int i = 0; i < ARRAY_SIZE(clocks); i++) {
		u64 begin = clocks[i](), took;

		msleep(40);
		took = clocks[i]() - begin;
		KUNIT_EXPECT_GE(test, took, 20000000ull);
		KUNIT_EXPECT_LT(test, took, 10000000000ull);
	}
}

static void ktime_get_seconds__of_both_calendars(struct kunit *test)
{
	s64 seconds = ktime_get_seconds(), real = ktime_get_real_seconds();

	KUNIT_EXPECT_LE(test, seconds, ktime_to_ns(ktime_get()) / NSEC_PER_SEC);
	KUNIT_EXPECT_LE(test, real, ktime_to_ns(ktime_get_real()) / NSEC_PER_SEC);
	KUNIT_EXPECT_GE(test, real, ktime_to_ns(ktime_get_real()) / NSEC_PER_SEC - 2);
	KUNIT_EXPECT_GE(test, get_cycles(), 0ull);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(time_is_before_jiffies__and_the_others),
	KUNIT_CASE(jiffies_to_msecs__and_other_units),
	KUNIT_CASE(ktime_add__and_compare),
	KUNIT_CASE(ns_to_timespec64__before_zero_too),
	KUNIT_CASE(ktime_get__every_clock_goes_on),
	KUNIT_CASE(ktime_get_seconds__of_both_calendars),
	{},
};

static struct kunit_suite suite = {.name = "clock", .test_cases = cases};
kunit_test_suite(suite);
