/* SPDX-License-Identifier: MIT */
/* User memory. */
#ifndef _ASM_UACCESS_H
#define _ASM_UACCESS_H

#include <linux/uaccess.h>

#endif /* _ASM_UACCESS_H */
