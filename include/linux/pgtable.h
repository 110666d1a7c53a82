/* SPDX-License-Identifier: MIT */
/* Page-table helpers above the architecture's. */
#ifndef _LINUX_PGTABLE_H
#define _LINUX_PGTABLE_H

#include <linux/mm_types.h>
#include <asm/pgtable.h>

#define pte_index(address) (((address) >> PAGE_SHIFT) & (PTRS_PER_PTE - 1))
#define pmd_index(address) (((address) >> PMD_SHIFT) & (PTRS_PER_PMD - 1))
#define pud_index(address) (((address) >> PUD_SHIFT) & (PTRS_PER_PUD - 1))
#define pgd_index(address) (((address) >> PGDIR_SHIFT) & (PTRS_PER_PGD - 1))

/* The end of @addr's table of the level, or @end if that comes first. */
#define pmd_addr_end(addr, end)                                             \
	({                                                                  \
		unsigned long __psim_next = ((addr) + PMD_SIZE) & PMD_MASK; \
		__psim_next - 1 < (end)-1 ? __psim_next : (end);            \
	})

#endif /* _LINUX_PGTABLE_H */
