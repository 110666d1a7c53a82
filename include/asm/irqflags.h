/* SPDX-License-Identifier: MIT */
/* The CPU's interrupt flag is the engine's. */
#ifndef _ASM_IRQFLAGS_H
#define _ASM_IRQFLAGS_H

#include <linux/irqflags.h>

#endif /* _ASM_IRQFLAGS_H */
