/* SPDX-License-Identifier: MIT */
/* One run, inside: the machine, what is where, what time it is, and the policy of each GPU. */
#ifndef LAB_ENGINE_H
#define LAB_ENGINE_H

#include <psim/psim.h>

#include "../lab.h"

/* Flags of a page. */
#define PAGE_EXISTS  1u /* of the program's */
#define PAGE_FILLED  2u /* it has a place in RAM or on a GPU */
#define PAGE_USED    4u /* since it came */
#define PAGE_WRITTEN 8u /* since it came */
#define PAGE_WAITS   16u /* for the batch of faults that is being collected */
#define PAGE_BEFORE  32u /* was on a GPU before */
#define PAGE_AHEAD   64u /* came without a fault */
#define AHEAD_USED   (PAGE_AHEAD | PAGE_USED)

/* What is kept of 64 KiB for each GPU: its accesses from afar, as struct psim_lab_fault has them. */
struct block {
	uint32_t far;
	uint32_t ask; /* accesses from afar until the policy is asked again; 0: never */
};

/* What is kept of 64 KiB for all. */
struct place {
	uint64_t since_ps; /* when something of it moved last */
	uint32_t trips; /* how often pieces of it have left a GPU */
};

/* An accessor's clock, and what its accesses since have found, by where. */
struct clock {
	uint64_t ps;
	uint64_t hits[4];
};

/* The last copy that goes one way. */
struct link {
	uint64_t begin, end;
};
enum {
	LINK_IN,
	LINK_OUT,
	LINK_PEER_IN,
	LINK_PEER_OUT,
	NR_LINKS
};

/* Faults of a GPU that wait, and accesses that wait for them. */
struct waiting {
	unsigned long page;
	unsigned int stream;
	bool write;
	bool mapped;
};
struct batch {
	unsigned int nr_waiting, nr_stalled;
	unsigned int left; /* accesses of the GPU that go on meanwhile */
	struct waiting *waiting;
	struct psim_lab_access *stalled;
};

/* What is kept of a page if a policy wants it. */
struct touched {
	uint64_t last;
	uint64_t times;
};

/* The same of 2 MiB. */
struct region_touched {
	uint64_t times;
	bool written;
};

/* An allocation of the view. */
struct piece {
	uint64_t order; /* of coming: ascending; 0: there is none */
	uint64_t until_ps; /* no CPU takes it back before */
	uint64_t until_ns; /* the same on the machine's clock, which may be ahead */
	unsigned long first;
	unsigned int pages;
	unsigned int gpu;
};

struct wish {
	unsigned long first;
	unsigned int pages;
};

/* A GPU's policy. */
struct stack {
	struct psim_lab_world world;
	const struct lab_policy *policy;
	void *states[LAB_MAX_PARTS];
	/* pieces in the order they came: for policies that choose no victims */
	struct {
		unsigned int number;
		uint64_t order;
	} * queue;
	size_t head, tail, room;
};

struct psim_lab_engine {
	const struct lab_run *run;
	struct lab_result *result;
	struct lab_space *space;
	struct psim_process *process;
	struct psim_gpu *gpus[LAB_MAX_GPUS];
	struct psim_view *view;
	unsigned long start; /* address of page 0 */
	unsigned int nr_gpus;
	unsigned char *tables[1 + LAB_MAX_GPUS];
	size_t mapped_bytes; /* of all tables together */
	void *memory;
	unsigned char *flags;
	uint32_t *piece_at; /* number + 1 */
	struct block *blocks[LAB_MAX_GPUS];
	struct place *places;
	struct touched *touched;
	struct region_touched *touched_regions;
	unsigned char *reference; /* what the program's memory holds; NULL: no bytes */
	struct piece *pieces;
	size_t nr_pieces;
	uint64_t order;
	struct stack stacks[LAB_MAX_GPUS];
	unsigned int wants;

	struct clock clocks[1 + LAB_MAX_GPUS];
	struct clock *clock; /* of who is served */
	struct link links[LAB_MAX_GPUS][NR_LINKS];
	/* room that is made beside the batch that is served: pages, and when it is there */
	unsigned int beside_gpu;
	unsigned long beside_pages;
	uint64_t beside_ps;
	uint64_t stall_ps, copy_ps; /* of all */
	uint64_t sample_ps, next_sample_ps;
	uint64_t number; /* of the access */
	uint64_t access_ps[2][4]; /* by the CPU, by GPUs; by where */

	struct batch batches[LAB_MAX_GPUS];
	unsigned int nr_batches; /* with faults that wait */
	unsigned int max_waiting, max_stalled; /* of each */

	struct wish *wishes;
	unsigned int nr_wishes, room_wishes;
	uint64_t guard; /* pieces from this order on are not evicted now */
	unsigned int plan_gpu; /* whose policy is asked */
	unsigned long evicted; /* pages, by the call in progress */
	char *error;
	size_t error_length;
};

static inline uint64_t to_ps(double ns)
{
	return ns * 1000 + 0.5;
}

/* engine.c */
int lab_engine_fail(struct psim_lab_engine *e, int err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* clock.c */
/* Access counts become time. */
void lab_clock_settle(struct psim_lab_engine *e, unsigned int who);
/* From now on it is this accessor's time that is spent. */
void lab_clock_of(struct psim_lab_engine *e, unsigned int who);
uint64_t lab_clock_latest(const struct psim_lab_engine *e);
/* What copies cost, over the links: to @gpu, from where the pages are. */
void lab_charge_moved(struct psim_lab_engine *e, unsigned int gpu, unsigned long first,
		      unsigned int pages, const struct psim_view_moved *moved);
/*
 * What page tables cost: a run of pages is mapped for a GPU, as entries of 4 KiB, or where device memory fills them of
 * 64 KiB and 2 MiB; and GPUs that reached a run reach it no more.
 */
void lab_charge_mapped(struct psim_lab_engine *e, unsigned long first, unsigned int pages);
unsigned int lab_mapped_for(const struct psim_lab_engine *e, unsigned long first,
			    unsigned int pages);
/* Wait until what moved last in the 64 KiB around has moved; it has moved now. */
void lab_block_await(struct psim_lab_engine *e, unsigned long first, unsigned int pages);
void lab_block_moved(struct psim_lab_engine *e, unsigned long first, unsigned int pages);

static inline void lab_spend(struct psim_lab_engine *e, double ns)
{
	e->clock->ps += to_ps(ns);
}

static inline void lab_clock_until(struct psim_lab_engine *e, uint64_t ps)
{
	if (e->clock->ps < ps)
		e->clock->ps = ps;
}

/* machine.c */
int lab_machine_start(struct psim_lab_engine *e);
int lab_machine_stop(struct psim_lab_engine *e);
/* The bytes of one access are right, or are written. Return: 0, -EIO. */
int lab_machine_verify(struct psim_lab_engine *e, const struct psim_lab_access *access,
		       unsigned long page);

/* faults.c */
int lab_faults_add(struct psim_lab_engine *e, const struct psim_lab_access *access,
		   unsigned long page, bool mapped);
/* Serve what waits. The accesses that waited are to be made again. */
int lab_faults_serve(struct psim_lab_engine *e, unsigned int gpu);
bool lab_faults_has(const struct batch *batch, unsigned long page);
int lab_fault_cpu(struct psim_lab_engine *e, unsigned long page, bool write);

/* move.c */
/* Bring a run of pages that are not there. Return: 0, -ENOSPC, or another error. */
int lab_bring(struct psim_lab_engine *e, unsigned int gpu, unsigned long first, unsigned int pages,
	      unsigned long timeslice_ms);
/* Evict until so many pages are free. Return: 0, -ENOSPC. */
int lab_make_room(struct psim_lab_engine *e, unsigned int gpu, unsigned long pages);
void lab_evict(struct psim_lab_engine *e, unsigned int gpu, unsigned long first,
	       unsigned int pages);
/* What has gone meanwhile. */
void lab_reap(struct psim_lab_engine *e, int why);
/* Have the pages in RAM if they have been nowhere so far. */
int lab_fill(struct psim_lab_engine *e, unsigned long first, unsigned int pages);

/* stack.c */
int lab_stack_create(struct psim_lab_engine *e, unsigned int gpu);
void lab_stack_destroy(struct stack *stack);
int lab_stack_when(struct stack *stack, const struct psim_lab_fault *fault,
		   struct psim_lab_plan *plan);
void lab_stack_span(struct stack *stack, const struct psim_lab_fault *fault,
		    struct psim_lab_plan *plan);
void lab_stack_victim(struct psim_lab_engine *e, struct stack *stack, unsigned long pages);
void lab_stack_batch(struct psim_lab_engine *e, struct stack *stack);
void lab_stack_arrived(struct psim_lab_engine *e, unsigned int number);
void lab_stack_left(struct psim_lab_engine *e, unsigned int gpu, unsigned long first,
		    unsigned int pages, int why);
/* A plan of a GPU whose evictions are carried out at once, and whose wishes are collected. */
struct psim_lab_plan lab_plan(struct psim_lab_engine *e, unsigned int gpu);

static inline bool lab_is_on(const struct psim_lab_engine *e, unsigned int gpu, unsigned long page)
{
	uint32_t at = e->piece_at[page];

	return at && e->pieces[at - 1].gpu == gpu;
}

#endif /* LAB_ENGINE_H */
