/* SPDX-License-Identifier: MIT */
/* Pointer values that stand for "was on a list, and is no more". No object has such an address. */
#ifndef _LINUX_POISON_H
#define _LINUX_POISON_H

#include <linux/types.h>

#define POISON_POINTER_DELTA 0xdead000000000000ul
#define LIST_POISON1	     ((void *)(POISON_POINTER_DELTA + 0x100))
#define LIST_POISON2	     ((void *)(POISON_POINTER_DELTA + 0x122))

#endif /* _LINUX_POISON_H */
