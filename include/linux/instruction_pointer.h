/* SPDX-License-Identifier: MIT */
/* Code addresses. For people only: they may not reach a trace. */
#ifndef _LINUX_INSTRUCTION_POINTER_H
#define _LINUX_INSTRUCTION_POINTER_H

#include <linux/compiler.h>

#define _RET_IP_ ((unsigned long)__builtin_return_address(0))
#define _THIS_IP_                             \
	({                                    \
		__label__ __psim_here;        \
__psim_here:                                  \
		(unsigned long)&&__psim_here; \
	})

#endif /* _LINUX_INSTRUCTION_POINTER_H */
