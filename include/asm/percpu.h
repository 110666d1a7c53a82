/* SPDX-License-Identifier: MIT */
/* Variables of each CPU. */
#ifndef _ASM_PERCPU_H
#define _ASM_PERCPU_H

#include <linux/percpu.h>

#endif /* _ASM_PERCPU_H */
