// SPDX-License-Identifier: MIT
/*
 * A reduction that is sound under a bound of preemptions: no task is preempted before a step that touches
 * nothing another task touches.
 *
 * Why no end state is lost. Let S be what two tasks have touched in one schedule of the search, and let the
 * search be over again whenever S grows; so S is closed under what was explored. Take any schedule within
 * the bound, and a preemption in it of task t before a step s that touches nothing of S. Moving the
 * preemption behind s swaps s with steps of others. If one of those touched what s touches, the first such
 * schedule, up to that access, would have been explored, and S would hold it. So they swap, the end state
 * is the same, and there are no more preemptions than before: t is preempted once, later; where t would have
 * been preempted again right after s, the two become one. Where s ends in blocking it is not local: see
 * below. Repeat until no such preemption is left: that schedule is one the search runs.
 *
 * What is not known counts as dependent. A step is known when it begins and ends at points of the
 * scenario's own (psim_explore_point()) and passes no other primitive in between; the scenario tells with
 * psim_explore_touch() what it touches. As soon as any primitive of the kernel's face, or any fallible call,
 * is passed in the explored part, every step may depend on it, and nothing is left out. A task's end and a
 * join touch the engine alone. Bounds of delays depend on the order of the queue, which such a move
 * changes: there nothing is left out either.
 */
#include <stdlib.h>
#include <string.h>

#include "reduce.h"

#define GRANULE 8

/* What was touched: by one task of this schedule, or by several. */
struct spot {
	unsigned long granule;
	unsigned int run, task;
	bool shared;
};

struct step_record {
	unsigned int first, n; /* in touches */
	bool known, ended;
};

static struct {
	struct spot *spots;
	unsigned int nr_spots, room;
	unsigned int run;
	unsigned long *touches;
	unsigned int nr_touches, touches_room;
	struct step_record *steps;
	unsigned int steps_room;
	long now; /* the step that runs, or -1 */
	unsigned int now_task;
	bool learned, unknown;
} r;

/* ---- spots --------------------------------------------------------------------------------------------------- */

static struct spot *slot(unsigned long granule)
{
	unsigned long at = granule * 0x9e3779b97f4a7c15ul >> 20;

	for (;; at++) {
		struct spot *s = &r.spots[at & (r.room - 1)];

		if (!s->run || s->granule == granule)
			return s;
	}
}

static void make_room(void)
{
	struct spot *old = r.spots;
	unsigned int room = r.room;

	if (2 * (r.nr_spots + 1) < room)
		return;
	r.room = room ? 2 * room : 256;
	r.spots = calloc(r.room, sizeof(*r.spots));
	if (!r.spots)
		abort();
	for (unsigned int i = 0; i < room; i++) {
		if (old[i].run)
			*slot(old[i].granule) = old[i];
	}
	free(old);
}

static void touch(unsigned int task, unsigned long granule)
{
	struct spot *s;

	make_room();
	s = slot(granule);
	if (!s->run)
		r.nr_spots++;
	s->granule = granule;
	if (s->run != r.run) {
		s->run = r.run;
		s->task = task;
	} else if (s->task != task && !s->shared) {
		s->shared = r.learned = true;
	}
}

/* ---- steps --------------------------------------------------------------------------------------------------- */

static void note(unsigned long granule)
{
	if (r.nr_touches == r.touches_room) {
		r.touches_room = r.touches_room ? 2 * r.touches_room : 256;
		r.touches = realloc(r.touches, r.touches_room * sizeof(*r.touches));
		if (!r.touches)
			abort();
	}
	r.touches[r.nr_touches++] = granule;
	r.steps[r.now].n++;
}

void psimx_reduce_touched(unsigned int task, unsigned long address, unsigned long bytes)
{
	for (unsigned long g = address / GRANULE;
	     psim_steer_inside && g <= (address + bytes - 1) / GRANULE; g++) {
		touch(task, g);
		if (r.now >= 0)
			note(g);
	}
}

static void unknown(void)
{
	if (!r.unknown)
		r.learned = true;
	r.unknown = true;
}

void psimx_reduce_passed(unsigned int task, unsigned int kind, const char *site)
{
	(void)task;
	(void)kind;
	if (!psim_steer_inside || (site && !strcmp(site, "psim_explore_point")))
		return;
	/* a join may block: its step is not a local one */
	if (r.now >= 0)
		r.steps[r.now].known = false;
	if (!site || strcmp(site, "psim_task_join"))
		unknown();
}

int psimx_reduce_fails(unsigned int task, unsigned int kind, const char *site)
{
	(void)task;
	(void)kind;
	/* starting a task touches the engine alone */
	if (psim_steer_inside && strcmp(site, "psim_spawn"))
		unknown();
	return 0;
}

void psimx_reduce_asked(unsigned int at, const struct psim_steer_point *point)
{
	if (r.now >= 0 && point->can_go_on && point->task == r.now_task)
		r.steps[r.now].ended = true;
	if (at >= r.steps_room) {
		r.steps_room = 2 * at + 64;
		r.steps = realloc(r.steps, r.steps_room * sizeof(*r.steps));
		if (!r.steps)
			abort();
	}
	/* only a running task's own step, which the default order goes on with, may be local */
	r.now = at;
	r.now_task = point->task;
	r.steps[at] = (struct step_record){
		.first = r.nr_touches,
		.known = point->can_go_on && point->own && point->tasks[0] == point->task,
	};
}

bool psimx_reduce_local(unsigned int at)
{
	const struct step_record *step = &r.steps[at];

	if (r.unknown || !step->known || !step->ended)
		return false;
	for (unsigned int i = 0; i < step->n; i++) {
		if (slot(r.touches[step->first + i])->shared)
			return false;
	}
	return true;
}

/* ---- the search's calls -------------------------------------------------------------------------------------- */

void psimx_reduce_open(void)
{
	memset(&r, 0, sizeof(r));
	r.now = -1;
}

void psimx_reduce_close(void)
{
	free(r.spots);
	free(r.touches);
	free(r.steps);
	psimx_reduce_open();
}

void psimx_reduce_run(void)
{
	r.run++;
	r.nr_touches = 0;
	r.now = -1;
	r.learned = false;
}

bool psimx_reduce_learned(void)
{
	return r.learned;
}
