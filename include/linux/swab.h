/* SPDX-License-Identifier: MIT */
/* Bytes of a number in the other order: by value, of what a pointer leads to (p), in place (s). */
#ifndef _LINUX_SWAB_H
#define _LINUX_SWAB_H

#include <linux/types.h>

/* Constants stay constants. */
#define swab16(x)   ((u16)__builtin_bswap16((u16)(x)))
#define swab32(x)   ((u32)__builtin_bswap32((u32)(x)))
#define swab64(x)   ((u64)__builtin_bswap64((u64)(x)))
#define __swab16(x) swab16(x)
#define __swab32(x) swab32(x)
#define __swab64(x) swab64(x)

#define __PSIM_SWAB(bits)                                     \
	static inline u##bits swab##bits##p(const u##bits *p) \
	{                                                     \
		return swab##bits(*p);                        \
	}                                                     \
	static inline void swab##bits##s(u##bits *p)          \
	{                                                     \
		*p = swab##bits(*p);                          \
	}
__PSIM_SWAB(16)
__PSIM_SWAB(32)
__PSIM_SWAB(64)
#undef __PSIM_SWAB

/* The halves of 32 bits; the bytes of each half. */
static inline u32 swahw32(u32 x)
{
	return x << 16 | x >> 16;
}

static inline u32 swahb32(u32 x)
{
	return swahw32(swab32(x));
}

#endif /* _LINUX_SWAB_H */
