/* SPDX-License-Identifier: MIT */
/* How hard a migration tries, and why it was started: the values alone. */
#ifndef _LINUX_MIGRATE_MODE_H
#define _LINUX_MIGRATE_MODE_H

/**
 * enum migrate_mode - what a migration may wait for
 * @MIGRATE_ASYNC: nothing
 * @MIGRATE_SYNC_LIGHT: most things, but no writeback
 * @MIGRATE_SYNC: everything
 */
enum migrate_mode {
	MIGRATE_ASYNC,
	MIGRATE_SYNC_LIGHT,
	MIGRATE_SYNC,
};

enum migrate_reason {
	MR_COMPACTION,
	MR_MEMORY_FAILURE,
	MR_MEMORY_HOTPLUG,
	MR_SYSCALL,
	MR_MEMPOLICY_MBIND,
	MR_NUMA_MISPLACED,
	MR_CONTIG_RANGE,
	MR_LONGTERM_PIN,
	MR_DEMOTION,
	MR_DAMON,
	MR_TYPES
};

#endif /* _LINUX_MIGRATE_MODE_H */
