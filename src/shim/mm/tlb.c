// SPDX-License-Identifier: MIT
/*
 * Translation look-aside buffers in software: one a CPU, direct-mapped, tagged with the address space.
 *
 * A miss walks the tables as a processor does: without a lock, setting young and dirty by compare and
 * exchange. A CPU's buffer has a raw lock that is held over a whole access, so that a flush, which takes
 * it in turn for each CPU that ever used the address space, waits for accesses under way as the answer
 * to an inter-processor interrupt would.
 *
 * Each hit is compared with the slot it came from. They may differ only while a flush is still to come.
 */
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/string.h>
#include "host/host.h"
#include "mm/mm_internal.h"
#include "mm/page.h"
#include "sched/engine.h"
#include "sim/sim.h"

#define ENTRIES	 128
#define VPN_BITS 36

/**
 * struct entry - one translation, of 4 KiB, also out of a leaf
 * @tag: the address space's number and the page's; 0: nothing
 * @pte: the slot, or the leaf, as it was
 * @slot: where it was
 */
struct entry {
	u64 tag;
	psim_pte_t pte;
	const psim_pte_t *slot;
};

struct tlb {
	struct psim_raw lock;
	struct entry entries[ENTRIES];
};

union tlb_page {
	struct tlb tlb;
	char bytes[PAGE_SIZE];
};

static union tlb_page *tlbs;
static unsigned long touched[__PSIM_TLB_CPUS / 64];
static unsigned long touched_words; /* those that are not zero */

static inline u64 tag_of(const struct mm_struct *mm, unsigned long address)
{
	return ((u64)mm->__psim_id << VPN_BITS) | (address >> PAGE_SHIFT);
}

static inline struct entry *entry_of(struct tlb *tlb, unsigned long address)
{
	return &tlb->entries[(address >> PAGE_SHIFT) % ENTRIES];
}

/* @words: the mask's words that are not zero. */
static inline void set_cpu(unsigned long *mask, unsigned long *words, unsigned int cpu)
{
	unsigned long bit = 1ul << (cpu % 64);

	if (__atomic_load_n(&mask[cpu / 64], __ATOMIC_RELAXED) & bit)
		return;
	__psim_fetch(or, words, 1ul << (cpu / 64), __ATOMIC_SEQ_CST);
	__psim_fetch(or, &mask[cpu / 64], bit, __ATOMIC_SEQ_CST);
}

/* ---- flushing --------------------------------------------------------------------------------------- */

static void flush_cpu(struct tlb *tlb, struct mm_struct *mm, unsigned long start, unsigned long end)
{
	u64 first = tag_of(mm, start), last = tag_of(mm, end - 1);
	unsigned long n = min((end - start) >> PAGE_SHIFT, (unsigned long)ENTRIES);
	unsigned long i;

	psim_raw_lock(&tlb->lock);
	for (i = 0; i < n; i++) {
		struct entry *e = entry_of(tlb, start + i * PAGE_SIZE);

		if (e->tag >= first && e->tag <= last)
			e->tag = 0;
	}
	psim_raw_unlock(&tlb->lock);
}

void psim_tlb_flush_range(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	unsigned long words = __atomic_load_n(&mm->__psim_tlb_words, __ATOMIC_SEQ_CST);

	start &= PAGE_MASK;
	end = PAGE_ALIGN(min(end, TASK_SIZE_MAX));
	if (start >= end)
		return;
	psim_trace(PSIM_EV_TLB_FLUSH, mm->__psim_id, start, end, 0);
	for (; words; words &= words - 1) {
		unsigned int i = __builtin_ctzl(words);
		unsigned long cpus = __atomic_load_n(&mm->__psim_tlb_cpus[i], __ATOMIC_SEQ_CST);

		for (; cpus; cpus &= cpus - 1)
			flush_cpu(&tlbs[i * 64 + __builtin_ctzl(cpus)].tlb, mm, start, end);
	}
}

static inline void flush_page_of(struct tlb *tlb, struct mm_struct *mm, unsigned long address)
{
	struct entry *e = entry_of(tlb, address);

	psim_raw_lock(&tlb->lock);
	if (e->tag == tag_of(mm, address))
		e->tag = 0;
	psim_raw_unlock(&tlb->lock);
}

void psim_tlb_flush_page(struct mm_struct *mm, unsigned long address)
{
	unsigned long words = __atomic_load_n(&mm->__psim_tlb_words, __ATOMIC_SEQ_CST);

	psim_trace(PSIM_EV_TLB_FLUSH, mm->__psim_id, address & PAGE_MASK,
		   (address & PAGE_MASK) + PAGE_SIZE, 0);
	for (; words; words &= words - 1) {
		unsigned int i = __builtin_ctzl(words);
		unsigned long cpus = __atomic_load_n(&mm->__psim_tlb_cpus[i], __ATOMIC_SEQ_CST);

		for (; cpus; cpus &= cpus - 1)
			flush_page_of(&tlbs[i * 64 + __builtin_ctzl(cpus)].tlb, mm, address);
	}
}

void psim_tlb_flush_mm(struct mm_struct *mm)
{
	psim_tlb_flush_range(mm, 0, TASK_SIZE_MAX);
}

/* ---- one access -------------------------------------------------------------------------------------- */

/*
 * One naturally aligned access of 8 bytes is never torn; others may be. What simulated programs do to
 * their memory at the same time is their affair: ThreadSanitizer is not to look.
 */
#ifdef __SANITIZE_THREAD__
__attribute__((__no_sanitize__("thread"))) static void copy_bytes(char *to, const char *from,
								  unsigned int length)
{
	unsigned int i;

	for (i = 0; i < length; i++)
		((volatile char *)to)[i] = ((const volatile char *)from)[i];
}
#else
#define copy_bytes memcpy
#endif

static inline void move(char *memory, char *buffer, unsigned int length, bool write)
{
	u64 value;

	if (length != 8 || ((unsigned long)memory & 7)) {
		if (write)
			copy_bytes(memory, buffer, length);
		else
			copy_bytes(buffer, memory, length);
	} else if (write) {
		__builtin_memcpy(&value, buffer, 8);
		__atomic_store_n((u64 *)memory, value, __ATOMIC_RELAXED);
	} else {
		value = __atomic_load_n((u64 *)memory, __ATOMIC_RELAXED);
		__builtin_memcpy(buffer, &value, 8);
	}
}

static inline void move_bytes(unsigned long pfn, unsigned long address, void *buffer,
			      unsigned int length, bool write)
{
	char *memory = psim_page_bytes(pfn);

	if (likely(memory))
		move(memory + offset_in_page(address), buffer, length, write);
	else if (!write) /* a machine without bytes */
		memset(buffer, 0, length);
}

static inline bool allows(psim_pte_t pte, bool write)
{
	const u64 need = PSIM_PTE_F_WRITE | PSIM_PTE_F_DIRTY;

	return !write || (pte & need) == need;
}

/* Whether a translation that was read as @then is still what the slot says, for this access. */
static inline bool agrees(psim_pte_t then, psim_pte_t now, bool write)
{
	const u64 soft = PSIM_PTE_F_YOUNG | PSIM_PTE_F_DIRTY | PSIM_PTE_F_SOFT_DIRTY |
			 PSIM_PTE_F_UFFD_WP | PSIM_PTE_F_WRITE;

	if ((then ^ now) & ~soft)
		return false;
	if ((then & PSIM_PTE_F_WRITE) && !(now & PSIM_PTE_F_WRITE))
		return false;
	return !write || (now & PSIM_PTE_F_DIRTY);
}

/* Looked at without a scheduling point: a raw lock is held. */
static bool is_held(spinlock_t *ptl)
{
	return __atomic_load_n(&ptl->__psim_owner, __ATOMIC_SEQ_CST);
}

/* The slot changed since: may the CPU still use what it remembers? */
static const char *stale(struct mm_struct *mm, const struct entry *e)
{
	if (!psim_page_raw_refs(psim_head_pfn(psim_pte_pfn(e->pte))))
		return "of a freed page";
	if (__atomic_load_n(&mm->tlb_flush_pending.counter, __ATOMIC_SEQ_CST) > 0)
		return NULL;
	if (is_held(psim_pte_lockptr(e->slot)))
		return NULL;
	return "with no flush to come";
}

/* The processor's walk. Return: the slot with young (and dirty) set, or 0: it does not allow the access. */
static psim_pte_t walk(struct mm_struct *mm, unsigned long address, bool write, psim_pte_t **slot)
{
	psim_pte_t old, new;

	*slot = psim_pte_walk(mm, address);
	if (unlikely(!*slot)) {
		*slot = psim_pmd_walk(mm, address);
		if (!*slot)
			return 0;
	}
	old = __atomic_load_n(*slot, __ATOMIC_SEQ_CST);
	do {
		if (!psim_pte_present(old) || (old & PSIM_PTE_F_PROTNONE) ||
		    (write && !(old & PSIM_PTE_F_WRITE)))
			return 0;
		new = old | PSIM_PTE_F_YOUNG | (write ? PSIM_PTE_F_DIRTY : 0);
	} while (new != old &&
		 !__psim_compare_exchange(*slot, &old, new, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST));
	return new;
}

static enum psim_tlb_result access_by_walk(struct mm_struct *mm, struct tlb *tlb, unsigned int cpu,
					   unsigned long address, void *buffer, unsigned int length,
					   bool write)
{
	struct entry *e = entry_of(tlb, address);
	psim_pte_t *slot, pte;

	set_cpu(touched, &touched_words, cpu);
	set_cpu(mm->__psim_tlb_cpus, &mm->__psim_tlb_words, cpu);
	pte = walk(mm, address, write, &slot);
	if (!pte) {
		/* a fault drops the translation that did not do */
		if (e->tag == tag_of(mm, address))
			e->tag = 0;
		return PSIM_TLB_MISS;
	}
	*e = (struct entry){tag_of(mm, address), pte, slot};
	move_bytes(psim_pte_pfn_at(pte, address), address, buffer, length, write);
	return PSIM_TLB_DONE;
}

enum psim_tlb_result psim_tlb_access(struct mm_struct *mm, unsigned long address, void *buffer,
				     unsigned int length, bool write)
{
	unsigned int cpu = (unsigned int)psim_cpu() % __PSIM_TLB_CPUS;
	struct tlb *tlb = &tlbs[cpu].tlb;
	struct entry *e = entry_of(tlb, address);
	enum psim_tlb_result result = PSIM_TLB_DONE;
	unsigned long stale_pfn = 0;
	const char *why = NULL;

	psim_raw_lock(&tlb->lock);
	if (e->tag == tag_of(mm, address) && allows(e->pte, write)) {
		if (unlikely(!agrees(e->pte, __atomic_load_n(e->slot, __ATOMIC_SEQ_CST), write)))
			why = stale(mm, e);
		if (likely(!why)) {
			move_bytes(psim_pte_pfn_at(e->pte, address), address, buffer, length,
				   write);
			psim_raw_unlock(&tlb->lock);
			return PSIM_TLB_DONE;
		}
		stale_pfn = psim_pte_pfn_at(e->pte, address);
		e->tag = 0;
	}
	result = access_by_walk(mm, tlb, cpu, address, buffer, length, write);
	psim_raw_unlock(&tlb->lock);
	if (unlikely(why))
		psim_report("law: stale TLB",
			    "mm %u: CPU %u used an old translation %s: %#lx to page %#lx",
			    mm->__psim_id, cpu, why, address & PAGE_MASK, stale_pfn);
	return result;
}

/* ---- the machine's life ---------------------------------------------------------------------------------- */

void psim_tlb_mm_gone(struct mm_struct *mm)
{
	psim_tlb_flush_mm(mm);
}

static void audit_entry(struct mm_struct *mm, const struct entry *e, unsigned int cpu)
{
	unsigned long address = (e->tag & ((1ull << VPN_BITS) - 1)) << PAGE_SHIFT;

	if (agrees(e->pte, *e->slot, e->pte & PSIM_PTE_F_DIRTY))
		return;
	if (!stale(mm, e))
		return;
	psim_report("law: stale TLB", "mm %u: CPU %u still has a translation of %#lx to page %#lx",
		    mm->__psim_id, cpu, address, psim_pte_pfn_at(e->pte, address));
}

static void audit_cpu(unsigned int cpu)
{
	const struct tlb *tlb = &tlbs[cpu].tlb;
	struct mm_struct *mm;
	unsigned int i;

	for (i = 0; i < ENTRIES; i++) {
		const struct entry *e = &tlb->entries[i];

		if (!e->tag)
			continue;
		list_for_each_entry(mm, &psim_mm_list, mmlist) {
			if (mm->__psim_id == e->tag >> VPN_BITS)
				audit_entry(mm, e, cpu);
		}
	}
}

void psim_tlb_audit(void)
{
	for (unsigned long words = touched_words; words; words &= words - 1) {
		unsigned int i = __builtin_ctzl(words);

		for (unsigned long cpus = touched[i]; cpus; cpus &= cpus - 1)
			audit_cpu(i * 64 + __builtin_ctzl(cpus));
	}
}

int psim_tlb_start(void)
{
	_Static_assert(sizeof(union tlb_page) == PAGE_SIZE, "one page of the host a CPU");
	tlbs = psim_host_arena(PSIM_ARENA_TLB, __PSIM_TLB_CPUS * sizeof(*tlbs));
	return tlbs ? 0 : -ENOMEM;
}

void psim_tlb_stop(void)
{
	for (unsigned long words = touched_words; words; words &= words - 1) {
		unsigned int i = __builtin_ctzl(words);

		for (unsigned long cpus = touched[i]; cpus; cpus &= cpus - 1)
			psim_host_clear(&tlbs[i * 64 + __builtin_ctzl(cpus)], sizeof(struct tlb));
	}
}
