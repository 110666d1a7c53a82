/* SPDX-License-Identifier: MIT */
/* HZ and USER_HZ. */
#ifndef _ASM_PARAM_H
#define _ASM_PARAM_H

#include <linux/jiffies.h>
#include <asm/page.h>

#define EXEC_PAGESIZE PAGE_SIZE

#endif /* _ASM_PARAM_H */
