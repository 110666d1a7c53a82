/* SPDX-License-Identifier: MIT */
/* Preemption is the engine's. */
#ifndef _ASM_PREEMPT_H
#define _ASM_PREEMPT_H

#include <linux/preempt.h>

#endif /* _ASM_PREEMPT_H */
