/* SPDX-License-Identifier: MIT */
/* The reference model's own: what model.c (bytes) and model_call.c (system calls) share. */
#ifndef JUDGE_MODEL_H
#define JUDGE_MODEL_H

#include "judge.h"

#define GPU_CHUNK 0x10000ul /* what a GPU fault takes along at most */

/* Shared memory or a file: accesses beyond its pages are SIGBUS. */
struct shared {
	unsigned int users; /* pages that map it, and the model if it is a file */
	unsigned long pages;
	unsigned char bytes[ARENA_PAGES][PAGE];
};

/**
 * struct model_page - one entry of a process's list of mappings: a page of the arena
 * @mapped: the others count only if it is
 * @on_fault: locked, but not brought in
 * @guard: no access, whatever @prot says
 * @shared: what is behind it, at page @offset of that; NULL: private anonymous memory
 * @private: a private mapping of a file
 * @copied: it is, and was written: it has bytes of its own
 * @prot: PROT_*
 * @present: has it been touched?
 * @written: and surely written, since it was mapped?
 * @taint_present, @taint_exclusive: a migration may have made it unlike a process's that had none
 */
struct model_page {
	bool mapped, locked, on_fault, dont_fork, wipe_on_fork, guard;
	bool taint_present, taint_exclusive, written, private, copied;
	unsigned char prot, present;
	struct shared *shared;
	unsigned long offset;
};

/*
 * @migrated: has it, or an ancestor, been touched by a GPU?
 * @lock_future, @future_on_fault: MCL_FUTURE, and that with MCL_ONFAULT
 */
struct model_process {
	bool alive, migrated, lock_future, future_on_fault;
	struct model_page pages[ARENA_PAGES];
	unsigned char bytes[ARENA_PAGES][PAGE];
};

extern struct model_process model_processes[PROCESSES];
extern struct shared *model_files[FILES];

void model_unmap(struct model_process *process, unsigned long start, unsigned long end);
/* Is nothing of [start, end) mapped? */
bool model_hole(const struct model_process *process, unsigned long start, unsigned long end);
void model_populate(struct model_process *process, unsigned long start, unsigned long end);
/* Give the page up: its next reader sees zeros, or what is shared. */
void model_page_clear(struct model_process *process, unsigned int index);
/* Is what is written there seen by others? */
static inline bool model_is_shared(const struct model_page *page)
{
	return page->shared && !page->private;
}
/* Give a private page of a file its own bytes. */
void model_page_copy(struct model_process *process, unsigned int index);
struct shared *model_shared_new(unsigned long pages);

long model_mremap(struct model_process *process, const struct op *op, struct outcome *out,
		  const struct outcome *other);
/* As model_loses_track(). */
bool model_mremap_loses_track(struct model_process *process, const struct op *op);
/* The other system calls. */
long model_call(struct model_process *process, const struct op *op, struct outcome *out,
		const struct outcome *other);

#endif /* JUDGE_MODEL_H */
