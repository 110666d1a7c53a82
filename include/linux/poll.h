/* SPDX-License-Identifier: MIT */
/*
 * poll(2): a file's poll function names the queues that will be woken, by poll_wait(), and says what is ready now.
 *
 * Modelled: one file a call (psim_poll()). Not modelled: epoll, select, many files at once.
 */
#ifndef _LINUX_POLL_H
#define _LINUX_POLL_H

#include <linux/fs.h>
#include <linux/types.h>
#include <linux/wait.h>

#define EPOLLIN	    ((__poll_t)0x0001)
#define EPOLLPRI    ((__poll_t)0x0002)
#define EPOLLOUT    ((__poll_t)0x0004)
#define EPOLLERR    ((__poll_t)0x0008)
#define EPOLLHUP    ((__poll_t)0x0010)
#define EPOLLNVAL   ((__poll_t)0x0020)
#define EPOLLRDNORM ((__poll_t)0x0040)
#define EPOLLRDBAND ((__poll_t)0x0080)
#define EPOLLWRNORM ((__poll_t)0x0100)
#define EPOLLWRBAND ((__poll_t)0x0200)
#define EPOLLMSG    ((__poll_t)0x0400)
#define EPOLLRDHUP  ((__poll_t)0x2000)

#define POLLIN	   0x0001
#define POLLPRI	   0x0002
#define POLLOUT	   0x0004
#define POLLERR	   0x0008
#define POLLHUP	   0x0010
#define POLLNVAL   0x0020
#define POLLRDNORM 0x0040
#define POLLWRNORM 0x0100

/* What a file without a poll function is: always ready. */
#define DEFAULT_POLLMASK (EPOLLIN | EPOLLOUT | EPOLLRDNORM | EPOLLWRNORM)

struct poll_table_struct;
typedef void (*poll_queue_proc)(struct file *file, wait_queue_head_t *queue,
				struct poll_table_struct *pt);

/**
 * struct poll_table_struct - who asks
 * @_qproc: queues who asks; NULL: it will not sleep
 * @_key: what it asks for
 */
typedef struct poll_table_struct {
	poll_queue_proc _qproc;
	__poll_t _key;
} poll_table;

/* For poll functions, before they look: @queue is woken when something changes. @p may be NULL. */
static inline void poll_wait(struct file *file, wait_queue_head_t *queue, poll_table *p)
{
	if (p && p->_qproc) {
		p->_qproc(file, queue, p);
		smp_mb(); /* queued before the poll function looks */
	}
}

static inline bool poll_does_not_wait(const poll_table *p)
{
	return !p || !p->_qproc;
}

static inline __poll_t poll_requested_events(const poll_table *p)
{
	return p ? p->_key : ~(__poll_t)0;
}

static inline void init_poll_funcptr(poll_table *pt, poll_queue_proc qproc)
{
	pt->_qproc = qproc;
	pt->_key = ~(__poll_t)0;
}

static inline bool file_can_poll(struct file *file)
{
	return file->f_op->poll;
}

/* What is ready. */
static inline __poll_t vfs_poll(struct file *file, struct poll_table_struct *pt)
{
	return file->f_op->poll ? file->f_op->poll(file, pt) : DEFAULT_POLLMASK;
}

#endif /* _LINUX_POLL_H */
