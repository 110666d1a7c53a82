/* SPDX-License-Identifier: MIT */
/* The integer types. */
#ifndef _ASM_TYPES_H
#define _ASM_TYPES_H

#include <linux/types.h>

#endif /* _ASM_TYPES_H */
