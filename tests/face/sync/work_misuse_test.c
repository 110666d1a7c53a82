// SPDX-License-Identifier: MIT
/* Work queues: what no caller may do, what is left at the end, and what happens without memory. */
#include <kunit/test.h>
#ifdef __PSIM__
#include <linux/completion.h>
#include <linux/slab.h>
#include <linux/workqueue.h>
#include <psim/fault.h>
#include "threads.h"

static void alloc_workqueue__not_destroyed(struct kunit *test)
{
	kunit_expect_report(test, "workqueue mine, made by alloc_workqueue__not_destroyed, is not");
	KUNIT_EXPECT_NOT_NULL(test, alloc_workqueue("mine", 0, 0));
}

static void queue_work__never_initialised(struct kunit *test)
{
	static struct work_struct work;

	kunit_expect_report(test, "a work item that was never initialised is queued by "
				  "queue_work__never_initialised");
	KUNIT_EXPECT_FALSE(test, schedule_work(&work));
}

static void flush_self(struct work_struct *work)
{
	flush_work(work);
}

static void flush_work__from_its_own_function(struct kunit *test)
{
	static DECLARE_WORK(work, flush_self);

	kunit_expect_halt(test, "flush_work: work flush_self waits for itself");
	schedule_work(&work);
	flush_work(&work);
}

static DEFINE_SPINLOCK(kept);

static void keep_lock(struct work_struct *work)
{
	spin_lock(&kept);
}

static void queue_work__returns_with_a_lock(struct kunit *test)
{
	static DECLARE_WORK(work, keep_lock);

	kunit_expect_report(test, "work function keep_lock returned with lock kept");
	kunit_expect_report(test, "work function keep_lock returned in atomic context");
	schedule_work(&work);
	flush_work(&work);
}

static void keep_irqs_off(struct work_struct *work)
{
	local_irq_disable();
}

static void queue_work__returns_with_irqs_off(struct kunit *test)
{
	static DECLARE_WORK(work, keep_irqs_off);

	kunit_expect_report(test, "work function keep_irqs_off returned in atomic context");
	schedule_work(&work);
	flush_work(&work);
	KUNIT_EXPECT_FALSE(test, irqs_disabled());
}

static struct workqueue_struct *own;

static void flush_own_queue(struct work_struct *work)
{
	flush_workqueue(own);
}

static void flush_workqueue__by_an_item_of_its_own(struct kunit *test)
{
	static DECLARE_WORK(work, flush_own_queue);

	own = alloc_workqueue("own", 0, 0);
	kunit_expect_halt(test, "(own) by work flush_own_queue, which runs on it");
	queue_work(own, &work);
	flush_work(&work);
}

static struct completion entered, go_on;

static void hold(struct work_struct *work)
{
	complete(&entered);
	wait_for_completion(&go_on);
}

static void nothing(struct work_struct *work)
{
}

/* One worker, held up. */
static struct workqueue_struct *held_up(struct kunit *test, struct work_struct *work)
{
	struct workqueue_struct *wq = alloc_ordered_workqueue("held", 0);

	KUNIT_ASSERT_NOT_NULL(test, wq);
	init_completion(&entered);
	init_completion(&go_on);
	INIT_WORK(work, hold);
	queue_work(wq, work);
	wait_for_completion(&entered);
	return wq;
}

static int drain(void *wq)
{
	drain_workqueue(wq);
	return 0;
}

/* While it is drained only its own items may queue there. */
static void drain_workqueue__queued_by_another(struct kunit *test)
{
	static DECLARE_WORK(late, nothing);
	static struct work_struct block;
	struct workqueue_struct *wq = held_up(test, &block);
	struct thread t;

	thread_start(test, &t, drain, wq);
	let_others_run();
	KUNIT_EXPECT_FALSE(test, thread_ended(&t));
	kunit_expect_report(test, "work nothing is queued by drain_workqueue__queued_by_another "
				  "on held, which is being drained");
	KUNIT_EXPECT_FALSE(test, queue_work(wq, &late));
	complete(&go_on);
	thread_join(&t);
	destroy_workqueue(wq);
}

static void kfree__with_a_queued_item_inside(struct kunit *test)
{
	struct work_struct *inside = kmalloc(sizeof(*inside), GFP_KERNEL);
	static struct work_struct block;
	struct workqueue_struct *wq = held_up(test, &block);

	INIT_WORK(inside, nothing);
	queue_work(wq, inside);
	kunit_expect_halt(test, "memory is freed with queued work nothing inside");
	kfree(inside);
	__psim_kunit_end_task();
}

/* Its queue is held up for good: at the end both are told, and the queue. */
static void queue_work__left_behind(struct kunit *test)
{
	static struct work_struct block;
	static DECLARE_WORK(work, nothing);
	struct workqueue_struct *wq = held_up(test, &block);

	queue_work(wq, &work);
	kunit_expect_report(test, "work hold still runs on held");
	kunit_expect_report(test, "work nothing, queued by queue_work__left_behind, is still "
				  "pending on held");
	kunit_expect_report(test, "workqueue held, made by held_up, is not destroyed");
}

static void alloc_workqueue__without_memory(struct kunit *test)
{
	psim_fail_nth(PSIM_FAIL_SLAB, 1);
	KUNIT_EXPECT_NULL(test, alloc_workqueue("none", 0, 0));
	destroy_workqueue(NULL);
}
#endif

static struct kunit_case cases[] = {
#ifdef __PSIM__
	KUNIT_CASE(alloc_workqueue__not_destroyed),
	KUNIT_CASE(queue_work__never_initialised),
	KUNIT_CASE(flush_work__from_its_own_function),
	KUNIT_CASE(queue_work__returns_with_a_lock),
	KUNIT_CASE(queue_work__returns_with_irqs_off),
	KUNIT_CASE(flush_workqueue__by_an_item_of_its_own),
	KUNIT_CASE(drain_workqueue__queued_by_another),
	KUNIT_CASE(kfree__with_a_queued_item_inside),
	KUNIT_CASE(queue_work__left_behind),
	KUNIT_CASE(alloc_workqueue__without_memory),
#endif
	{}};

static struct kunit_suite suite = {.name = "work_misuse", .test_cases = cases};
kunit_test_suite(suite);
MODULE_LICENSE("Dual MIT/GPL");
