// SPDX-License-Identifier: MIT
/*
 * The statics of kernel-dialect code, put back at each start of a machine.
 *
 * cmake/kernel-cc gathers them in sections psim_data and psim_bss. A copy of the first is taken before
 * any constructor of ours runs, so that what comes back is what the loader gave. Sanitizer metadata
 * between the variables is copied along: it does not change after their own, earlier constructors.
 */
#include <stdlib.h>

#include "host.h"
#include "sanitizer.h"

extern char __start_psim_data[] __attribute__((weak));
extern char __stop_psim_data[] __attribute__((weak));
extern char __start_psim_bss[] __attribute__((weak));
extern char __stop_psim_bss[] __attribute__((weak));

static char *snapshot;

/* By hand: redzones lie between the variables, and memcpy is intercepted. */
#if defined(__clang__)
__attribute__((no_sanitize("address", "thread"), noinline))
#else
__attribute__((no_sanitize_address, no_sanitize_thread, noinline))
#endif
static void
copy(char *to, const char *from, unsigned long n)
{
#if defined(__x86_64__)
	__asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(n) : : "memory");
#else
	volatile char *t = to;

	while (n--)
		*t++ = *from++;
#endif
}

__attribute__((constructor(101))) static void take_snapshot(void)
{
	unsigned long n = __stop_psim_data - __start_psim_data;

	__lsan_disable();
	snapshot = n ? malloc(n) : NULL;
	__lsan_enable();
	if (n && !snapshot)
		abort();
	copy(snapshot, __start_psim_data, n);
}

void psim_host_restore_statics(void)
{
	copy(__start_psim_data, snapshot, __stop_psim_data - __start_psim_data);
	psim_host_clear(__start_psim_bss, __stop_psim_bss - __start_psim_bss);
}
