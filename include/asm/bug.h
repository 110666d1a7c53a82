/* SPDX-License-Identifier: MIT */
/* Nothing of bug.h depends on the architecture here. */
#ifndef _ASM_BUG_H
#define _ASM_BUG_H

#include <linux/bug.h>

#endif /* _ASM_BUG_H */
