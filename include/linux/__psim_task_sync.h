/* SPDX-License-Identifier: MIT */
/* What the lock checker and RCU keep for each task; a member of struct task_struct. All-zero is valid. */
#ifndef _LINUX___PSIM_TASK_SYNC_H
#define _LINUX___PSIM_TASK_SYNC_H

#include <linux/types.h>

struct lockdep_map;

#define __PSIM_MAX_HELD 48

/**
 * struct __psim_held - one lock that a task holds
 * @map: the lock's identity
 * @site: the function that took it
 * @read: 0 exclusively, 1 for reading, 2 for recursive reading
 * @subclass: nesting level it was taken with
 * @trylock: it did not wait for it
 */
struct __psim_held {
	struct lockdep_map *map;
	const char *site;
	u8 read, subclass, trylock;
};

/**
 * struct __psim_task_sync - per task
 * @nr_held: how many entries of @held are in use
 * @rcu_nesting: rcu_read_lock() sections it is in
 * @rcu_all: these, and spinlocks: what holds off a grace period
 * @rcu_side: which count of readers it is in
 * @rcu_registered: the free-running engine's RCU knows the thread
 * @non_block: non_block_start() sections it is in
 * @work: the work item it runs, or NULL
 */
struct __psim_task_sync {
	unsigned int nr_held;
	unsigned int rcu_nesting, rcu_all, rcu_side;
	bool rcu_registered;
	int non_block;
	void *work;
	struct __psim_held held[__PSIM_MAX_HELD];
};

#endif /* _LINUX___PSIM_TASK_SYNC_H */
