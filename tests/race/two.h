/* SPDX-License-Identifier: MIT */
/* Two tasks with no edge between them. */
#ifndef TEST_RACE_TWO_H
#define TEST_RACE_TWO_H

#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/kthread.h>

struct half {
	int (*does)(void *arg);
	void *arg;
	struct completion over;
};

static inline int half(void *arg)
{
	struct half *h = arg;

	h->does(h->arg);
	complete(&h->over);
	return 0;
}

/* Two kthreads, neither of which knows of the other; the case goes on when both are over. */
static inline void two(struct kunit *test, int (*first)(void *), int (*second)(void *), void *arg)
{
	struct half a = {.does = first, .arg = arg}, b = {.does = second, .arg = arg};

	init_completion(&a.over);
	init_completion(&b.over);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, kthread_run(half, &a, "first"));
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, kthread_run(half, &b, "second"));
	wait_for_completion(&a.over);
	wait_for_completion(&b.over);
}

#endif /* TEST_RACE_TWO_H */
