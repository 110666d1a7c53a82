/* SPDX-License-Identifier: MIT */
/* Arithmetic that tells when it overflows, and sizes that saturate at SIZE_MAX. */
#ifndef _LINUX_OVERFLOW_H
#define _LINUX_OVERFLOW_H

#include <linux/version.h>
#include <linux/array_size.h>
#include <linux/compiler.h>
#include <linux/const.h>
#include <linux/limits.h>
#include <linux/stddef.h>

#define __type_max(T)                                                                      \
	((T)((((T)-1) < (T)1)                                                              \
		     ? (((T)1 << (8 * sizeof(T) - 2)) - 1 + ((T)1 << (8 * sizeof(T) - 2))) \
		     : (T)-1))
#define type_max(t)	       __type_max(typeof(t))
#define __type_min(T)	       ((T)((T)-__type_max(T) - (T)1))
#define type_min(t)	       __type_min(typeof(t))
#define is_signed_type(type)   (((type)(-1)) < (type)1)
#define is_unsigned_type(type) (!is_signed_type(type))

static inline bool __must_check __must_check_overflow(bool overflow)
{
	return unlikely(overflow);
}

/* Value: whether the result did not fit *@d; *@d gets it truncated. */
#define check_add_overflow(a, b, d) __must_check_overflow(__builtin_add_overflow(a, b, d))
#define check_sub_overflow(a, b, d) __must_check_overflow(__builtin_sub_overflow(a, b, d))
#define check_mul_overflow(a, b, d) __must_check_overflow(__builtin_mul_overflow(a, b, d))

/* Without a warning for types that never are. */
#define __psim_below_0(x) (!((x) > 0 || (x) == 0))

/* *@d = @a << @s. Value: whether bits, or the sign, were lost, or @s or @a is negative. */
#define check_shl_overflow(a, s, d)                                                               \
	__must_check_overflow(({                                                                  \
		typeof(a) __psim_a = (a);                                                         \
		typeof(s) __psim_s = (s);                                                         \
		typeof(d) __psim_d = (d);                                                         \
		bool __psim_fits = !__psim_below_0(__psim_s) && __psim_s < 8 * sizeof(*__psim_d); \
		*__psim_d = (u64)__psim_a << (__psim_fits ? __psim_s : 0);                        \
		!__psim_fits || __psim_below_0(__psim_a) || __psim_below_0(*__psim_d) ||          \
			(*__psim_d >> __psim_s) != __psim_a;                                      \
	}))

/* Whether @n does not fit @T (a type or an expression). */
#define overflows_type(n, T)                                 \
	({                                                   \
		typeof(T) __psim_fit;                        \
		__builtin_add_overflow((n), 0, &__psim_fit); \
	})

#if __PSIM_TREE_VERSION >= KERNEL_VERSION(6, 12, 0) /* before, drivers had their own */
/* Whether [start, start + size) leaves [0, max), or wraps round. */
#define range_overflows(start, size, max)                                              \
	({                                                                             \
		typeof(start) __psim_start = (start);                                  \
		typeof(size) __psim_size = (size);                                     \
		typeof(max) __psim_max = (max);                                        \
		__psim_start >= __psim_max || __psim_size > __psim_max - __psim_start; \
	})
#define range_overflows_t(type, start, size, max) \
	range_overflows((type)(start), (type)(size), (type)(max))
#endif

static inline size_t __must_check size_mul(size_t a, size_t b)
{
	size_t bytes;

	return check_mul_overflow(a, b, &bytes) ? SIZE_MAX : bytes;
}

static inline size_t __must_check size_add(size_t a, size_t b)
{
	size_t bytes;

	return check_add_overflow(a, b, &bytes) ? SIZE_MAX : bytes;
}

/* SIZE_MAX stays SIZE_MAX: it stands for a size that overflowed before. */
static inline size_t __must_check size_sub(size_t a, size_t b)
{
	size_t bytes;

	if (a == SIZE_MAX || b == SIZE_MAX || check_sub_overflow(a, b, &bytes))
		return SIZE_MAX;
	return bytes;
}

#define array_size(a, b)     size_mul(a, b)
#define array3_size(a, b, c) size_mul(size_mul(a, b), c)

/* Bytes of a flexible array member of @count elements; of the structure with it. */
#define flex_array_size(p, member, count) \
	size_mul(count, sizeof(*(p)->member) + __must_be_array((p)->member))
#define struct_size(p, member, count)	   size_add(sizeof(*(p)), flex_array_size(p, member, count))
#define struct_size_t(type, member, count) struct_size((type *)NULL, member, count)

#endif /* _LINUX_OVERFLOW_H */
