// SPDX-License-Identifier: MIT
/* What a run may return in which calls were made to fail: the error they gave, and nothing else. */
#include <errno.h>

#include "explore.h"

/*
 * The errors that a failed call of each kind may become on its way up, and why:
 *
 * -EIO: a CPU fault that cannot bring a page back from a device, for want of memory, a mapping or a copy,
 * ends in SIGBUS (dev_pagemap_ops::migrate_to_ram has no other answer); a load or store says -EIO to that.
 * -EFAULT: a fault that hmm_range_fault() takes for a device and that fails, SIGBUS or out of memory, is
 * -EFAULT there; the kernel keeps no more of it.
 * Which of them a call may become depends on who waits for it, so kinds whose calls lie below a fault have
 * them all. What a scenario says itself, -EILSEQ for wrong bytes or -ENODATA for what it could not show,
 * is none of them.
 */
static const int errors[PSIM_FAIL_KINDS][4] = {
	[PSIM_FAIL_SLAB] = {-ENOMEM, -EIO, -EFAULT}, [PSIM_FAIL_PAGE] = {-ENOMEM, -EIO, -EFAULT},
	[PSIM_FAIL_TABLE] = {-ENOMEM, -EFAULT},	     [PSIM_FAIL_DMA_MAP] = {-ENOMEM, -EIO, -EFAULT},
	[PSIM_FAIL_REGION] = {-ERANGE, -ENOMEM},     [PSIM_FAIL_DEVICE_MEMORY] = {-ENOMEM, -ENOSPC},
	[PSIM_FAIL_COPY] = {-EIO, -EFAULT},	     [PSIM_FAIL_TASK] = {-ENOMEM},
};

bool psimx_sweep_accepts(const struct outcome *outcome, unsigned int kinds)
{
	if (outcome->reports)
		return false;
	if (!outcome->result)
		return true;
	for (unsigned int kind = 0; kind < PSIM_FAIL_KINDS; kind++) {
		for (unsigned int i = 0; kinds >> kind & 1 && i < 4; i++) {
			if (errors[kind][i] == outcome->result)
				return true;
		}
	}
	return false;
}
