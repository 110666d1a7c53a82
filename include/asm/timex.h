/* SPDX-License-Identifier: MIT */
/* The processor's cycle counter: virtual time, of a processor of 1 GHz. */
#ifndef _ASM_TIMEX_H
#define _ASM_TIMEX_H

#include <linux/timekeeping.h>

typedef unsigned long long cycles_t;

static inline cycles_t get_cycles(void)
{
	return ktime_get_ns();
}

#endif /* _ASM_TIMEX_H */
