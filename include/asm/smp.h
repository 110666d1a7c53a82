/* SPDX-License-Identifier: MIT */
/* Which CPU this is. */
#ifndef _ASM_SMP_H
#define _ASM_SMP_H

#include <linux/smp.h>

#endif /* _ASM_SMP_H */
