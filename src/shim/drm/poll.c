// SPDX-License-Identifier: MIT
/* poll(2) on one file: asks what is ready, queued where the file said, until something is. */
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/poll.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <psim/file.h>
#include "drm/chrdev.h"
#include "mm/filemap.h"
#include "sched/user_call.h"

#define ALWAYS (EPOLLERR | EPOLLHUP)

/**
 * struct poller - a task that polls
 * @entries: where it is queued
 * @triggered: woken since it looked
 */
struct poller {
	poll_table table;
	struct task_struct *task;
	struct list_head entries;
	int err;
	bool triggered;
};

struct poll_entry {
	struct list_head link;
	struct wait_queue_entry wait;
	wait_queue_head_t *queue;
	struct poller *poller;
	__poll_t key;
};

static int poll_wake(struct wait_queue_entry *wait, unsigned int mode, int sync, void *key)
{
	struct poll_entry *entry = container_of(wait, struct poll_entry, wait);

	if (key && !(key_to_poll(key) & entry->key))
		return 0;
	smp_store_release(&entry->poller->triggered, true);
	return wake_up_state(entry->poller->task, mode);
}

static void queue(struct file *file, wait_queue_head_t *queue, struct poll_table_struct *pt)
{
	struct poller *poller = container_of(pt, struct poller, table);
	struct poll_entry *entry = kmalloc(sizeof(*entry), GFP_KERNEL);

	if (!entry) {
		poller->err = -ENOMEM;
		return;
	}
	entry->poller = poller;
	entry->queue = queue;
	entry->key = pt->_key;
	init_waitqueue_func_entry(&entry->wait, poll_wake);
	list_add(&entry->link, &poller->entries);
	add_wait_queue(queue, &entry->wait);
}

static void leave(struct poller *poller)
{
	struct poll_entry *entry, *next;

	list_for_each_entry_safe(entry, next, &poller->entries, link) {
		remove_wait_queue(entry->queue, &entry->wait);
		kfree(entry);
	}
}

/* Return: jiffies left; 0: the time is over. */
static long sleep(struct poller *poller, long left)
{
	set_current_state(TASK_INTERRUPTIBLE);
	if (!smp_load_acquire(&poller->triggered))
		left = schedule_timeout(left);
	__set_current_state(TASK_RUNNING);
	smp_store_mb(poller->triggered, false);
	return left;
}

static int poll_file(struct file *file, __poll_t events, long left)
{
	struct poller poller = {.task = current};
	__poll_t ready;

	INIT_LIST_HEAD(&poller.entries);
	init_poll_funcptr(&poller.table, left ? queue : NULL);
	poller.table._key = events | ALWAYS;
	for (;;) {
		ready = vfs_poll(file, &poller.table) & (events | ALWAYS);
		poller.table._qproc = NULL; /* queued once */
		if (ready || poller.err || !left)
			break;
		if (signal_pending(current)) {
			poller.err = -EINTR;
			break;
		}
		left = sleep(&poller, left);
	}
	leave(&poller);
	return ready ? (int)ready : poller.err;
}

int psim_poll(struct psim_file *file, unsigned int events, int milliseconds)
{
	int result = psim_user_task_check(__func__) ?: psim_file_check(__func__, file);
	long timeout =
		milliseconds < 0 ? MAX_SCHEDULE_TIMEOUT : (long)msecs_to_jiffies(milliseconds);

	if (result)
		return result;
	psim_user_call_begin();
	result = poll_file((struct file *)file, events, timeout);
	psim_user_call_end();
	return result;
}
