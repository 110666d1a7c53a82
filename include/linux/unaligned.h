/* SPDX-License-Identifier: MIT */
/* Numbers at any address, in the machine's, in little or in big byte order. The machine is little. */
#ifndef _LINUX_UNALIGNED_H
#define _LINUX_UNALIGNED_H

#include <linux/types.h>

#define get_unaligned(ptr)                          \
	({                                          \
		const struct __packed {             \
			typeof(*(ptr)) value;       \
		} *__psim_at = (const void *)(ptr); \
		__psim_at->value;                   \
	})
#define put_unaligned(number, ptr)            \
	do {                                  \
		struct __packed {             \
			typeof(*(ptr)) value; \
		} *__psim_at = (void *)(ptr); \
		__psim_at->value = (number);  \
	} while (0)

#define __psim_unaligned(bits, order, to_order)                                \
	static inline u##bits get_unaligned_##order##bits(const void *p)       \
	{                                                                      \
		return to_order(get_unaligned((const u##bits *)p));            \
	}                                                                      \
	static inline void put_unaligned_##order##bits(u##bits value, void *p) \
	{                                                                      \
		put_unaligned(to_order(value), (u##bits *)p);                  \
	}
__psim_unaligned(16, le, ) __psim_unaligned(32, le, ) __psim_unaligned(64, le, )
	__psim_unaligned(16, be, __builtin_bswap16) __psim_unaligned(32, be, __builtin_bswap32)
		__psim_unaligned(64, be, __builtin_bswap64)
#undef __psim_unaligned

#endif /* _LINUX_UNALIGNED_H */
