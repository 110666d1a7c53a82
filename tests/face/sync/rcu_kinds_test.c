// SPDX-License-Identifier: MIT
/* RCU by its other names: readers of each kind, the waits that hurry, and SRCU's pointers. */
#include <kunit/test.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/srcu.h>
#include "threads.h"

struct item {
	int value;
	struct rcu_head head;
};

static struct item one = {.value = 1};
static struct item __rcu *published;
DEFINE_STATIC_SRCU(domain);
static struct mutex update;

static void rcu_dereference__by_each_kind_of_reader(struct kunit *test)
{
	struct item *item;

	rcu_assign_pointer(published, &one);
	rcu_read_lock_bh();
	item = rcu_dereference_bh(published);
	KUNIT_EXPECT_PTR_EQ(test, item, &one);
	rcu_read_unlock_bh();
	rcu_read_lock_sched();
	item = rcu_dereference_sched(published);
	KUNIT_EXPECT_EQ(test, item->value, 1);
	rcu_read_unlock_sched();
	rcu_read_lock();
	item = rcu_pointer_handoff(rcu_dereference(published));
	rcu_read_unlock();
	KUNIT_EXPECT_PTR_EQ(test, item, &one);
	KUNIT_EXPECT_PTR_EQ(test, unrcu_pointer(published), &one);
	RCU_INIT_POINTER(published, NULL);
}

static void srcu_dereference__by_a_reader_or_under_a_lock(struct kunit *test)
{
	static struct lock_class_key key;
	struct item *item;
	int idx;

	mutex_init_with_key(&update, &key);
	rcu_assign_pointer(published, &one);
	idx = srcu_read_lock(&domain);
	item = srcu_dereference(published, &domain);
	KUNIT_EXPECT_PTR_EQ(test, item, &one);
	srcu_read_unlock(&domain, idx);
	mutex_lock(&update);
	KUNIT_EXPECT_TRUE(test, mutex_is_locked(&update));
	item = srcu_dereference_check(published, &domain, lockdep_is_held(&update));
	KUNIT_EXPECT_PTR_EQ(test, item, &one);
	mutex_unlock(&update);
	RCU_INIT_POINTER(published, NULL);
}

/* ---- waiting for readers -------------------------------------------------------------------------------- */

static atomic_t inside, leave, left;

static int read_until_told(void *srcu)
{
	int idx = 0;

	if (srcu)
		idx = srcu_read_lock(&domain);
	else
		rcu_read_lock();
	atomic_set(&inside, 1);
	while (!atomic_read(&leave))
		udelay(10);
	atomic_set(&left, 1);
	if (srcu)
		srcu_read_unlock(&domain, idx);
	else
		rcu_read_unlock();
	return 0;
}

static int tell_later(void *unused)
{
	msleep(3);
	atomic_set(&leave, 1);
	return 0;
}

static void wait_by(int how)
{
	switch (how) {
	case 0:
		synchronize_rcu_expedited();
		break;
	case 1:
		synchronize_net();
		break;
	default:
		synchronize_srcu_expedited(&domain);
	}
}

static void synchronize_rcu_expedited__waits_for_the_readers(struct kunit *test)
{
	struct thread reader, teller;
	int how;

	for (how = 0; how < 3; how++) {
		atomic_set(&inside, 0);
		atomic_set(&leave, 0);
		atomic_set(&left, 0);
		thread_start(test, &reader, read_until_told, how == 2 ? &domain : NULL);
		thread_start(test, &teller, tell_later, NULL);
		while (!atomic_read(&inside))
			msleep(1);
		wait_by(how);
		KUNIT_EXPECT_TRUE(test, atomic_read(&left));
		thread_join(&reader);
		thread_join(&teller);
	}
}

static void note(struct rcu_head *head)
{
	container_of(head, struct item, head)->value++;
}

static void call_rcu_hurry__calls_after_the_readers(struct kunit *test)
{
	struct item item = {.value = 5};

	init_rcu_head_on_stack(&item.head);
	rcu_read_lock();
	call_rcu_hurry(&item.head, note);
	udelay(100);
	KUNIT_EXPECT_EQ(test, READ_ONCE(item.value), 5);
	rcu_read_unlock();
	rcu_barrier();
	KUNIT_EXPECT_EQ(test, item.value, 6);
	destroy_rcu_head_on_stack(&item.head);
}

static void init_rcu_head__may_be_used_again(struct kunit *test)
{
	static struct item item;
	int i;

	item.value = 0;
	for (i = 1; i < 3; i++) {
		init_rcu_head(&item.head);
		call_rcu(&item.head, note);
		rcu_barrier();
		KUNIT_EXPECT_EQ(test, item.value, i);
		destroy_rcu_head(&item.head);
	}
}

#ifdef __PSIM__
static void rcu_dereference_bh__outside_is_reported(struct kunit *test)
{
	rcu_assign_pointer(published, &one);
	kunit_expect_report(test, "rcu_dereference(published) outside of a reader");
	KUNIT_EXPECT_PTR_EQ(test, rcu_dereference_bh(published), &one);
	kunit_expect_report(test, "rcu_dereference(published) outside of a reader");
	KUNIT_EXPECT_PTR_EQ(test, rcu_dereference_sched(published), &one);
	kunit_expect_report(test, "srcu_dereference(published) outside of a reader");
	KUNIT_EXPECT_PTR_EQ(test, srcu_dereference(published, &domain), &one);
	kunit_expect_report(test, "srcu_dereference(published) outside of a reader");
	KUNIT_EXPECT_PTR_EQ(test, srcu_dereference_check(published, &domain, false), &one);
	RCU_INIT_POINTER(published, NULL);
}
#endif

static struct kunit_case cases[] = {
	KUNIT_CASE(rcu_dereference__by_each_kind_of_reader),
	KUNIT_CASE(srcu_dereference__by_a_reader_or_under_a_lock),
	KUNIT_CASE(synchronize_rcu_expedited__waits_for_the_readers),
	KUNIT_CASE(call_rcu_hurry__calls_after_the_readers),
	KUNIT_CASE(init_rcu_head__may_be_used_again),
#ifdef __PSIM__
	KUNIT_CASE(rcu_dereference_bh__outside_is_reported),
#endif
	{},
};

static struct kunit_suite suite = {
	.name = "rcu_kinds",
	.test_cases = cases,
};
kunit_test_suite(suite);
