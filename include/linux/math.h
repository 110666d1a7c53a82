/* SPDX-License-Identifier: MIT */
/* Rounding, rounding division, absolute values, integer roots. */
#ifndef _LINUX_MATH_H
#define _LINUX_MATH_H

#include <linux/compiler.h>
#include <linux/types.h>

/* To a multiple of @y, a power of two; the result has the type of @x. */
#define __round_mask(x, y) ((typeof(x))((y)-1))
#define round_up(x, y)	   ((((x)-1) | __round_mask(x, y)) + 1)
#define round_down(x, y)   ((x) & ~__round_mask(x, y))

/* To a multiple of any @y above 0. */
#define roundup(x, y)                                           \
	({                                                      \
		typeof(y) __psim_y = (y);                       \
		(((x) + (__psim_y - 1)) / __psim_y) * __psim_y; \
	})
#define rounddown(x, y)                      \
	({                                   \
		typeof(x) __psim_x = (x);    \
		__psim_x - (__psim_x % (y)); \
	})

#define DIV_ROUND_UP(n, d)	    (((n) + (d)-1) / (d))
#define DIV_ROUND_UP_POW2(n, d)	    ((n) / (d) + !!((n) & ((d)-1)))
#define DIV_ROUND_DOWN_ULL(n, d)    ((unsigned long long)(n) / (d))
#define DIV_ROUND_UP_ULL(n, d)	    DIV_ROUND_DOWN_ULL((unsigned long long)(n) + (d)-1, (d))
#define DIV_ROUND_UP_SECTOR_T(n, d) DIV_ROUND_UP_ULL(n, d)

/* Halves go away from zero. */
#define DIV_ROUND_CLOSEST(x, divisor)                                \
	({                                                           \
		typeof(x) __psim_x = (x);                            \
		typeof(divisor) __psim_d = (divisor);                \
		(((typeof(x))-1) > 0 || ((typeof(divisor))-1) > 0 || \
		 ((__psim_x > 0) == (__psim_d > 0)))                 \
			? (__psim_x + __psim_d / 2) / __psim_d       \
			: (__psim_x - __psim_d / 2) / __psim_d;      \
	})
#define DIV_ROUND_CLOSEST_ULL(x, divisor)                            \
	({                                                           \
		typeof(divisor) __psim_d = (divisor);                \
		((unsigned long long)(x) + __psim_d / 2) / __psim_d; \
	})

/* x * n / d without overflow in between. */
#define mult_frac(x, n, d)                                                                \
	({                                                                                \
		typeof(x) __psim_x = (x);                                                 \
		typeof(n) __psim_n = (n);                                                 \
		typeof(d) __psim_d = (d);                                                 \
		__psim_x / __psim_d *__psim_n + __psim_x % __psim_d *__psim_n / __psim_d; \
	})

#define abs(x)                                       \
	({                                           \
		typeof((x) + 0) __psim_x = (x);      \
		__psim_x < 0 ? -__psim_x : __psim_x; \
	})
#define abs_diff(a, b)                                                           \
	({                                                                       \
		__auto_type __psim_x = (a);                                      \
		__auto_type __psim_y = (b);                                      \
		__psim_x > __psim_y ? __psim_x - __psim_y : __psim_y - __psim_x; \
	})

/* @val, spread over 32 bits, scaled to [0, @ep_ro). */
static inline u32 reciprocal_scale(u32 val, u32 ep_ro)
{
	return ((u64)val * ep_ro) >> 32;
}

/* Return: the largest number whose square is not above @x. */
static inline unsigned long int_sqrt(unsigned long x)
{
	unsigned long root = 0;

	for (int bit = 31; bit >= 0; bit--) {
		unsigned long try = root | 1ul << bit;

		if (try * try <= x)
			root = try;
	}
	return root;
}

#endif /* _LINUX_MATH_H */
