// SPDX-License-Identifier: MIT
/* Failures to inject: the n-th call of a kind, counted from when it was asked for. */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <psim/fault.h>

#include "host/steer.h"
#include "sim/sim.h"

u64 psim_fallible_calls[PSIM_FAIL_KINDS];
u64 psim_fallible_target[PSIM_FAIL_KINDS];
bool psim_failures_steered;
static unsigned long given;

static const char *const names[PSIM_FAIL_KINDS] = {
	[PSIM_FAIL_SLAB] = "slab",     [PSIM_FAIL_PAGE] = "page",
	[PSIM_FAIL_TABLE] = "table",   [PSIM_FAIL_DMA_MAP] = "dma-map",
	[PSIM_FAIL_REGION] = "region", [PSIM_FAIL_DEVICE_MEMORY] = "device-memory",
	[PSIM_FAIL_COPY] = "copy",     [PSIM_FAIL_TASK] = "task",
};

bool psim_fails_now(enum psim_fallible kind, const char *site)
{
	u64 nth = __atomic_load_n(&psim_fallible_calls[kind], __ATOMIC_RELAXED);
	struct psim_context context = {0};

	if (nth == __atomic_load_n(&psim_fallible_target[kind], __ATOMIC_RELAXED)) {
		__atomic_store_n(&psim_fallible_target[kind], 0, __ATOMIC_RELAXED);
	} else {
		psim_context_now(&context);
		if (!psim_steer->fails(context.task, kind, site))
			return false;
		given++; /* one task at a time: nobody steers the free-running engine */
	}
	psim_trace(PSIM_EV_INJECT, psim_trace_string(names[kind]), nth, 0, 0);
	return true;
}

const char *psim_fail_name(enum psim_fallible kind)
{
	return (unsigned int)kind < PSIM_FAIL_KINDS ? names[kind] : NULL;
}

int psim_fail_nth(enum psim_fallible kind, unsigned long nth)
{
	if ((unsigned int)kind >= PSIM_FAIL_KINDS)
		return psim_misuse(-EINVAL,
				   "psim_fail_nth: there is no kind %d: 0 to %d are allowed", kind,
				   PSIM_FAIL_KINDS - 1);
	if (!psim_running())
		return psim_misuse(-ESRCH,
				   "psim_fail_nth: no machine is running: call psim_start() first");
	__atomic_store_n(&psim_fallible_target[kind], 0, __ATOMIC_RELAXED);
	__atomic_store_n(&psim_fallible_calls[kind], 0, __ATOMIC_RELAXED);
	__atomic_store_n(&psim_fallible_target[kind], nth, __ATOMIC_RELAXED);
	return 0;
}

unsigned long psim_fail_given(void)
{
	return given;
}

unsigned long psim_fail_calls(enum psim_fallible kind)
{
	return (unsigned int)kind < PSIM_FAIL_KINDS
		       ? __atomic_load_n(&psim_fallible_calls[kind], __ATOMIC_RELAXED)
		       : 0;
}
