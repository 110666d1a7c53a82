/* SPDX-License-Identifier: MIT */
/* Flags of open(2), as on x86-64. */
#ifndef _ASM_FCNTL_H
#define _ASM_FCNTL_H

#include <linux/fcntl.h>

#endif /* _ASM_FCNTL_H */
