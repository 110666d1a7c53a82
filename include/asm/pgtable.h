/* SPDX-License-Identifier: MIT */
/*
 * Page-table types and geometry: four levels of 512 slots over 48 bits of address.
 *
 * A slot's encoding is the machine's own (src/shim/mm/pte.h) and no processor's.
 */
#ifndef _ASM_PGTABLE_H
#define _ASM_PGTABLE_H

#include <linux/types.h>
#include <asm/page.h>

typedef struct {
	u64 pte;
} pte_t;

typedef struct {
	u64 pmd;
} pmd_t;

typedef struct {
	u64 pud;
} pud_t;

typedef struct {
	u64 p4d;
} p4d_t;

typedef struct {
	u64 pgd;
} pgd_t;

typedef struct {
	u64 pgprot;
} pgprot_t;

typedef struct page *pgtable_t;

#define PMD_SHIFT   21
#define PMD_SIZE    (1ul << PMD_SHIFT)
#define PMD_MASK    (~(PMD_SIZE - 1))
#define PUD_SHIFT   30
#define PUD_SIZE    (1ul << PUD_SHIFT)
#define PUD_MASK    (~(PUD_SIZE - 1))
#define PGDIR_SHIFT 39
#define PGDIR_SIZE  (1ul << PGDIR_SHIFT)
#define PGDIR_MASK  (~(PGDIR_SIZE - 1))

#define PTRS_PER_PTE 512
#define PTRS_PER_PMD 512
#define PTRS_PER_PUD 512
#define PTRS_PER_PGD 512

/* First address that user space cannot have: the last page of the lower half is kept free. */
#define TASK_SIZE_MAX ((1ul << 47) - PAGE_SIZE)
#define TASK_SIZE     TASK_SIZE_MAX

#define pte_val(x)    ((x).pte)
#define __pte(x)      ((pte_t){(x)})
#define pmd_val(x)    ((x).pmd)
#define __pmd(x)      ((pmd_t){(x)})
#define pgprot_val(x) ((x).pgprot)
#define __pgprot(x)   ((pgprot_t){(x)})

/* Whether a slot maps a page that the processor can reach. */
bool pte_present(pte_t pte);
bool pte_none(pte_t pte);
bool pte_write(pte_t pte);
bool pte_dirty(pte_t pte);
bool pte_young(pte_t pte);
unsigned long pte_pfn(pte_t pte);

#endif /* _ASM_PGTABLE_H */
