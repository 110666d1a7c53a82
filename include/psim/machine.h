/* SPDX-License-Identifier: MIT */
/*
 * Starting and stopping a machine.
 *
 * A process runs one machine at a time. Everything simulated belongs to it: memory, processes, tasks,
 * devices, virtual time, and the statics of all kernel-dialect code, which each start restores.
 */
#ifndef PSIM_MACHINE_H
#define PSIM_MACHINE_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PSIM_PAGE_SIZE 4096ul

/**
 * enum psim_engine - who runs the tasks
 * @PSIM_DETERMINISTIC: one task at a time, each on its own stack; same configuration, same run
 * @PSIM_FREE_RUNNING: one host thread per task, for ThreadSanitizer and throughput
 */
enum psim_engine {
	PSIM_DETERMINISTIC,
	PSIM_FREE_RUNNING
};

/**
 * enum psim_instrument - instruments that can be switched off
 * @PSIM_LOCK_ORDER: orders of locks that can deadlock, and locks shared with interrupts
 * @PSIM_HELD_LOCKS: who holds which lock, and with it the orders. Off, nobody says that a lock is let go by
 *	another task, is kept too long or is missing; the assertions of lockdep.h hold
 */
enum psim_instrument {
	PSIM_LOCK_ORDER = 1,
	PSIM_HELD_LOCKS = 2
};

/**
 * struct psim_config - what kind of machine to start; zero in a member means its default
 * @ram_bytes: simulated RAM, a multiple of 2 MiB, from 2 MiB to 4 TiB; default 1 GiB
 * @cpus: number of CPUs, 1 to 1024; default: one for every task
 * @engine: default PSIM_DETERMINISTIC
 * @scheduler: "run-until-block" (default), or "random"
 * @seed: for everything drawn at random; default 1
 * @point_ns: virtual nanoseconds that pass at each scheduling point, 1 to 1000000; default 10
 * @step_budget: scheduling points until a run counts as livelocked; default 1000000000
 * @points: mask of the scheduling points at which the scheduler is asked; default all
 * @scatter: 1: hand out page frames scattered over all of RAM instead of from its start
 * @no_bytes: 1: metadata only: pages have no contents; loads read zeros, stores and copies do nothing
 * @huge_pages: 1: faults make folios of 2 MiB wherever they fit; 0: only where VM_HUGEPAGE asks for them
 * @no_device_folios: 1: no folios of 2 MiB in device memory: what goes there is split on its way
 * @without: instruments that are switched off: an OR of enum psim_instrument; default none
 * @no_checks: 1: without the instruments that look at every page: the canary in free pages' bytes, and
 *	what a driver's arrays hold between the steps of a migration; for measuring. Counts (law 2) and
 *	what is left (law 3) are audited all the same
 * @quiet: 1: say nothing on standard error about misuse (the return value still tells)
 */
struct psim_config {
	unsigned long long ram_bytes;
	unsigned int cpus;
	enum psim_engine engine;
	const char *scheduler;
	unsigned long long seed;
	unsigned int point_ns;
	unsigned long long step_budget;
	unsigned int points;
	int scatter;
	int no_bytes;
	int huge_pages;
	int no_device_folios;
	int no_checks;
	unsigned int without;
	int quiet;
};

/**
 * psim_start() - start a machine
 * @config: NULL for all defaults
 *
 * The calling thread becomes the machine's main task.
 *
 * Return: 0; -EBUSY if one is running; -EINVAL for a value out of range; -ENOMEM if the host has not
 * enough address space. Each is explained in one line on standard error.
 */
int psim_start(const struct psim_config *config);

/**
 * psim_stop() - let pending work finish, audit laws 2 and 3, and stop the machine
 *
 * Everything that was made and not given back is listed with the function that took it.
 *
 * Return: 0 when no report was made since the start; else the number of reports. -ESRCH if no machine
 * is running. The machine is gone in either case.
 */
int psim_stop(void);

/**
 * psim_run() - run @body in a task of its own and wait for its end
 *
 * What ends a task for good (an assertion that fails inside it, a kernel bug, a function that is not
 * modelled) halts the machine and returns here, on the caller's stack. Call it from the main stack.
 *
 * Return: what @body returned; -ECANCELED if the run was halted: psim_stop() is all that is left.
 */
int psim_run(const char *name, int (*body)(void *arg), void *arg);

#ifdef __cplusplus
}
#endif

#endif /* PSIM_MACHINE_H */
