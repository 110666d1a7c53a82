/* SPDX-License-Identifier: MIT */
/* Delays are virtual time. */
#ifndef _ASM_DELAY_H
#define _ASM_DELAY_H

#include <linux/delay.h>

#endif /* _ASM_DELAY_H */
