// SPDX-License-Identifier: MIT
/* Reference counts: what they were before, the last one under a lock, and lists of counted entries. */
#include <kunit/test.h>
#include <linux/klist.h>
#include <linux/kref.h>
#include <linux/mutex.h>
#include <linux/percpu-refcount.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>

#ifdef __PSIM__
#include <psim/audit.h>
#define calls_of(function) psim_inert_calls(#function)
#else
/* a kernel counts nothing */
static unsigned long calls;
#define calls_of(function) (calls++)
#endif

/* S9.3, S9.4 */
static void refcount__says_what_it_was(struct kunit *test)
{
	refcount_t r = REFCOUNT_INIT(1);
	int old = -1;

	KUNIT_EXPECT_TRUE(test, __refcount_add_not_zero(4, &r, &old));
	KUNIT_EXPECT_EQ(test, old, 1);
	KUNIT_EXPECT_TRUE(test, __refcount_inc_not_zero(&r, &old));
	KUNIT_EXPECT_EQ(test, old, 5);
	KUNIT_EXPECT_FALSE(test, __refcount_sub_and_test(3, &r, &old));
	KUNIT_EXPECT_EQ(test, old, 6);
	KUNIT_EXPECT_FALSE(test, __refcount_dec_and_test(&r, &old));
	KUNIT_EXPECT_EQ(test, old, 3);
	KUNIT_EXPECT_EQ(test, refcount_read(&r), 2u);
	KUNIT_EXPECT_TRUE(test, __refcount_sub_and_test(2, &r, &old));
	KUNIT_EXPECT_EQ(test, old, 2);
}

/* S9.4, S9.3 */
static void refcount__dead_stays_dead(struct kunit *test)
{
	refcount_t r = REFCOUNT_INIT(1);
	int old = -1;

	KUNIT_EXPECT_TRUE(test, __refcount_dec_and_test(&r, &old));
	KUNIT_EXPECT_EQ(test, old, 1);
	KUNIT_EXPECT_FALSE(test, __refcount_inc_not_zero(&r, &old));
	KUNIT_EXPECT_EQ(test, old, 0);
	KUNIT_EXPECT_FALSE(test, __refcount_add_not_zero(2, &r, &old));
	KUNIT_EXPECT_EQ(test, refcount_read(&r), 0u);
}

static DEFINE_MUTEX(mutex);
static DEFINE_SPINLOCK(spin);
static int released, was_locked;

static void release_mutex(struct kref *kref)
{
	released++;
	was_locked = mutex_is_locked(&mutex);
	mutex_unlock(&mutex);
}

static void release_spin(struct kref *kref)
{
	released++;
	was_locked = spin_is_locked(&spin);
	spin_unlock(&spin);
}

/* S9.5 */
static void kref_put_mutex__the_last_one_is_let_go_locked(struct kunit *test)
{
	struct kref kref = KREF_INIT(2);

	released = was_locked = 0;
	KUNIT_EXPECT_EQ(test, kref_put_mutex(&kref, release_mutex, &mutex), 0);
	KUNIT_EXPECT_FALSE(test, mutex_is_locked(&mutex));
	KUNIT_EXPECT_EQ(test, released, 0);
	KUNIT_EXPECT_EQ(test, kref_put_mutex(&kref, release_mutex, &mutex), 1);
	KUNIT_EXPECT_EQ(test, released, 1);
	KUNIT_EXPECT_TRUE(test, was_locked);
	KUNIT_EXPECT_FALSE(test, mutex_is_locked(&mutex));
	KUNIT_EXPECT_EQ(test, kref_read(&kref), 0u);
}

/* S9.5 */
static void kref_put_lock__the_last_one_is_let_go_locked(struct kunit *test)
{
	struct kref kref = KREF_INIT(2);

	released = was_locked = 0;
	KUNIT_EXPECT_EQ(test, kref_put_lock(&kref, release_spin, &spin), 0);
	KUNIT_EXPECT_FALSE(test, spin_is_locked(&spin));
	KUNIT_EXPECT_EQ(test, kref_put_lock(&kref, release_spin, &spin), 1);
	KUNIT_EXPECT_EQ(test, released, 1);
#if defined(__PSIM__) || defined(CONFIG_SMP)
	KUNIT_EXPECT_TRUE(test, was_locked);
#endif
	KUNIT_EXPECT_FALSE(test, spin_is_locked(&spin));
	KUNIT_EXPECT_EQ(test, kref_read(&kref), 0u);
}

static void klist_add_before__stands_before_it(struct kunit *test)
{
	struct klist_node a, b, c, *order[] = {&a, &c, &b};
	struct klist_iter walk;
	struct klist list;
	unsigned int i;

	klist_init(&list, NULL, NULL);
	klist_add_tail(&b, &list);
	klist_add_before(&a, &b);
	klist_add_before(&c, &b);
	klist_iter_init(&list, &walk);
	for (i = 0; i < ARRAY_SIZE(order); i++)
		KUNIT_EXPECT_PTR_EQ(test, klist_next(&walk), order[i]);
	KUNIT_EXPECT_NULL(test, klist_next(&walk));
	klist_iter_exit(&walk);
	for (i = 0; i < ARRAY_SIZE(order); i++) {
		KUNIT_EXPECT_TRUE(test, klist_node_attached(order[i]));
		klist_remove(order[i]);
		KUNIT_EXPECT_FALSE(test, klist_node_attached(order[i]));
	}
}

static void count_release(struct percpu_ref *ref)
{
	released++;
}

/* How it counts cannot be seen in what it counts. */
static void percpu_ref_switch_to_atomic_sync__is_counted(struct kunit *test)
{
	unsigned long there = calls_of(percpu_ref_switch_to_atomic_sync);
	unsigned long back = calls_of(percpu_ref_switch_to_percpu);
	static struct percpu_ref ref;

	released = 0;
	KUNIT_ASSERT_EQ(test, percpu_ref_init(&ref, count_release, 0, GFP_KERNEL), 0);
	percpu_ref_get(&ref);
	percpu_ref_switch_to_atomic_sync(&ref);
	KUNIT_EXPECT_GT(test, calls_of(percpu_ref_switch_to_atomic_sync), there);
	percpu_ref_put(&ref);
	KUNIT_EXPECT_TRUE(test, percpu_ref_tryget_live(&ref));
	percpu_ref_switch_to_percpu(&ref);
	KUNIT_EXPECT_GT(test, calls_of(percpu_ref_switch_to_percpu), back);
	percpu_ref_put(&ref);
	KUNIT_EXPECT_EQ(test, released, 0);
	percpu_ref_kill(&ref);
	rcu_barrier();
	KUNIT_EXPECT_EQ(test, released, 1);
	percpu_ref_exit(&ref);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(refcount__says_what_it_was),
	KUNIT_CASE(refcount__dead_stays_dead),
	KUNIT_CASE(kref_put_mutex__the_last_one_is_let_go_locked),
	KUNIT_CASE(kref_put_lock__the_last_one_is_let_go_locked),
	KUNIT_CASE(klist_add_before__stands_before_it),
	KUNIT_CASE(percpu_ref_switch_to_atomic_sync__is_counted),
	{},
};

static struct kunit_suite suite = {
	.name = "refs",
	.test_cases = cases,
};
kunit_test_suite(suite);
