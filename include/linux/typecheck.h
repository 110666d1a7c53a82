/* SPDX-License-Identifier: MIT */
/* Type checks at compile time. */
#ifndef _LINUX_TYPECHECK_H
#define _LINUX_TYPECHECK_H

#include <linux/compiler_types.h>

/* 1; a warning if @x has not the type @type. */
#define typecheck(type, x)                            \
	({                                            \
		type __psim_want;                     \
		typeof(x) __psim_have;                \
		(void)(&__psim_want == &__psim_have); \
		1;                                    \
	})
#define typecheck_fn(type, function)               \
	({                                         \
		typeof(type) __psim_fn = function; \
		(void)__psim_fn;                   \
	})
#define typecheck_pointer(x)                   \
	({                                     \
		typeof(x) __psim_pointer;      \
		(void)sizeof(*__psim_pointer); \
		1;                             \
	})

#endif /* _LINUX_TYPECHECK_H */
