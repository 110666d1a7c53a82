// SPDX-License-Identifier: MIT
/*
 * Who wants which event: a number a kind, which outlives machines. Its highest bit is the machine's own
 * wish; the rest counts the tools that are attached to the probe of that name: it is the probe's semaphore,
 * which perf, bpftrace and gdb raise. A probe that nobody looks at costs nothing: the number is tested anyway.
 *
 * Probes (provider psim, one a kind of event) are there where <sys/sdt.h> is.
 */
#include "probes.h"

#include "../sim/events.h"

/* Tools look for semaphores in the file: not among what has no bytes there. */
__attribute__((section(".probes"), used)) unsigned short psim_trace_wanted[PSIM_EV_COUNT];

/* Other names of the same numbers. Never called: an assembler takes constants inside of functions alone. */
#define ALIAS(alias, kind)                               \
	__asm__ volatile(".globl " alias "\n.set " alias \
			 ", psim_trace_wanted + %c0" ::"i"(sizeof(psim_trace_wanted[0]) * (kind)))

__attribute__((used, noinline)) static void aliases(void)
{
	/* the kernel face's own, for counts of pages */
	ALIAS("__psim_page_ref_wanted", PSIM_EV_REF_SET);
#if PSIM_HAS_SDT
#define SEMAPHORE(id, name, ...) ALIAS("psim_" #name "_semaphore", PSIM_EV_##id);
	PSIM_EVENTS(SEMAPHORE)
#endif
}

#if PSIM_HAS_SDT
#define _SDT_HAS_SEMAPHORES 1
#include <sys/sdt.h>

#define DECLARE(id, name, ...) \
	extern __attribute__((visibility("hidden"))) unsigned short psim_##name##_semaphore;
PSIM_EVENTS(DECLARE)

void psim_host_probe(unsigned int kind, const struct psim_probed *e)
{
	switch (kind) {
#define HIT(id, name, ...)                                                                   \
	case PSIM_EV_##id:                                                                   \
		STAP_PROBE7(psim, name, e->time, e->task, e->comm, e->value[0], e->value[1], \
			    e->value[2], e->value[3]);                                       \
		break;
		PSIM_EVENTS(HIT)
	}
}
#else
void psim_host_probe(unsigned int kind, const struct psim_probed *e)
{
	(void)kind;
	(void)e;
}
#endif
