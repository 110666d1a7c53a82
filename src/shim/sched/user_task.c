// SPDX-License-Identifier: MIT
/* The user face's tasks and virtual time: psim_spawn() and its kin. */
#include <linux/errno.h>
#include <linux/sched.h>
#include <psim/task.h>
#include "sched/engine.h"
#include "sim/sim.h"

/* The mm room's: the address space of a process. */
struct mm_struct *psim_process_mm(struct psim_process *process);

struct psim_task *psim_spawn(struct psim_process *process, const char *name, int (*body)(void *arg),
			     void *arg)
{
	struct mm_struct *mm;

	if (!psim_running()) {
		psim_misuse(-ESRCH, "psim_spawn: no machine is running: call psim_start() first");
		return NULL;
	}
	if (!body || !name) {
		psim_misuse(-EINVAL, "psim_spawn: a name and a body are needed");
		return NULL;
	}
	if (psim_fails(PSIM_FAIL_TASK, __func__))
		return NULL;
	mm = process ? psim_process_mm(process) : NULL;
	return (struct psim_task *)psim_task_new(process ? PSIM_TASK_USER : PSIM_TASK_KTHREAD, name,
						 mm, body, arg);
}

int psim_join(struct psim_task *task)
{
	if (!psim_running())
		return psim_misuse(-ESRCH, "psim_join: no machine is running");
	if (!task)
		return psim_misuse(-EINVAL, "psim_join: there is no task");
	if ((struct task_struct *)task == current)
		return psim_misuse(-EDEADLK, "psim_join: a task cannot wait for its own end");
	return psim_task_join((struct task_struct *)task);
}

void psim_yield(void)
{
	if (likely(current))
		psim_yielded();
	else
		psim_misuse(-ESRCH, "psim_yield: no machine is running: call psim_start() first");
}

unsigned long long psim_now(void)
{
	if (!psim_running())
		psim_misuse(-ESRCH, "psim_now: no machine is running: call psim_start() first");
	return psim_running() ? psim_time() : 0;
}

void psim_sleep(unsigned long long ns)
{
	u64 end;

	if (!psim_running()) {
		psim_misuse(-ESRCH, "psim_sleep: no machine is running: call psim_start() first");
		return;
	}
	end = psim_time() + ns;
	if (end < ns)
		end = U64_MAX - 1;
	psim_may_sleep("psim_sleep()");
	while (psim_time() < end && !psim_halted())
		psim_park_until(end);
}
