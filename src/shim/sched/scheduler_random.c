// SPDX-License-Identifier: MIT
/*
 * The random scheduler: at every point each task that may run is as likely as any other, the current
 * one included. Numbers come from splitmix64, so that one seed gives one order on every machine.
 */
#include "sched/scheduler.h"

static u64 state;

static u64 draw(void)
{
	u64 z;

	state += 0x9e3779b97f4a7c15ull;
	z = state;
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

/* Without a division: the high word of the product is as good as a remainder. */
static unsigned int below(unsigned int n)
{
	return (u64)(u32)draw() * n >> 32;
}

static void start(u64 seed)
{
	state = seed;
}

static struct task_struct *pick(const struct psim_choice *choice)
{
	struct task_struct *task = psim_eligible();
	unsigned int n = psim_eligible_count() + choice->can_go_on;
	unsigned int i = n > 1 ? below(n) : 0;

	if (choice->can_go_on && i-- == 0)
		return choice->current;
	while (i--)
		task = psim_eligible_next(task);
	return task;
}

const struct psim_scheduler psim_random = {
	.name = "random",
	.preempts = true,
	.start = start,
	.pick = pick,
};
