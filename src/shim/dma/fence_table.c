// SPDX-License-Identifier: MIT
/*
 * The table of live fences: which there are and who made them, kept apart from the fences themselves,
 * so that one whose memory was freed without a last put is still found and named.
 */
#include <linux/dma-fence.h>
#include "dma/fence_table.h"
#include "host/host.h"
#include "sched/engine.h"
#include "sim/sim.h"

#define FIRST_SLOTS 64

/* @next: the free list's link; @site is NULL in a free entry. */
struct live {
	const char *site;
	u64 context;
	u64 seqno;
	u32 next;
};

static struct psim_raw lock;
static struct live *table;
static u32 capacity;
static u32 used = 1; /* entry 0 is nobody's */
static u32 free_list;

static bool grow(void)
{
	u32 wanted = capacity ? capacity * 2 : FIRST_SLOTS;
	struct live *bigger = psim_host_malloc(wanted * sizeof(*bigger));

	if (!bigger)
		return false;
	if (table)
		__builtin_memcpy(bigger, table, used * sizeof(*bigger));
	psim_host_free(table);
	table = bigger;
	capacity = wanted;
	return true;
}

u32 psim_fence_table_add(u64 context, u64 seqno, const char *site)
{
	u32 slot = 0;

	psim_raw_lock(&lock);
	if (free_list) {
		slot = free_list;
		free_list = table[slot].next;
	} else if (used < capacity || grow()) {
		slot = used++;
	}
	if (slot)
		table[slot] = (struct live){.site = site, .context = context, .seqno = seqno};
	psim_raw_unlock(&lock);
	return slot;
}

void psim_fence_table_remove(u32 slot)
{
	if (!slot)
		return;
	psim_raw_lock(&lock);
	table[slot].site = NULL;
	table[slot].next = free_list;
	free_list = slot;
	psim_raw_unlock(&lock);
}

void psim_fence_table_report(void)
{
	for (u32 i = 1; i < used; i++) {
		if (table && table[i].site)
			psim_report("law 3", "dma_fence %llu:%llu, made by %s(), is left",
				    table[i].context, table[i].seqno, table[i].site);
	}
}

void psim_fence_table_free(void)
{
	psim_host_free(table);
	table = NULL;
	capacity = 0;
}
