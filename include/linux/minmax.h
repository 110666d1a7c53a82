/* SPDX-License-Identifier: MIT */
/* Smaller, larger, limited, exchanged. Each argument is evaluated once, but in MIN() and MAX(). */
#ifndef _LINUX_MINMAX_H
#define _LINUX_MINMAX_H

#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/types.h>

/* Constant expressions of constants. */
#define MIN(a, b)	  ((a) < (b) ? (a) : (b))
#define MAX(a, b)	  ((a) > (b) ? (a) : (b))
#define MIN_T(type, a, b) MIN((type)(a), (type)(b))
#define MAX_T(type, a, b) MAX((type)(a), (type)(b))

#define __psim_pick(type_a, type_b, a, op, b)               \
	({                                                  \
		type_a __psim_a = (a);                      \
		type_b __psim_b = (b);                      \
		__psim_a op __psim_b ? __psim_a : __psim_b; \
	})

#define min(a, b)	  __psim_pick(__auto_type, __auto_type, a, <, b)
#define max(a, b)	  __psim_pick(__auto_type, __auto_type, a, >, b)
#define min3(a, b, c)	  min(min(a, b), c)
#define max3(a, b, c)	  max(max(a, b), c)
#define min_t(type, a, b) __psim_pick(type, type, a, <, b)
#define max_t(type, a, b) __psim_pick(type, type, a, >, b)
/* Compared as unsigned, a negative int as its 32 bits. */
#define umin(a, b) min((a) + 0u + 0ull, (b) + 0u + 0ull)
#define umax(a, b) max((a) + 0u + 0ull, (b) + 0u + 0ull)
#define min_not_zero(a, b)                                                                       \
	({                                                                                       \
		__auto_type __psim_x = (a);                                                      \
		__auto_type __psim_y = (b);                                                      \
		__psim_x == 0 ? __psim_y : (__psim_y == 0 ? __psim_x : min(__psim_x, __psim_y)); \
	})

#define clamp(value, low, high)                              \
	({                                                   \
		__auto_type __psim_value = (value);          \
		__auto_type __psim_low = (low);              \
		__auto_type __psim_high = (high);            \
		__psim_value >= __psim_high  ? __psim_high   \
		: __psim_value <= __psim_low ? __psim_low    \
					     : __psim_value; \
	})
#define clamp_t(type, value, low, high) clamp((type)(value), (type)(low), (type)(high))
#define clamp_val(value, low, high)	clamp_t(typeof(value), value, low, high)

#define __psim_array_pick(array, n, op)                                        \
	({                                                                     \
		typeof(&(array)[0]) __psim_array = (array);                    \
		size_t __psim_n = (n);                                         \
		typeof((array)[0] + 0) __psim_best = __psim_array[--__psim_n]; \
		while (__psim_n--)                                             \
			if (__psim_array[__psim_n] op __psim_best)             \
				__psim_best = __psim_array[__psim_n];          \
		__psim_best;                                                   \
	})
#define min_array(array, n) __psim_array_pick(array, n, <)
#define max_array(array, n) __psim_array_pick(array, n, >)

/* Whether @value lies in [@start, @start + @length), also where the end wraps round. */
static inline bool __psim_in_range(u64 value, u64 start, u64 length)
{
	return value - start < length;
}
#define in_range(value, start, length) __psim_in_range(value, start, length)

#define swap(a, b)                           \
	do {                                 \
		typeof(a) __psim_swap = (a); \
		(a) = (b);                   \
		(b) = __psim_swap;           \
	} while (0)

#endif /* _LINUX_MINMAX_H */
