// SPDX-License-Identifier: MIT
/*
 * The orders in which locks are taken: one task, so nothing ever deadlocks here; what is reported is
 * what two tasks could make of it.
 */
#include <kunit/test.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/spinlock.h>
#include <linux/srcu.h>

#ifdef __PSIM__
#include <psim/machine.h>
#endif

/* Orders that are right, so silence is what these prove: also on a kernel, whose checker would warn. */

static void lock_order__same_each_time(struct kunit *test)
{
	static DEFINE_MUTEX(outer);
	static DEFINE_SPINLOCK(inner);
	int i;

	for (i = 0; i < 3; i++) {
		mutex_lock(&outer);
		spin_lock(&inner);
		spin_unlock(&inner);
		mutex_unlock(&outer);
	}
	KUNIT_EXPECT_FALSE(test, mutex_is_locked(&outer));
}

/* Whoever only tries waits for nobody. */
static void lock_order__tried(struct kunit *test)
{
	static DEFINE_MUTEX(a);
	static DEFINE_MUTEX(b);

	mutex_lock(&a);
	mutex_lock(&b);
	mutex_unlock(&b);
	mutex_unlock(&a);

	mutex_lock(&b);
	KUNIT_EXPECT_TRUE(test, mutex_trylock(&a));
	mutex_unlock(&a);
	mutex_unlock(&b);
}

static void init_two(struct mutex *locks)
{
	int i;

	for (i = 0; i < 2; i++)
		mutex_init(&locks[i]);
}

/* Two of one class, with a level that says which is the inner one. */
static void lock_order__nested(struct kunit *test)
{
	struct mutex locks[2];

	init_two(locks);
	mutex_lock(&locks[0]);
	mutex_lock_nested(&locks[1], SINGLE_DEPTH_NESTING);
	KUNIT_EXPECT_TRUE(test, mutex_is_locked(&locks[1]));
	mutex_unlock(&locks[1]);
	mutex_unlock(&locks[0]);
}

/* Readers of SRCU wait for nobody. */
static void lock_order__srcu_readers(struct kunit *test)
{
	static DEFINE_MUTEX(lock);
	DEFINE_STATIC_SRCU(readers);
	int idx;

	idx = srcu_read_lock(&readers);
	mutex_lock(&lock);
	mutex_unlock(&lock);
	srcu_read_unlock(&readers, idx);

	mutex_lock(&lock);
	idx = srcu_read_lock(&readers);
	KUNIT_EXPECT_TRUE(test, mutex_is_locked(&lock));
	srcu_read_unlock(&readers, idx);
	mutex_unlock(&lock);
}

#ifdef __PSIM__
static DEFINE_MUTEX(first);
static DEFINE_MUTEX(second);
static DEFINE_MUTEX(third);

static void take_both(struct mutex *outer, struct mutex *inner)
{
	mutex_lock(outer);
	mutex_lock(inner);
	mutex_unlock(inner);
	mutex_unlock(outer);
}

static void lock_order__two_ways(struct kunit *test)
{
	take_both(&first, &second);
	/* both chains, with who took what where */
	kunit_expect_report(test,
			    "lock order: first under second [kunit/1: take_both takes second, "
			    "take_both takes first], but before second under first [kunit/1: "
			    "take_both takes first, take_both takes second]");
	take_both(&second, &first);
	/* once is enough */
	take_both(&second, &first);
}

static void lock_order__circle_of_three(struct kunit *test)
{
	take_both(&first, &second);
	take_both(&second, &third);
	kunit_expect_report(test, "take_both takes second], [kunit/1: take_both takes second, "
				  "take_both takes third]");
	take_both(&third, &first);
}

/* The lock in between hides nothing: what is under it is under the outer one, too. */
static void lock_order__past_a_tried_lock(struct kunit *test)
{
	mutex_lock(&first);
	KUNIT_EXPECT_TRUE(test, mutex_trylock(&second));
	mutex_lock(&third);
	mutex_unlock(&third);
	mutex_unlock(&second);
	mutex_unlock(&first);
	kunit_expect_report(test, "lock order: first under third");
	take_both(&third, &first);
}

static void lock_order__two_of_one_class(struct kunit *test)
{
	struct mutex locks[2];

	init_two(locks);
	kunit_expect_report(test, "lock order: two locks &locks[i]");
	take_both(&locks[0], &locks[1]);
}

/* A reader waits behind a writer that waits for another reader. */
static void lock_order__readers(struct kunit *test)
{
	static DECLARE_RWSEM(sem);

	down_read(&sem);
	mutex_lock(&first);
	mutex_unlock(&first);
	up_read(&sem);

	mutex_lock(&first);
	kunit_expect_report(test, "lock order: sem under first");
	down_read(&sem);
	up_read(&sem);
	mutex_unlock(&first);
}

#define MANY 200

/* Each of two hundred classes under all that come before it: found out at once, not by trying every way. */
static void lock_order__many_classes(struct kunit *test)
{
	static struct lock_class_key keys[MANY];
	static struct mutex locks[MANY];
	int i, j;

	for (i = 0; i < MANY; i++) {
		mutex_init(&locks[i]);
		lockdep_set_class(&locks[i], &keys[i]);
	}
	for (i = 0; i < MANY; i++)
		for (j = i + 1; j < MANY; j++)
			take_both(&locks[i], &locks[j]);
	kunit_expect_report(test, "take_both takes &keys[i], take_both takes &keys[i]]");
	take_both(&locks[MANY - 1], &locks[0]);
}

/* What a call may take counts as taken. */
static void might_lock__counts(struct kunit *test)
{
	mutex_lock(&first);
	might_lock(&second);
	mutex_unlock(&first);
	kunit_expect_report(test, "lock order: first under second");
	take_both(&second, &first);
}

/* Off: two tasks could deadlock, and nobody says so. */
static void lock_order__switched_off(struct kunit *test)
{
	take_both(&first, &second);
	take_both(&second, &first);
	KUNIT_EXPECT_FALSE(test, mutex_is_locked(&first));
}

/* Off: nothing is said of a lock that is missing, and locks work as ever. */
static void held_locks__switched_off(struct kunit *test)
{
	static DECLARE_RWSEM(sem);

	lockdep_assert_held(&first);
	lockdep_assert_not_held(&first);
	down_write(&sem);
	downgrade_write(&sem);
	KUNIT_EXPECT_TRUE(test, down_read_trylock(&sem));
	KUNIT_EXPECT_FALSE(test, down_write_trylock(&sem));
	up_read(&sem);
	up_read(&sem);
	take_both(&first, &second);
	take_both(&second, &first);
	KUNIT_EXPECT_FALSE(test, mutex_is_locked(&first) || rwsem_is_locked(&sem));
}
#endif

static struct kunit_case cases[] = {
	KUNIT_CASE(lock_order__same_each_time),
	KUNIT_CASE(lock_order__tried),
	KUNIT_CASE(lock_order__nested),
	KUNIT_CASE(lock_order__srcu_readers),
#ifdef __PSIM__
	KUNIT_CASE(lock_order__two_ways),
	KUNIT_CASE(lock_order__circle_of_three),
	KUNIT_CASE(lock_order__past_a_tried_lock),
	KUNIT_CASE(lock_order__two_of_one_class),
	KUNIT_CASE(lock_order__readers),
	KUNIT_CASE(lock_order__many_classes),
	KUNIT_CASE(might_lock__counts),
	KUNIT_CASE_PSIM(lock_order__switched_off, .without = PSIM_LOCK_ORDER),
	KUNIT_CASE_PSIM(held_locks__switched_off, .without = PSIM_HELD_LOCKS),
#endif
	{},
};

static struct kunit_suite suite = {
	.name = "lock_order",
	.test_cases = cases,
};
kunit_test_suite(suite);
