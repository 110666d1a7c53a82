/* SPDX-License-Identifier: MIT */
/* Numbers of ioctls, as on x86-64. */
#ifndef _ASM_IOCTL_H
#define _ASM_IOCTL_H

#include <linux/ioctl.h>

#endif /* _ASM_IOCTL_H */
