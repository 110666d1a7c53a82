// SPDX-License-Identifier: MIT
/*
 * A machine's life: defaults and limits of its configuration, starting the rooms in order, stopping
 * them in reverse, and the audit in between. All state of a machine is in statics, which the start
 * restores; so this file has nothing to reset.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <psim/audit.h>

#include "host/host.h"
#include "host/race.h"
#include "host/steer.h"
#include "sim/guard.h"

/* The engine's part of psim_run(): sched/engine.h has it; sim knows no floor. */
int psim_engine_run(const char *name, int (*body)(void *arg), void *arg);

#define MIN_RAM	     (2ull << 20)
#define MAX_RAM	     (4ull << 40)
#define RAM_STEP     (2ull << 20)
#define MAX_CPUS     1024
#define MAX_POINT_NS 1000000
#define MAX_CLASSES  64

struct psim_config psim_config;

static bool running;
static bool halted;

static __psim_scratch struct {
	const char *name;
	u32 last;
} ordinals[MAX_CLASSES]; /* as many as: */
static int nr_ordinals;
static struct psim_monitor ordinals_guard;

static int check(const struct psim_config *c)
{
	if (c->ram_bytes &&
	    (c->ram_bytes < MIN_RAM || c->ram_bytes > MAX_RAM || c->ram_bytes % RAM_STEP))
		return psim_misuse(
			-EINVAL,
			"ram_bytes %llu: a multiple of 2 MiB from 2 MiB to 4 TiB is allowed",
			c->ram_bytes);
	if (c->cpus > MAX_CPUS)
		return psim_misuse(-EINVAL, "cpus %u: 0 (one for every task) to %d are allowed",
				   c->cpus, MAX_CPUS);
	if (c->engine != PSIM_DETERMINISTIC && c->engine != PSIM_FREE_RUNNING)
		return psim_misuse(
			-EINVAL, "engine %d: PSIM_DETERMINISTIC and PSIM_FREE_RUNNING are allowed",
			c->engine);
	if (c->point_ns > MAX_POINT_NS)
		return psim_misuse(-EINVAL, "point_ns %u: 1 to %d are allowed", c->point_ns,
				   MAX_POINT_NS);
	return 0;
}

static void fill_defaults(struct psim_config *c)
{
	c->ram_bytes = c->ram_bytes ?: 1ull << 30;
	c->scheduler = c->scheduler ?: "run-until-block";
	c->seed = c->seed ?: 1;
	c->point_ns = c->point_ns ?: 10;
	c->step_budget = c->step_budget ?: 1000000000ull;
	c->points = c->points ?: ~0u;
}

static void stop_rooms(unsigned int from)
{
	for (unsigned int i = from; i-- > 0;) {
		if (psim_rooms[i]->stop)
			psim_rooms[i]->stop();
	}
}

int psim_start(const struct psim_config *config)
{
	struct psim_config wanted = {0};
	int err;

	if (running)
		return psim_misuse(-EBUSY,
				   "psim_start: a machine is running: call psim_stop() first");
	if (config)
		wanted = *config;
	psim_config.quiet = wanted.quiet;
	err = check(&wanted);
	if (err)
		return err;

	psim_host_restore_statics();
	fill_defaults(&wanted);
	psim_config = wanted;
	running = true;
	psim_trap_start();
	psim_failures_steered = psim_steer && psim_steer->fails;
	for (unsigned int i = 0; i < psim_nr_rooms; i++) {
		err = psim_rooms[i]->start ? psim_rooms[i]->start(&psim_config) : 0;
		if (err) {
			stop_rooms(i);
			running = false;
			return err;
		}
	}
	return 0;
}

/* An audit looks at everything while nobody runs: it takes no locks. */
static void watch_races(bool on)
{
	if (psim_race)
		psim_race->inside(on ? -1 : 1);
}

static void finish(void)
{
	for (unsigned int i = psim_nr_rooms; i-- > 0;) {
		if (psim_rooms[i]->drain)
			psim_rooms[i]->drain();
	}
	psim_audit();
	watch_races(false);
	for (unsigned int i = psim_nr_rooms; i-- > 0;) {
		if (psim_rooms[i]->leftovers)
			psim_rooms[i]->leftovers();
	}
	watch_races(true);
	psim_expectations_check();
}

int psim_stop(void)
{
	if (!running)
		return psim_misuse(-ESRCH,
				   "psim_stop: no machine is running: call psim_start() first");
	if (!halted)
		finish();
	else
		psim_expectations_check();
	psim_trace(PSIM_EV_MACHINE_STOP, psim_reports(), 0, 0, 0);
	psim_trace_end();
	stop_rooms(psim_nr_rooms);
	running = false;
	return psim_reports();
}

int psim_run(const char *name, int (*body)(void *arg), void *arg)
{
	if (!running)
		return psim_misuse(-ESRCH,
				   "psim_run: no machine is running: call psim_start() first");
	if (halted)
		return -ECANCELED;
	return psim_engine_run(name, body, arg);
}

int psim_audit(void)
{
	unsigned int before = psim_reports();

	if (!running)
		return psim_misuse(-ESRCH,
				   "psim_audit: no machine is running: call psim_start() first");
	watch_races(false);
	for (unsigned int i = 0; i < psim_nr_rooms; i++) {
		if (psim_rooms[i]->audit)
			psim_rooms[i]->audit();
	}
	watch_races(true);
	return psim_reports() - before;
}

bool psim_running(void)
{
	return running;
}

bool psim_halted(void)
{
	return __atomic_load_n(&halted, __ATOMIC_RELAXED);
}

void psim_mark_halted(void)
{
	__atomic_store_n(&halted, true, __ATOMIC_RELAXED);
}

u32 psim_ordinal(const char *class)
{
	u32 ordinal;
	int i = 0;

	psim_sim_lock(&ordinals_guard);
	while (i < nr_ordinals && strcmp(ordinals[i].name, class))
		i++;
	if (i == nr_ordinals) {
		if (i == MAX_CLASSES)
			psim_fatal("host", "more than %d classes of objects", MAX_CLASSES);
		ordinals[i].name = class;
		ordinals[i].last = 0;
		nr_ordinals++;
	}
	ordinal = ++ordinals[i].last;
	psim_sim_unlock(&ordinals_guard);
	return ordinal;
}
