/* SPDX-License-Identifier: MIT */
/* Bits of a file's mode. */
#ifndef _ASM_STAT_H
#define _ASM_STAT_H

#include <linux/stat.h>

#endif /* _ASM_STAT_H */
