// SPDX-License-Identifier: MIT
/*
 * Markers: slots that hold no page but say something about their address: poisoned, guarded, or to be
 * write-protected for userfaultfd once there is a page.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include "mm/fault.h"
#include "mm/mm_internal.h"
#include "sim/sim.h"

vm_fault_t psim_fault_marker(struct psim_fault *f)
{
	unsigned int marker = psim_pte_marker(f->old);

	if (!marker)
		return VM_FAULT_SIGBUS;
	if (marker & PSIM_MARKER_POISON)
		return VM_FAULT_HWPOISON;
	if (marker & PSIM_MARKER_GUARD)
		return VM_FAULT_SIGSEGV;
	/* nobody is registered any more: the slot is an empty one */
	if (f->vmf.vma->vm_flags & VM_UFFD_WP)
		psim_stop_function("handle_mm_fault",
				   "userfaultfd's write protection is not modelled");
	if (psim_fault_lock_same(f)) {
		psim_fault_set(f, 0);
		psim_fault_unlock(f);
	}
	return 0;
}

psim_pte_t psim_marker_for_child(psim_pte_t pte, const struct vm_area_struct *child)
{
	unsigned int marker = psim_pte_marker(pte);

	if (!(child->vm_flags & VM_UFFD_WP))
		marker &= ~PSIM_MARKER_UFFD_WP;
	return marker ? psim_pte_mk_marker(marker) : 0;
}
