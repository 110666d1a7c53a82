/* SPDX-License-Identifier: MIT */
/* A deadlock of tasks that join each other, for the tests of both engines. */
#ifndef TEST_USER_KNOT_H
#define TEST_USER_KNOT_H

#include <stdint.h>

#include <psim/task.h>

static struct psim_task *partners[2];

static inline int joins_partner(void *arg)
{
	struct psim_task *partner;

	while (!(partner = __atomic_load_n(&partners[(uintptr_t)arg], __ATOMIC_ACQUIRE)))
		psim_yield();
	return psim_join(partner);
}

/* Each of two tasks waits for the other one's end, and this task for the first one's. */
static inline int two_that_join_each_other(void *arg)
{
	struct psim_task *first;

	(void)arg;
	partners[0] = partners[1] = NULL;
	first = psim_spawn(NULL, "first", joins_partner, (void *)1);
	__atomic_store_n(&partners[0], first, __ATOMIC_RELEASE);
	__atomic_store_n(&partners[1], psim_spawn(NULL, "second", joins_partner, (void *)0),
			 __ATOMIC_RELEASE);
	return psim_join(first);
}

#endif /* TEST_USER_KNOT_H */
