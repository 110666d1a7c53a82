/* SPDX-License-Identifier: MIT */
/* Flags of mmap(2), as on x86-64. */
#ifndef _ASM_MMAN_H
#define _ASM_MMAN_H

#include <linux/mman.h>

#endif /* _ASM_MMAN_H */
