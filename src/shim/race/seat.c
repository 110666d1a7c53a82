// SPDX-License-Identifier: MIT
/* The detector takes its seat: what the shim's locks, waits and allocators tell it becomes edges. */
#include <string.h>

#include "race/race.h"

int race_watching;
struct race_range race_ignored[RACE_IGNORED];
unsigned int race_nr_ignored;

static void start(const void *main_task)
{
	race_tasks_reset();
	race_shadow_reset();
	memset(race_ignored, 0, sizeof(race_ignored));
	race_nr_ignored = 0;
	race_born(main_task, 0, "main", 0);
	race_watching = 1;
}

static void stop(void)
{
	race_watching = 0;
}

static void gone(const void *task, const void *low, unsigned long bytes)
{
	race_gone(task);
	race_forget((u64)low, bytes);
}

static void acquire(const void *at)
{
	struct race_task *me = race_running();
	const struct race_clock *passing = me ? race_passing((u64)at, 0) : NULL;

	if (passing)
		race_clock_join(&me->now, passing);
}

static void release(const void *at)
{
	struct race_task *me = race_running();

	if (!me)
		return;
	race_clock_join(race_passing((u64)at, 1), &me->now);
	me->now.at[me->slot]++;
}

static void fence(void)
{
	struct race_task *me = race_running();

	if (!me)
		return;
	race_clock_join(&me->now, &me->seen);
	race_clock_copy(&me->fenced, &me->now);
	me->now.at[me->slot]++;
}

static void owned(const void *at, unsigned long bytes)
{
	race_forget((u64)at, bytes);
}

static void freed(const void *at, unsigned long bytes, const char *site)
{
	if (race_watching == 1)
		race_access((u64)at, bytes, RACE_WRITE, NULL, site);
}

static void ignore(const void *at, unsigned long bytes)
{
	if (race_nr_ignored < RACE_IGNORED)
		race_ignored[race_nr_ignored++] = (struct race_range){(u64)at, bytes};
}

static void watch_less(int depth)
{
	race_watching -= depth;
}

static void atomically(int depth)
{
	struct race_task *me = race_running();

	if (me)
		me->atomic += depth;
}

static const struct psim_race seat = {
	.start = start,
	.stop = stop,
	.born = race_born,
	.gone = gone,
	.acquire = acquire,
	.release = release,
	.fence = fence,
	.owned = owned,
	.freed = freed,
	.ignored = ignore,
	.inside = watch_less,
	.atomically = atomically,
};

/* Called by the constructors of instrumented files; more than once. */
void __tsan_init(void);
void __tsan_init(void)
{
	psim_race_linked = &seat;
}
