/* SPDX-License-Identifier: MIT */
/* Bits and contiguous bit masks. */
#ifndef _LINUX_BITS_H
#define _LINUX_BITS_H

#include <linux/build_bug.h>
#include <linux/const.h>
#include <linux/types.h>

#define BITS_PER_BYTE	    8
#define BITS_PER_LONG	    64
#define BITS_PER_LONG_LONG  64
#define BITS_PER_TYPE(type) (sizeof(type) * BITS_PER_BYTE)

#define BIT(nr)		 (UL(1) << (nr))
#define BIT_ULL(nr)	 (ULL(1) << (nr))
#define BIT_MASK(nr)	 (UL(1) << ((nr) % BITS_PER_LONG))
#define BIT_WORD(nr)	 ((nr) / BITS_PER_LONG)
#define BIT_ULL_MASK(nr) (ULL(1) << ((nr) % BITS_PER_LONG_LONG))
#define BIT_ULL_WORD(nr) ((nr) / BITS_PER_LONG_LONG)

/* The bits @low to @high, both included. */
#define GENMASK(high, low) \
	((~UL(0) - (UL(1) << (low)) + 1) & (~UL(0) >> (BITS_PER_LONG - 1 - (high))))
#define GENMASK_ULL(high, low) \
	((~ULL(0) - (ULL(1) << (low)) + 1) & (~ULL(0) >> (BITS_PER_LONG_LONG - 1 - (high))))
#define GENMASK_U32(high, low) ((u32)GENMASK_ULL(high, low))
#define GENMASK_U64(high, low) ((u64)GENMASK_ULL(high, low))
#define BIT_U32(nr)	       ((u32)BIT_ULL(nr))
#define BIT_U64(nr)	       ((u64)BIT_ULL(nr))

#endif /* _LINUX_BITS_H */
