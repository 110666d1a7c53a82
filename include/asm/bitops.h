/* SPDX-License-Identifier: MIT */
/* Nothing of bitops.h depends on the architecture here. */
#ifndef _ASM_BITOPS_H
#define _ASM_BITOPS_H

#include <linux/bitops.h>

#endif /* _ASM_BITOPS_H */
