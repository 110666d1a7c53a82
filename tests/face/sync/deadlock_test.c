// SPDX-License-Identifier: MIT
/*
 * Deadlocks, and what the report says of each: who waits for what, and who has it. The case's task holds
 * one thing and a thread another; the thread wants the first, then the case the second.
 */
#include <kunit/test.h>

#ifdef __PSIM__
#include <linux/completion.h>
#include <linux/mutex.h>
#include <linux/rwlock.h>
#include <linux/rwsem.h>
#include <linux/spinlock.h>
#include <linux/srcu.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <linux/ww_mutex.h>
#include "threads.h"

static DEFINE_MUTEX(outer);
static DECLARE_COMPLETION(news);

/* The thread has what it holds, and sleeps for @outer. */
static void start_and_block(struct kunit *test, struct thread *thread, int (*body)(void *arg))
{
	mutex_lock(&outer);
	thread_start(test, thread, body, test);
	let_others_run();
}

static DEFINE_MUTEX(inner);

static int has_mutex(void *arg)
{
	mutex_lock(&inner);
	mutex_lock(&outer);
	return 0;
}

static void deadlock__mutexes(struct kunit *test)
{
	struct thread thread;

	start_and_block(test, &thread, has_mutex);
	kunit_expect_halt(test, "deadlock: nobody can run: kunit/1 in deadlock__mutexes waits for "
				"mutex inner, held by thread/2 since has_mutex; thread/2 in "
				"has_mutex waits for mutex outer, held by kunit/1 since "
				"start_and_block");
	mutex_lock(&inner);
}

static DECLARE_RWSEM(sem);

static int has_sem(void *arg)
{
	down_read(&sem);
	mutex_lock(&outer);
	return 0;
}

static void deadlock__writer_behind_readers(struct kunit *test)
{
	struct thread one, other;

	start_and_block(test, &one, has_sem);
	thread_start(test, &other, has_sem, NULL);
	let_others_run();
	kunit_expect_halt(test, "kunit/1 in deadlock__writer_behind_readers waits for rw_semaphore "
				"sem, held by thread/2 since has_sem and thread/3 since has_sem; ");
	down_write(&sem);
}

static DEFINE_WW_CLASS(class);
static struct ww_mutex ww;

static int has_ww(void *arg)
{
	ww_mutex_lock(&ww, NULL);
	mutex_lock(&outer);
	return 0;
}

static void deadlock__ww_mutex(struct kunit *test)
{
	struct thread thread;

	ww_mutex_init(&ww, &class);
	start_and_block(test, &thread, has_ww);
	kunit_expect_halt(test,
			  "kunit/1 in deadlock__ww_mutex waits for ww_mutex class_mutex, held by "
			  "thread/2 since has_ww");
	ww_mutex_lock(&ww, NULL);
}

static DEFINE_SPINLOCK(spin);
static DEFINE_RWLOCK(rw);

static int spin_is_taken;

static int has_spin(void *arg)
{
	wait_for_completion(&news);
	spin_lock(&spin);
	WRITE_ONCE(spin_is_taken, 1);
	read_lock(&rw);
	return 0;
}

static void deadlock__spinning(struct kunit *test)
{
	struct thread thread;

	thread_start(test, &thread, has_spin, NULL);
	write_lock(&rw);
	complete(&news);
	while (!READ_ONCE(spin_is_taken))
		cpu_relax();
	kunit_expect_halt(test, "kunit/1 in deadlock__spinning waits for spinlock spin, held by "
				"thread/2 since has_spin; thread/2 in has_spin waits for rwlock "
				"rw, held by kunit/1 since deadlock__spinning");
	spin_lock(&spin);
}

static int waits_for_ever(void *arg)
{
	mutex_lock(&inner);
	wait_for_completion(&news);
	return 0;
}

static void deadlock__completion(struct kunit *test)
{
	struct thread thread;

	thread_start(test, &thread, waits_for_ever, NULL);
	let_others_run();
	kunit_expect_halt(test, "mutex inner, held by thread/2 since waits_for_ever; "
				"thread/2 waits for a completion");
	mutex_lock(&inner);
}

static int waits_for_event(void *arg)
{
	static DECLARE_WAIT_QUEUE_HEAD(queue);

	mutex_lock(&inner);
	wait_event(queue, READ_ONCE(news.done) == 5);
	return 0;
}

static void deadlock__wait_queue(struct kunit *test)
{
	struct thread thread;

	thread_start(test, &thread, waits_for_event, NULL);
	let_others_run();
	kunit_expect_halt(test, "since waits_for_event; thread/2 waits in queue queue.lock");
	mutex_lock(&inner);
}

DEFINE_STATIC_SRCU(readers);

static int reads(void *arg)
{
	int idx = srcu_read_lock(&readers);

	mutex_lock(&outer);
	srcu_read_unlock(&readers, idx);
	return 0;
}

static void deadlock__srcu(struct kunit *test)
{
	struct thread thread;

	start_and_block(test, &thread, reads);
	kunit_expect_halt(test, "kunit/1 waits for readers of SRCU domain readers");
	synchronize_srcu(&readers);
}

static void wants_outer(struct work_struct *work)
{
	mutex_lock(&outer);
}

static void deadlock__flush_work(struct kunit *test)
{
	static struct work_struct work; /* still queued when the task has ended */

	INIT_WORK(&work, wants_outer);
	mutex_lock(&outer);
	schedule_work(&work);
	kunit_expect_halt(test, "in wants_outer waits for mutex outer, held by kunit/1 since "
				"deadlock__flush_work; kunit/1 waits for the end of work");
	flush_work(&work);
}

static void deadlock__kthread_stop(struct kunit *test)
{
	struct thread thread;

	start_and_block(test, &thread, has_mutex);
	kunit_expect_halt(test, "kunit/1 waits for the end of thread/2; thread/2 in has_mutex "
				"waits for mutex outer, held by kunit/1 since start_and_block");
	kthread_stop(thread.task);
}
#endif

static struct kunit_case cases[] = {
#ifdef __PSIM__
	KUNIT_CASE(deadlock__mutexes),
	KUNIT_CASE(deadlock__writer_behind_readers),
	KUNIT_CASE(deadlock__ww_mutex),
	KUNIT_CASE(deadlock__spinning),
	KUNIT_CASE(deadlock__completion),
	KUNIT_CASE(deadlock__wait_queue),
	KUNIT_CASE(deadlock__srcu),
	KUNIT_CASE(deadlock__flush_work),
	KUNIT_CASE(deadlock__kthread_stop),
#endif
	{},
};

static struct kunit_suite suite = {
	.name = "deadlock",
	.test_cases = cases,
};
kunit_test_suite(suite);
