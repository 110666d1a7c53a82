// SPDX-License-Identifier: MIT
/*
 * What a page counts at this moment, for whoever looks from outside. Reads descriptors as they are, free and
 * poisoned ones too; takes no lock and makes no scheduling point, so it may be asked in the middle of
 * anything.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <psim/audit.h>

#include "mm/page.h"

#define PIN 1024 /* references that a pin counts (S0.8) */

static struct {
	unsigned long pfn;
	int found;
} wanted;

static void look_for(unsigned long pfn)
{
	wanted.found += pfn == wanted.pfn;
}

static int queued(unsigned long pfn)
{
	wanted.pfn = pfn;
	wanted.found = 0;
	psim_lru_visit_batches(look_for);
	return wanted.found;
}

/* A tail counts nothing of its own. */
static unsigned long head_of(unsigned long pfn)
{
	u64 word = psim_page_word(pfn, 1);

	return word & 1 ? (unsigned long)((struct page *)(word - 1) - __psim_memmap) : pfn;
}

static int maps_of(unsigned long pfn)
{
	const struct folio *folio = (const struct folio *)(__psim_memmap + pfn);

	if (psim_page_word(pfn, 0) & BIT(PG_head))
		return __atomic_load_n(&folio->_large_mapcount.counter, __ATOMIC_RELAXED) + 1;
	return psim_page_raw_maps(pfn);
}

int psim_page_counts(unsigned long pfn, struct psim_page_counts *counts)
{
	u64 flags;

	if (!psim_running())
		return psim_misuse(
			-ESRCH, "psim_page_counts: no machine is running: call psim_start() first");
	if (psim_config.engine == PSIM_FREE_RUNNING)
		return psim_misuse(-EOPNOTSUPP,
				   "psim_page_counts: other tasks change the counts "
				   "while they are read: use the deterministic engine");
	if (!pfn_valid(pfn))
		return -ENOENT;
	*counts = (struct psim_page_counts){.device = !psim_pfn_is_ram(pfn),
					    .zero = is_zero_pfn(pfn)};
	pfn = head_of(pfn);
	flags = psim_page_word(pfn, 0);
	counts->refs = psim_page_raw_refs(pfn);
	if (!counts->refs || counts->zero)
		return 0;
	counts->maps = maps_of(pfn);
	counts->queued = counts->device ? 0 : queued(pfn);
	counts->pins = flags & BIT(PG_head) ? 0 : counts->refs / PIN;
	counts->locked = !!(flags & BIT(PG_locked));
	if (counts->locked)
		counts->owner = (flags & PSIM_PG_OWNER_MASK) >> PSIM_PG_OWNER_SHIFT;
	return 0;
}
