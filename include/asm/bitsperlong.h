/* SPDX-License-Identifier: MIT */
/* BITS_PER_LONG is 64. */
#ifndef _ASM_BITSPERLONG_H
#define _ASM_BITSPERLONG_H

#include <linux/bits.h>

#endif /* _ASM_BITSPERLONG_H */
