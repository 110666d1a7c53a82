/* SPDX-License-Identifier: MIT */
/* PAGE_SIZE and its kin. */
#ifndef _ASM_PAGE_TYPES_H
#define _ASM_PAGE_TYPES_H

#include <asm/page.h>

#endif /* _ASM_PAGE_TYPES_H */
