// SPDX-License-Identifier: MIT
/*
 * Reference counts: live, dead and saturated; krefs. On a real kernel the warnings are on its
 * console.
 */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/kref.h>
#include <linux/kthread.h>
#include <linux/limits.h>
#include <linux/mutex.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>

/* What a real kernel says on its console is a report of this machine. */
static void expect_warning(struct kunit *test, const char *part)
{
#ifdef __PSIM__
	kunit_expect_report(test, part);
#endif
}

static refcount_t count;

static void set_to(int n)
{
	refcount_set(&count, n);
}

static int value(void)
{
	return (int)refcount_read(&count);
}

/* S9.1 */
static void refcount_inc__live_counts(struct kunit *test)
{
	set_to(1);
	refcount_inc(&count);
	KUNIT_EXPECT_EQ(test, value(), 2);
	refcount_add(40, &count);
	KUNIT_EXPECT_EQ(test, value(), 42);
	refcount_dec(&count);
	KUNIT_EXPECT_EQ(test, value(), 41);
}

/* S9.1 */
static void refcount_inc__up_to_the_largest(struct kunit *test)
{
	set_to(REFCOUNT_MAX - 1);
	refcount_inc(&count);
	KUNIT_EXPECT_EQ(test, value(), INT_MAX);
}

/* S9.2 */
static void refcount_inc__past_the_largest_saturates(struct kunit *test)
{
	expect_warning(test, "overflows");
	set_to(REFCOUNT_MAX);
	refcount_inc(&count);
	KUNIT_EXPECT_EQ(test, value(), REFCOUNT_SATURATED);
	KUNIT_EXPECT_EQ(test, (unsigned int)value(), 0xC0000000u);
}

/* S9.2 */
static void refcount_add__past_the_largest_saturates(struct kunit *test)
{
	expect_warning(test, "overflows");
	set_to(INT_MAX - 5);
	refcount_add(6, &count);
	KUNIT_EXPECT_EQ(test, value(), REFCOUNT_SATURATED);
}

/* S9.2 */
static void refcount_inc__from_zero_saturates(struct kunit *test)
{
	expect_warning(test, "use after free");
	set_to(0);
	refcount_inc(&count);
	KUNIT_EXPECT_EQ(test, value(), REFCOUNT_SATURATED);
}

/* S9.2 */
static void refcount_add__from_zero_saturates(struct kunit *test)
{
	expect_warning(test, "use after free");
	set_to(0);
	refcount_add(7, &count);
	KUNIT_EXPECT_EQ(test, value(), REFCOUNT_SATURATED);
}

/* S9.1: once saturated it stays there, whatever is done; each kind warns once. */
static void refcount__saturated_stays(struct kunit *test)
{
	expect_warning(test, "overflows"); /* add */
	expect_warning(test, "overflows"); /* add unless zero */
	expect_warning(test, "below 0");
	expect_warning(test, "falls to 0");
	set_to(REFCOUNT_SATURATED);
	for (int round = 0; round < 3; round++) {
		refcount_inc(&count);
		KUNIT_EXPECT_EQ(test, value(), REFCOUNT_SATURATED);
		refcount_add(100, &count);
		KUNIT_EXPECT_EQ(test, value(), REFCOUNT_SATURATED);
		KUNIT_EXPECT_TRUE(test, refcount_inc_not_zero(&count));
		KUNIT_EXPECT_EQ(test, value(), REFCOUNT_SATURATED);
		KUNIT_EXPECT_FALSE(test, refcount_dec_and_test(&count));
		KUNIT_EXPECT_EQ(test, value(), REFCOUNT_SATURATED);
		refcount_dec(&count);
		KUNIT_EXPECT_EQ(test, value(), REFCOUNT_SATURATED);
	}
}

/* S9.3 */
static void refcount_dec_and_test__true_exactly_on_the_last(struct kunit *test)
{
	set_to(3);
	KUNIT_EXPECT_FALSE(test, refcount_dec_and_test(&count));
	KUNIT_EXPECT_FALSE(test, refcount_dec_and_test(&count));
	KUNIT_EXPECT_TRUE(test, refcount_dec_and_test(&count));
	KUNIT_EXPECT_EQ(test, value(), 0);
}

/* S9.3 */
static void refcount_sub_and_test__all_at_once(struct kunit *test)
{
	set_to(5);
	KUNIT_EXPECT_FALSE(test, refcount_sub_and_test(3, &count));
	KUNIT_EXPECT_EQ(test, value(), 2);
	KUNIT_EXPECT_TRUE(test, refcount_sub_and_test(2, &count));
	KUNIT_EXPECT_EQ(test, value(), 0);
}

/* S9.3 */
static void refcount_dec_and_test__from_zero_saturates(struct kunit *test)
{
	expect_warning(test, "below 0");
	set_to(0);
	KUNIT_EXPECT_FALSE(test, refcount_dec_and_test(&count));
	KUNIT_EXPECT_EQ(test, value(), REFCOUNT_SATURATED);
}

/* S9.3 */
static void refcount_sub_and_test__below_zero_saturates(struct kunit *test)
{
	expect_warning(test, "below 0");
	set_to(2);
	KUNIT_EXPECT_FALSE(test, refcount_sub_and_test(3, &count));
	KUNIT_EXPECT_EQ(test, value(), REFCOUNT_SATURATED);
}

/* S9.4 */
static void refcount_inc_not_zero__dead_is_refused_in_silence(struct kunit *test)
{
	set_to(0);
	KUNIT_EXPECT_FALSE(test, refcount_inc_not_zero(&count));
	KUNIT_EXPECT_FALSE(test, refcount_add_not_zero(3, &count));
	KUNIT_EXPECT_EQ(test, value(), 0);
}

/* S9.4 */
static void refcount_inc_not_zero__live_is_taken(struct kunit *test)
{
	set_to(1);
	KUNIT_EXPECT_TRUE(test, refcount_inc_not_zero(&count));
	KUNIT_EXPECT_EQ(test, value(), 2);
}

/* S9.4 */
static void refcount_dec__to_zero_saturates(struct kunit *test)
{
	expect_warning(test, "falls to 0");
	set_to(1);
	refcount_dec(&count);
	KUNIT_EXPECT_EQ(test, value(), REFCOUNT_SATURATED);
}

static void refcount_dec_if_one__only_from_one(struct kunit *test)
{
	set_to(2);
	KUNIT_EXPECT_FALSE(test, refcount_dec_if_one(&count));
	KUNIT_EXPECT_EQ(test, value(), 2);
	set_to(1);
	KUNIT_EXPECT_TRUE(test, refcount_dec_if_one(&count));
	KUNIT_EXPECT_EQ(test, value(), 0);
}

static void refcount_dec_not_one__the_last_stays(struct kunit *test)
{
	set_to(2);
	KUNIT_EXPECT_TRUE(test, refcount_dec_not_one(&count));
	KUNIT_EXPECT_EQ(test, value(), 1);
	KUNIT_EXPECT_FALSE(test, refcount_dec_not_one(&count));
	KUNIT_EXPECT_EQ(test, value(), 1);
}

/* ---- kref ---- */

struct object {
	struct kref kref;
	int released;
};

static void release(struct kref *kref)
{
	container_of(kref, struct object, kref)->released++;
}

/* S9.5 */
static void kref_put__releases_on_the_last(struct kunit *test)
{
	struct object object = {};

	kref_init(&object.kref);
	KUNIT_EXPECT_EQ(test, kref_read(&object.kref), 1);
	kref_get(&object.kref);
	KUNIT_EXPECT_EQ(test, kref_put(&object.kref, release), 0);
	KUNIT_EXPECT_EQ(test, object.released, 0);
	KUNIT_EXPECT_EQ(test, kref_put(&object.kref, release), 1);
	KUNIT_EXPECT_EQ(test, object.released, 1);
}

/* S9.5 */
static void kref_get_unless_zero__as_inc_not_zero(struct kunit *test)
{
	struct object object = {};

	kref_init(&object.kref);
	KUNIT_EXPECT_NE(test, kref_get_unless_zero(&object.kref), 0);
	KUNIT_EXPECT_EQ(test, kref_put(&object.kref, release), 0);
	KUNIT_EXPECT_EQ(test, kref_put(&object.kref, release), 1);
	KUNIT_EXPECT_EQ(test, kref_get_unless_zero(&object.kref), 0);
	KUNIT_EXPECT_EQ(test, kref_read(&object.kref), 0);
}

/* S9.3, S9.5 */
static void kref_put__once_too_often_does_not_release_again(struct kunit *test)
{
	struct object object = {};

	expect_warning(test, "kref_put__once_too_often");
	kref_init(&object.kref);
	KUNIT_EXPECT_EQ(test, kref_put(&object.kref, release), 1);
	KUNIT_EXPECT_EQ(test, kref_put(&object.kref, release), 0);
	KUNIT_EXPECT_EQ(test, object.released, 1);
}

/* S9.2, S9.3 */
static void refcount_dec_not_one__dead_and_saturated_stay(struct kunit *test)
{
	set_to(REFCOUNT_SATURATED);
	KUNIT_EXPECT_TRUE(test, refcount_dec_not_one(&count));
	KUNIT_EXPECT_EQ(test, value(), REFCOUNT_SATURATED);
	set_to(0);
	expect_warning(test, "the count falls below 0");
	KUNIT_EXPECT_TRUE(test, refcount_dec_not_one(&count));
	KUNIT_EXPECT_EQ(test, value(), 0);
}

static void refcount_dec_and_mutex_lock__held_for_the_last_alone(struct kunit *test)
{
	static DEFINE_MUTEX(mutex);

	set_to(2);
	KUNIT_EXPECT_FALSE(test, refcount_dec_and_mutex_lock(&count, &mutex));
	KUNIT_EXPECT_FALSE(test, mutex_is_locked(&mutex));
	KUNIT_EXPECT_EQ(test, value(), 1);
	KUNIT_EXPECT_TRUE(test, refcount_dec_and_mutex_lock(&count, &mutex));
	KUNIT_EXPECT_TRUE(test, mutex_is_locked(&mutex));
	KUNIT_EXPECT_EQ(test, value(), 0);
	mutex_unlock(&mutex);
}

static void refcount_dec_and_lock__held_for_the_last_alone(struct kunit *test)
{
	static DEFINE_SPINLOCK(lock);

	set_to(2);
	KUNIT_EXPECT_FALSE(test, refcount_dec_and_lock(&count, &lock));
	KUNIT_EXPECT_FALSE(test, spin_is_locked(&lock));
	KUNIT_EXPECT_EQ(test, value(), 1);
	KUNIT_EXPECT_TRUE(test, refcount_dec_and_lock(&count, &lock));
	KUNIT_EXPECT_TRUE(test, spin_is_locked(&lock));
	KUNIT_EXPECT_EQ(test, value(), 0);
	spin_unlock(&lock);
}

static DEFINE_MUTEX(getter_mutex);
static DEFINE_SPINLOCK(getter_lock);
static DECLARE_COMPLETION(getter_has_it);

static int get_under_mutex(void *arg)
{
	mutex_lock(&getter_mutex);
	complete(&getter_has_it);
	msleep(5); /* until the other has seen that it drops the last one */
	refcount_inc(&count);
	mutex_unlock(&getter_mutex);
	return 0;
}

static void refcount_dec_and_mutex_lock__somebody_was_faster(struct kunit *test)
{
	struct task_struct *getter;

	set_to(1);
	getter = kthread_run(get_under_mutex, NULL, "getter");
	KUNIT_ASSERT_FALSE(test, IS_ERR(getter));
	wait_for_completion(&getter_has_it);
	KUNIT_EXPECT_FALSE(test, refcount_dec_and_mutex_lock(&count, &getter_mutex));
	KUNIT_EXPECT_FALSE(test, mutex_is_locked(&getter_mutex));
	KUNIT_EXPECT_EQ(test, value(), 1);
}

static int get_under_lock(void *arg)
{
	spin_lock(&getter_lock);
	complete(&getter_has_it);
	while (!spin_is_contended(&getter_lock))
		cpu_relax();
	refcount_inc(&count);
	spin_unlock(&getter_lock);
	return 0;
}

static void refcount_dec_and_lock__somebody_was_faster(struct kunit *test)
{
	struct task_struct *getter;

	set_to(1);
	getter = kthread_run(get_under_lock, NULL, "getter");
	KUNIT_ASSERT_FALSE(test, IS_ERR(getter));
	wait_for_completion(&getter_has_it);
	KUNIT_EXPECT_FALSE(test, refcount_dec_and_lock(&count, &getter_lock));
	KUNIT_EXPECT_FALSE(test, spin_is_locked(&getter_lock));
	KUNIT_EXPECT_EQ(test, value(), 1);
}

#ifdef __PSIM__
/* What code sees that has an inlined half of its own. */
static void refcount_warn_saturate__saturates(struct kunit *test)
{
	set_to(3);
	kunit_expect_report(test, "overflows or is saturated");
	refcount_warn_saturate(&count, REFCOUNT_ADD_OVF);
	KUNIT_EXPECT_EQ(test, value(), REFCOUNT_SATURATED);
}
#endif

static struct kunit_case cases[] = {
	KUNIT_CASE(refcount_inc__live_counts),
	KUNIT_CASE(refcount_inc__up_to_the_largest),
	KUNIT_CASE(refcount_inc__past_the_largest_saturates),
	KUNIT_CASE(refcount_add__past_the_largest_saturates),
	KUNIT_CASE(refcount_inc__from_zero_saturates),
	KUNIT_CASE(refcount_add__from_zero_saturates),
	KUNIT_CASE(refcount__saturated_stays),
	KUNIT_CASE(refcount_dec_and_test__true_exactly_on_the_last),
	KUNIT_CASE(refcount_sub_and_test__all_at_once),
	KUNIT_CASE(refcount_dec_and_test__from_zero_saturates),
	KUNIT_CASE(refcount_sub_and_test__below_zero_saturates),
	KUNIT_CASE(refcount_inc_not_zero__dead_is_refused_in_silence),
	KUNIT_CASE(refcount_inc_not_zero__live_is_taken),
	KUNIT_CASE(refcount_dec__to_zero_saturates),
	KUNIT_CASE(refcount_dec_if_one__only_from_one),
	KUNIT_CASE(refcount_dec_not_one__the_last_stays),
	KUNIT_CASE(kref_put__releases_on_the_last),
	KUNIT_CASE(kref_get_unless_zero__as_inc_not_zero),
	KUNIT_CASE(kref_put__once_too_often_does_not_release_again),
	KUNIT_CASE(refcount_dec_not_one__dead_and_saturated_stay),
	KUNIT_CASE(refcount_dec_and_mutex_lock__held_for_the_last_alone),
	KUNIT_CASE(refcount_dec_and_lock__held_for_the_last_alone),
	KUNIT_CASE(refcount_dec_and_mutex_lock__somebody_was_faster),
	KUNIT_CASE(refcount_dec_and_lock__somebody_was_faster),
#ifdef __PSIM__
	KUNIT_CASE(refcount_warn_saturate__saturates),
#endif
	{}};

static struct kunit_suite suite = {
	.name = "refcount",
	.test_cases = cases,
};
kunit_test_suite(suite);

MODULE_LICENSE("Dual MIT/GPL");
