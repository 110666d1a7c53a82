// SPDX-License-Identifier: MIT
/* Reference counts of pages, as events: called only while somebody wants them. */
#include <linux/mm.h>

#include "mm/page.h"
#include "sim/sim.h"

void __psim_page_ref_happened(const struct page *page, enum __psim_page_ref what, int value,
			      int ret)
{
	static const u8 events[] = {
		[__PSIM_REF_SET] = PSIM_EV_REF_SET,
		[__PSIM_REF_MOD] = PSIM_EV_REF_MOD,
		[__PSIM_REF_TEST] = PSIM_EV_REF_TEST,
		[__PSIM_REF_RETURN] = PSIM_EV_REF_RETURN,
		[__PSIM_REF_UNLESS] = PSIM_EV_REF_UNLESS,
		[__PSIM_REF_FREEZE] = PSIM_EV_REF_FREEZE,
		[__PSIM_REF_UNFREEZE] = PSIM_EV_REF_UNFREEZE,
	};
	int count = __atomic_load_n(&page->_refcount.counter, __ATOMIC_RELAXED);

	psim_trace(events[what], page_to_pfn(page), (s64)value, (s64)count, ret);
}
