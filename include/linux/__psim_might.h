/* SPDX-License-Identifier: MIT */
/* Statements about the context: a function that may sleep says so, and is checked. */
#ifndef _LINUX___PSIM_MIGHT_H
#define _LINUX___PSIM_MIGHT_H

#include <linux/compiler.h>
#include <linux/types.h>

/* Report (law 4) if the current context must not sleep: atomic, an interrupt, or an RCU reader. */
void __psim_might_sleep(const char *what);
void __psim_cant_sleep(const char *what);

#define might_sleep() __psim_might_sleep(__func__)
/** might_sleep_if() - might_sleep(), if the condition holds */
#define might_sleep_if(condition)      \
	do {                           \
		if (condition)         \
			might_sleep(); \
	} while (0)
/** cant_sleep() - a report if the caller may sleep here */
#define cant_sleep() __psim_cant_sleep(__func__)
/** non_block_start() - from here on sleeping is a report; counted */
#define non_block_start() __psim_non_block(1)
/** non_block_end() - the end of one non_block_start() */
#define non_block_end() __psim_non_block(-1)
void __psim_non_block(int change);

#endif /* _LINUX___PSIM_MIGHT_H */
