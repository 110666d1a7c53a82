// SPDX-License-Identifier: MIT
/* The schedulers there are, and the default one: a task runs until it blocks, ends or yields. */
#include <linux/kernel.h>
#include <linux/string.h>
#include "host/steer.h"
#include "sched/scheduler.h"

/* Interrupts come at once; else whoever has waited longest. */
static struct task_struct *run_until_block(const struct psim_choice *choice)
{
	if (!choice->can_go_on || psim_task_is_interrupt(choice->first))
		return choice->first;
	return choice->current;
}

const struct psim_scheduler psim_run_until_block = {
	.name = "run-until-block",
	.pick = run_until_block,
};

static const struct psim_scheduler *const schedulers[] = {&psim_steered, &psim_run_until_block,
							  &psim_random};

const struct psim_scheduler *psim_scheduler_find(const char *name)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(schedulers); i++) {
		if (schedulers[i] == &psim_steered && !psim_steer)
			continue;
		if (!strcmp(schedulers[i]->name, name))
			return schedulers[i];
	}
	return NULL;
}

const char *psim_scheduler_names(void)
{
	return "run-until-block, random";
}
