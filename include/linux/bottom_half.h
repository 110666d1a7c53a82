/* SPDX-License-Identifier: MIT */
/* Softirqs of the running CPU, off and on; they nest. */
#ifndef _LINUX_BOTTOM_HALF_H
#define _LINUX_BOTTOM_HALF_H

#include <linux/types.h>

void local_bh_disable(void);
void local_bh_enable(void);

#endif /* _LINUX_BOTTOM_HALF_H */
