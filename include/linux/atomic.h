/* SPDX-License-Identifier: MIT */
/*
 * Atomic variables: atomic_t, atomic64_t, atomic_long_t, each with the kernel's whole family.
 *
 * Every operation is a scheduling point. Operations that return a value are fully ordered unless their
 * name ends in _acquire, _release or _relaxed; the others, and reads and sets, are relaxed.
 */
#ifndef _LINUX_ATOMIC_H
#define _LINUX_ATOMIC_H

#include <linux/types.h>
#include <linux/__psim_rmw.h>
#include <linux/compiler.h>
#include <asm/barrier.h>

/* A scheduling point before an atomic operation. */
#define __psim_point_atomic() __psim_point(__PSIM_POINT_ATOMIC, __func__)

#define ATOMIC_INIT(i) \
	{              \
		(i)    \
	}
#define ATOMIC64_INIT(i) \
	{                \
		(i)      \
	}
#define ATOMIC_LONG_INIT(i) \
	{                   \
		(i)         \
	}

#define __PSIM_ATOMIC_OP __psim_point_atomic()

/* Operations without a result. */
#define __PSIM_ATOMIC_VOID(A, T, V, name, builtin, operand)                    \
	static __always_inline void A##_##name(V i, T *v)                      \
	{                                                                      \
		__PSIM_ATOMIC_OP;                                              \
		__psim_fetch(builtin, &v->counter, operand, __ATOMIC_RELAXED); \
	}

/* Operations that return the old value, in one ordering. */
#define __PSIM_ATOMIC_FETCH_1(A, T, V, name, builtin, operand, suffix, order) \
	static __always_inline V A##_fetch_##name##suffix(V i, T *v)          \
	{                                                                     \
		__PSIM_ATOMIC_OP;                                             \
		return __psim_fetch(builtin, &v->counter, operand, order);    \
	}
#define __PSIM_ATOMIC_FETCH(A, T, V, name, builtin, operand)                               \
	__PSIM_ATOMIC_FETCH_1(A, T, V, name, builtin, operand, , __ATOMIC_SEQ_CST)         \
	__PSIM_ATOMIC_FETCH_1(A, T, V, name, builtin, operand, _acquire, __ATOMIC_ACQUIRE) \
	__PSIM_ATOMIC_FETCH_1(A, T, V, name, builtin, operand, _release, __ATOMIC_RELEASE) \
	__PSIM_ATOMIC_FETCH_1(A, T, V, name, builtin, operand, _relaxed, __ATOMIC_RELAXED)

/* add and sub also return the new value, and have forms for one; in one ordering. */
#define __PSIM_ATOMIC_SUM_1(A, T, V, suffix, order)                     \
	static __always_inline V A##_add_return##suffix(V i, T *v)      \
	{                                                               \
		__PSIM_ATOMIC_OP;                                       \
		return __psim_fetch(add, &v->counter, i, order) + i;    \
	}                                                               \
	static __always_inline V A##_sub_return##suffix(V i, T *v)      \
	{                                                               \
		__PSIM_ATOMIC_OP;                                       \
		return __psim_fetch(sub, &v->counter, i, order) - i;    \
	}                                                               \
	static __always_inline V A##_inc_return##suffix(T *v)           \
	{                                                               \
		return A##_add_return##suffix(1, v);                    \
	}                                                               \
	static __always_inline V A##_dec_return##suffix(T *v)           \
	{                                                               \
		return A##_sub_return##suffix(1, v);                    \
	}                                                               \
	static __always_inline V A##_fetch_inc##suffix(T *v)            \
	{                                                               \
		return A##_fetch_add##suffix(1, v);                     \
	}                                                               \
	static __always_inline V A##_fetch_dec##suffix(T *v)            \
	{                                                               \
		return A##_fetch_sub##suffix(1, v);                     \
	}                                                               \
	static __always_inline bool A##_add_negative##suffix(V i, T *v) \
	{                                                               \
		return A##_add_return##suffix(i, v) < 0;                \
	}

/* Exchanges in one ordering; a compare that fails orders as a load. */
#define __PSIM_ATOMIC_XCHG_1(A, T, V, suffix, order, failed)                         \
	static __always_inline V A##_xchg##suffix(T *v, V desired)                   \
	{                                                                            \
		__PSIM_ATOMIC_OP;                                                    \
		return __psim_exchange(&v->counter, desired, order);                 \
	}                                                                            \
	static __always_inline V A##_cmpxchg##suffix(T *v, V old, V desired)         \
	{                                                                            \
		typeof(v->counter) seen = old;                                       \
		__PSIM_ATOMIC_OP;                                                    \
		__psim_compare_exchange(&v->counter, &seen, desired, order, failed); \
		return seen;                                                         \
	}                                                                            \
	static __always_inline bool A##_try_cmpxchg##suffix(T *v, V *old, V desired) \
	{                                                                            \
		V expected = *old, seen = A##_cmpxchg##suffix(v, expected, desired); \
		if (seen == expected)                                                \
			return true;                                                 \
		*old = seen;                                                         \
		return false;                                                        \
	}

#define __PSIM_ATOMIC_FAMILY(A, T, V)                                                  \
	static __always_inline V A##_read(const T *v)                                  \
	{                                                                              \
		__PSIM_ATOMIC_OP;                                                      \
		return __atomic_load_n(&v->counter, __ATOMIC_RELAXED);                 \
	}                                                                              \
	static __always_inline V A##_read_acquire(const T *v)                          \
	{                                                                              \
		__PSIM_ATOMIC_OP;                                                      \
		return __atomic_load_n(&v->counter, __ATOMIC_ACQUIRE);                 \
	}                                                                              \
	static __always_inline void A##_set(T *v, V i)                                 \
	{                                                                              \
		__PSIM_ATOMIC_OP;                                                      \
		__atomic_store_n(&v->counter, i, __ATOMIC_RELAXED);                    \
	}                                                                              \
	static __always_inline void A##_set_release(T *v, V i)                         \
	{                                                                              \
		__PSIM_ATOMIC_OP;                                                      \
		__atomic_store_n(&v->counter, i, __ATOMIC_RELEASE);                    \
	}                                                                              \
	__PSIM_ATOMIC_VOID(A, T, V, add, add, i)                                       \
	__PSIM_ATOMIC_VOID(A, T, V, sub, sub, i)                                       \
	__PSIM_ATOMIC_VOID(A, T, V, and, and, i)                                       \
	__PSIM_ATOMIC_VOID(A, T, V, or, or, i)                                         \
	__PSIM_ATOMIC_VOID(A, T, V, xor, xor, i)                                       \
	__PSIM_ATOMIC_VOID(A, T, V, andnot, and, ~i)                                   \
	static __always_inline void A##_inc(T *v)                                      \
	{                                                                              \
		A##_add(1, v);                                                         \
	}                                                                              \
	static __always_inline void A##_dec(T *v)                                      \
	{                                                                              \
		A##_sub(1, v);                                                         \
	}                                                                              \
	__PSIM_ATOMIC_FETCH(A, T, V, add, add, i)                                      \
	__PSIM_ATOMIC_FETCH(A, T, V, sub, sub, i)                                      \
	__PSIM_ATOMIC_FETCH(A, T, V, and, and, i)                                      \
	__PSIM_ATOMIC_FETCH(A, T, V, or, or, i)                                        \
	__PSIM_ATOMIC_FETCH(A, T, V, xor, xor, i)                                      \
	__PSIM_ATOMIC_FETCH(A, T, V, andnot, and, ~i)                                  \
	__PSIM_ATOMIC_SUM_1(A, T, V, , __ATOMIC_SEQ_CST)                               \
	__PSIM_ATOMIC_SUM_1(A, T, V, _acquire, __ATOMIC_ACQUIRE)                       \
	__PSIM_ATOMIC_SUM_1(A, T, V, _release, __ATOMIC_RELEASE)                       \
	__PSIM_ATOMIC_SUM_1(A, T, V, _relaxed, __ATOMIC_RELAXED)                       \
	__PSIM_ATOMIC_XCHG_1(A, T, V, , __ATOMIC_SEQ_CST, __ATOMIC_RELAXED)            \
	__PSIM_ATOMIC_XCHG_1(A, T, V, _acquire, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)    \
	__PSIM_ATOMIC_XCHG_1(A, T, V, _release, __ATOMIC_RELEASE, __ATOMIC_RELAXED)    \
	__PSIM_ATOMIC_XCHG_1(A, T, V, _relaxed, __ATOMIC_RELAXED, __ATOMIC_RELAXED)    \
	static __always_inline bool A##_sub_and_test(V i, T *v)                        \
	{                                                                              \
		return A##_sub_return(i, v) == 0;                                      \
	}                                                                              \
	static __always_inline bool A##_dec_and_test(T *v)                             \
	{                                                                              \
		return A##_dec_return(v) == 0;                                         \
	}                                                                              \
	static __always_inline bool A##_inc_and_test(T *v)                             \
	{                                                                              \
		return A##_inc_return(v) == 0;                                         \
	}                                                                              \
	/* Add unless the value is u; return the old value. */                         \
	static __always_inline V A##_fetch_add_unless(T *v, V a, V u)                  \
	{                                                                              \
		V old = A##_read(v);                                                   \
		while (old != u && !A##_try_cmpxchg(v, &old, old + a))                 \
			;                                                              \
		return old;                                                            \
	}                                                                              \
	static __always_inline bool A##_add_unless(T *v, V a, V u)                     \
	{                                                                              \
		return A##_fetch_add_unless(v, a, u) != u;                             \
	}                                                                              \
	static __always_inline bool A##_inc_not_zero(T *v)                             \
	{                                                                              \
		return A##_add_unless(v, 1, 0);                                        \
	}                                                                              \
	static __always_inline bool A##_inc_unless_negative(T *v)                      \
	{                                                                              \
		V old = A##_read(v);                                                   \
		while (old >= 0 && !A##_try_cmpxchg(v, &old, old + 1))                 \
			;                                                              \
		return old >= 0;                                                       \
	}                                                                              \
	static __always_inline bool A##_dec_unless_positive(T *v)                      \
	{                                                                              \
		V old = A##_read(v);                                                   \
		while (old <= 0 && !A##_try_cmpxchg(v, &old, old - 1))                 \
			;                                                              \
		return old <= 0;                                                       \
	}                                                                              \
	/* Return: the old value minus one, which was stored if it is not negative. */ \
	static __always_inline V A##_dec_if_positive(T *v)                             \
	{                                                                              \
		V old = A##_read(v);                                                   \
		while (old > 0 && !A##_try_cmpxchg(v, &old, old - 1))                  \
			;                                                              \
		return old - 1;                                                        \
	}

__PSIM_ATOMIC_FAMILY(atomic, atomic_t, int)
__PSIM_ATOMIC_FAMILY(atomic64, atomic64_t, s64)
__PSIM_ATOMIC_FAMILY(atomic_long, atomic_long_t, long)

/* ---- the same on plain variables of 1, 2, 4 or 8 bytes ------------------------------------------- */

#define __psim_xchg(p, value, order)                  \
	({                                            \
		__PSIM_ATOMIC_OP;                     \
		__psim_exchange((p), (value), order); \
	})
#define xchg(p, value)	       __psim_xchg(p, value, __ATOMIC_SEQ_CST)
#define xchg_acquire(p, value) __psim_xchg(p, value, __ATOMIC_ACQUIRE)
#define xchg_release(p, value) __psim_xchg(p, value, __ATOMIC_RELEASE)
#define xchg_relaxed(p, value) __psim_xchg(p, value, __ATOMIC_RELAXED)

#define __psim_cmpxchg(p, old, value, order)                                                  \
	({                                                                                    \
		typeof(*(p)) __psim_seen = (old);                                             \
		__PSIM_ATOMIC_OP;                                                             \
		__psim_compare_exchange((p), &__psim_seen, (value), order, __ATOMIC_RELAXED); \
		__psim_seen;                                                                  \
	})
#define cmpxchg(p, old, value)	       __psim_cmpxchg(p, old, value, __ATOMIC_SEQ_CST)
#define cmpxchg_acquire(p, old, value) __psim_cmpxchg(p, old, value, __ATOMIC_ACQUIRE)
#define cmpxchg_release(p, old, value) __psim_cmpxchg(p, old, value, __ATOMIC_RELEASE)
#define cmpxchg_relaxed(p, old, value) __psim_cmpxchg(p, old, value, __ATOMIC_RELAXED)
#define cmpxchg64(p, old, value)       cmpxchg(p, old, value)

#define __psim_try_cmpxchg(p, oldp, value, order)                                       \
	({                                                                              \
		__PSIM_ATOMIC_OP;                                                       \
		__psim_compare_exchange((p), (oldp), (value), order, __ATOMIC_RELAXED); \
	})
#define try_cmpxchg(p, oldp, value)	    __psim_try_cmpxchg(p, oldp, value, __ATOMIC_SEQ_CST)
#define try_cmpxchg_acquire(p, oldp, value) __psim_try_cmpxchg(p, oldp, value, __ATOMIC_ACQUIRE)
#define try_cmpxchg_release(p, oldp, value) __psim_try_cmpxchg(p, oldp, value, __ATOMIC_RELEASE)
#define try_cmpxchg_relaxed(p, oldp, value) __psim_try_cmpxchg(p, oldp, value, __ATOMIC_RELAXED)

#define atomic_cond_read_acquire(v, condition) smp_cond_load_acquire(&(v)->counter, (condition))
#define atomic_cond_read_relaxed(v, condition) smp_cond_load_relaxed(&(v)->counter, (condition))

#endif /* _LINUX_ATOMIC_H */
