/* SPDX-License-Identifier: MIT */
/*
 * The data-race detector's seat. Who sits here (src/shim/race, where a program is linked with it) hears of
 * every edge between tasks that locks, waits and hand-overs make, and of memory that changes its owner.
 * Empty, each call below costs one test of a pointer.
 *
 * Like steer.h it is read by both dialects and outlives machines: plain types only.
 */
#ifndef PSIM_RACE_SEAT_H
#define PSIM_RACE_SEAT_H

/**
 * struct psim_race_access - one of the two accesses of a race
 * @task, @name: number and name of the task
 * @pc: in the function that made it; NULL: see @what
 * @what: the function that freed the memory
 * @address, @bytes: which part of it the two share
 * @write, @marked: it wrote; it was READ_ONCE(), WRITE_ONCE() or an atomic
 */
struct psim_race_access {
	unsigned int task;
	const char *name;
	const void *pc;
	const char *what;
	unsigned long address;
	unsigned int bytes;
	int write, marked;
};

/**
 * struct psim_race - what the detector does
 * @start, @stop: a machine of the deterministic engine starts, with its main task; stops
 * @born: a task is made; @ordered: after what the running task did so far
 * @gone: its record and its stack, [@low, @high), will be used again
 * @acquire: the running task comes after whoever released @at
 * @release: whoever acquires @at from now on comes after the running task; and after earlier releases
 * @fence: a full memory barrier
 * @owned: memory changes its owner: what was known of it is forgotten
 * @freed: memory is given back, by function @site: nobody may use it without an edge to this
 * @ignored: accesses to these bytes are never looked at; at most 2 such ranges
 * @inside: +1, -1: the shim's own data under a raw lock are accessed, which is nobody's business
 * @atomically: +1, -1: a section whose plain accesses count as marked
 */
struct psim_race {
	void (*start)(const void *main_task);
	void (*stop)(void);
	void (*born)(const void *task, unsigned int number, const char *name, int ordered);
	void (*gone)(const void *task, const void *low, unsigned long bytes);
	void (*acquire)(const void *at);
	void (*release)(const void *at);
	void (*fence)(void);
	void (*owned)(const void *at, unsigned long bytes);
	void (*freed)(const void *at, unsigned long bytes, const char *site);
	void (*ignored)(const void *at, unsigned long bytes);
	void (*inside)(int depth);
	void (*atomically)(int depth);
};

/* NULL: nobody, or the machine that runs is not the deterministic engine's. */
extern const struct psim_race *psim_race;
/* Who sits down when a machine starts; the detector says so before main(). */
extern const struct psim_race *psim_race_linked;
/* 1: a machine is watched if a detector is linked; 0: it is not. */
extern int psim_race_wanted;

/* The running task comes after everybody who called psim_edge_out() with the same address. */
static inline void psim_edge_in(const void *at)
{
	if (__builtin_expect(psim_race != 0, 0))
		psim_race->acquire(at);
}

static inline void psim_edge_out(const void *at)
{
	if (__builtin_expect(psim_race != 0, 0))
		psim_race->release(at);
}

/* A critical section of a primitive without a name of its own: it comes after those before it. */
static inline void psim_edge_both(const void *at)
{
	psim_edge_in(at);
	psim_edge_out(at);
}

/* The run-time's calls: who is the running task; and what it found (src/shim/sim/race_report.c). */
const void *psim_race_current(void);
void psim_race_report(const struct psim_race_access *now, const struct psim_race_access *before);

#endif /* PSIM_RACE_SEAT_H */
