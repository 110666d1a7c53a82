// SPDX-License-Identifier: MIT
/*
 * The GPU's memory management unit: a walker over the tables that the driver writes, and a TLB that
 * keeps what it found until the driver invalidates it.
 *
 * A translation may outlive its table entry until the invalidation that follows the write. One that is
 * used long after is a driver that forgot: a report.
 */
#include <string.h>
#include <psim/task.h>

#include "simgpu_hw.h"

#define LEVELS	   4
#define INDEX_BITS 9
#define PAGE_BITS  12

static uint64_t walk(struct simgpu_hw *gpu, uint64_t root, uint64_t address)
{
	uint64_t table = root, entry = 0;

	if (address >> (PAGE_BITS + LEVELS * INDEX_BITS))
		return 0;
	for (int level = LEVELS - 1; level >= 0; level--) {
		uint64_t index =
			address >> (PAGE_BITS + level * INDEX_BITS) & ((1 << INDEX_BITS) - 1);
		unsigned char *at = simhw_store_at(&gpu->tables, table + index * 8, 8, 0);

		if (!at) {
			psim_hw_report(&gpu->bus, "GPU page table",
				       "a table outside of the table memory", table);
			return 0;
		}
		memcpy(&entry, at, 8);
		if (!(entry & SIMGPU_PTE_VALID))
			return 0;
		table = entry & SIMGPU_PTE_ADDRESS;
	}
	return entry;
}

static int allows(uint64_t pte, int write)
{
	return (pte & SIMGPU_PTE_VALID) && (!write || (pte & SIMGPU_PTE_WRITE));
}

static void check_stale(struct simgpu_hw *gpu, const struct tlb_entry *entry, uint64_t address)
{
	if (!gpu->tables_written || psim_now() + 1 - gpu->tables_written < STALE_NS)
		return;
	if (walk(gpu, entry->root, address) != entry->pte)
		psim_hw_report(&gpu->bus, "GPU TLB",
			       "use of a translation that was not invalidated", address);
}

uint64_t simhw_mmu_translate(struct simgpu_hw *gpu, uint32_t context, uint64_t root,
			     uint64_t address, int write)
{
	uint64_t page = address >> PAGE_BITS;
	struct tlb_entry *entry = &gpu->tlb[(page ^ context) % TLB_ENTRIES];
	uint64_t pte;

	if (entry->page == page + 1 && entry->context == context && allows(entry->pte, write)) {
		check_stale(gpu, entry, address);
		return entry->pte;
	}
	pte = walk(gpu, root, address);
	if (!allows(pte, write))
		return 0;
	*entry = (struct tlb_entry){.page = page + 1, .pte = pte, .context = context, .root = root};
	return pte;
}

void simhw_mmu_invalidate(struct simgpu_hw *gpu, uint64_t context, uint64_t start, uint64_t end)
{
	for (int i = 0; i < TLB_ENTRIES; i++) {
		struct tlb_entry *entry = &gpu->tlb[i];
		uint64_t address = (entry->page - 1) << PAGE_BITS;

		if (entry->page && entry->context == context && address >= start && address < end)
			entry->page = 0;
	}
	gpu->tables_written = 0;
}

void simhw_mmu_table_written(struct simgpu_hw *gpu)
{
	if (!gpu->tables_written)
		gpu->tables_written = psim_now() + 1;
}
