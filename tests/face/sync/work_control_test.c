// SPDX-License-Identifier: MIT
/* Delayed work and work after a grace period; disabling, limits, and what an item knows of itself. */
#include <kunit/test.h>
#include <linux/jiffies.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/workqueue.h>
#include "threads.h"

static int runs;
static struct work_struct *inside;

static void count(struct work_struct *work)
{
	runs++;
	inside = current_work();
}

/* S9.43 */
static void cancel_delayed_work__before_and_after(struct kunit *test)
{
	static struct delayed_work dwork;

	runs = 0;
	INIT_DELAYED_WORK_ONSTACK(&dwork, count);
	KUNIT_EXPECT_FALSE(test, cancel_delayed_work(&dwork));
	schedule_delayed_work(&dwork, 5);
	KUNIT_EXPECT_TRUE(test, cancel_delayed_work(&dwork));
	msleep(10);
	KUNIT_EXPECT_EQ(test, runs, 0);
	schedule_delayed_work(&dwork, 0);
	flush_delayed_work(&dwork);
	KUNIT_EXPECT_EQ(test, runs, 1);
	KUNIT_EXPECT_FALSE(test, cancel_delayed_work(&dwork));
	destroy_delayed_work_on_stack(&dwork);
}

/* S9.42: as often enabled as it was disabled */
static void disable_delayed_work__nests(struct kunit *test)
{
	static DECLARE_DELAYED_WORK(dwork, count);

	runs = 0;
	schedule_delayed_work(&dwork, 5);
	KUNIT_EXPECT_TRUE(test, disable_delayed_work(&dwork));
	KUNIT_EXPECT_FALSE(test, disable_delayed_work_sync(&dwork));
	KUNIT_EXPECT_FALSE(test, schedule_delayed_work(&dwork, 0));
	KUNIT_EXPECT_FALSE(test, mod_delayed_work(system_wq, &dwork, 0));
	KUNIT_EXPECT_FALSE(test, enable_delayed_work(&dwork));
	KUNIT_EXPECT_FALSE(test, schedule_delayed_work(&dwork, 0));
	KUNIT_EXPECT_TRUE(test, enable_delayed_work(&dwork));
	KUNIT_EXPECT_TRUE(test, schedule_delayed_work(&dwork, 0));
	flush_delayed_work(&dwork);
	KUNIT_EXPECT_EQ(test, runs, 1);
}

/* S9.42, S9.40 */
static void disable_work__pending(struct kunit *test)
{
	struct workqueue_struct *wq = alloc_ordered_workqueue("off", 0);
	static DECLARE_WORK(work, count);

	KUNIT_ASSERT_NOT_NULL(test, wq);
	runs = 0;
	KUNIT_EXPECT_FALSE(test, disable_work(&work));
	KUNIT_EXPECT_FALSE(test, queue_work(wq, &work));
	KUNIT_EXPECT_TRUE(test, enable_work(&work));
	KUNIT_EXPECT_TRUE(test, queue_work(wq, &work));
	flush_workqueue(wq);
	KUNIT_EXPECT_EQ(test, runs, 1);
	destroy_workqueue(wq);
}

static void current_work__inside_alone(struct kunit *test)
{
	static DECLARE_WORK(work, count);

	KUNIT_EXPECT_NULL(test, current_work());
	inside = NULL;
	schedule_work(&work);
	flush_work(&work);
	KUNIT_EXPECT_PTR_EQ(test, inside, &work);
	destroy_work_on_stack(&work);
}

static struct rcu_work after;

static int read_for_a_while(void *unused)
{
	rcu_read_lock();
	mdelay(30);
	WRITE_ONCE(runs, READ_ONCE(runs) + 10);
	rcu_read_unlock();
	return 0;
}

/* S9.40 */
static void queue_rcu_work__after_the_readers(struct kunit *test)
{
	struct thread reader;

	runs = 0;
	INIT_RCU_WORK(&after, count);
	KUNIT_EXPECT_FALSE(test, flush_rcu_work(&after));
	thread_start(test, &reader, read_for_a_while, NULL);
	msleep(1);
	KUNIT_EXPECT_TRUE(test, queue_rcu_work(system_wq, &after));
	KUNIT_EXPECT_FALSE(test, queue_rcu_work(system_wq, &after));
	KUNIT_EXPECT_TRUE(test, flush_rcu_work(&after));
	KUNIT_EXPECT_EQ(test, runs, 11);
	thread_join(&reader);
	disable_work(&after.work);
	KUNIT_EXPECT_FALSE(test, queue_rcu_work(system_wq, &after));
	enable_work(&after.work);
}

static DECLARE_COMPLETION(go_on);
static atomic_t at_once = ATOMIC_INIT(0);

static void hold(struct work_struct *work)
{
	atomic_inc(&at_once);
	wait_for_completion(&go_on);
}

/* S9.40: what waits for a place begins when there is one more */
static void workqueue_set_max_active__one_more(struct kunit *test)
{
	struct workqueue_struct *wq = alloc_workqueue("limit", WQ_UNBOUND, 1);
	static struct work_struct work[3];

	KUNIT_ASSERT_NOT_NULL(test, wq);
	for (int i = 0; i < 3; i++) {
		INIT_WORK(&work[i], hold);
		queue_work(wq, &work[i]);
	}
	let_others_run();
	KUNIT_EXPECT_EQ(test, atomic_read(&at_once), 1);
	KUNIT_EXPECT_EQ(test, work_busy(&work[2]), (unsigned int)WORK_BUSY_PENDING);
	workqueue_set_max_active(wq, 2);
	let_others_run();
	KUNIT_EXPECT_EQ(test, atomic_read(&at_once), 2);
	workqueue_set_max_active(wq, 1); /* those that run go on */
	KUNIT_EXPECT_EQ(test, atomic_read(&at_once), 2);
	complete_all(&go_on);
	destroy_workqueue(wq);
	KUNIT_EXPECT_EQ(test, atomic_read(&at_once), 3);
}

static void kvfree_rcu_mightsleep__waits_itself(struct kunit *test)
{
	struct thread reader;
	void *p = kmalloc(64, GFP_KERNEL);

	runs = 0;
	thread_start(test, &reader, read_for_a_while, NULL);
	msleep(1);
	kvfree_rcu_mightsleep(p);
	KUNIT_EXPECT_EQ(test, READ_ONCE(runs), 10);
	kvfree_rcu_mightsleep(NULL);
	thread_join(&reader);
}

static void rcu_read_lock_bh__and_sched(struct kunit *test)
{
	rcu_read_lock_bh();
	KUNIT_EXPECT_TRUE(test, rcu_read_lock_bh_held());
	KUNIT_EXPECT_TRUE(test, rcu_read_lock_any_held());
	KUNIT_EXPECT_TRUE(test, in_softirq());
	rcu_read_unlock_bh();
	KUNIT_EXPECT_FALSE(test, in_softirq());
	rcu_read_lock_sched();
	KUNIT_EXPECT_TRUE(test, rcu_read_lock_sched_held());
	KUNIT_EXPECT_FALSE(test, preemptible());
	rcu_read_unlock_sched();
	KUNIT_EXPECT_TRUE(test, preemptible());
	KUNIT_EXPECT_FALSE(test, rcu_read_lock_any_held());
	preempt_disable();
	preempt_enable_no_resched();
	KUNIT_EXPECT_TRUE(test, preemptible());
}

static struct kunit_case cases[] = {
	KUNIT_CASE(cancel_delayed_work__before_and_after),
	KUNIT_CASE(disable_delayed_work__nests),
	KUNIT_CASE(disable_work__pending),
	KUNIT_CASE(current_work__inside_alone),
	KUNIT_CASE(queue_rcu_work__after_the_readers),
	KUNIT_CASE(workqueue_set_max_active__one_more),
	KUNIT_CASE(kvfree_rcu_mightsleep__waits_itself),
	KUNIT_CASE(rcu_read_lock_bh__and_sched),
	{},
};

static struct kunit_suite suite = {
	.name = "work_control",
	.test_cases = cases,
};
kunit_test_suite(suite);

MODULE_LICENSE("Dual MIT/GPL");
