/* SPDX-License-Identifier: MIT */
/* What idr.c needs of the XArray and the face does not have. */
#ifndef PSIM_LIB_XARRAY_H
#define PSIM_LIB_XARRAY_H

#include <linux/xarray.h>

/* __xa_alloc() for callers who take the lock themselves with interrupts off: takes it, and lets it go. */
int psim_xa_alloc_irqsave(struct xarray *xa, u32 *id, void *entry, struct xa_limit limit,
			  gfp_t gfp);
/* As __xa_cmpxchg() never fails: replace the entry at a taken place, NULL: stays reserved. Under the lock. */
bool psim_xa_replace(struct xarray *xa, unsigned long index, void *entry, void **old);

#endif /* PSIM_LIB_XARRAY_H */
