// SPDX-License-Identifier: MIT
/*
 * Host threads and monitors for the free-running engine. A zeroed monitor is ready for use, so one may
 * lie in a static that a machine's start restores.
 */
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

#include "host.h"

/* Deep kernel call chains, and the sanitizers' larger frames. */
#define THREAD_STACK_BYTES (2ul << 20)

struct psim_thread {
	pthread_t id;
	void (*entry)(void *arg);
	void *arg;
};

static void *run(void *thread)
{
	struct psim_thread *t = thread;

	t->entry(t->arg);
	return NULL;
}

struct psim_thread *psim_thread_new(void (*entry)(void *arg), void *arg)
{
	struct psim_thread *t = psim_host_malloc(sizeof(*t));
	pthread_attr_t attr;
	int err;

	if (!t)
		return NULL;
	t->entry = entry;
	t->arg = arg;
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, THREAD_STACK_BYTES);
	err = pthread_create(&t->id, &attr, run, t);
	pthread_attr_destroy(&attr);
	if (err) {
		psim_host_free(t);
		return NULL;
	}
	return t;
}

void psim_thread_join(struct psim_thread *thread)
{
	pthread_join(thread->id, NULL);
	psim_host_free(thread);
}

void psim_thread_yield(void)
{
	sched_yield();
}

void psim_thread_exit(void)
{
	pthread_exit(NULL);
}

/* ---- monitors ---------------------------------------------------------------------------------- */

struct monitor {
	pthread_mutex_t mutex;
	pthread_cond_t cond;
};

_Static_assert(sizeof(struct monitor) <= sizeof(struct psim_monitor), "a monitor fits");

static struct monitor *inside(struct psim_monitor *m)
{
	return (struct monitor *)m;
}

void psim_monitor_lock(struct psim_monitor *m)
{
	pthread_mutex_lock(&inside(m)->mutex);
}

void psim_monitor_unlock(struct psim_monitor *m)
{
	pthread_mutex_unlock(&inside(m)->mutex);
}

void psim_monitor_wait(struct psim_monitor *m)
{
	pthread_cond_wait(&inside(m)->cond, &inside(m)->mutex);
}

void psim_monitor_wake_all(struct psim_monitor *m)
{
	pthread_cond_broadcast(&inside(m)->cond);
}

void psim_monitor_destroy(struct psim_monitor *m)
{
	pthread_cond_destroy(&inside(m)->cond);
	pthread_mutex_destroy(&inside(m)->mutex);
}
