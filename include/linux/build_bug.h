/* SPDX-License-Identifier: MIT */
/* Checks at compile time. All are static assertions: none relies on dead code being removed. */
#ifndef _LINUX_BUILD_BUG_H
#define _LINUX_BUILD_BUG_H

#include <linux/compiler.h>

#define __psim_static_assert(expr, text, ...) _Static_assert(expr, text)
#define static_assert(expr, ...) __psim_static_assert(expr, ##__VA_ARGS__, #expr)

/* 0, or a compile error if @e is true. */
#define BUILD_BUG_ON_ZERO(e, ...)                           \
	((int)(0 * sizeof(struct {                          \
		       _Static_assert(!(e), #e " is true"); \
		       int __psim_zero;                     \
	       })))
#define BUILD_BUG_ON_MSG(cond, msg)           \
	do {                                  \
		_Static_assert(!(cond), msg); \
	} while (0)
#define BUILD_BUG_ON(condition)	       BUILD_BUG_ON_MSG(condition, #condition " is true")
#define BUILD_BUG_ON_NOT_POWER_OF_2(n) BUILD_BUG_ON((n) == 0 || (((n) & ((n)-1)) != 0))
#define BUILD_BUG_ON_INVALID(e)	       ((void)sizeof((long)(e)))

#endif /* _LINUX_BUILD_BUG_H */
