/* SPDX-License-Identifier: MIT */
/* Tasks and virtual time, as the user's program uses them. */
#ifndef PSIM_TASK_H
#define PSIM_TASK_H

#ifdef __cplusplus
extern "C" {
#endif

struct psim_process;
struct psim_task;

/**
 * psim_spawn() - start a task
 * @process: the process it is a thread of, or NULL for a kernel thread
 * @name: for traces; up to 15 characters are kept
 * @body: what it does
 *
 * Return: the task, to be given to psim_join() once; NULL without memory or without a machine.
 */
struct psim_task *psim_spawn(struct psim_process *process, const char *name, int (*body)(void *arg),
			     void *arg);

/* Wait for the task's end. Return: what its body returned; -ECANCELED if the run was halted. */
int psim_join(struct psim_task *task);

/* Let the other tasks run. */
void psim_yield(void);

/* Virtual time in nanoseconds since the machine's start. */
unsigned long long psim_now(void);

/* Sleep for @ns virtual nanoseconds; others run meanwhile, or time jumps. */
void psim_sleep(unsigned long long ns);

#ifdef __cplusplus
}
#endif

#endif /* PSIM_TASK_H */
