// SPDX-License-Identifier: MIT
/* RCU and SRCU: grace periods wait for the readers of now, and for them only. */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/srcu.h>
#include "threads.h"

#ifdef __PSIM__
#include <psim/machine.h>
#endif

struct stage {
	atomic_t reading, leave, called;
	struct rcu_head head;
	struct srcu_struct srcu;
	spinlock_t lock;
};

/* A reader cannot sleep: it spins until it may leave. */
static int read_until_told(void *arg)
{
	struct stage *s = arg;

	rcu_read_lock();
	atomic_set(&s->reading, 1);
	while (!atomic_read(&s->leave))
		cpu_relax();
	rcu_read_unlock();
	return 0;
}

static int lock_until_told(void *arg)
{
	struct stage *s = arg;

	spin_lock(&s->lock);
	atomic_set(&s->reading, 1);
	while (!atomic_read(&s->leave))
		cpu_relax();
	spin_unlock(&s->lock);
	return 0;
}

static int synchronize(void *arg)
{
	synchronize_rcu();
	return 0;
}

static void called(struct rcu_head *head)
{
	struct stage *s = container_of(head, struct stage, head);

	atomic_set(&s->called, in_serving_softirq() ? 1 : 2);
}

static void start_reader(struct kunit *test, struct stage *s, struct thread *t, int (*body)(void *))
{
	spin_lock_init(&s->lock);
	thread_start(test, t, body, s);
	while (!atomic_read(&s->reading))
		cond_resched();
}

static void synchronize_rcu__waits_for_a_reader(struct kunit *test)
{
	static struct stage s;
	struct thread reader, waiter;

	start_reader(test, &s, &reader, read_until_told);
	thread_start(test, &waiter, synchronize, NULL);
	let_others_run();
	KUNIT_EXPECT_FALSE(test, thread_ended(&waiter));
	atomic_set(&s.leave, 1);
	thread_join(&waiter);
	thread_join(&reader);
}

static void synchronize_rcu__no_reader(struct kunit *test)
{
	synchronize_rcu();
	synchronize_rcu();
	KUNIT_SUCCEED(test);
}

static void synchronize_rcu__waits_for_a_spinlock(struct kunit *test)
{
	static struct stage s;
	struct thread holder, waiter;

	start_reader(test, &s, &holder, lock_until_told);
	thread_start(test, &waiter, synchronize, NULL);
	let_others_run();
	KUNIT_EXPECT_FALSE(test, thread_ended(&waiter));
	atomic_set(&s.leave, 1);
	thread_join(&waiter);
	thread_join(&holder);
}

/* A reader that came later is not waited for. */
static void synchronize_rcu__not_for_later_readers(struct kunit *test)
{
	static struct stage first, second;
	struct thread a, b, waiter;

	start_reader(test, &first, &a, read_until_told);
	thread_start(test, &waiter, synchronize, NULL);
	let_others_run();
	start_reader(test, &second, &b, read_until_told);
	atomic_set(&first.leave, 1);
	thread_join(&waiter);
	KUNIT_EXPECT_FALSE(test, thread_ended(&b));
	atomic_set(&second.leave, 1);
	thread_join(&a);
	thread_join(&b);
}

static void call_rcu__after_the_reader(struct kunit *test)
{
	static struct stage s;
	struct thread reader;

	start_reader(test, &s, &reader, read_until_told);
	call_rcu(&s.head, called);
	let_others_run();
	KUNIT_EXPECT_EQ(test, atomic_read(&s.called), 0);
	atomic_set(&s.leave, 1);
	thread_join(&reader);
	rcu_barrier();
	KUNIT_EXPECT_NE(test, atomic_read(&s.called), 0);
}

static void rcu_barrier__all_that_were_called(struct kunit *test)
{
	static struct stage s[20];
	int i;

	for (i = 0; i < 20; i++)
		call_rcu(&s[i].head, called);
	rcu_barrier();
	for (i = 0; i < 20; i++)
		KUNIT_EXPECT_NE(test, atomic_read(&s[i].called), 0);
}

static void rcu_read_lock__nests(struct kunit *test)
{
	static struct stage s;

	KUNIT_EXPECT_FALSE(test, rcu_read_lock_held());
	rcu_read_lock();
	rcu_read_lock();
	rcu_read_unlock();
	KUNIT_EXPECT_TRUE(test, rcu_read_lock_held());
	call_rcu(&s.head, called);
	udelay(100);
	KUNIT_EXPECT_EQ(test, atomic_read(&s.called), 0);
	rcu_read_unlock();
	rcu_barrier();
	KUNIT_EXPECT_NE(test, atomic_read(&s.called), 0);
}

struct item {
	int value;
	struct rcu_head rcu;
};

static struct item __rcu *published;

static int read_item(void *arg)
{
	struct stage *s = arg;
	struct item *item;
	int value;

	rcu_read_lock();
	item = rcu_dereference(published);
	value = item->value;
	atomic_set(&s->reading, 1);
	while (!atomic_read(&s->leave))
		cpu_relax();
	/* freed memory would be poisoned, and is found by the address sanitizer */
	value = value == item->value ? value : -1;
	rcu_read_unlock();
	return value;
}

static void kfree_rcu__waits_for_the_reader(struct kunit *test)
{
	struct item *old, *item = kzalloc(sizeof(*item), GFP_KERNEL);
	static struct stage s;
	struct thread reader;

	KUNIT_ASSERT_NOT_NULL(test, item);
	item->value = 42;
	rcu_assign_pointer(published, item);
	start_reader(test, &s, &reader, read_item);
	old = rcu_replace_pointer(published, NULL, true);
	KUNIT_EXPECT_PTR_EQ(test, old, item);
	kfree_rcu(old, rcu);
	let_others_run();
	atomic_set(&s.leave, 1);
	KUNIT_EXPECT_EQ(test, thread_join(&reader), 42);
	rcu_barrier();
}

static void kfree_rcu__null(struct kunit *test)
{
	struct item *none = NULL;

	kfree_rcu(none, rcu);
	kfree_rcu_mightsleep(none);
	KUNIT_SUCCEED(test);
}

static int srcu_read_until_told(void *arg)
{
	struct stage *s = arg;
	int idx = srcu_read_lock(&s->srcu);

	atomic_set(&s->reading, 1);
	/* these readers may sleep */
	while (!atomic_read(&s->leave))
		msleep(1);
	srcu_read_unlock(&s->srcu, idx);
	return 0;
}

static int srcu_synchronize(void *arg)
{
	synchronize_srcu(arg);
	return 0;
}

static void synchronize_srcu__waits_for_a_reader(struct kunit *test)
{
	static struct stage s;
	struct thread reader, first, second;

	KUNIT_ASSERT_EQ(test, init_srcu_struct(&s.srcu), 0);
	synchronize_srcu(&s.srcu);
	start_reader(test, &s, &reader, srcu_read_until_told);
	thread_start(test, &first, srcu_synchronize, &s.srcu);
	thread_start(test, &second, srcu_synchronize, &s.srcu);
	let_others_run();
	KUNIT_EXPECT_FALSE(test, thread_ended(&first));
	KUNIT_EXPECT_FALSE(test, thread_ended(&second));
	atomic_set(&s.leave, 1);
	thread_join(&first);
	thread_join(&second);
	thread_join(&reader);
	cleanup_srcu_struct(&s.srcu);
}

static void synchronize_srcu__not_for_another_domain(struct kunit *test)
{
	static struct stage s;
	DEFINE_STATIC_SRCU(other);
	struct thread reader;

	KUNIT_ASSERT_EQ(test, init_srcu_struct(&s.srcu), 0);
	start_reader(test, &s, &reader, srcu_read_until_told);
	synchronize_srcu(&other);
	KUNIT_EXPECT_FALSE(test, thread_ended(&reader));
	atomic_set(&s.leave, 1);
	thread_join(&reader);
	cleanup_srcu_struct(&s.srcu);
}

static void srcu_read_lock__held(struct kunit *test)
{
	DEFINE_STATIC_SRCU(srcu);
	int a, b;

	KUNIT_EXPECT_FALSE(test, srcu_read_lock_held(&srcu));
	a = srcu_read_lock(&srcu);
	b = srcu_read_lock(&srcu);
	srcu_read_unlock(&srcu, b);
	KUNIT_EXPECT_TRUE(test, srcu_read_lock_held(&srcu));
	srcu_read_unlock(&srcu, a);
	KUNIT_EXPECT_FALSE(test, srcu_read_lock_held(&srcu));
}

#ifdef __PSIM__
static void rcu_dereference__outside_of_a_reader(struct kunit *test)
{
	kunit_expect_report(test, "rcu_dereference(published) outside of a reader");
	KUNIT_EXPECT_NULL(test, rcu_dereference(published));
}

static void synchronize_rcu__inside_a_reader(struct kunit *test)
{
	rcu_read_lock();
	kunit_expect_report(test, "synchronize_rcu may sleep, but this task is an RCU reader");
	kunit_expect_halt(test, "synchronize_rcu inside a reader");
	synchronize_rcu();
}

static void rcu_read_unlock__not_locked(struct kunit *test)
{
	kunit_expect_report(test, "rcu_read_unlock() by a task that is no RCU reader");
	rcu_read_unlock();
}

static void mutex_lock__inside_a_reader(struct kunit *test)
{
	static DEFINE_MUTEX(lock);

	rcu_read_lock();
	kunit_expect_report(test, "may sleep, but this task is an RCU reader");
	mutex_lock(&lock);
	mutex_unlock(&lock);
	rcu_read_unlock();
}

static void synchronize_srcu__inside_a_reader(struct kunit *test)
{
	DEFINE_STATIC_SRCU(srcu);

	(void)srcu_read_lock(&srcu);
	kunit_expect_halt(test, "synchronize_srcu(srcu) inside a reader");
	synchronize_srcu(&srcu);
}
#endif

static struct kunit_case cases[] = {
	KUNIT_CASE(synchronize_rcu__waits_for_a_reader),
	KUNIT_CASE(synchronize_rcu__no_reader),
	KUNIT_CASE(synchronize_rcu__waits_for_a_spinlock),
	KUNIT_CASE(synchronize_rcu__not_for_later_readers),
	KUNIT_CASE(call_rcu__after_the_reader),
	KUNIT_CASE(rcu_barrier__all_that_were_called),
	KUNIT_CASE(rcu_read_lock__nests),
	KUNIT_CASE(kfree_rcu__waits_for_the_reader),
	KUNIT_CASE(kfree_rcu__null),
	KUNIT_CASE(synchronize_srcu__waits_for_a_reader),
	KUNIT_CASE(synchronize_srcu__not_for_another_domain),
	KUNIT_CASE(srcu_read_lock__held),
#ifdef __PSIM__
	KUNIT_CASE_PSIM(synchronize_rcu__waits_for_a_reader, .scheduler = "random", .seed = 5),
	KUNIT_CASE_PSIM(synchronize_srcu__waits_for_a_reader, .scheduler = "random", .seed = 5),
	KUNIT_CASE(rcu_dereference__outside_of_a_reader),
	KUNIT_CASE(synchronize_rcu__inside_a_reader),
	KUNIT_CASE(rcu_read_unlock__not_locked),
	KUNIT_CASE(mutex_lock__inside_a_reader),
	KUNIT_CASE(synchronize_srcu__inside_a_reader),
#endif
	{}};

static struct kunit_suite suite = {.name = "rcu", .test_cases = cases};
kunit_test_suite(suite);
MODULE_LICENSE("Dual MIT/GPL");
