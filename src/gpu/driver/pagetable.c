// SPDX-License-Identifier: MIT
/*
 * The GPU's page tables, four levels of 512 entries, in the device's page-table memory, written through
 * the register window. Tables are made on the way down and freed with the whole tree.
 *
 * The caller holds simgpu_vm.lock of the tree's owner; nothing here sleeps.
 */
#include <linux/errno.h>

#include "simgpu.h"

#define LEVELS	   4
#define INDEX_BITS 9
#define ENTRIES	   (1u << INDEX_BITS)

static u64 entry_read(struct simgpu_device *gpu, u64 table, unsigned int index)
{
	return readq(gpu->regs + SIMGPU_TABLES + table + index * 8);
}

static void entry_write(struct simgpu_device *gpu, u64 table, unsigned int index, u64 entry)
{
	writeq(entry, gpu->regs + SIMGPU_TABLES + table + index * 8);
}

static unsigned int index_at(unsigned long address, int level)
{
	return address >> (PAGE_SHIFT + level * INDEX_BITS) & (ENTRIES - 1);
}

/* A zeroed table. The first page of table memory is never handed out, so that 0 means none. */
static u64 table_alloc(struct simgpu_device *gpu)
{
	struct simgpu_tables *tables = &gpu->tables;
	u64 table;

	spin_lock(&gpu->memory_lock);
	table = tables->unused;
	if (table) {
		tables->unused = entry_read(gpu, table, 0);
		entry_write(gpu, table, 0, 0);
	} else if (tables->next + SIMGPU_TABLE_PAGE <= tables->bytes) {
		table = tables->next;
		tables->next += SIMGPU_TABLE_PAGE;
	}
	spin_unlock(&gpu->memory_lock);
	return table;
}

static void table_free(struct simgpu_device *gpu, u64 table)
{
	for (unsigned int i = 1; i < ENTRIES; i++)
		entry_write(gpu, table, i, 0);
	spin_lock(&gpu->memory_lock);
	entry_write(gpu, table, 0, gpu->tables.unused);
	gpu->tables.unused = table;
	spin_unlock(&gpu->memory_lock);
}

int simgpu_pt_create(struct simgpu_device *gpu, u64 *root)
{
	*root = table_alloc(gpu);
	return *root ? 0 : -ENOMEM;
}

static void free_level(struct simgpu_device *gpu, u64 table, int level)
{
	for (unsigned int i = 0; level && i < ENTRIES; i++) {
		u64 entry = entry_read(gpu, table, i);

		if (entry & SIMGPU_PTE_VALID)
			free_level(gpu, entry & SIMGPU_PTE_ADDRESS, level - 1);
	}
	table_free(gpu, table);
}

void simgpu_pt_destroy(struct simgpu_device *gpu, u64 root)
{
	free_level(gpu, root, LEVELS - 1);
}

/* The last-level table for @address; 0 if there is none and @make is false, or no memory. */
static u64 descend(struct simgpu_device *gpu, u64 table, unsigned long address, bool make)
{
	for (int level = LEVELS - 1; level > 0; level--) {
		unsigned int index = index_at(address, level);
		u64 entry = entry_read(gpu, table, index);

		if (!(entry & SIMGPU_PTE_VALID)) {
			u64 next = make ? table_alloc(gpu) : 0;

			if (!next)
				return 0;
			entry = next | SIMGPU_PTE_VALID;
			entry_write(gpu, table, index, entry);
		}
		table = entry & SIMGPU_PTE_ADDRESS;
	}
	return table;
}

int simgpu_pt_set(struct simgpu_device *gpu, u64 root, unsigned long address, u64 pte)
{
	u64 table = descend(gpu, root, address, pte != 0);

	if (!table)
		return pte ? -ENOMEM : 0;
	entry_write(gpu, table, index_at(address, 0), pte);
	return 0;
}

u64 simgpu_pt_get(struct simgpu_device *gpu, u64 root, unsigned long address)
{
	u64 table = descend(gpu, root, address, false);

	return table ? entry_read(gpu, table, index_at(address, 0)) : 0;
}
