/* SPDX-License-Identifier: MIT */
/* Nothing of string.h depends on the architecture here. */
#ifndef _ASM_STRING_H
#define _ASM_STRING_H

#include <linux/string.h>

#endif /* _ASM_STRING_H */
