// SPDX-License-Identifier: MIT
/* Work items and queues: queueing, flushing, cancelling, disabling, order, limits. */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/jiffies.h>
#include <linux/workqueue.h>
#include "threads.h"

/* An item that can be held up inside its function. */
struct job {
	struct work_struct work;
	struct completion entered, go_on;
	bool holds;
	atomic_t runs, inside, worst;
	int again;
};

static void run(struct work_struct *work)
{
	struct job *job = container_of(work, struct job, work);
	int inside = atomic_inc_return(&job->inside);

	if (inside > atomic_read(&job->worst))
		atomic_set(&job->worst, inside);
	if (job->holds) {
		complete(&job->entered);
		wait_for_completion(&job->go_on);
	}
	if (job->again > 0) {
		job->again--;
		atomic_add(queue_work(system_wq, work) ? 0 : 100, &job->runs);
	}
	atomic_dec(&job->inside);
	atomic_inc(&job->runs);
}

static void job_init(struct job *job, bool holds)
{
	memset(job, 0, sizeof(*job));
	INIT_WORK(&job->work, run);
	init_completion(&job->entered);
	init_completion(&job->go_on);
	job->holds = holds;
}

/* @job holds a worker of @wq, inside of its function. */
static void job_enter(struct job *job, struct workqueue_struct *wq)
{
	job_init(job, true);
	queue_work(wq, &job->work);
	wait_for_completion(&job->entered);
}

/* A queue whose only worker has @block: what is queued now stays pending. */
static struct workqueue_struct *held_up(struct kunit *test, struct job *block)
{
	struct workqueue_struct *wq = alloc_ordered_workqueue("held", 0);

	KUNIT_ASSERT_NOT_NULL(test, wq);
	job_enter(block, wq);
	return wq;
}

/* S9.40 */
static void schedule_work__runs_once(struct kunit *test)
{
	struct job job;

	job_init(&job, false);
	KUNIT_EXPECT_FALSE(test, work_pending(&job.work));
	KUNIT_EXPECT_TRUE(test, schedule_work(&job.work));
	flush_work(&job.work);
	KUNIT_EXPECT_EQ(test, atomic_read(&job.runs), 1);
	KUNIT_EXPECT_FALSE(test, work_pending(&job.work));
}

/* S9.40: pending already, behind a queue that is held up */
static void queue_work__pending_already(struct kunit *test)
{
	struct job block, job;
	struct workqueue_struct *wq = held_up(test, &block);

	job_init(&job, false);
	KUNIT_EXPECT_TRUE(test, queue_work(wq, &job.work));
	KUNIT_EXPECT_TRUE(test, work_pending(&job.work));
	KUNIT_EXPECT_FALSE(test, queue_work(wq, &job.work));
	KUNIT_EXPECT_FALSE(test, schedule_work(&job.work));
	complete(&block.go_on);
	flush_work(&job.work);
	KUNIT_EXPECT_EQ(test, atomic_read(&job.runs), 1);
	destroy_workqueue(wq);
}

/* S9.40: no longer pending inside its function, so it may queue itself */
static void queue_work__from_its_own_function(struct kunit *test)
{
	struct job job;

	job_init(&job, false);
	job.again = 3;
	schedule_work(&job.work);
	while (flush_work(&job.work))
		;
	KUNIT_EXPECT_EQ(test, atomic_read(&job.runs), 4);
}

/* S9.40: queued again while it runs, also on another queue of its kind: never twice at once */
static void queue_work__never_with_itself(struct kunit *test)
{
	struct job job;

	job_enter(&job, system_wq);
	KUNIT_EXPECT_FALSE(test, work_pending(&job.work));
	KUNIT_EXPECT_EQ(test, work_busy(&job.work), (unsigned int)WORK_BUSY_RUNNING);
	KUNIT_EXPECT_TRUE(test, queue_work(system_long_wq, &job.work));
	let_others_run();
	KUNIT_EXPECT_EQ(test, atomic_read(&job.inside), 1);
	complete(&job.go_on);
	wait_for_completion(&job.entered);
	complete(&job.go_on);
	flush_work(&job.work);
	KUNIT_EXPECT_EQ(test, atomic_read(&job.runs), 2);
	KUNIT_EXPECT_EQ(test, atomic_read(&job.worst), 1);
}

/* Workers of another kind know nothing of it: there it runs beside itself. */
static void queue_work__another_kind_of_queue(struct kunit *test)
{
	struct workqueue_struct *wq = alloc_workqueue("unbound", WQ_UNBOUND, 0);
	struct job job;

	KUNIT_ASSERT_NOT_NULL(test, wq);
	job_enter(&job, system_wq);
	KUNIT_EXPECT_TRUE(test, queue_work(wq, &job.work));
	wait_for_completion(&job.entered);
	KUNIT_EXPECT_EQ(test, atomic_read(&job.inside), 2);
	complete(&job.go_on);
	complete(&job.go_on);
	destroy_workqueue(wq);
	flush_work(&job.work);
	let_others_run();
	KUNIT_EXPECT_EQ(test, atomic_read(&job.runs), 2);
}

/* S9.41 */
static void flush_work__idle(struct kunit *test)
{
	struct job job;

	job_init(&job, false);
	KUNIT_EXPECT_FALSE(test, flush_work(&job.work));
	schedule_work(&job.work);
	flush_work(&job.work);
	KUNIT_EXPECT_FALSE(test, flush_work(&job.work));
}

static int flush(void *arg)
{
	return flush_work(&((struct job *)arg)->work);
}

/* S9.41 */
static void flush_work__running(struct kunit *test)
{
	struct thread t;
	struct job job;

	job_enter(&job, system_wq);
	thread_start(test, &t, flush, &job);
	let_others_run();
	KUNIT_EXPECT_FALSE(test, thread_ended(&t));
	complete(&job.go_on);
	KUNIT_EXPECT_EQ(test, thread_join(&t), 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&job.runs), 1);
}

/* S9.41: only the instance that was there counts */
static void flush_work__queued_again_meanwhile(struct kunit *test)
{
	struct thread t;
	struct job job;

	job_enter(&job, system_wq);
	thread_start(test, &t, flush, &job);
	let_others_run();
	schedule_work(&job.work);
	complete(&job.go_on);
	KUNIT_EXPECT_EQ(test, thread_join(&t), 1);
	wait_for_completion(&job.entered);
	KUNIT_EXPECT_EQ(test, atomic_read(&job.runs), 1);
	complete(&job.go_on);
	flush_work(&job.work);
}

/* S9.42 */
static void disable_work_sync__pending(struct kunit *test)
{
	struct job block, job;
	struct workqueue_struct *wq = held_up(test, &block);

	job_init(&job, false);
	queue_work(wq, &job.work);
	KUNIT_EXPECT_TRUE(test, disable_work_sync(&job.work));
	KUNIT_EXPECT_FALSE(test, queue_work(wq, &job.work));
	KUNIT_EXPECT_FALSE(test, disable_work_sync(&job.work));
	KUNIT_EXPECT_FALSE(test, enable_work(&job.work));
	KUNIT_EXPECT_FALSE(test, queue_work(wq, &job.work));
	KUNIT_EXPECT_TRUE(test, enable_work(&job.work));
	KUNIT_EXPECT_TRUE(test, queue_work(wq, &job.work));
	complete(&block.go_on);
	destroy_workqueue(wq);
	KUNIT_EXPECT_EQ(test, atomic_read(&job.runs), 1);
}

static int disable(void *arg)
{
	return disable_work_sync(&((struct job *)arg)->work);
}

/* S9.42 */
static void disable_work_sync__running(struct kunit *test)
{
	struct thread t;
	struct job job;

	job_enter(&job, system_wq);
	thread_start(test, &t, disable, &job);
	let_others_run();
	KUNIT_EXPECT_FALSE(test, thread_ended(&t));
	KUNIT_EXPECT_FALSE(test, schedule_work(&job.work));
	complete(&job.go_on);
	KUNIT_EXPECT_EQ(test, thread_join(&t), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&job.runs), 1);
	KUNIT_EXPECT_TRUE(test, enable_work(&job.work));
}

/* S9.43 */
static void cancel_work_sync__pending_and_idle(struct kunit *test)
{
	struct job block, job;
	struct workqueue_struct *wq = held_up(test, &block);

	job_init(&job, false);
	queue_work(wq, &job.work);
	KUNIT_EXPECT_TRUE(test, cancel_work_sync(&job.work));
	KUNIT_EXPECT_FALSE(test, work_pending(&job.work));
	KUNIT_EXPECT_FALSE(test, cancel_work_sync(&job.work));
	complete(&block.go_on);
	flush_workqueue(wq);
	KUNIT_EXPECT_EQ(test, atomic_read(&job.runs), 0);
	/* not disabled afterwards */
	KUNIT_EXPECT_TRUE(test, queue_work(wq, &job.work));
	destroy_workqueue(wq);
	KUNIT_EXPECT_EQ(test, atomic_read(&job.runs), 1);
}

static void flush_work__cancelled_meanwhile(struct kunit *test)
{
	struct job block, job;
	struct workqueue_struct *wq = held_up(test, &block);
	struct thread t;

	job_init(&job, false);
	queue_work(wq, &job.work);
	thread_start(test, &t, flush, &job);
	let_others_run();
	KUNIT_EXPECT_TRUE(test, cancel_work(&job.work));
	complete(&block.go_on);
	thread_join(&t);
	destroy_workqueue(wq);
	KUNIT_EXPECT_EQ(test, atomic_read(&job.runs), 0);
}

static void system_wq__another_runs_while_one_sleeps(struct kunit *test)
{
	struct job block, job;

	job_enter(&block, system_wq);
	job_init(&job, false);
	schedule_work(&job.work);
	flush_work(&job.work);
	KUNIT_EXPECT_EQ(test, atomic_read(&job.runs), 1);
	complete(&block.go_on);
	flush_work(&block.work);
}

/* Many that wait for one that comes after them: no limit of ours may make this a deadlock. */
static void system_wq__forty_sleep(struct kunit *test)
{
	struct job *jobs = kunit_kcalloc(test, 41, sizeof(*jobs), GFP_KERNEL);
	int i;

	KUNIT_ASSERT_NOT_NULL(test, jobs);
	for (i = 0; i < 40; i++) {
		job_init(&jobs[i], true);
		schedule_work(&jobs[i].work);
	}
	job_init(&jobs[40], false);
	schedule_work(&jobs[40].work);
	flush_work(&jobs[40].work);
	KUNIT_EXPECT_EQ(test, atomic_read(&jobs[40].runs), 1);
	for (i = 0; i < 40; i++)
		complete(&jobs[i].go_on);
	for (i = 0; i < 40; i++)
		flush_work(&jobs[i].work);
}

struct numbered {
	struct work_struct work;
	atomic_t *next;
	int *came;
	int number;
	atomic_t *inside;
	int *worst;
};

static void note(struct work_struct *work)
{
	struct numbered *n = container_of(work, struct numbered, work);
	int inside = atomic_inc_return(n->inside);

	if (inside > *n->worst)
		*n->worst = inside;
	cond_resched();
	n->came[atomic_fetch_inc(n->next)] = n->number;
	atomic_dec(n->inside);
}

static void alloc_ordered_workqueue__one_after_the_other(struct kunit *test)
{
	struct workqueue_struct *wq = alloc_ordered_workqueue("order-%d", 0, 5);
	atomic_t next = ATOMIC_INIT(0), inside = ATOMIC_INIT(0);
	struct numbered n[8];
	int came[8], worst = 0, i;

	KUNIT_ASSERT_NOT_NULL(test, wq);
	for (i = 0; i < 8; i++) {
		n[i] = (struct numbered){.next = &next,
					 .came = came,
					 .number = i,
					 .inside = &inside,
					 .worst = &worst};
		INIT_WORK(&n[i].work, note);
		queue_work(wq, &n[i].work);
	}
	flush_workqueue(wq);
	KUNIT_EXPECT_EQ(test, worst, 1);
	for (i = 0; i < 8; i++)
		KUNIT_EXPECT_EQ(test, came[i], i);
	destroy_workqueue(wq);
}

static void alloc_workqueue__max_active(struct kunit *test)
{
	struct workqueue_struct *wq = alloc_workqueue("two", WQ_UNBOUND, 2);
	struct job jobs[3];
	int i;

	KUNIT_ASSERT_NOT_NULL(test, wq);
	for (i = 0; i < 3; i++) {
		job_init(&jobs[i], true);
		queue_work(wq, &jobs[i].work);
	}
	let_others_run();
	KUNIT_EXPECT_TRUE(test, completion_done(&jobs[0].entered));
	KUNIT_EXPECT_TRUE(test, completion_done(&jobs[1].entered));
	KUNIT_EXPECT_FALSE(test, completion_done(&jobs[2].entered));
	for (i = 0; i < 3; i++)
		complete(&jobs[i].go_on);
	destroy_workqueue(wq);
	KUNIT_EXPECT_EQ(test, atomic_read(&jobs[2].runs), 1);
}

struct late {
	struct delayed_work dwork;
	atomic_t runs;
	unsigned long when;
};

static void run_late(struct work_struct *work)
{
	struct late *late = container_of(to_delayed_work(work), struct late, dwork);

	late->when = jiffies;
	atomic_fetch_inc_release(&late->runs);
}

static void late_init(struct late *late)
{
	atomic_set(&late->runs, 0);
	INIT_DELAYED_WORK(&late->dwork, run_late);
}

static void schedule_delayed_work__not_early(struct kunit *test)
{
	unsigned long before = jiffies;
	struct late late;

	late_init(&late);
	KUNIT_EXPECT_TRUE(test, schedule_delayed_work(&late.dwork, msecs_to_jiffies(30)));
	KUNIT_EXPECT_FALSE(test, schedule_delayed_work(&late.dwork, 1));
	KUNIT_EXPECT_TRUE(test, delayed_work_pending(&late.dwork));
	msleep(10);
	KUNIT_EXPECT_EQ(test, atomic_read(&late.runs), 0);
	msleep(100);
	KUNIT_EXPECT_EQ(test, atomic_read_acquire(&late.runs), 1);
	KUNIT_EXPECT_TRUE(test, time_after_eq(late.when, before + msecs_to_jiffies(30)));
}

static void cancel_delayed_work_sync__pending(struct kunit *test)
{
	struct late late;

	late_init(&late);
	schedule_delayed_work(&late.dwork, 30);
	KUNIT_EXPECT_TRUE(test, cancel_delayed_work_sync(&late.dwork));
	KUNIT_EXPECT_FALSE(test, cancel_delayed_work_sync(&late.dwork));
	msleep(100);
	KUNIT_EXPECT_EQ(test, atomic_read(&late.runs), 0);
}

static void mod_delayed_work__later_and_now(struct kunit *test)
{
	struct late late;

	late_init(&late);
	KUNIT_EXPECT_FALSE(test, mod_delayed_work(system_wq, &late.dwork, 20));
	KUNIT_EXPECT_TRUE(test, mod_delayed_work(system_wq, &late.dwork, 10000));
	msleep(100);
	KUNIT_EXPECT_EQ(test, atomic_read(&late.runs), 0);
	KUNIT_EXPECT_TRUE(test, mod_delayed_work(system_wq, &late.dwork, 0));
	flush_work(&late.dwork.work);
	KUNIT_EXPECT_EQ(test, atomic_read(&late.runs), 1);
}

static void flush_delayed_work__runs_it_now(struct kunit *test)
{
	unsigned long before = jiffies;
	struct late late;

	late_init(&late);
	schedule_delayed_work(&late.dwork, 100000);
	/* false if it was over before we came to wait */
	flush_delayed_work(&late.dwork);
	KUNIT_EXPECT_EQ(test, atomic_read(&late.runs), 1);
	KUNIT_EXPECT_TRUE(test, time_before(jiffies, before + 100000));
	KUNIT_EXPECT_FALSE(test, flush_delayed_work(&late.dwork));
}

#ifdef __PSIM__
static void schedule_delayed_work__left_behind(struct kunit *test)
{
	static struct late late;

	late_init(&late);
	kunit_expect_report(test, "delayed work run_late, queued by "
				  "schedule_delayed_work__left_behind, is still pending");
	schedule_delayed_work(&late.dwork, 100000);
}
#endif

static struct kunit_case cases[] = {KUNIT_CASE(schedule_work__runs_once),
				    KUNIT_CASE(queue_work__pending_already),
				    KUNIT_CASE(queue_work__from_its_own_function),
				    KUNIT_CASE(queue_work__never_with_itself),
				    KUNIT_CASE(queue_work__another_kind_of_queue),
				    KUNIT_CASE(flush_work__idle),
				    KUNIT_CASE(flush_work__running),
				    KUNIT_CASE(flush_work__queued_again_meanwhile),
				    KUNIT_CASE(disable_work_sync__pending),
				    KUNIT_CASE(disable_work_sync__running),
				    KUNIT_CASE(cancel_work_sync__pending_and_idle),
				    KUNIT_CASE(flush_work__cancelled_meanwhile),
				    KUNIT_CASE(system_wq__another_runs_while_one_sleeps),
				    KUNIT_CASE(system_wq__forty_sleep),
				    KUNIT_CASE(alloc_ordered_workqueue__one_after_the_other),
				    KUNIT_CASE(alloc_workqueue__max_active),
				    KUNIT_CASE(schedule_delayed_work__not_early),
				    KUNIT_CASE(cancel_delayed_work_sync__pending),
				    KUNIT_CASE(mod_delayed_work__later_and_now),
				    KUNIT_CASE(flush_delayed_work__runs_it_now),
#ifdef __PSIM__
				    KUNIT_CASE(schedule_delayed_work__left_behind),
#endif
				    {}};

static struct kunit_suite suite = {.name = "work", .test_cases = cases};
kunit_test_suite(suite);
MODULE_LICENSE("Dual MIT/GPL");
