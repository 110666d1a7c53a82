/* SPDX-License-Identifier: MIT */
/* do_div() and its kin. */
#ifndef _ASM_DIV64_H
#define _ASM_DIV64_H

#include <linux/math64.h>

#endif /* _ASM_DIV64_H */
