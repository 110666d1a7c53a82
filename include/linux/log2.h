/* SPDX-License-Identifier: MIT */
/* Logarithms to the base of two and powers of two. Constants give constant expressions. */
#ifndef _LINUX_LOG2_H
#define _LINUX_LOG2_H

#include <linux/bitops.h>
#include <linux/types.h>

/* Rounded down; 0 of 0, which a kernel leaves open. */
#define ilog2(n)       (63 - __builtin_clzll((unsigned long long)(n) | 1))
#define const_ilog2(n) ilog2(n)
#define __ilog2_u32(n) ilog2((u32)(n))
#define __ilog2_u64(n) ilog2((u64)(n))

/* Return: false for 0. */
static inline __attribute_const__ bool is_power_of_2(unsigned long n)
{
	return n && !(n & (n - 1));
}

static inline __attribute_const__ unsigned long __roundup_pow_of_two(unsigned long n)
{
	return 1UL << fls_long(n - 1);
}

static inline __attribute_const__ unsigned long __rounddown_pow_of_two(unsigned long n)
{
	return 1UL << (fls_long(n) - 1);
}

/* Undefined for 0. */
#define roundup_pow_of_two(n)                                                   \
	(__builtin_constant_p(n) ? ((n) <= 1 ? 1UL : 1UL << (ilog2((n)-1) + 1)) \
				 : __roundup_pow_of_two(n))
#define rounddown_pow_of_two(n) \
	(__builtin_constant_p(n) ? 1UL << ilog2(n) : __rounddown_pow_of_two(n))

/* The smallest order with 1 << order >= @n; 0 of 0 and 1. */
#define order_base_2(n) ((n) <= 1 ? 0 : ilog2((n)-1) + 1)
/* Bits it takes to write @n down; 1 of 0. */
#define bits_per(n) ((n) <= 1 ? 1 : ilog2(n) + 1)

#endif /* _LINUX_LOG2_H */
