/* SPDX-License-Identifier: MIT */
/*
 * The one header through which every floor reaches the simulation: reports, the event stream,
 * failures to inject, and the callbacks by which a room takes part in start, audit and stop.
 *
 * sim knows the floors only through what they register here.
 */
#ifndef PSIM_SIM_H
#define PSIM_SIM_H

#include <linux/__psim_rmw.h>
#include <linux/compiler.h>
#include <linux/types.h>
#include <psim/machine.h>
#include <psim/fault.h>
#include "host/probes.h"
#include "sim/events.h"

/* ---- reports --------------------------------------------------------------------------------- */

/**
 * psim_report() - a law or a rule was broken; the run goes on, and fails at its end
 * @rule: the law, statement or promise: "law 2", "S5.40", "C3.12", "WARN"
 * @fmt: kernel format (printk's extensions allowed): names the objects by stable name; one line, no
 *	newline at its end
 *
 * Prints rule, message, task, CPU and virtual time on standard error unless a psim_expect_report()
 * waits for it. Any context.
 */
void psim_report(const char *rule, const char *fmt, ...) __printf(2, 3);

/**
 * psim_fatal() - as psim_report(), and the run cannot go on
 *
 * Ends the calling task for good and halts the machine: no task runs again, control goes to whoever
 * waits in psim_run() on the main stack. In the main task itself there is nobody to go to: the
 * process ends with exit code 1.
 */
void psim_fatal(const char *rule, const char *fmt, ...) __printf(2, 3) __noreturn;

/* A function of the kind *stop*: prints its name and a backtrace, then as psim_fatal(). */
void psim_stop_function(const char *function, const char *why) __noreturn;
/* A function of the kind *inert* was called: counted by name, shown by the audit. */
void psim_inert(const char *function);

/* The user face was misused: one line that says what to do, on standard error. Return: @err. */
int psim_misuse(int err, const char *fmt, ...) __printf(2, 3);

/* ---- the event stream -------------------------------------------------------------------------- */

void psim_trace_record(enum psim_event event, u64 a, u64 b, u64 c, u64 d);
/* A number for a text that events mention; 0 without room. The same text has the same number. */
u32 psim_trace_string(const char *text);

/* Whether anybody wants the event: off and filtered out are the same test of a flag. */
#define psim_traces(event) unlikely(__atomic_load_n(&psim_trace_wanted[event], __ATOMIC_RELAXED))

/**
 * psim_trace() - one event
 * @event: which; events.h says what its four numbers mean and how they are shown
 *
 * The numbers are pfns, virtual addresses of simulated processes, ordinals: never host addresses. They
 * are worked out only if somebody wants the event.
 */
#define psim_trace(event, a, b, c, d)                                                       \
	do {                                                                                \
		if (psim_traces(event))                                                     \
			psim_trace_record((event), (u64)(a), (u64)(b), (u64)(c), (u64)(d)); \
	} while (0)

/* ---- failures ------------------------------------------------------------------------------------ */

extern u64 psim_fallible_calls[PSIM_FAIL_KINDS];
extern u64 psim_fallible_target[PSIM_FAIL_KINDS];
bool psim_fails_now(enum psim_fallible kind, const char *site);
/* Somebody in the explorer's seat (host/steer.h) decides about failures too. */
extern bool psim_failures_steered;

/**
 * psim_fails() - shall this call fail?
 * @kind: the kind of fallible call
 * @site: the calling function's name (__func__)
 *
 * Every fallible call of the face asks this first. Return: true: fail, as the kernel's would.
 */
static inline bool psim_fails(enum psim_fallible kind, const char *site)
{
	u64 nth = __psim_fetch(add, &psim_fallible_calls[kind], 1, __ATOMIC_RELAXED) + 1;

	return unlikely(psim_failures_steered ||
			nth == __atomic_load_n(&psim_fallible_target[kind], __ATOMIC_RELAXED)) &&
	       psim_fails_now(kind, site);
}

/* ---- rooms ----------------------------------------------------------------------------------------- */

/**
 * struct psim_room - how a room takes part in a machine's life
 * @name: the room's name, for reports
 * @start: the statics are restored, earlier rooms have started; 0 or a negative errno
 * @drain: let everything pending finish (work, timers, RCU callbacks, batches); latest room first
 * @audit: law 2: walk, re-derive, report what differs; any moment at which no task is inside
 * @leftovers: law 3: report whatever is left, with the site that took it; called at stop after @drain
 * @stop: let go of everything, also after a halted run, when nothing can be trusted; latest room first
 *
 * Every member but @name may be NULL.
 */
struct psim_room {
	const char *name;
	int (*start)(const struct psim_config *config);
	void (*drain)(void);
	void (*audit)(void);
	void (*leftovers)(void);
	void (*stop)(void);
};

/* The rooms of this build in starting order: src/shim/rooms.c. */
extern const struct psim_room *const psim_rooms[];
extern const unsigned int psim_nr_rooms;

/**
 * struct psim_context - what a report and an event say about "where"
 * @time: virtual nanoseconds since the machine's start
 * @task: number of the running task
 * @cpu: its CPU, or -1
 * @name: its name
 */
struct psim_context {
	u64 time;
	unsigned int task;
	int cpu;
	const char *name;
};

/* Registered by the sched room at start: fills in the context; and ends the current task for ever. */
extern void (*psim_context_get)(struct psim_context *context);
extern void (*psim_halt_run)(void);

/* @context is left as it is before there are tasks. */
static inline void psim_context_now(struct psim_context *context)
{
	if (psim_context_get)
		psim_context_get(context);
}

/*
 * Registered by the mm room at start: a stable name for what lies at a host address: "page 0x1234,
 * byte 8 of its descriptor", "byte 8 of the 64 taken in f". Return: 0: not known.
 */
extern int (*psim_object_name)(unsigned long address, char *text, size_t bytes);

/* The machine's configuration, with every default filled in; valid from start to stop. */
extern struct psim_config psim_config;
/* Whether a machine is running; whether its run was halted by psim_fatal(). */
bool psim_running(void);
bool psim_halted(void);

/* An ordinal for an object that traces must name: 1, 2, ... within one machine. */
u32 psim_ordinal(const char *class);

#endif /* PSIM_SIM_H */
