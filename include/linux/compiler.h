/* SPDX-License-Identifier: MIT */
/*
 * Compiler helpers. READ_ONCE and WRITE_ONCE are accesses that other tasks may race with, and
 * scheduling points of the deterministic engine.
 */
#ifndef _LINUX_COMPILER_H
#define _LINUX_COMPILER_H

#include <linux/__psim_point.h>
#include <linux/compiler_types.h>

#define likely(x)		__builtin_expect(!!(x), 1)
#define unlikely(x)		__builtin_expect(!!(x), 0)
#define barrier()		__asm__ __volatile__("" : : : "memory")
#define unreachable()		__builtin_unreachable()
#define OPTIMIZER_HIDE_VAR(var) __asm__("" : "=r"(var) : "0"(var))
#define __is_constexpr(x)	(sizeof(int) == sizeof(*(8 ? ((void *)((long)(x)*0l)) : (int *)8)))

#define __psim_point_once() __psim_point(__PSIM_POINT_ONCE, __func__)

#define READ_ONCE(x)                                     \
	({                                               \
		__psim_point_once();                     \
		__atomic_load_n(&(x), __ATOMIC_RELAXED); \
	})
/* The point comes after the value: what the value reads may be old by the time it is stored. */
#define WRITE_ONCE(x, value)                                            \
	do {                                                            \
		__typeof__(x) __psim_value = (value);                   \
		__psim_point_once();                                    \
		__atomic_store_n(&(x), __psim_value, __ATOMIC_RELAXED); \
	} while (0)
#define data_race(expr) (expr)

#endif /* _LINUX_COMPILER_H */
