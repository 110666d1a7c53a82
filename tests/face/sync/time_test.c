// SPDX-License-Identifier: MIT
/* Jiffies, conversions, clocks, timers. */
#include <kunit/test.h>
#include <linux/bottom_half.h>
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/timer.h>
#include "threads.h"

#ifdef __PSIM__
#include <psim/machine.h>
#endif

/* S9.63: rounded up; HZ is 1000 here, and may be another on a real kernel */
static void msecs_to_jiffies__rounds_up(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, msecs_to_jiffies(0), 0ul);
	KUNIT_EXPECT_EQ(test, msecs_to_jiffies(1), 1ul);
	KUNIT_EXPECT_EQ(test, msecs_to_jiffies(1000), (unsigned long)HZ);
	KUNIT_EXPECT_EQ(test, msecs_to_jiffies(999), (999ul * HZ + 999) / 1000);
	KUNIT_EXPECT_EQ(test, msecs_to_jiffies(INT_MAX),
			((unsigned long)INT_MAX * HZ + 999) / 1000);
}

/* S9.63: the top bit of the unsigned int means for ever; an unsigned long is cut */
static void msecs_to_jiffies__for_ever(struct kunit *test)
{
	unsigned long cut = (1ul << 32) + 5;

	KUNIT_EXPECT_EQ(test, msecs_to_jiffies(0x80000000u), (unsigned long)(LONG_MAX / 2) - 1);
	KUNIT_EXPECT_EQ(test, msecs_to_jiffies(-1), (unsigned long)(LONG_MAX / 2) - 1);
	KUNIT_EXPECT_EQ(test, msecs_to_jiffies(cut), msecs_to_jiffies(5));
}

/* S9.64 */
static void time_before64__strict(struct kunit *test)
{
	u64 a = 5, b = 6, top = ~0ull;

	KUNIT_EXPECT_TRUE(test, time_before64(a, b));
	KUNIT_EXPECT_FALSE(test, time_before64(b, a));
	KUNIT_EXPECT_FALSE(test, time_before64(a, a));
	KUNIT_EXPECT_TRUE(test, time_after64(b, a));
	KUNIT_EXPECT_FALSE(test, time_after64(a, a));
	/* the overflow lies between them */
	KUNIT_EXPECT_TRUE(test, time_before64(top, a));
	KUNIT_EXPECT_FALSE(test, time_before64(a, top));
	KUNIT_EXPECT_TRUE(test, time_before_eq64(a, a));
}

static void time_after__strict(struct kunit *test)
{
	unsigned long a = 5, b = 6, top = ~0ul;

	KUNIT_EXPECT_TRUE(test, time_after(b, a));
	KUNIT_EXPECT_FALSE(test, time_after(a, a));
	KUNIT_EXPECT_TRUE(test, time_after(a, top));
	KUNIT_EXPECT_TRUE(test, time_after_eq(a, a));
	KUNIT_EXPECT_TRUE(test, time_in_range(a, a, b));
	KUNIT_EXPECT_FALSE(test, time_in_range(top, a, b));
}

/* S9.64 */
static void get_jiffies_64__zero_is_in_the_past(struct kunit *test)
{
	u64 now = get_jiffies_64(), start = (u64)(u32)(-300 * HZ);

	KUNIT_EXPECT_TRUE(test, time_before64(0ull, now));
	KUNIT_EXPECT_GE(test, now, start);
	KUNIT_EXPECT_EQ(test, (u64)INITIAL_JIFFIES, start);
}

static void jiffies__pass(struct kunit *test)
{
	unsigned long before = jiffies;

	msleep(7);
	KUNIT_EXPECT_TRUE(test, time_after_eq(jiffies, before + msecs_to_jiffies(7)));
}

/* A loop that only looks at the clock ends. */
static void jiffies__polled(struct kunit *test)
{
	unsigned long end = jiffies + 3;

	while (time_before(jiffies, end))
		;
	KUNIT_EXPECT_TRUE(test, time_after_eq(jiffies, end));
}

static void ktime_get__passes_with_jiffies(struct kunit *test)
{
	ktime_t before = ktime_get();

	msleep(20);
	KUNIT_EXPECT_GE(test, ktime_ms_delta(ktime_get(), before), 20ll);
	KUNIT_EXPECT_EQ(test, ktime_to_ms(ms_to_ktime(1500)), 1500ll);
	KUNIT_EXPECT_EQ(test, ktime_to_ns(ktime_set(2, 3)), 2000000003ll);
}

struct ringer {
	struct timer_list timer;
	atomic_t runs;
	unsigned long when;
	int again;
	atomic_t *order;
	int place;
	bool in_softirq;
};

static void ring(struct timer_list *timer)
{
	struct ringer *alarm = timer_container_of(alarm, timer, timer);

	alarm->when = jiffies;
	alarm->in_softirq = in_serving_softirq();
	if (alarm->order)
		alarm->place = atomic_inc_return(alarm->order);
	if (alarm->again-- > 0)
		mod_timer(timer, jiffies + 5);
	atomic_fetch_inc_release(&alarm->runs);
}

static void ringer_init(struct ringer *alarm)
{
	memset(alarm, 0, sizeof(*alarm));
	timer_setup(&alarm->timer, ring, 0);
}

static void mod_timer__not_early_in_softirq(struct kunit *test)
{
	unsigned long due = jiffies + 20;
	static struct ringer alarm;

	ringer_init(&alarm);
	KUNIT_EXPECT_FALSE(test, timer_pending(&alarm.timer));
	KUNIT_EXPECT_EQ(test, mod_timer(&alarm.timer, due), 0);
	KUNIT_EXPECT_TRUE(test, timer_pending(&alarm.timer));
	KUNIT_EXPECT_EQ(test, atomic_read(&alarm.runs), 0);
	msleep(200);
	KUNIT_EXPECT_EQ(test, atomic_read_acquire(&alarm.runs), 1);
	KUNIT_EXPECT_TRUE(test, time_after_eq(alarm.when, due));
	KUNIT_EXPECT_TRUE(test, alarm.in_softirq);
	KUNIT_EXPECT_FALSE(test, timer_pending(&alarm.timer));
}

static void mod_timer__in_the_past(struct kunit *test)
{
	static struct ringer alarm;

	ringer_init(&alarm);
	mod_timer(&alarm.timer, jiffies - 100);
	msleep(50);
	KUNIT_EXPECT_EQ(test, atomic_read(&alarm.runs), 1);
}

static void mod_timer__order(struct kunit *test)
{
	static struct ringer alarms[4];
	static const int after[4] = {40, 10, 30, 20}, places[4] = {4, 1, 3, 2};
	atomic_t order = ATOMIC_INIT(0);
	unsigned long now = jiffies;
	int i;

	for (i = 0; i < 4; i++) {
		ringer_init(&alarms[i]);
		alarms[i].order = &order;
		mod_timer(&alarms[i].timer, now + msecs_to_jiffies(after[i] * 10));
	}
	msleep(1000);
	for (i = 0; i < 4; i++) {
		KUNIT_EXPECT_EQ(test, atomic_read_acquire(&alarms[i].runs), 1);
		KUNIT_EXPECT_EQ(test, alarms[i].place, places[i]);
	}
}

static void mod_timer__rearms(struct kunit *test)
{
	static struct ringer alarm;

	ringer_init(&alarm);
	mod_timer(&alarm.timer, jiffies + 10);
	KUNIT_EXPECT_EQ(test, mod_timer(&alarm.timer, jiffies + 100), 1);
	msleep(50);
	KUNIT_EXPECT_EQ(test, atomic_read(&alarm.runs), 0);
	KUNIT_EXPECT_EQ(test, timer_delete(&alarm.timer), 1);
	KUNIT_EXPECT_EQ(test, timer_delete(&alarm.timer), 0);
	msleep(200);
	KUNIT_EXPECT_EQ(test, atomic_read(&alarm.runs), 0);
}

static void mod_timer__from_its_own_function(struct kunit *test)
{
	static struct ringer alarm;

	ringer_init(&alarm);
	alarm.again = 2;
	mod_timer(&alarm.timer, jiffies + 5);
	msleep(300);
	KUNIT_EXPECT_EQ(test, atomic_read(&alarm.runs), 3);
}

static void timer_shutdown_sync__no_more(struct kunit *test)
{
	static struct ringer alarm;

	ringer_init(&alarm);
	mod_timer(&alarm.timer, jiffies + 5);
	KUNIT_EXPECT_EQ(test, timer_shutdown_sync(&alarm.timer), 1);
	mod_timer(&alarm.timer, jiffies + 5);
	msleep(100);
	KUNIT_EXPECT_EQ(test, atomic_read(&alarm.runs), 0);
	KUNIT_EXPECT_FALSE(test, timer_pending(&alarm.timer));
}

static void timer_delete_sync__after_it_ran(struct kunit *test)
{
	static struct ringer alarm;

	ringer_init(&alarm);
	mod_timer(&alarm.timer, jiffies + 1);
	msleep(50);
	KUNIT_EXPECT_EQ(test, timer_delete_sync(&alarm.timer), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&alarm.runs), 1);
}

#ifdef __PSIM__
static void mod_timer__left_behind(struct kunit *test)
{
	static struct ringer alarm;

	ringer_init(&alarm);
	kunit_expect_report(test, "timer ring is still pending");
	mod_timer(&alarm.timer, jiffies + 100000);
}

static void mod_timer__freed_while_pending(struct kunit *test)
{
	struct ringer *alarm = kzalloc(sizeof(*alarm), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, alarm);
	ringer_init(alarm);
	mod_timer(&alarm->timer, jiffies + 100000);
	kunit_expect_halt(test, "memory is freed with pending timer ring inside");
	kfree(alarm);
	__psim_kunit_end_task();
}

/* On a machine of one CPU: a timer interrupts the task that polls, unless softirqs are off there. */
static void mod_timer__one_cpu(struct kunit *test)
{
	static struct ringer alarm;

	ringer_init(&alarm);
	mod_timer(&alarm.timer, jiffies + 5);
	while (!atomic_read_acquire(&alarm.runs))
		cpu_relax();
	mod_timer(&alarm.timer, jiffies + 1);
	mdelay(20);
	KUNIT_EXPECT_EQ(test, atomic_read_acquire(&alarm.runs), 2);
	local_bh_disable();
	mod_timer(&alarm.timer, jiffies + 1);
	mdelay(20);
	KUNIT_EXPECT_EQ(test, atomic_read_acquire(&alarm.runs), 2);
	local_bh_enable();
	while (atomic_read_acquire(&alarm.runs) < 3)
		cpu_relax();
	KUNIT_EXPECT_TRUE(test, alarm.in_softirq);
}

static void mod_timer__one_cpu_of_threads(struct kunit *test)
{
	mod_timer__one_cpu(test);
}

static void sleepy(struct timer_list *timer)
{
	msleep(1);
}

static void msleep__in_a_timer(struct kunit *test)
{
	static DEFINE_TIMER(timer, sleepy);

	kunit_expect_report(test, "law 4");
	mod_timer(&timer, jiffies + 1);
	msleep(50);
}
#endif

static struct kunit_case cases[] = {
	KUNIT_CASE(msecs_to_jiffies__rounds_up),
	KUNIT_CASE(msecs_to_jiffies__for_ever),
	KUNIT_CASE(time_before64__strict),
	KUNIT_CASE(time_after__strict),
	KUNIT_CASE(get_jiffies_64__zero_is_in_the_past),
	KUNIT_CASE(jiffies__pass),
	KUNIT_CASE(jiffies__polled),
	KUNIT_CASE(ktime_get__passes_with_jiffies),
	KUNIT_CASE(mod_timer__not_early_in_softirq),
	KUNIT_CASE(mod_timer__in_the_past),
	KUNIT_CASE(mod_timer__order),
	KUNIT_CASE(mod_timer__rearms),
	KUNIT_CASE(mod_timer__from_its_own_function),
	KUNIT_CASE(timer_shutdown_sync__no_more),
	KUNIT_CASE(timer_delete_sync__after_it_ran),
#ifdef __PSIM__
	KUNIT_CASE(mod_timer__left_behind),
	KUNIT_CASE(mod_timer__freed_while_pending),
	KUNIT_CASE(msleep__in_a_timer),
	KUNIT_CASE_PSIM(mod_timer__one_cpu, .cpus = 1),
	KUNIT_CASE_PSIM(mod_timer__one_cpu_of_threads, .cpus = 1, .engine = PSIM_FREE_RUNNING),
#endif
	{}};

static struct kunit_suite suite = {.name = "time", .test_cases = cases};
kunit_test_suite(suite);
MODULE_LICENSE("Dual MIT/GPL");
