/* SPDX-License-Identifier: MIT */
/*
 * Perfetto's JSON: what its files ask of each other. perfetto.c walks the events, perfetto_out.c knows the
 * format, perfetto_flow.c which event causes which.
 */
#ifndef PSIM_TRACE_PERFETTO_H
#define PSIM_TRACE_PERFETTO_H

#include <stdbool.h>
#include <stdio.h>

#include <psim/trace.h>

/* The format's processes: groups of tracks. */
enum group {
	GROUP_TASKS = 1,
	GROUP_DEVICES,
	GROUP_PAGES
};

#define MOST_DEVICES 64
#define MOST_NESTED  64
#define PERFETTO_GPU 0x40000000u /* lines of GPUs, behind all tasks' */

/**
 * struct track - what is drawn in one line: a task, or a device
 * @name: "app/2", or "gpu 1"
 * @task: it is a task's; all else is 0 until the task is met
 * @device: it belongs to the devices
 * @open: events whose slices are open, outermost first
 * @nr_open: how many
 * @woken: the arrow that ends where the task goes on; 0: none
 * @waits: it waits for the fence @context, @seqno
 * @told: the arrow from that fence's signal; 0: none
 */
struct track {
	char *name;
	bool met, device;
	unsigned int open[MOST_NESTED], nr_open;
	unsigned long long woken, context, seqno, told;
	bool waits;
};

/* Pages of a device: [@first, @end). @pages: used now; @least: the fewest of the whole trace, below 0. */
struct side {
	unsigned long long first, end;
	long long pages, least;
};

struct fence;

/**
 * struct perfetto - a file in the making
 * @out: the file
 * @records: how many it has
 * @failed: no memory, or no room
 * @tracks: by number of the task
 * @nr_tracks: room for so many
 * @gpus: by number of the GPU
 * @sides: [0]: RAM
 * @nr_sides: how many
 * @fences: that were made and not destroyed
 * @arrows: how many were begun
 */
struct perfetto {
	FILE *out;
	unsigned long long records;
	bool failed;
	struct track *tracks;
	unsigned int nr_tracks;
	struct track gpus[MOST_DEVICES];
	struct side sides[MOST_DEVICES];
	unsigned int nr_sides;
	struct fence *fences;
	unsigned long long arrows;
};

/* ---- the format (perfetto_out.c) ------------------------------------------------------------------------- */

/* Where a record goes. */
struct place {
	enum group group;
	unsigned int line;
	unsigned long long time;
};

void psim_perfetto_begin(struct perfetto *p);
void psim_perfetto_end(struct perfetto *p);
void psim_perfetto_name(struct perfetto *p, enum group group, long long line, const char *name);
/* @phase: 'B': a slice begins; 'i': nothing but this moment. */
void psim_perfetto_event(struct perfetto *p, char phase, const struct place *place,
			 const struct psim_trace_event *event);
/* The innermost slice ends, which event @kind began. @event: the one that ends it, or NULL. */
void psim_perfetto_close(struct perfetto *p, const struct place *place, unsigned int kind,
			 const struct psim_trace_event *event);
/* A slice that is no event's. */
void psim_perfetto_mark(struct perfetto *p, char phase, const struct place *place,
			const char *name);
/* An arrow begins ('s') or ends ('f') in the slice that is open there. */
void psim_perfetto_arrow(struct perfetto *p, char phase, const struct place *place,
			 const char *name, unsigned long long arrow);
void psim_perfetto_counter(struct perfetto *p, unsigned long long time, unsigned int side,
			   long long value);

/* ---- causes and effects (perfetto_flow.c) -------------------------------------------------------------------- */

/* Look the names of events up. */
void psim_perfetto_flow_start(void);
void psim_perfetto_flow_stop(struct perfetto *p);
/* Before the event's own record: arrows that end where the task goes on. */
void psim_perfetto_flow_before(struct perfetto *p, struct track *track, const struct place *place,
			       const struct psim_trace_event *event);
/* While the event's slice is open: arrows that begin or end with it. */
void psim_perfetto_flow_inside(struct perfetto *p, struct track *track, const struct place *place,
			       const struct psim_trace_event *event);
/* Whether arrows may begin or end with an event that is but a moment: it then gets a slice. */
bool psim_perfetto_flow_wants_slice(unsigned int kind);

/* The task's track. NULL without memory. */
struct track *psim_perfetto_track(struct perfetto *p, unsigned int task);

#endif /* PSIM_TRACE_PERFETTO_H */
