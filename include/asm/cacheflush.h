/* SPDX-License-Identifier: MIT */
/* Caches are coherent, as on x86-64. */
#ifndef _ASM_CACHEFLUSH_H
#define _ASM_CACHEFLUSH_H

#include <linux/cacheflush.h>

#endif /* _ASM_CACHEFLUSH_H */
