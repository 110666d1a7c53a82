/* SPDX-License-Identifier: MIT */
/* Types of user space, as on x86-64. */
#ifndef _ASM_POSIX_TYPES_H
#define _ASM_POSIX_TYPES_H

#include <linux/types.h>

#endif /* _ASM_POSIX_TYPES_H */
