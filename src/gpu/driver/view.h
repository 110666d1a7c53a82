/* SPDX-License-Identifier: MIT */
/*
 * Views: a policy outside decides what GPU faults do, so there is neither a page table in the device's memory
 * nor a command; a byte a page says what each accessor reaches. What moves moves through drm_pagemap.
 *
 * Locks, outer to inner: simgpu_view.busy -> mmap lock -> folio locks -> simgpu_view.lock (also taken in
 * notifier callbacks) -> simgpu_view.units_lock (a spinlock, also under page-table locks).
 */
#ifndef SIMGPU_VIEW_H
#define SIMGPU_VIEW_H

#include <linux/xarray.h>
#include <psim/view.h>

#include "simgpu.h"

#define SIMGPU_CHUNK_FRAMES 512u
#define SIMGPU_NO_UNIT	    (~0u)

/**
 * struct simgpu_chunk - 2 MiB of device memory, frame by frame
 * @link: in the list of whole or of broken chunks; in none when nothing is free
 * @first: its first frame
 * @free: which frames are free
 * @nr_free: how many
 */
struct simgpu_chunk {
	struct list_head link;
	unsigned int first;
	unsigned int nr_free;
	u64 free[SIMGPU_CHUNK_FRAMES / 64];
};

/**
 * struct simgpu_frames - a GPU's memory, in pages
 * @chunks: all of it
 * @nr_chunks: how many
 * @whole: chunks that are all free
 * @broken: chunks that are free in part
 * @nr_free: frames
 */
struct simgpu_frames {
	struct simgpu_chunk *chunks;
	unsigned int nr_chunks;
	struct list_head whole;
	struct list_head broken;
	unsigned long nr_free;
};

int simgpu_frames_init(struct simgpu_frames *frames, unsigned long n);
void simgpu_frames_fini(struct simgpu_frames *frames);
/* @n frames, one whole chunk for so many; the caller has seen that they are there. */
void simgpu_frames_take(struct simgpu_frames *frames, unsigned int n, u32 *list);
void simgpu_frames_give(struct simgpu_frames *frames, unsigned int n, const u32 *list);

/**
 * struct simgpu_unit - an allocation of a view
 * @devmem: what drm_pagemap knows of it
 * @vg: whose memory
 * @number: in the view's table
 * @next_gone: the one that went before
 * @gone: no page is left of it
 * @npages: pages
 * @frames: where they are
 */
struct simgpu_unit {
	struct drm_pagemap_devmem devmem;
	struct simgpu_view_gpu *vg;
	unsigned int number;
	unsigned int next_gone;
	bool gone;
	unsigned int npages;
	u32 frames[];
};

/**
 * struct simgpu_view_gpu - one GPU of a view
 * @view: the view
 * @gpu: the device
 * @dpagemap: its memory, referenced
 * @first_pfn: its first page
 * @table: what it reaches
 * @frames: its memory; under @view->units_lock
 * @entries: where what it reaches is, by page: a simgpu_mapping, or of its own memory, if the machine keeps
 *	bytes, the frame as a value; under @view->lock
 * @blocks: its memory's blocks, taken from the device for as long as the view is there
 * @nr_blocks: how many
 */
struct simgpu_view_gpu {
	struct simgpu_view *view;
	struct simgpu_device *gpu;
	struct drm_pagemap *dpagemap;
	unsigned long first_pfn;
	unsigned char *table;
	struct simgpu_frames frames;
	struct xarray entries;
	struct simgpu_block *blocks[SIMGPU_MAX_ORDER + 1];
	unsigned int nr_blocks;
};

/**
 * struct simgpu_view - a range of an address space, seen by the CPU and by GPUs
 * @notifier: tells of every change in it
 * @mm: the address space; a reference on the structure
 * @start: its first byte
 * @npages: its length
 * @busy: one call at a time
 * @lock: guards the tables
 * @cpu_table: what the CPU reaches
 * @bytes: whether the machine keeps bytes
 * @moved: what the call in progress has copied
 * @units_lock: guards the members below, and the frames
 * @units: by number; an empty slot holds the next empty one's number, shifted, with the lowest bit set
 * @nr_units: slots
 * @empty: the first empty one, or SIMGPU_NO_UNIT
 * @last_gone: the unit that went last, or SIMGPU_NO_UNIT
 * @pfns: what hmm found
 * @nr_gpus: how many
 * @gpus: who looks
 */
struct simgpu_view {
	struct mmu_interval_notifier notifier;
	struct mm_struct *mm;
	unsigned long start;
	unsigned long npages;
	struct mutex busy;
	struct mutex lock;
	unsigned char *cpu_table;
	bool bytes;
	struct psim_view_moved moved;
	spinlock_t units_lock;
	unsigned long *units;
	unsigned int nr_units;
	unsigned int empty;
	unsigned int last_gone;
	unsigned long pfns[PSIM_VIEW_MAX_PIECE];
	unsigned int nr_gpus;
	struct simgpu_view_gpu gpus[];
};

/* view.c. All but create and destroy with view->busy held. */
struct simgpu_view *simgpu_view_create(struct mm_struct *mm, unsigned long start,
				       unsigned long npages, struct simgpu_device *const *gpus,
				       unsigned int nr_gpus, unsigned char *const *tables,
				       bool bytes);
int simgpu_view_destroy(struct simgpu_view *view);
/* Bring a GPU's table up to date. @request: as in hmm_range.default_flags; 0: as it is. */
int simgpu_view_look(struct simgpu_view_gpu *vg, unsigned long first, unsigned int n,
		     unsigned long request);
/* The page's entry as the hardware's page tables have it; 0: none. */
u64 simgpu_view_pte(struct simgpu_view_gpu *vg, unsigned long page);
/* What the CPU has just been able to do. */
void simgpu_view_cpu_has(struct simgpu_view *view, unsigned long page, unsigned char what);

/* view_unit.c */
long simgpu_view_bring(struct simgpu_view_gpu *vg, unsigned long first, unsigned int n,
		       unsigned long timeslice_ms);
int simgpu_view_evict(struct simgpu_view *view, unsigned int number);
unsigned int simgpu_view_reap(struct simgpu_view *view, unsigned int *list, unsigned int max);
/* Everything back to RAM. Return: 0 or -EBUSY. */
int simgpu_view_evict_all(struct simgpu_view *view);

#endif /* SIMGPU_VIEW_H */
