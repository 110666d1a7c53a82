/* SPDX-License-Identifier: MIT */
/* pte_t and its kin. */
#ifndef _ASM_PGTABLE_TYPES_H
#define _ASM_PGTABLE_TYPES_H

#include <asm/pgtable.h>

#endif /* _ASM_PGTABLE_TYPES_H */
