// SPDX-License-Identifier: MIT
/*
 * Page tables: four levels of 512-slot tables out of one arena.
 *
 * A slot above the lowest level names its table by number, so nothing in a table depends on where the
 * host put it. Freed tables are empty, and are handed out again newest first. Upper slots are filled
 * under mm->page_table_lock and read without a lock, as the processor reads them.
 *
 * Not modelled: leaves above the PMD level, five levels.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/minmax.h>
#include <linux/sched/mm.h>
#include "host/host.h"
#include "host/race.h"
#include "mm/mm_internal.h"
#include "sched/engine.h"
#include "sim/sim.h"

#define SLOTS	    PTRS_PER_PTE
#define TABLE_BYTES (SLOTS * sizeof(psim_pte_t))
#define TOP_LEVEL   3
#define MAX_TABLES  (32u << 20)

/**
 * struct table - what is known of one table
 * @ptl: its slots' lock; initialised at each allocation of a table of the two lowest levels
 * @next: number of the next one on a list of free, gone or deposited tables; 0 ends it
 * @deposited: of a table of PMD slots: the last table that was deposited with one of its leaves
 */
struct table {
	spinlock_t ptl;
	u32 next;
	u32 deposited;
};

static struct table *descriptors;
static psim_pte_t (*tables)[SLOTS];
static u32 tables_max;
static u32 tables_fresh = 1; /* the first number that was never used; 0 is no table */
static u32 tables_recycled;
static unsigned long tables_used;
static struct psim_raw tables_lock;

static inline unsigned int level_shift(int level)
{
	return PAGE_SHIFT + 9 * level;
}

static inline unsigned int level_index(unsigned long address, int level)
{
	return (address >> level_shift(level)) & (SLOTS - 1);
}

/* A slot that names a table has its number above the kind, and nothing else. */
static inline psim_pte_t *table_of(psim_pte_t slot)
{
	BUILD_BUG_ON(TABLE_BYTES != 1ul << PSIM_PTE_PFN_SHIFT);
	return (psim_pte_t *)((char *)tables + (slot & ~PSIM_PTE_KIND));
}

static inline u32 table_number(const psim_pte_t *slot)
{
	return ((unsigned long)slot - (unsigned long)tables) / TABLE_BYTES;
}

/* ---- tables come and go ------------------------------------------------------------------------ */

static u32 table_take(void)
{
	u32 number = 0;

	psim_raw_lock(&tables_lock);
	if (tables_recycled) {
		number = tables_recycled;
		tables_recycled = descriptors[number].next;
	} else if (tables_fresh < tables_max) {
		number = tables_fresh++;
	}
	tables_used += number != 0;
	psim_raw_unlock(&tables_lock);
	return number;
}

static void table_give(u32 number)
{
	psim_raw_lock(&tables_lock);
	descriptors[number].next = tables_recycled;
	tables_recycled = number;
	tables_used--;
	psim_raw_unlock(&tables_lock);
}

/* Return: the number of an empty table, 0 without memory. May sleep. */
static u32 table_alloc(struct mm_struct *mm, int level, const char *site)
{
	u32 number;

	might_alloc(GFP_KERNEL);
	psim_point(PSIM_POINT_ALLOC);
	if (psim_fails(PSIM_FAIL_TABLE, site))
		return 0;
	number = table_take();
	if (!number)
		return 0;
	if (unlikely(psim_race))
		psim_race->owned(tables[number], TABLE_BYTES);
	if (level <= 1)
		spin_lock_init(&descriptors[number].ptl);
	atomic_long_add(PAGE_SIZE, &mm->pgtables_bytes);
	return number;
}

static void table_free(struct mm_struct *mm, u32 number)
{
	const psim_pte_t *table = tables[number];
	unsigned int i;

	for (i = 0; i < SLOTS; i++) {
		if (!table[i])
			continue;
		psim_report("law 2",
			    "mm %u: a page table with slots in it is given back: slot %u is %#llx",
			    mm->__psim_id, i, table[i]);
		psim_host_clear(tables[number], TABLE_BYTES);
		break;
	}
	if (descriptors[number].deposited) {
		psim_report("law 2", "mm %u: a page table is given back with deposits of leaves",
			    mm->__psim_id);
		descriptors[number].deposited = 0;
	}
	atomic_long_sub(PAGE_SIZE, &mm->pgtables_bytes);
	table_give(number);
}

int psim_pgd_alloc(struct mm_struct *mm)
{
	u32 number = table_alloc(mm, TOP_LEVEL, __func__);

	if (!number)
		return -ENOMEM;
	mm->pgd = (pgd_t *)tables[number];
	return 0;
}

void psim_pgd_free(struct mm_struct *mm)
{
	if (mm->pgd)
		table_free(mm, table_number((psim_pte_t *)mm->pgd));
	mm->pgd = NULL;
}

/* ---- walking down --------------------------------------------------------------------------------- */

/* The slot of @level above @address, or NULL. */
static __always_inline psim_pte_t *walk_to(struct mm_struct *mm, unsigned long address, int to)
{
	psim_pte_t *table = (psim_pte_t *)mm->pgd;
	int level;

#pragma GCC unroll 3
	for (level = TOP_LEVEL; level > to; level--) {
		psim_pte_t slot = psim_pte_peek(&table[level_index(address, level)]);

		if (!psim_pmd_table(slot))
			return NULL;
		table = table_of(slot);
	}
	return &table[level_index(address, to)];
}

psim_pte_t *psim_pte_walk(struct mm_struct *mm, unsigned long address)
{
	return walk_to(mm, address, 0);
}

psim_pte_t *psim_pmd_walk(struct mm_struct *mm, unsigned long address)
{
	return walk_to(mm, address, 1);
}

psim_pte_t *psim_pte_map(struct mm_struct *mm, unsigned long address)
{
	return psim_pte_walk(mm, address);
}

/* Put a table of @level below @slot unless somebody put something there. Return: 0 or -ENOMEM. */
static int fill_slot(struct mm_struct *mm, psim_pte_t *slot, int level)
{
	spinlock_t *lock = level ? &mm->page_table_lock : psim_pte_lockptr(slot);
	u32 number = table_alloc(mm, level, "pte_alloc");

	if (!number)
		return -ENOMEM;
	spin_lock(lock);
	if (!*slot) {
		__atomic_store_n(slot, psim_pte_make(PSIM_PTE_TABLE, number, 0), __ATOMIC_RELEASE);
		number = 0;
	}
	spin_unlock(lock);
	if (number)
		table_free(mm, number);
	return 0;
}

/* Make the tables down to the one of @to's slots. Return: 0, -ENOMEM, or 1: a leaf is in the way. */
static int alloc_to(struct mm_struct *mm, unsigned long address, int to)
{
	psim_pte_t *table = (psim_pte_t *)mm->pgd;
	int level;

	for (level = TOP_LEVEL; level > to; level--) {
		psim_pte_t *slot = &table[level_index(address, level)];

		if (!psim_pte_peek(slot) && fill_slot(mm, slot, level - 1))
			return -ENOMEM;
		if (psim_pmd_leaf(psim_pte_peek(slot)))
			return 1;
		table = table_of(psim_pte_peek(slot));
	}
	return 0;
}

int psim_pte_alloc(struct mm_struct *mm, unsigned long address)
{
	return min(alloc_to(mm, address, 0), 0);
}

psim_pte_t *psim_pmd_alloc(struct mm_struct *mm, unsigned long address)
{
	return alloc_to(mm, address, 1) ? NULL : psim_pmd_walk(mm, address);
}

spinlock_t *psim_pte_lockptr(const psim_pte_t *ptep)
{
	return &descriptors[table_number(ptep)].ptl;
}

psim_pte_t *psim_pte_map_lock(struct mm_struct *mm, unsigned long address, spinlock_t **ptlp)
{
	psim_pte_t *ptep = psim_pte_walk(mm, address);

	if (!ptep)
		return NULL;
	*ptlp = psim_pte_lockptr(ptep);
	spin_lock(*ptlp);
	return ptep;
}

psim_pte_t *psim_pte_alloc_map_lock(struct mm_struct *mm, unsigned long address, spinlock_t **ptlp)
{
	if (psim_pte_alloc(mm, address))
		return NULL;
	return psim_pte_map_lock(mm, address, ptlp);
}

/* The end of the empty stretch around @address: of the widest slot above it that names no table. */
static unsigned long hole_end(struct mm_struct *mm, unsigned long address)
{
	psim_pte_t *table = (psim_pte_t *)mm->pgd;
	int level;

	for (level = TOP_LEVEL; level > 1; level--) {
		psim_pte_t slot = psim_pte_peek(&table[level_index(address, level)]);

		if (!slot)
			break;
		table = table_of(slot);
	}
	return ((address >> level_shift(level)) + 1) << level_shift(level);
}

unsigned long psim_pte_span(struct mm_struct *mm, unsigned long address, unsigned long end,
			    psim_pte_t **ptepp)
{
	*ptepp = psim_pte_walk(mm, address);
	if (!*ptepp)
		return min(hole_end(mm, address), end);
	return pmd_addr_end(address, end);
}

unsigned long psim_tables_from(struct mm_struct *mm, unsigned long address, unsigned long end)
{
	const psim_pte_t *top = (psim_pte_t *)mm->pgd;

	while (address < end) {
		psim_pte_t slot = psim_pte_peek(&top[level_index(address, TOP_LEVEL)]);
		int level = TOP_LEVEL;

		if (slot) {
			level--;
			if (psim_pte_peek(&table_of(slot)[level_index(address, level)]))
				return address;
		}
		address = ((address >> level_shift(level)) + 1) << level_shift(level);
	}
	return end;
}

/* No table is at @address: a leaf, or nothing; or there is a table by now. */
static __attribute__((__noinline__)) unsigned long
span_above(struct mm_struct *mm, unsigned long address, unsigned long end, struct psim_span *span)
{
	psim_pte_t *pmdp;

	do {
		pmdp = psim_pmd_walk(mm, address);
		if (!pmdp || !psim_pte_peek(pmdp))
			return min(hole_end(mm, address), end);
		span->ptl = psim_pte_lockptr(pmdp);
		spin_lock(span->ptl);
		if (psim_pmd_leaf(psim_pte_peek(pmdp))) {
			span->pmdp = pmdp;
			return pmd_addr_end(address, end);
		}
		/* it became a table, or empty, while its lock was waited for */
		spin_unlock(span->ptl);
		span->ptep = psim_pte_map_lock(mm, address, &span->ptl);
	} while (!span->ptep);
	return pmd_addr_end(address, end);
}

unsigned long psim_span(struct mm_struct *mm, unsigned long address, unsigned long end,
			struct psim_span *span)
{
	span->pmdp = NULL;
	span->ptl = NULL;
	span->ptep = psim_pte_map_lock(mm, address, &span->ptl);
	if (unlikely(!span->ptep))
		return span_above(mm, address, end, span);
	return pmd_addr_end(address, end);
}

/* ---- tables in reserve (Context: PMD lock) ------------------------------------------------------------ */

u32 psim_table_prepare(struct mm_struct *mm)
{
	return table_alloc(mm, 0, "pte_alloc");
}

void psim_table_release(struct mm_struct *mm, u32 table)
{
	if (table)
		table_free(mm, table);
}

void psim_table_deposit(psim_pte_t *pmdp, u32 table)
{
	struct table *above = &descriptors[table_number(pmdp)];

	descriptors[table].next = above->deposited;
	above->deposited = table;
}

u32 psim_table_withdraw(psim_pte_t *pmdp)
{
	struct table *above = &descriptors[table_number(pmdp)];
	u32 table = above->deposited;

	if (!table)
		psim_fatal("law 2", "a 2 MiB leaf without a page table in reserve");
	above->deposited = descriptors[table].next;
	return table;
}

void psim_table_populate(struct mm_struct *mm, unsigned long address, psim_pte_t *pmdp, u32 table)
{
	psim_pte_set(mm, address, pmdp, psim_pte_make(PSIM_PTE_TABLE, table, 0));
}

psim_pte_t *psim_table_slots(u32 table)
{
	return tables[table];
}

/* ---- a table moves ------------------------------------------------------------------------------------ */

/* The slot that names the lowest table of @address, made if need be; NULL without memory. */
static psim_pte_t *upper_slot(struct mm_struct *mm, unsigned long address)
{
	psim_pte_t *table = (psim_pte_t *)mm->pgd;
	int level;

	for (level = TOP_LEVEL; level > 1; level--) {
		psim_pte_t *slot = &table[level_index(address, level)];

		if (!psim_pte_peek(slot) && fill_slot(mm, slot, level - 1))
			return NULL;
		table = table_of(psim_pte_peek(slot));
	}
	return &table[level_index(address, 1)];
}

/*
 * DEVIATION: under the lock of all upper tables and the table's own; a kernel takes the locks of the two PMD
 * tables instead. Either keeps out who walks.
 */
bool psim_table_move(struct mm_struct *mm, unsigned long from, unsigned long to)
{
	psim_pte_t *old = upper_slot(mm, from), *new = upper_slot(mm, to);
	bool moved = false;

	if (!old || !new)
		return false;
	spin_lock(&mm->page_table_lock);
	if (!*new &&psim_pte_kind(*old) == PSIM_PTE_TABLE) {
		spinlock_t *ptl = psim_pte_lockptr(table_of(*old));

		/* who is in the table by the old way gets out first */
		spin_lock_nested(ptl, SINGLE_DEPTH_NESTING);
		__atomic_store_n(new, *old, __ATOMIC_RELEASE);
		__atomic_store_n(old, 0, __ATOMIC_RELEASE);
		spin_unlock(ptl);
		moved = true;
	}
	spin_unlock(&mm->page_table_lock);
	return moved;
}

/* ---- slots ----------------------------------------------------------------------------------------- */

bool psim_pte_try_set(struct mm_struct *mm, unsigned long address, psim_pte_t *ptep, psim_pte_t old,
		      psim_pte_t pte)
{
	psim_point(PSIM_POINT_SLOT);
	if (!__psim_compare_exchange(ptep, &old, pte, __ATOMIC_SEQ_CST, __ATOMIC_ACQUIRE))
		return false;
	psim_pte_trace(mm, address, pte);
	return true;
}

psim_pte_t psim_pmd_invalidate(struct vm_area_struct *vma, unsigned long address, psim_pte_t *pmdp)
{
	psim_pte_t old;

	address &= PMD_MASK;
	old = psim_pte_xchg(vma->vm_mm, address, pmdp, PSIM_PMD_CHANGING);
	if (psim_pte_present(old))
		psim_tlb_flush_range(vma->vm_mm, address, address + PMD_SIZE);
	return old;
}

/* ---- taking tables out ------------------------------------------------------------------------------- */

struct unlinking {
	unsigned long start, end, floor, ceiling;
	struct psim_tables_gone *gone;
};

/* In @table, of @level, that begins at address @base. */
static void unlink_below(psim_pte_t *table, int level, unsigned long base,
			 const struct unlinking *u)
{
	unsigned long step = 1ul << level_shift(level);
	unsigned long from = max(u->start, base), to = min(u->end, base + step * SLOTS);
	unsigned long address;

	for (address = from & ~(step - 1); address < to; address += step) {
		psim_pte_t *slot = &table[level_index(address, level)];
		u32 number = psim_pte_pfn(psim_pte_peek(slot));

		if (!number)
			continue;
		if (psim_pmd_leaf(psim_pte_peek(slot))) {
			psim_report("law 2", "a 2 MiB leaf is left at %#lx, which is unmapped",
				    address);
			continue;
		}
		if (level > 1)
			unlink_below(tables[number], level - 1, address, u);
		if (address < u->floor || address + step > u->ceiling)
			continue;
		__psim_store(slot, 0);
		descriptors[number].next = u->gone->first;
		u->gone->first = number;
		u->gone->count++;
	}
}

void psim_tables_unlink(struct mm_struct *mm, unsigned long start, unsigned long end,
			unsigned long floor, unsigned long ceiling, struct psim_tables_gone *gone)
{
	struct unlinking u = {start, end, floor, ceiling, gone};

	spin_lock(&mm->page_table_lock);
	unlink_below((psim_pte_t *)mm->pgd, TOP_LEVEL, 0, &u);
	spin_unlock(&mm->page_table_lock);
}

void psim_tables_free(struct mm_struct *mm, struct psim_tables_gone *gone)
{
	while (gone->first) {
		u32 number = gone->first;

		gone->first = descriptors[number].next;
		table_free(mm, number);
	}
	gone->count = 0;
}

/* ---- looking at all of it ------------------------------------------------------------------------------ */

#define SLOTS_AT_ONCE 8

/* Most tables are nearly empty: look at a cache line of slots without a branch for each. */
static bool any_slot(const psim_pte_t *slots)
{
	return psim_pte_peek(&slots[0]) | psim_pte_peek(&slots[1]) | psim_pte_peek(&slots[2]) |
	       psim_pte_peek(&slots[3]) | psim_pte_peek(&slots[4]) | psim_pte_peek(&slots[5]) |
	       psim_pte_peek(&slots[6]) | psim_pte_peek(&slots[7]);
}

static void
visit_below(struct mm_struct *mm, const psim_pte_t *table, int level, unsigned long base,
	    void (*fn)(struct mm_struct *mm, unsigned long address, psim_pte_t pte, void *arg),
	    void *arg)
{
	unsigned int i;

	for (i = 0; i < SLOTS; i++) {
		unsigned long address;
		psim_pte_t slot;

		if (i % SLOTS_AT_ONCE == 0 && !any_slot(&table[i])) {
			i += SLOTS_AT_ONCE - 1;
			continue;
		}
		address = base + ((unsigned long)i << level_shift(level));
		slot = psim_pte_peek(&table[i]);
		if (!slot)
			continue;
		if (level > 0 && !psim_pmd_leaf(slot))
			visit_below(mm, table_of(slot), level - 1, address, fn, arg);
		else
			fn(mm, address, slot, arg);
	}
}

void psim_tables_visit(struct mm_struct *mm,
		       void (*fn)(struct mm_struct *mm, unsigned long address, psim_pte_t pte,
				  void *arg),
		       void *arg)
{
	if (mm->pgd)
		visit_below(mm, (psim_pte_t *)mm->pgd, TOP_LEVEL, 0, fn, arg);
}

/* ---- the machine's life ---------------------------------------------------------------------------------- */

int psim_tables_start(unsigned long ram_pages)
{
	unsigned long head;

	/* every RAM page and as many device pages in a table of their own, and the levels above */
	tables_max = min(2 * ram_pages + (1ul << 18), (unsigned long)MAX_TABLES);
	head = PAGE_ALIGN(tables_max * sizeof(struct table));
	descriptors = psim_host_arena(PSIM_ARENA_TABLES, head + tables_max * TABLE_BYTES);
	if (!descriptors)
		return -ENOMEM;
	tables = (void *)((char *)descriptors + head);
	return 0;
}

void psim_tables_stop(void)
{
	/* given back one by one they are empty already */
	if (tables && tables_used)
		psim_host_clear(tables[1], (tables_fresh - 1) * TABLE_BYTES);
	if (descriptors)
		psim_host_clear(descriptors, tables_fresh * sizeof(struct table));
}

unsigned long psim_tables_count(void)
{
	return tables_used;
}
