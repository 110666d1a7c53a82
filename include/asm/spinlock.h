/* SPDX-License-Identifier: MIT */
/* Spinlocks are the engine's. */
#ifndef _ASM_SPINLOCK_H
#define _ASM_SPINLOCK_H

#include <linux/spinlock.h>

#endif /* _ASM_SPINLOCK_H */
