/* SPDX-License-Identifier: MIT */
/* Saved backtraces: not kept, as without CONFIG_STACKDEPOT. */
#ifndef _LINUX_STACKDEPOT_H
#define _LINUX_STACKDEPOT_H

#include <linux/types.h>

typedef u32 depot_stack_handle_t;

static inline int stack_depot_init(void)
{
	return 0;
}

#endif /* _LINUX_STACKDEPOT_H */
