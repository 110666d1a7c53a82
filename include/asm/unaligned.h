/* SPDX-License-Identifier: MIT */
/* Where kernels before 6.12 have it. */
#ifndef _ASM_UNALIGNED_H
#define _ASM_UNALIGNED_H

#include <linux/unaligned.h>

#endif /* _ASM_UNALIGNED_H */
