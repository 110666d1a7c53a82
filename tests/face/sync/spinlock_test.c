// SPDX-License-Identifier: MIT
/* Spinlocks and reader-writer spinlocks: exclusion, context, trying. */
#include <kunit/test.h>
#include <linux/irqflags.h>
#include <linux/preempt.h>
#include <linux/spinlock.h>
#include "threads.h"

#ifdef __PSIM__
#include <psim/machine.h>
#endif

#define ROUNDS 200

struct shared {
	spinlock_t lock;
	rwlock_t rw;
	int sum;
	int broken;
	atomic_t dice;
};

static int add(void *arg)
{
	struct shared *s = arg;
	int i, seen;

	for (i = 0; i < ROUNDS; i++) {
		spin_lock(&s->lock);
		seen = s->sum;
		/* somebody else would come in here */
		atomic_inc(&s->dice);
		s->sum = seen + 1;
		spin_unlock(&s->lock);
	}
	return 0;
}

static void spin_lock__excludes(struct kunit *test)
{
	static struct shared s;
	struct thread threads[3];
	int i;

	spin_lock_init(&s.lock);
	for (i = 0; i < 3; i++)
		thread_start(test, &threads[i], add, &s);
	for (i = 0; i < 3; i++)
		thread_join(&threads[i]);
	KUNIT_EXPECT_EQ(test, s.sum, 3 * ROUNDS);
}

static int add_or_compare(void *arg)
{
	struct shared *s = arg;
	int i, seen;

	for (i = 0; i < ROUNDS; i++) {
		if (atomic_inc_return(&s->dice) % 3) {
			read_lock(&s->rw);
			seen = s->sum;
			atomic_inc(&s->dice);
			if (seen != s->sum)
				atomic_add(1000, &s->dice);
			read_unlock(&s->rw);
		} else {
			write_lock(&s->rw);
			seen = s->sum;
			atomic_inc(&s->dice);
			s->sum = seen + 1;
			write_unlock(&s->rw);
		}
	}
	return 0;
}

static void read_lock__sees_no_writer(struct kunit *test)
{
	static struct shared s;
	struct thread threads[3];
	int i;

	rwlock_init(&s.rw);
	for (i = 0; i < 3; i++)
		thread_start(test, &threads[i], add_or_compare, &s);
	for (i = 0; i < 3; i++)
		thread_join(&threads[i]);
	KUNIT_EXPECT_EQ(test, atomic_read(&s.dice), 3 * ROUNDS * 2);
	KUNIT_EXPECT_GT(test, s.sum, 0);
}

static int try(void *arg)
{
	int taken = spin_trylock((spinlock_t *)arg);

	if (taken)
		spin_unlock((spinlock_t *)arg);
	return taken;
}

static void spin_trylock__free_and_taken(struct kunit *test)
{
	static DEFINE_SPINLOCK(lock);
	struct thread t;
	int taken;

	taken = spin_trylock(&lock);
	KUNIT_ASSERT_EQ(test, taken, 1);
	KUNIT_EXPECT_TRUE(test, spin_is_locked(&lock));
	spin_unlock(&lock);
	thread_start(test, &t, try, &lock);
	KUNIT_EXPECT_EQ(test, thread_join(&t), 1);
	KUNIT_EXPECT_FALSE(test, spin_is_locked(&lock));
}

struct two {
	spinlock_t lock;
	atomic_t stage;
	int taken;
};

static int hold(void *arg)
{
	struct two *two = arg;

	spin_lock(&two->lock);
	atomic_set(&two->stage, 1);
	while (atomic_read(&two->stage) != 2)
		cpu_relax();
	spin_unlock(&two->lock);
	return 0;
}

static void spin_trylock__held_elsewhere(struct kunit *test)
{
	struct two two = {.stage = ATOMIC_INIT(0)};
	struct thread t;

	spin_lock_init(&two.lock);
	thread_start(test, &t, hold, &two);
	while (atomic_read(&two.stage) != 1)
		cond_resched();
	two.taken = spin_trylock(&two.lock);
	atomic_set(&two.stage, 2);
	KUNIT_EXPECT_EQ(test, two.taken, 0);
	thread_join(&t);
}

static void spin_lock__context(struct kunit *test)
{
	static DEFINE_SPINLOCK(lock);
	unsigned long flags;

	KUNIT_EXPECT_FALSE(test, in_atomic());
	spin_lock(&lock);
	KUNIT_EXPECT_TRUE(test, in_atomic());
	KUNIT_EXPECT_FALSE(test, irqs_disabled());
	spin_unlock(&lock);
	KUNIT_EXPECT_FALSE(test, in_atomic());

	spin_lock_irqsave(&lock, flags);
	KUNIT_EXPECT_TRUE(test, irqs_disabled());
	spin_unlock_irqrestore(&lock, flags);
	KUNIT_EXPECT_FALSE(test, irqs_disabled());

	spin_lock_bh(&lock);
	KUNIT_EXPECT_TRUE(test, in_softirq());
	spin_unlock_bh(&lock);
	KUNIT_EXPECT_FALSE(test, in_softirq());
	KUNIT_EXPECT_FALSE(test, in_atomic());
}

static void spinlock_guard__unlocks_at_the_end(struct kunit *test)
{
	static DEFINE_SPINLOCK(lock);

	scoped_guard(spinlock_irqsave, &lock)
	{
		KUNIT_EXPECT_TRUE(test, spin_is_locked(&lock));
		KUNIT_EXPECT_TRUE(test, irqs_disabled());
	}
	KUNIT_EXPECT_FALSE(test, spin_is_locked(&lock));
	KUNIT_EXPECT_FALSE(test, irqs_disabled());
}

#ifdef __PSIM__
static void spin_lock__twice(struct kunit *test)
{
	static DEFINE_SPINLOCK(lock);

	spin_lock(&lock);
	kunit_expect_halt(test, "takes spinlock lock, which this task already holds");
	spin_lock(&lock);
}

static void spin_lock__never_initialised(struct kunit *test)
{
	static spinlock_t lock;

	kunit_expect_report(test, "uses a spinlock that was never initialised");
	spin_lock(&lock);
	spin_unlock(&lock);
}

static void spin_unlock__not_held(struct kunit *test)
{
	static DEFINE_SPINLOCK(lock);

	kunit_expect_report(test, "releases lock lock, which this task does not hold");
	spin_unlock(&lock);
}

static void spin_lock__freed_while_held(struct kunit *test)
{
	struct shared *s = kzalloc(sizeof(*s), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, s);
	spin_lock_init(&s->lock);
	spin_lock(&s->lock);
	kunit_expect_halt(test, "memory is freed with lock &s->lock inside");
	kfree(s);
	__psim_kunit_end_task();
}
#endif

static struct kunit_case cases[] = {
	KUNIT_CASE(spin_lock__excludes),
	KUNIT_CASE(read_lock__sees_no_writer),
#ifdef __PSIM__
	KUNIT_CASE_PSIM(spin_lock__excludes, .scheduler = "random", .seed = 11),
	KUNIT_CASE_PSIM(spin_lock__excludes, .scheduler = "random", .seed = 12, .cpus = 2),
	KUNIT_CASE_PSIM(read_lock__sees_no_writer, .scheduler = "random", .seed = 13),
#endif
	KUNIT_CASE(spin_trylock__free_and_taken),
	KUNIT_CASE(spin_trylock__held_elsewhere),
	KUNIT_CASE(spin_lock__context),
	KUNIT_CASE(spinlock_guard__unlocks_at_the_end),
#ifdef __PSIM__
	KUNIT_CASE(spin_lock__twice),
	KUNIT_CASE(spin_lock__never_initialised),
	KUNIT_CASE(spin_unlock__not_held),
	KUNIT_CASE(spin_lock__freed_while_held),
#endif
	{}};

static struct kunit_suite suite = {.name = "spinlock", .test_cases = cases};
kunit_test_suite(suite);
MODULE_LICENSE("Dual MIT/GPL");
