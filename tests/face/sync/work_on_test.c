// SPDX-License-Identifier: MIT
/* Work items queued on a CPU, by delay, on queues of each making; and what an item is part of. */
#include <kunit/test.h>
#include <linux/jiffies.h>
#include <linux/rcupdate.h>
#include <linux/workqueue.h>
#include "threads.h"

static atomic_t runs;
static unsigned long ran_at;

static void count(struct work_struct *work)
{
	WRITE_ONCE(ran_at, jiffies);
	atomic_inc(&runs);
}

static int init(struct kunit *test)
{
	atomic_set(&runs, 0);
	return 0;
}

/* S9.40 */
static void queue_work_on__once_while_pending(struct kunit *test)
{
	struct workqueue_struct *wq = alloc_workqueue("on", WQ_PERCPU, 0);
	static DECLARE_WORK(work, count);

	KUNIT_ASSERT_NOT_NULL(test, wq);
	KUNIT_EXPECT_TRUE(test, queue_work_on(0, wq, &work));
	flush_work(&work);
	KUNIT_EXPECT_EQ(test, atomic_read(&runs), 1);
	KUNIT_EXPECT_TRUE(test, schedule_work_on(0, &work));
	flush_work(&work);
	KUNIT_EXPECT_EQ(test, atomic_read(&runs), 2);
	disable_work_sync(&work);
	KUNIT_EXPECT_FALSE(test, queue_work_on(0, wq, &work));
	KUNIT_EXPECT_FALSE(test, schedule_work_on(0, &work));
	KUNIT_EXPECT_TRUE(test, enable_work(&work));
	KUNIT_EXPECT_EQ(test, atomic_read(&runs), 2);
	destroy_workqueue(wq);
}

static bool queue_by(int how, struct workqueue_struct *wq, struct delayed_work *dwork,
		     unsigned long delay)
{
	switch (how) {
	case 0:
		return queue_delayed_work(wq, dwork, delay);
	case 1:
		return queue_delayed_work_on(0, wq, dwork, delay);
	default:
		return schedule_delayed_work_on(0, dwork, delay);
	}
}

/* S9.40: not before its delay is over */
static void queue_delayed_work__runs_after_its_delay(struct kunit *test)
{
	struct workqueue_struct *wq = alloc_workqueue("late", WQ_PERCPU, 0);
	static DECLARE_DELAYED_WORK(dwork, count);
	unsigned long begin;
	int how;

	KUNIT_ASSERT_NOT_NULL(test, wq);
	for (how = 0; how < 3; how++) {
		begin = jiffies;
		KUNIT_EXPECT_TRUE(test, queue_by(how, wq, &dwork, 20));
		KUNIT_EXPECT_FALSE(test, queue_by(how, wq, &dwork, 1));
		KUNIT_EXPECT_TRUE(test, delayed_work_pending(&dwork));
		while (atomic_read(&runs) <= how)
			msleep(5);
		KUNIT_EXPECT_GE(test, READ_ONCE(ran_at) - begin, 20ul);
		KUNIT_EXPECT_FALSE(test, delayed_work_pending(&dwork));
	}
	msleep(5);
	KUNIT_EXPECT_EQ(test, atomic_read(&runs), 3);
	cancel_delayed_work_sync(&dwork);
	destroy_workqueue(wq);
}

/* Says whether it was pending; the new delay counts. */
static void mod_delayed_work_on__the_delay_begins_anew(struct kunit *test)
{
	struct workqueue_struct *wq = alloc_workqueue("moved", WQ_PERCPU, 0);
	static DECLARE_DELAYED_WORK(dwork, count);
	unsigned long begin = jiffies;

	KUNIT_ASSERT_NOT_NULL(test, wq);
	KUNIT_EXPECT_FALSE(test, mod_delayed_work_on(0, wq, &dwork, msecs_to_jiffies(60000)));
	KUNIT_EXPECT_TRUE(test, mod_delayed_work_on(0, wq, &dwork, 5));
	while (!atomic_read(&runs))
		msleep(5);
	KUNIT_EXPECT_GE(test, READ_ONCE(ran_at) - begin, 5ul);
	KUNIT_EXPECT_LT(test, READ_ONCE(ran_at) - begin, msecs_to_jiffies(60000));
	KUNIT_EXPECT_FALSE(test, cancel_delayed_work_sync(&dwork));
	destroy_workqueue(wq);
}

/* ---- queues of one item at a time ------------------------------------------------------------------- */

static int order[4];

static void note(struct work_struct *work);
static struct work_struct items[4];

static void note(struct work_struct *work)
{
	int turn = atomic_read(&runs);

	msleep(1);
	order[turn] = work - items;
	atomic_inc(&runs);
}

static void create_singlethread_workqueue__runs_in_order(struct kunit *test)
{
	struct workqueue_struct *wq;
	int i, kind;

	for (kind = 0; kind < 2; kind++) {
		wq = kind ? create_singlethread_workqueue("single")
			  : alloc_ordered_workqueue("ordered", 0);
		KUNIT_ASSERT_NOT_NULL(test, wq);
		atomic_set(&runs, 0);
		for (i = 3; i >= 0; i--) {
			INIT_WORK(&items[i], note);
			KUNIT_EXPECT_TRUE(test, queue_work(wq, &items[i]));
		}
		flush_workqueue(wq);
		KUNIT_EXPECT_EQ(test, atomic_read(&runs), 4);
		for (i = 0; i < 4; i++)
			KUNIT_EXPECT_EQ(test, order[i], 3 - i);
		destroy_workqueue(wq);
	}
}

static void create_workqueue__finishes_before_it_goes(struct kunit *test)
{
	struct workqueue_struct *wq = create_workqueue("plain");
	struct work_struct works[3];
	int i;

	KUNIT_ASSERT_NOT_NULL(test, wq);
	for (i = 0; i < 3; i++) {
		INIT_WORK_ONSTACK(&works[i], count);
		KUNIT_EXPECT_TRUE(test, queue_work(wq, &works[i]));
	}
	destroy_workqueue(wq);
	KUNIT_EXPECT_EQ(test, atomic_read(&runs), 3);
	for (i = 0; i < 3; i++)
		destroy_work_on_stack(&works[i]);
}

/* ---- what an item is part of ----------------------------------------------------------------------------- */

struct item {
	int value;
	struct rcu_work rwork;
};

static int seen;

static void note_value(struct work_struct *work)
{
	seen = container_of(to_rcu_work(work), struct item, rwork)->value;
	atomic_inc(&runs);
}

static void to_rcu_work__of_the_item(struct kunit *test)
{
	struct workqueue_struct *wq = alloc_workqueue("rcu", WQ_PERCPU, 0);
	static struct item item = {.value = 12};

	KUNIT_ASSERT_NOT_NULL(test, wq);
	INIT_RCU_WORK(&item.rwork, note_value);
	KUNIT_EXPECT_PTR_EQ(test, to_rcu_work(&item.rwork.work), &item.rwork);
	KUNIT_EXPECT_TRUE(test, queue_rcu_work(wq, &item.rwork));
	flush_rcu_work(&item.rwork);
	KUNIT_EXPECT_EQ(test, atomic_read(&runs), 1);
	KUNIT_EXPECT_EQ(test, seen, 12);
	destroy_workqueue(wq);
}

/* The function of a delayed item's timer is known by its name. */
static void delayed_work_timer_fn__queues_the_item(struct kunit *test)
{
	static DECLARE_DELAYED_WORK(dwork, count);

	KUNIT_EXPECT_TRUE(test, dwork.timer.function == delayed_work_timer_fn);
	KUNIT_EXPECT_TRUE(test, schedule_delayed_work(&dwork, msecs_to_jiffies(60000)));
	KUNIT_EXPECT_TRUE(test, timer_pending(&dwork.timer));
	flush_delayed_work(&dwork);
	KUNIT_EXPECT_FALSE(test, timer_pending(&dwork.timer));
	KUNIT_EXPECT_EQ(test, atomic_read(&runs), 1);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(queue_work_on__once_while_pending),
	KUNIT_CASE(queue_delayed_work__runs_after_its_delay),
	KUNIT_CASE(mod_delayed_work_on__the_delay_begins_anew),
	KUNIT_CASE(create_singlethread_workqueue__runs_in_order),
	KUNIT_CASE(create_workqueue__finishes_before_it_goes),
	KUNIT_CASE(to_rcu_work__of_the_item),
	KUNIT_CASE(delayed_work_timer_fn__queues_the_item),
	{},
};

static struct kunit_suite suite = {
	.name = "work_on",
	.init = init,
	.test_cases = cases,
};
kunit_test_suite(suite);
