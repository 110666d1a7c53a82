/* SPDX-License-Identifier: MIT */
/*
 * The laboratory: what a workload and a policy are, for those that are built in and for yours.
 *
 * A workload is a stream of accesses: who, where, how many bytes, read or write. A policy is asked what to do
 * about a fault of a GPU, and what shall leave when memory is short. The laboratory runs the one under the
 * other on a machine with its GPUs; the pages are moved by drm_pagemap. docs/lab.md has a guide.
 *
 * A shared object of yours defines `const struct psim_lab_policy psim_lab_policy` or
 * `const struct psim_lab_workload psim_lab_workload`. It needs this header alone: what it may ask comes as
 * functions of a struct psim_lab_world.
 */
#ifndef PSIM_LAB_H
#define PSIM_LAB_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PSIM_LAB_VERSION      1
#define PSIM_LAB_PAGE	      4096ull
#define PSIM_LAB_BLOCK_PAGES  16u /* of 64 KiB */
#define PSIM_LAB_REGION_PAGES 512u /* of 2 MiB */

/* ---- settings ------------------------------------------------------------------------------------------- */

/**
 * struct psim_lab_option - a setting that an experiment file may give
 * @name: as in the file
 * @about: one line
 * @value: the default
 * @min, @max: what is allowed; a value outside is refused with a line that names both
 *
 * Sizes may be written as 64K or 2M, shares as 50%. A list ends with an entry without a name.
 */
struct psim_lab_option {
	const char *name;
	const char *about;
	double value;
	double min;
	double max;
};

/* ---- workloads -------------------------------------------------------------------------------------------- */

/* psim_lab_access.flags */
#define PSIM_LAB_WRITE 1u
#define PSIM_LAB_VALUE 2u /* value is what is written, or has to be read */
#define PSIM_LAB_WAIT  4u /* its accessor waits until all that stands before it has been done */

/**
 * struct psim_lab_access - one access
 * @address: of the first byte, as the program knows it
 * @bytes: how many; may cross pages
 * @who: 0: the CPU; from 1 on: GPUs
 * @flags: PSIM_LAB_WRITE, or it reads; PSIM_LAB_VALUE, for up to 8 bytes that cross no page; PSIM_LAB_WAIT: all accesses
 *	that stand before it, whoever's, have been made by then. Without it accessors work at the same time
 * @stream: which of the accessor's streams (warp, thread): policies may tell them apart
 * @value: with PSIM_LAB_VALUE: the bytes, in the host's order. Of a machine that keeps bytes they are written, or
 *	compared with what is read
 */
struct psim_lab_access {
	unsigned long long address;
	unsigned int bytes;
	unsigned char who;
	unsigned char flags;
	unsigned short stream;
	unsigned long long value;
};

/**
 * struct psim_lab_workload - where accesses come from
 * @version: PSIM_LAB_VERSION
 * @name: one word
 * @about: one line
 * @options: its settings, or NULL
 * @open: begin anew. @values: one of each option; @file: the file that the experiment names, or NULL;
 *	@seed: for all that is drawn. Return: its state; NULL with a line in @error
 * @next: the next accesses. Return: how many; 0: it has ended; negative with a line in @error: its input
 *	is wrong, and where
 * @close: give the state back
 *
 * It is gone through twice: once to see which pages there are, once to run. @max is at least 4096 then.
 */
struct psim_lab_workload {
	unsigned int version;
	const char *name;
	const char *about;
	const struct psim_lab_option *options;
	void *(*open)(const double *values, const char *file, unsigned long long seed, char *error,
		      size_t length);
	long (*next)(void *state, struct psim_lab_access *list, size_t max, char *error,
		     size_t length);
	void (*close)(void *state);
};

/* ---- policies --------------------------------------------------------------------------------------------- */

struct psim_lab_engine; /* the laboratory's own */

/**
 * struct psim_lab_fault - a GPU touched a page that it does not reach
 * @page: which; pages are numbered so that aligned 2 MiB of the program are 512 that follow one another
 * @write: it wants to write
 * @stream: which of its streams
 * @mapped: it reaches the page where it is, and was told to ask again (psim_lab_plan.ask_after)
 * @now: virtual time in ns, by the GPU's clock
 * @touches: this GPU's accesses from afar to the 64 KiB around, to RAM or to a linked GPU's memory, since pages of
 *	them last left a GPU
 * @trips: how often pieces of the 64 KiB around have left a GPU
 */
struct psim_lab_fault {
	unsigned long page;
	int write;
	unsigned int stream;
	int mapped;
	unsigned long long now;
	unsigned long touches;
	unsigned long trips;
};

/**
 * struct psim_lab_world - what a policy may ask, for the GPU that it is the policy of
 * @engine: to be given to the functions
 * @gpu: the GPU's number, from 0
 * @memory_pages: its memory
 * @nr_gpus: how many there are
 * @nr_pages: pages are numbered below this
 * @seed: for all that is drawn
 * @free_pages: of its memory, now
 * @resident: whether a page is in its memory
 * @exists: whether the page is one of the program's; nothing else can be brought
 * @last_touch: number of the access that touched the page last, or with which it came, if that was
 *	later; 0: none; needs PSIM_LAB_RECENCY
 * @touches: accesses to the page; needs PSIM_LAB_COUNTS
 * @used: whether a page was touched since it came
 * @written: whether a page was written since it came
 * @owner: number of the GPU whose memory the page is in; -1: of none
 * @linked: whether GPUs reach each other's memory
 * @region_touches: accesses to the 2 MiB around a page, and whether one of them wrote; needs PSIM_LAB_COUNTS
 */
struct psim_lab_world {
	struct psim_lab_engine *engine;
	unsigned int gpu;
	unsigned long memory_pages;
	unsigned int nr_gpus;
	unsigned long nr_pages;
	unsigned long long seed;
	unsigned long (*free_pages)(const struct psim_lab_world *world);
	int (*resident)(const struct psim_lab_world *world, unsigned long page);
	int (*exists)(const struct psim_lab_world *world, unsigned long page);
	unsigned long long (*last_touch)(const struct psim_lab_world *world, unsigned long page);
	unsigned long long (*touches)(const struct psim_lab_world *world, unsigned long page);
	int (*used)(const struct psim_lab_world *world, unsigned long page);
	int (*written)(const struct psim_lab_world *world, unsigned long page);
	int (*owner)(const struct psim_lab_world *world, unsigned long page);
	int linked;
	unsigned long long (*region_touches)(const struct psim_lab_world *world, unsigned long page,
					     int *written);
};

/**
 * struct psim_lab_plan - what shall be done; each function may be called as often as need be
 * @engine: to be given to the functions
 * @bring: pages [first, first + pages) come, in one piece and one copy as far as they lie side by side, are
 *	not there already, and lie in one region of 2 MiB
 * @evict: every piece that a page of [first, first + pages) is in leaves
 * @timeslice_ms: how long no CPU may take back what comes
 * @room: evict, by the policy's own choice, until so many pages are free
 * @read_only: of a page that stays where it is: ask again when it is written
 * @ask_after: of a page that stays where it is, in RAM or with a linked GPU: ask again after so many of this GPU's
 *	accesses to the 64 KiB around; 0: never
 * @gpu: whose memory what comes goes to; the faulting GPU's unless it is set. To a linked GPU's: that GPU's policy makes
 *	the room, and is told what arrives; then the GPU that faulted reaches it there. The number of a GPU that is
 *	not there, or not linked, means the faulting GPU's own
 */
struct psim_lab_plan {
	struct psim_lab_engine *engine;
	void (*bring)(struct psim_lab_plan *plan, unsigned long first, unsigned int pages);
	void (*evict)(struct psim_lab_plan *plan, unsigned long first, unsigned int pages);
	void (*room)(struct psim_lab_plan *plan, unsigned long pages);
	unsigned long timeslice_ms;
	int read_only;
	unsigned long ask_after;
	unsigned int gpu;
};

/* What the laboratory has to keep for a policy: psim_lab_policy.wants. */
#define PSIM_LAB_RECENCY 1u
#define PSIM_LAB_COUNTS	 2u

/* What psim_lab_policy.when answers. */
#define PSIM_LAB_MIGRATE 0
#define PSIM_LAB_REMOTE	 1
#define PSIM_LAB_ELSE	 (-1) /* ask the next part */

/* Why pages left. */
#define PSIM_LAB_EVICTED 0
#define PSIM_LAB_FETCHED 1 /* a CPU or another GPU took them */

/**
 * struct psim_lab_policy - a policy, or a part of one
 * @version: PSIM_LAB_VERSION
 * @name: one word, "-" between its parts
 * @about: one line
 * @source: who published it, as docs/policies.md names them; or "assumption"
 * @options: its settings, or NULL
 * @wants: an OR of PSIM_LAB_RECENCY, PSIM_LAB_COUNTS
 * @create: @values: one of each option. Return: its state; NULL without memory
 * @destroy: give it back
 * @when: shall the page come, or stay where it is? Without: it comes
 * @span: what comes: calls plan->bring() for the page itself and whatever else, or for nothing: then the next
 *	part is asked. Without: the page alone
 * @victim: room for @pages more pages is wanted: calls plan->evict() at least once for pages that are
 *	there. Without: the piece that came first
 * @batch: a batch of faults begins; may call plan->evict() and plan->room(): what leaves then leaves beside the batch
 * @arrived, @left: pages came, and went
 *
 * An experiment may put parts together: the first that has a function is asked; events are told to all.
 * A policy serves one GPU; with several GPUs each has its own.
 */
struct psim_lab_policy {
	unsigned int version;
	const char *name;
	const char *about;
	const char *source;
	const struct psim_lab_option *options;
	unsigned int wants;
	void *(*create)(const struct psim_lab_world *world, const double *values);
	void (*destroy)(void *state);
	int (*when)(void *state, const struct psim_lab_fault *fault, struct psim_lab_plan *plan);
	void (*span)(void *state, const struct psim_lab_fault *fault, struct psim_lab_plan *plan);
	void (*victim)(void *state, unsigned long pages, struct psim_lab_plan *plan);
	void (*batch)(void *state, struct psim_lab_plan *plan);
	void (*arrived)(void *state, unsigned long first, unsigned int pages);
	void (*left)(void *state, unsigned long first, unsigned int pages, int why);
};

#ifdef __cplusplus
}
#endif

#endif /* PSIM_LAB_H */
