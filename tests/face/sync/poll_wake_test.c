// SPDX-License-Identifier: MIT
/* Waking those who poll: each entry's function is told the mode and the events. */
#include <kunit/test.h>
#include <linux/poll.h>
#include <linux/sched.h>
#include <linux/wait.h>

static DECLARE_WAIT_QUEUE_HEAD(wq);
static unsigned int modes;
static __poll_t events;
static int calls;

static int note(struct wait_queue_entry *entry, unsigned int mode, int flags, void *key)
{
	calls++;
	modes = mode;
	events = key_to_poll(key);
	return 1;
}

static void wake_by(int how, __poll_t m)
{
	switch (how) {
	case 0:
		wake_up_poll(&wq, m);
		break;
	case 1:
		wake_up_interruptible_poll(&wq, m);
		break;
	case 2:
		wake_up_interruptible_sync_poll(&wq, m);
		break;
	default:
		spin_lock_irq(&wq.lock);
		wake_up_locked_poll(&wq, m);
		spin_unlock_irq(&wq.lock);
	}
}

static void wake_up_poll__hands_the_events_on(struct kunit *test)
{
	static const unsigned int mode[] = {TASK_NORMAL, TASK_INTERRUPTIBLE, TASK_INTERRUPTIBLE,
					    TASK_NORMAL};
	struct wait_queue_entry entry;
	int how;

	init_waitqueue_func_entry(&entry, note);
	add_wait_queue(&wq, &entry);
	calls = 0;
	for (how = 0; how < 4; how++) {
		events = 0;
		wake_by(how, how & 1 ? EPOLLIN : EPOLLOUT | EPOLLERR);
		KUNIT_EXPECT_EQ(test, calls, how + 1);
		KUNIT_EXPECT_EQ(test, modes, mode[how]);
		KUNIT_EXPECT_EQ(test, (unsigned int)events,
				(unsigned int)(how & 1 ? EPOLLIN : EPOLLOUT | EPOLLERR));
	}
	remove_wait_queue(&wq, &entry);
	wake_by(0, EPOLLIN);
	KUNIT_EXPECT_EQ(test, calls, 4);
}

/* Of those who wait exclusively, one. */
static void wake_up_poll__wakes_one_exclusive(struct kunit *test)
{
	struct wait_queue_entry entries[3];
	int how, i;

	for (i = 0; i < 3; i++) {
		init_waitqueue_func_entry(&entries[i], note);
		add_wait_queue_exclusive(&wq, &entries[i]);
	}
	for (how = 0; how < 4; how++) {
		calls = 0;
		wake_by(how, EPOLLIN);
		KUNIT_EXPECT_EQ(test, calls, 1);
	}
	for (i = 0; i < 3; i++)
		remove_wait_queue(&wq, &entries[i]);
}

static void key_to_poll__is_the_way_back(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, (unsigned int)key_to_poll(poll_to_key(EPOLLIN | EPOLLHUP)),
			(unsigned int)(EPOLLIN | EPOLLHUP));
	KUNIT_EXPECT_EQ(test, (unsigned int)key_to_poll(NULL), 0u);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(wake_up_poll__hands_the_events_on),
	KUNIT_CASE(wake_up_poll__wakes_one_exclusive),
	KUNIT_CASE(key_to_poll__is_the_way_back),
	{},
};

static struct kunit_suite suite = {
	.name = "poll_wake",
	.test_cases = cases,
};
kunit_test_suite(suite);
