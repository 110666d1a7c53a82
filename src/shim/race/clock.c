// SPDX-License-Identifier: MIT
/* Vector clocks, and the tasks that own a place in them. */
#include <stdlib.h>
#include <string.h>

#include "race/race.h"

struct race_task *race_me;

static struct race_task **tasks; /* by slot; kept from machine to machine */
static u32 nr_tasks, room;
static struct race_task *alive[RACE_TASKS];
static u32 nr_alive;

/* ---- clocks -------------------------------------------------------------------------------------------- */

static void make_room(struct race_clock *c, u32 n)
{
	if (n <= c->room)
		return;
	c->room = n + 8;
	c->at = realloc(c->at, c->room * sizeof(*c->at));
	if (!c->at)
		abort();
}

static void extend(struct race_clock *c, u32 n)
{
	make_room(c, n);
	while (c->n < n)
		c->at[c->n++] = 0;
}

void race_clock_join(struct race_clock *to, const struct race_clock *from)
{
	extend(to, from->n);
	for (u32 i = 0; i < from->n; i++)
		to->at[i] = from->at[i] > to->at[i] ? from->at[i] : to->at[i];
}

void race_clock_copy(struct race_clock *to, const struct race_clock *from)
{
	make_room(to, from->n);
	if (from->n)
		memcpy(to->at, from->at, from->n * sizeof(*to->at));
	to->n = from->n;
}

/* ---- tasks ----------------------------------------------------------------------------------------------- */

struct race_task *race_task_of(u32 slot)
{
	return tasks[slot];
}

struct race_task *race_running(void)
{
	const void *key = psim_race_current();

	if (race_me && race_me->key == key)
		return race_me;
	race_me = NULL;
	for (u32 i = 0; i < nr_alive && !race_me; i++) {
		if (alive[i]->key == key)
			race_me = alive[i];
	}
	return race_me;
}

void race_tasks_reset(void)
{
	nr_tasks = nr_alive = 0;
	race_me = NULL;
}

/* Slots are numbered in order of birth; out of them, the youngest one is shared: a race may be missed. */
static struct race_task *slot_for_new(void)
{
	if (nr_tasks == room) {
		room = room ? 2 * room : 64;
		tasks = realloc(tasks, room * sizeof(*tasks));
		if (!tasks)
			abort();
		memset(tasks + nr_tasks, 0, (room - nr_tasks) * sizeof(struct race_task *));
	}
	if (!tasks[nr_tasks])
		tasks[nr_tasks] = calloc(1, sizeof(**tasks));
	if (!tasks[nr_tasks])
		abort();
	tasks[nr_tasks]->slot = nr_tasks;
	return tasks[nr_tasks < RACE_TASKS - 1 ? nr_tasks++ : nr_tasks];
}

void race_born(const void *key, unsigned int number, const char *name, int ordered)
{
	struct race_task *parent = ordered ? race_running() : NULL, *t = slot_for_new();

	t->key = key;
	t->number = number;
	strncpy(t->name, name, sizeof(t->name) - 1);
	t->atomic = 0;
	t->now.n = t->fenced.n = t->seen.n = 0;
	if (parent) {
		race_clock_copy(&t->now, &parent->now);
		parent->now.at[parent->slot]++;
	}
	extend(&t->now, t->slot + 1);
	t->now.at[t->slot] = 1;
	alive[nr_alive++] = t;
}

void race_gone(const void *key)
{
	for (u32 i = 0; i < nr_alive; i++) {
		if (alive[i]->key != key)
			continue;
		alive[i]->key = NULL;
		alive[i] = alive[--nr_alive];
		break;
	}
	if (race_me && !race_me->key)
		race_me = NULL;
}
