/* SPDX-License-Identifier: MIT */
/* cmpxchg() and xchg() stand with the atomics. */
#ifndef _ASM_CMPXCHG_H
#define _ASM_CMPXCHG_H

#include <linux/atomic.h>

#endif /* _ASM_CMPXCHG_H */
