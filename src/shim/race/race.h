/* SPDX-License-Identifier: MIT */
/*
 * The data-race detector for the deterministic engine, inside: vector clocks of tasks and of what edges
 * pass through, and what is remembered of each byte of memory, in the manner of FastTrack (Flanagan and
 * Freund, 2009). Host dialect; knows no kernel type; one task runs at a time, so nothing is locked.
 *
 * Switches carry no edge: what is found does not depend on which order the scheduler chose, as long as
 * both accesses happen.
 */
#ifndef PSIM_RACE_RACE_H
#define PSIM_RACE_RACE_H

#include "host/host.h"
#include "host/race.h"

typedef unsigned int u32;
typedef unsigned long u64;

#define RACE_TASKS \
	65536u /* slots; a task that ended leaves its own to a later one only when they run out */

/* A vector clock: what is known of each slot's time; beyond @n all zero. */
struct race_clock {
	u32 n, room;
	u32 *at;
};

/**
 * struct race_task - one task
 * @key: its record in the engine; NULL: it is gone
 * @slot: its place in clocks
 * @number, @name: how reports call it
 * @now: what it comes after, its own time included
 * @fenced: @now at its last full barrier: what its later marked stores release
 * @atomic: how deep in sections whose plain accesses count as marked
 * @seen: what its marked loads have seen released: its next full barrier acquires it
 */
struct race_task {
	const void *key;
	u32 slot;
	unsigned int number;
	char name[16];
	int atomic;
	struct race_clock now, fenced, seen;
};

/* ---- clocks (clock.c) ---- */
void race_clock_join(struct race_clock *to, const struct race_clock *from);
void race_clock_copy(struct race_clock *to, const struct race_clock *from);
static inline u32 race_clock_of(const struct race_clock *c, u32 slot)
{
	return slot < c->n ? c->at[slot] : 0;
}

/* ---- tasks (clock.c) ---- */
extern struct race_task *race_me; /* who ran last; race_running() makes sure */
struct race_task *race_running(void);
struct race_task *race_task_of(u32 slot);
void race_tasks_reset(void);
void race_born(const void *task, unsigned int number, const char *name, int ordered);
void race_gone(const void *task);

/* ---- memory (shadow.c) ---- */

enum race_kind {
	RACE_READ,
	RACE_WRITE,
	RACE_MARKED_READ,
	RACE_MARKED_WRITE,
	RACE_KINDS
};

/* One access by the running task, at @pc; or, with @pc NULL, its giving back by function @what. */
void race_access(u64 address, u64 bytes, enum race_kind kind, const void *pc, const char *what);
/* The clock that passes through @address; NULL: there is none, and none is wanted. */
struct race_clock *race_passing(u64 address, int make);
void race_forget(u64 address, u64 bytes);
void race_shadow_reset(void);

/* ---- the watch (seat.c) ---- */
extern int
	race_watching; /* 1: accesses are looked at; less: no machine, or the shim's own matters */

/* RAM's bytes belong to simulated programs, which may race; the clock is moved by every point. */
#define RACE_IGNORED 2
extern struct race_range {
	u64 at, bytes;
} race_ignored[RACE_IGNORED];
extern unsigned int race_nr_ignored;

#endif /* PSIM_RACE_RACE_H */
