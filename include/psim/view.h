/* SPDX-License-Identifier: MIT */
/*
 * A view: how the CPU and GPUs see one range of a process, page by page, and what moves between them.
 *
 * For programs that decide themselves what each fault of a GPU does: which pages come, in what pieces, what
 * leaves, what stays where it is. There is no command processor between: an access is a look at a byte of
 * the accessor's table, a fault is a call. The pages are moved by drm_pagemap, as for any other user of it,
 * and interval notifiers keep the tables right whoever moves or unmaps something.
 */
#ifndef PSIM_VIEW_H
#define PSIM_VIEW_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct psim_gpu;
struct psim_process;
struct psim_view;

#define PSIM_VIEW_MAX_GPUS  8
#define PSIM_VIEW_MAX_PIECE 512 /* pages that move in one piece: 2 MiB */

/* What an accessor's table says of a page: a byte of these; 0: an access faults. */
#define PSIM_VIEW_READ	1u
#define PSIM_VIEW_WRITE 2u
#define PSIM_VIEW_NEAR	4u /* in the accessor's own memory */
#define PSIM_VIEW_PEER	8u /* in a linked GPU's memory */

/**
 * struct psim_view_config - what to look at
 * @process: whose memory
 * @address, @length: the range, within one mapping, both multiples of 2 MiB
 * @gpus: who looks, besides the CPU; while the view is there, all their memory is the view's
 * @nr_gpus: how many, at least one
 * @tables: 1 + @nr_gpus tables, the CPU's first, of one zero byte a page, which stay the caller's to read
 */
struct psim_view_config {
	struct psim_process *process;
	unsigned long address;
	size_t length;
	struct psim_gpu *gpus[PSIM_VIEW_MAX_GPUS];
	unsigned int nr_gpus;
	unsigned char *tables[1 + PSIM_VIEW_MAX_GPUS];
};

/**
 * struct psim_view_moved - pages that one call copied
 * @in, @out: from RAM to a GPU, and back
 * @peer: between linked GPUs
 * @within: from one place in a GPU's memory to another
 * @cleared: that came from nowhere
 */
struct psim_view_moved {
	unsigned long in;
	unsigned long out;
	unsigned long peer;
	unsigned long within;
	unsigned long cleared;
};

/*
 * Return: 0; -EINVAL for a range or GPUs that will not do; -EBUSY: a GPU has a view or its memory is in use;
 * -ENOMEM. Each but the last is explained in one line on standard error.
 */
int psim_view_create(const struct psim_view_config *config, struct psim_view **view);
/* What is on the GPUs goes back to RAM first. Before its process and its GPUs go. Return: 0, -EBUSY. */
int psim_view_destroy(struct psim_view *view);

/**
 * psim_view_bring() - a GPU's fault brings pages: one migration into one allocation
 * @gpu: which of the view's
 * @first, @pages: in pages from the view's start; within 2 MiB
 * @timeslice_ms: how long no CPU may take them back
 * @moved: gets what was copied; may be NULL
 *
 * All of them come or none does. Afterwards the GPU's table says what it can reach.
 *
 * Return: the allocation's number; -ENOSPC: too little memory is free, evict first; -EBUSY: a page is with a
 * GPU that is not linked, or held by somebody; other errors of the migration.
 */
long psim_view_bring(struct psim_view *view, unsigned int gpu, unsigned long first,
		     unsigned int pages, unsigned long timeslice_ms, struct psim_view_moved *moved);

/*
 * Let the GPU reach the pages where they are; those of a GPU that is not linked go to RAM first.
 * Return: 0; -EFAULT, -EBUSY, -ENOMEM.
 */
int psim_view_map(struct psim_view *view, unsigned int gpu, unsigned long first, unsigned int pages,
		  int write, struct psim_view_moved *moved);

/* The CPU reads or writes a byte of the page. Return: as psim_load(). */
int psim_view_touch(struct psim_view *view, unsigned long page, int write,
		    struct psim_view_moved *moved);

/* Send an allocation back to RAM. Return: 0; -ENOENT: it is gone; the core's errors. */
int psim_view_evict(struct psim_view *view, unsigned long allocation,
		    struct psim_view_moved *moved);

/**
 * psim_view_gone() - allocations that no page is left of, each told once
 * @list: gets up to @max numbers; they may be given again to new allocations from now on
 * Return: how many.
 */
unsigned int psim_view_gone(struct psim_view *view, unsigned int *list, unsigned int max);

/* Pages of device memory that are free. */
unsigned long psim_view_free(const struct psim_view *view, unsigned int gpu);

/**
 * psim_view_bytes() - the page's bytes as the GPU reaches them
 * Good until the next call that moves or maps something. Return: NULL: its table has no such access, or the
 * machine keeps no bytes.
 */
void *psim_view_bytes(struct psim_view *view, unsigned int gpu, unsigned long page, int write);

#ifdef __cplusplus
}
#endif

#endif /* PSIM_VIEW_H */
