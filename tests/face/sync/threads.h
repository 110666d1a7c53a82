/* SPDX-License-Identifier: MIT */
/* Kernel threads for these tests: started with a body, ended when the body has returned. */
#ifndef TEST_SYNC_THREADS_H
#define TEST_SYNC_THREADS_H

#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

struct thread {
	int (*body)(void *arg);
	void *arg;
	struct task_struct *task;
	struct completion ended;
	int result;
};

static inline int thread_main(void *arg)
{
	struct thread *t = arg;

	allow_signal(SIGINT);
	allow_signal(SIGKILL);
	t->result = t->body(t->arg);
	flush_signals(current);
	complete(&t->ended);
	for (;;) {
		set_current_state(TASK_UNINTERRUPTIBLE);
		if (kthread_should_stop())
			break;
		schedule();
	}
	__set_current_state(TASK_RUNNING);
	return 0;
}

static inline void thread_start(struct kunit *test, struct thread *t, int (*body)(void *),
				void *arg)
{
	t->body = body;
	t->arg = arg;
	t->result = 0;
	init_completion(&t->ended);
	t->task = kthread_run(thread_main, t, "thread");
	KUNIT_ASSERT_FALSE(test, IS_ERR(t->task));
}

/* Wait for the body's end. Return: what it returned. */
static inline int thread_join(struct thread *t)
{
	wait_for_completion(&t->ended);
	kthread_stop(t->task);
	return t->result;
}

static inline bool thread_ended(struct thread *t)
{
	return completion_done(&t->ended);
}

/* Long enough for every other thread to run until it sleeps. */
static inline void let_others_run(void)
{
	msleep(20);
}

#endif /* TEST_SYNC_THREADS_H */
