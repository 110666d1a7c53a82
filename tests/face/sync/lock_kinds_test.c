// SPDX-License-Identifier: MIT
/*
 * Every way to take each kind of lock: it is held, and what goes with it (bottom halves, interrupts) is off and
 * comes back.
 */
#include <kunit/test.h>
#include <linux/irqflags.h>
#include <linux/local_lock.h>
#include <linux/mutex.h>
#include <linux/preempt.h>
#include <linux/percpu.h>
#include <linux/rwlock.h>
#include <linux/rwsem.h>
#include <linux/seqlock.h>
#include <linux/spinlock.h>
#include <linux/ww_mutex.h>

static DEFINE_SPINLOCK(lock);
static DEFINE_SPINLOCK(other);
static DEFINE_RAW_SPINLOCK(raw);
static DEFINE_RWLOCK(rw);
static unsigned long flags;

/* A lock is taken by @take, with interrupts or bottom halves off as said, and given back by @give. */
#define EXPECT_OFF(take, give, irqs, bottom_halves)                      \
	do {                                                             \
		take;                                                    \
		KUNIT_EXPECT_EQ(test, irqs_disabled(), irqs);            \
		KUNIT_EXPECT_EQ(test, in_softirq() != 0, bottom_halves); \
		give;                                                    \
		KUNIT_EXPECT_FALSE(test, irqs_disabled());               \
		KUNIT_EXPECT_FALSE(test, in_softirq());                  \
	} while (0)

static void rwlock__switches_off_what_its_name_says(struct kunit *test)
{
	EXPECT_OFF(read_lock(&rw), read_unlock(&rw), false, false);
	EXPECT_OFF(read_lock_bh(&rw), read_unlock_bh(&rw), false, true);
	EXPECT_OFF(read_lock_irq(&rw), read_unlock_irq(&rw), true, false);
	EXPECT_OFF(read_lock_irqsave(&rw, flags), read_unlock_irqrestore(&rw, flags), true, false);
	EXPECT_OFF(write_lock(&rw), write_unlock(&rw), false, false);
	EXPECT_OFF(write_lock_bh(&rw), write_unlock_bh(&rw), false, true);
	EXPECT_OFF(write_lock_irq(&rw), write_unlock_irq(&rw), true, false);
	EXPECT_OFF(write_lock_irqsave(&rw, flags), write_unlock_irqrestore(&rw, flags), true,
		   false);
}

static void spin_lock__switches_off_what_its_name_says(struct kunit *test)
{
	bool got = false;

	EXPECT_OFF(got = spin_trylock_bh(&lock), spin_unlock_bh(&lock), false, true);
	KUNIT_EXPECT_TRUE(test, got);
	EXPECT_OFF(got = spin_trylock_irq(&lock), spin_unlock_irq(&lock), true, false);
	KUNIT_EXPECT_TRUE(test, got);
	EXPECT_OFF(got = spin_trylock_irqsave(&lock, flags), spin_unlock_irqrestore(&lock, flags),
		   true, false);
	KUNIT_EXPECT_TRUE(test, got);
	EXPECT_OFF(got = raw_spin_trylock_bh(&raw), raw_spin_unlock_bh(&raw), false, true);
	KUNIT_EXPECT_TRUE(test, got);
	EXPECT_OFF(got = raw_spin_trylock_irq(&raw), raw_spin_unlock_irq(&raw), true, false);
	KUNIT_EXPECT_TRUE(test, got);
	EXPECT_OFF(got = raw_spin_trylock_irqsave(&raw, flags),
		   raw_spin_unlock_irqrestore(&raw, flags), true, false);
	KUNIT_EXPECT_TRUE(test, got);
	EXPECT_OFF(spin_lock_irqsave_nested(&lock, flags, SINGLE_DEPTH_NESTING),
		   spin_unlock_irqrestore(&lock, flags), true, false);
}

/* Two of one class, the second one said to be inside. */
static void spin_lock_nested__two_of_a_class(struct kunit *test)
{
	spinlock_t two[2];
	raw_spinlock_t raws[2];

	for (int i = 0; i < 2; i++) {
		spin_lock_init(&two[i]);
		raw_spin_lock_init(&raws[i]);
	}
	spin_lock(&two[0]);
	spin_lock_nested(&two[1], SINGLE_DEPTH_NESTING);
	assert_spin_locked(&two[0]);
	assert_spin_locked(&two[1]);
	spin_unlock(&two[1]);
	spin_lock_nest_lock(&other, &two[0]);
	spin_unlock(&other);
	spin_unlock(&two[0]);
	raw_spin_lock(&raws[0]);
	raw_spin_lock_nested(&raws[1], SINGLE_DEPTH_NESTING);
	KUNIT_EXPECT_TRUE(test, raw_spin_is_locked(&raws[1]) || !IS_ENABLED(CONFIG_SMP));
	KUNIT_EXPECT_FALSE(test, raw_spin_is_contended(&raws[1]));
	raw_spin_unlock(&raws[1]);
	raw_spin_unlock(&raws[0]);
	KUNIT_EXPECT_FALSE(test, raw_spin_is_locked(&raws[1]));
}

struct cpu_data {
	local_lock_t lock;
	int value;
};

static DEFINE_PER_CPU(struct cpu_data, cpu_data) = {.lock = INIT_LOCAL_LOCK(lock)};

static void local_lock__keeps_the_cpu(struct kunit *test)
{
	EXPECT_OFF(local_lock_irq(&cpu_data.lock), local_unlock_irq(&cpu_data.lock), true, false);
	EXPECT_OFF(local_lock_irqsave(&cpu_data.lock, flags),
		   local_unlock_irqrestore(&cpu_data.lock, flags), true, false);
	local_lock(&cpu_data.lock);
	this_cpu_inc(cpu_data.value);
	local_unlock(&cpu_data.lock);
}

static void rwsem__every_way_in(struct kunit *test)
{
	struct rw_semaphore sem, inner;

	init_rwsem(&sem);
	init_rwsem(&inner);
	KUNIT_EXPECT_EQ(test, down_read_interruptible(&sem), 0);
	rwsem_assert_held(&sem);
	KUNIT_EXPECT_EQ(test, down_read_killable_nested(&inner, SINGLE_DEPTH_NESTING), 0);
	up_read(&inner);
	up_read(&sem);
	KUNIT_EXPECT_EQ(test, down_read_killable(&sem), 0);
	down_read_nested(&inner, SINGLE_DEPTH_NESTING);
	up_read(&inner);
	up_read(&sem);
	KUNIT_EXPECT_EQ(test, down_write_killable(&sem), 0);
	rwsem_assert_held_write(&sem);
	KUNIT_EXPECT_EQ(test, down_write_killable_nested(&inner, SINGLE_DEPTH_NESTING), 0);
	up_write(&inner);
	down_write_nested(&inner, SINGLE_DEPTH_NESTING);
	KUNIT_EXPECT_TRUE(test, rwsem_is_locked(&inner));
	up_write(&inner);
	down_write_nest_lock(&inner, &sem);
	up_write(&inner);
	up_write(&sem);
	KUNIT_EXPECT_FALSE(test, rwsem_is_locked(&sem) || rwsem_is_locked(&inner));
}

static void mutex__every_way_in(struct kunit *test)
{
	struct mutex two[2];

	for (int i = 0; i < 2; i++)
		mutex_init(&two[i]);
	mutex_lock_io(&two[0]);
	KUNIT_EXPECT_EQ(test, mutex_lock_interruptible_nested(&two[1], SINGLE_DEPTH_NESTING), 0);
	mutex_unlock(&two[1]);
	KUNIT_EXPECT_EQ(test, mutex_lock_killable_nested(&two[1], SINGLE_DEPTH_NESTING), 0);
	KUNIT_EXPECT_FALSE(test, mutex_trylock(&two[1]));
	mutex_unlock(&two[1]);
	mutex_lock_nest_lock(&two[1], &two[0]);
	KUNIT_EXPECT_TRUE(test, mutex_is_locked(&two[1]));
	mutex_unlock(&two[1]);
	mutex_unlock(&two[0]);
	KUNIT_EXPECT_FALSE(test, mutex_is_locked(&two[0]));
}

/* ---- sequence counters ------------------------------------------------------------------------------------------ */

static void seqcount__of_each_lock(struct kunit *test)
{
	seqcount_raw_spinlock_t by_raw;
	seqcount_mutex_t by_mutex;
	struct mutex mutex;
	unsigned int seq;

	mutex_init(&mutex);
	seqcount_raw_spinlock_init(&by_raw, &raw);
	seqcount_mutex_init(&by_mutex, &mutex);
	seq = read_seqcount_begin(&by_mutex);
	mutex_lock(&mutex);
	write_seqcount_begin(&by_mutex);
	write_seqcount_end(&by_mutex);
	mutex_unlock(&mutex);
	KUNIT_EXPECT_TRUE(test, read_seqcount_retry(&by_mutex, seq));
	seq = raw_read_seqcount_begin(&by_raw);
	KUNIT_EXPECT_FALSE(test, read_seqcount_retry(&by_raw, seq));
	raw_spin_lock(&raw);
	raw_write_seqcount_begin(&by_raw);
	raw_write_seqcount_end(&by_raw);
	raw_spin_unlock(&raw);
	KUNIT_EXPECT_TRUE(test, __read_seqcount_retry(&by_raw, seq));
}

static void seqlock__readers_that_keep_writers_out(struct kunit *test)
{
	DEFINE_SEQLOCK(sl);
	unsigned int seq = read_seqbegin(&sl);

	read_seqlock_excl(&sl);
	KUNIT_EXPECT_TRUE(test, spin_is_locked(&sl.lock) || !IS_ENABLED(CONFIG_SMP));
	read_sequnlock_excl(&sl);
	KUNIT_EXPECT_FALSE(test, read_seqretry(&sl, seq));
	EXPECT_OFF(write_seqlock_irqsave(&sl, flags), write_sequnlock_irqrestore(&sl, flags), true,
		   false);
	KUNIT_EXPECT_TRUE(test, read_seqretry(&sl, seq));
}

/* ---- contexts ------------------------------------------------------------------------------------------------------ */

static void in_task__outside_of_interrupts(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, in_task());
	KUNIT_EXPECT_FALSE(test, in_nmi());
	local_irq_save(flags);
	KUNIT_EXPECT_TRUE(test, in_task());
	KUNIT_EXPECT_FALSE(test, irqs_disabled_flags(flags));
	local_irq_restore(flags);
	preempt_disable_notrace();
	KUNIT_EXPECT_TRUE(test, in_task());
	preempt_enable_notrace();
	migrate_disable();
	KUNIT_EXPECT_FALSE(test, irqs_disabled());
	migrate_enable();
}

static void might_lock_read__of_free_locks(struct kunit *test)
{
	static DECLARE_RWSEM(sem);

	might_lock_read(&sem);
	might_lock(&sem);
	might_sleep_if(true);
	down_read(&sem);
	lockdep_assert_held_once(&sem);
#ifdef CONFIG_LOCKDEP
	KUNIT_EXPECT_TRUE(test, lockdep_is_held_type(&sem, 1) != 0);
#endif
	up_read(&sem);
}

static DEFINE_WW_CLASS(ww_class);

static void ww_mutex_lock_slow__waits_for_that_one(struct kunit *test)
{
	struct ww_acquire_ctx ctx;
	struct ww_mutex ww;

	ww_mutex_init(&ww, &ww_class);
	ww_acquire_init(&ctx, &ww_class);
	KUNIT_EXPECT_EQ(test, ww_mutex_lock_slow_interruptible(&ww, &ctx), 0);
	KUNIT_EXPECT_EQ(test, ww_mutex_lock(&ww, &ctx), -EALREADY);
	ww_mutex_unlock(&ww);
	ww_acquire_fini(&ctx);
	ww_mutex_destroy(&ww);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(rwlock__switches_off_what_its_name_says),
	KUNIT_CASE(spin_lock__switches_off_what_its_name_says),
	KUNIT_CASE(spin_lock_nested__two_of_a_class),
	KUNIT_CASE(local_lock__keeps_the_cpu),
	KUNIT_CASE(rwsem__every_way_in),
	KUNIT_CASE(mutex__every_way_in),
	KUNIT_CASE(seqcount__of_each_lock),
	KUNIT_CASE(seqlock__readers_that_keep_writers_out),
	KUNIT_CASE(in_task__outside_of_interrupts),
	KUNIT_CASE(might_lock_read__of_free_locks),
	KUNIT_CASE(ww_mutex_lock_slow__waits_for_that_one),
	{},
};

static struct kunit_suite suite = {.name = "lock_kinds", .test_cases = cases};
kunit_test_suite(suite);
