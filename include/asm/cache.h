/* SPDX-License-Identifier: MIT */
/* Cache lines of 64 bytes. */
#ifndef _ASM_CACHE_H
#define _ASM_CACHE_H

#include <linux/cache.h>

#endif /* _ASM_CACHE_H */
