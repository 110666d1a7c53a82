/* SPDX-License-Identifier: MIT */
/*
 * Changes of shared words as one step. In the deterministic engine one host thread runs everything, and
 * nothing comes between two scheduling points: a plain load and a plain store are one step there, and do
 * without the processor's lock, which waits until every store before it has found its cache line. For
 * ThreadSanitizer, and for free-running tasks, they are the compiler's atomics.
 */
#ifndef _LINUX___PSIM_RMW_H
#define _LINUX___PSIM_RMW_H

#include <linux/compiler_types.h>

/* Tasks are threads of the host. */
extern _Bool __psim_threads;

#ifdef __SANITIZE_THREAD__
#define __psim_alone() 0
#else
#define __psim_alone() __builtin_expect(!__psim_threads, 1)
#endif

#define __psim_apply_add(old, value) ((old) + (value))
#define __psim_apply_sub(old, value) ((old) - (value))
#define __psim_apply_and(old, value) ((old) & (value))
#define __psim_apply_or(old, value)  ((old) | (value))
#define __psim_apply_xor(old, value) ((old) ^ (value))

/* @op: add, sub, and, or, xor. Value: what was there before. */
#define __psim_fetch(op, p, value, order)                                                \
	({                                                                               \
		typeof(p) __psim_fp = (p);                                               \
		typeof(*(p)) __psim_fo;                                                  \
		if (__psim_alone()) {                                                    \
			__psim_fo = __atomic_load_n(__psim_fp, __ATOMIC_RELAXED);        \
			__atomic_store_n(__psim_fp, __psim_apply_##op(__psim_fo, value), \
					 __ATOMIC_RELAXED);                              \
		} else {                                                                 \
			__psim_fo = __atomic_fetch_##op(__psim_fp, value, order);        \
		}                                                                        \
		__psim_fo;                                                               \
	})

/* Value: what was there before. */
#define __psim_exchange(p, value, order)                                              \
	({                                                                            \
		typeof(p) __psim_xp = (p);                                            \
		typeof(*(p)) __psim_xo, __psim_xv = (value);                          \
		if (__psim_alone()) {                                                 \
			__psim_xo = __atomic_load_n(__psim_xp, __ATOMIC_RELAXED);     \
			__atomic_store_n(__psim_xp, __psim_xv, __ATOMIC_RELAXED);     \
		} else {                                                              \
			__psim_xo = __atomic_exchange_n(__psim_xp, __psim_xv, order); \
		}                                                                     \
		__psim_xo;                                                            \
	})

/* If *@p is *@oldp, it becomes @value; else *@oldp becomes *@p. Value: which. */
#define __psim_compare_exchange(p, oldp, value, order, failed)                                    \
	({                                                                                        \
		typeof(p) __psim_cp = (p);                                                        \
		typeof(oldp) __psim_co = (oldp);                                                  \
		_Bool __psim_ok;                                                                  \
		if (__psim_alone()) {                                                             \
			typeof(*(p)) __psim_now = __atomic_load_n(__psim_cp, __ATOMIC_RELAXED);   \
			__psim_ok = __psim_now == *__psim_co;                                     \
			if (__psim_ok)                                                            \
				__atomic_store_n(__psim_cp, (value), __ATOMIC_RELAXED);           \
			else                                                                      \
				*__psim_co = __psim_now;                                          \
		} else {                                                                          \
			__psim_ok = __atomic_compare_exchange_n(__psim_cp, __psim_co, (value), 0, \
								order, failed);                   \
		}                                                                                 \
		__psim_ok;                                                                        \
	})

/* A store that nothing behind it overtakes. */
#define __psim_store(p, value)                                            \
	do {                                                              \
		if (__psim_alone())                                       \
			__atomic_store_n((p), (value), __ATOMIC_RELAXED); \
		else                                                      \
			__atomic_store_n((p), (value), __ATOMIC_SEQ_CST); \
	} while (0)

#endif /* _LINUX___PSIM_RMW_H */
