/* SPDX-License-Identifier: MIT */
/* The machine is little-endian. */
#ifndef _ASM_BYTEORDER_H
#define _ASM_BYTEORDER_H

#include <linux/byteorder/generic.h>

#define __LITTLE_ENDIAN 1234
#define __LITTLE_ENDIAN_BITFIELD

#endif /* _ASM_BYTEORDER_H */
