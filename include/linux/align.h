/* SPDX-License-Identifier: MIT */
/* Alignment to powers of two. */
#ifndef _LINUX_ALIGN_H
#define _LINUX_ALIGN_H

#include <linux/const.h>

#define __ALIGN_KERNEL_MASK(x, mask) (((x) + (mask)) & ~(mask))
#define __ALIGN_KERNEL(x, a)	     __ALIGN_KERNEL_MASK(x, (typeof(x))(a)-1)

/* @a is a power of two. The result has the type of @x. */
#define ALIGN(x, a)	      __ALIGN_KERNEL((x), (a))
#define ALIGN_DOWN(x, a)      __ALIGN_KERNEL((x) - ((a)-1), (a))
#define __ALIGN_MASK(x, mask) __ALIGN_KERNEL_MASK((x), (mask))
#define PTR_ALIGN(p, a)	      ((typeof(p))ALIGN((unsigned long)(p), (a)))
#define PTR_ALIGN_DOWN(p, a)  ((typeof(p))ALIGN_DOWN((unsigned long)(p), (a)))
#define IS_ALIGNED(x, a)      (((x) & ((typeof(x))(a)-1)) == 0)

#endif /* _LINUX_ALIGN_H */
