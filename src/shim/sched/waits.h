/* SPDX-License-Identifier: MIT */
/*
 * What a task waits for, said by the primitive that makes it wait: read only when nobody can run any
 * more, to tell who waits for whom.
 */
#ifndef PSIM_WAITS_H
#define PSIM_WAITS_H

#include <linux/types.h>

struct lockdep_map;
struct task_struct;

/**
 * struct psim_waits - lies on the stack of the task that waits
 * @what: "mutex", "page", ...
 * @map: the lock's: its name, and whoever has it on the list of held locks has the lock; or NULL
 * @name: if there is no @map; may be NULL
 * @site: the function that waits, or NULL
 * @holder: number of the task that has @object; 0: nobody, or not known; or NULL
 * @object: for @holder; its name is @number
 * @task: whose end, or NULL
 * @idle: nobody is missed: it waits for something to do
 */
struct psim_waits {
	const char *what;
	const struct lockdep_map *map;
	const char *name;
	const char *site;
	unsigned int (*holder)(const void *object);
	const void *object;
	u64 number;
	const struct task_struct *task;
	bool idle;
};

/* The current task is about to wait for that; is not any more. */
void psim_waits_begin(const struct psim_waits *waits);
void psim_waits_end(void);
/* It was queued in a wait queue of this name; NULL: it left it. */
void psim_waits_queued(const char *name);

#define psim_waits_for_lock(kind, lockdep, caller) \
	(&(const struct psim_waits){.what = (kind), .map = (lockdep), .site = (caller)})

#endif /* PSIM_WAITS_H */
