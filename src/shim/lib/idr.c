// SPDX-License-Identifier: MIT
/*
 * IDR and IDA over the XArray: an IDR's pointers are its entries, a NULL pointer is a reserved place; of an
 * IDA only which places are taken matters.
 */
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/idr.h>
#include <linux/minmax.h>
#include "lib/xarray.h"

static struct xarray *array_of(const struct idr *idr)
{
	return (struct xarray *)&idr->idr_rt;
}

int idr_alloc_u32(struct idr *idr, void *ptr, u32 *id, unsigned long max, gfp_t gfp)
{
	struct xa_limit limit;
	u32 found;
	int err;

	limit.min = max(*id, idr->idr_base) - idr->idr_base;
	limit.max = max - idr->idr_base;
	if (*id > max || max < idr->idr_base)
		return -ENOSPC;
	err = psim_xa_alloc_irqsave(&idr->idr_rt, &found, ptr, limit, gfp);
	if (err)
		return err == -EBUSY ? -ENOSPC : err;
	*id = found + idr->idr_base;
	return 0;
}
EXPORT_SYMBOL(idr_alloc_u32);

int idr_alloc(struct idr *idr, void *ptr, int start, int end, gfp_t gfp)
{
	u32 id = start;
	int err;

	if (WARN_ON_ONCE(start < 0))
		return -EINVAL;
	err = idr_alloc_u32(idr, ptr, &id, end > 0 ? end - 1 : INT_MAX, gfp);
	return err ? err : (int)id;
}
EXPORT_SYMBOL(idr_alloc);

int idr_alloc_cyclic(struct idr *idr, void *ptr, int start, int end, gfp_t gfp)
{
	unsigned int max = end > 0 ? end - 1 : INT_MAX;
	u32 id = max((unsigned int)start, idr->idr_next);
	int err = idr_alloc_u32(idr, ptr, &id, max, gfp);

	if (err == -ENOSPC && id > (unsigned int)start) {
		id = start;
		err = idr_alloc_u32(idr, ptr, &id, max, gfp);
	}
	if (err)
		return err;
	idr->idr_next = id + 1;
	return id;
}
EXPORT_SYMBOL(idr_alloc_cyclic);

void *idr_remove(struct idr *idr, unsigned long id)
{
	unsigned long flags;
	void *old;

	xa_lock_irqsave(&idr->idr_rt, flags);
	old = __xa_erase(&idr->idr_rt, id - idr->idr_base);
	xa_unlock_irqrestore(&idr->idr_rt, flags);
	return old;
}
EXPORT_SYMBOL(idr_remove);

void *idr_find(const struct idr *idr, unsigned long id)
{
	return xa_load(array_of(idr), id - idr->idr_base);
}
EXPORT_SYMBOL(idr_find);

void *idr_replace(struct idr *idr, void *ptr, unsigned long id)
{
	unsigned long flags;
	void *old = NULL;
	bool taken;

	xa_lock_irqsave(&idr->idr_rt, flags);
	taken = psim_xa_replace(&idr->idr_rt, id - idr->idr_base, ptr, &old);
	xa_unlock_irqrestore(&idr->idr_rt, flags);
	return taken ? old : ERR_PTR(-ENOENT);
}
EXPORT_SYMBOL(idr_replace);

void *idr_get_next_ul(struct idr *idr, unsigned long *id)
{
	unsigned long index = max(*id, (unsigned long)idr->idr_base) - idr->idr_base;
	void *entry = xa_find(&idr->idr_rt, &index, ULONG_MAX, XA_PRESENT);

	if (entry)
		*id = index + idr->idr_base;
	return entry;
}
EXPORT_SYMBOL(idr_get_next_ul);

void *idr_get_next(struct idr *idr, int *id)
{
	unsigned long index = *id;
	void *entry = idr_get_next_ul(idr, &index);

	if (WARN_ON_ONCE(entry && index > INT_MAX))
		return NULL;
	if (entry)
		*id = index;
	return entry;
}
EXPORT_SYMBOL(idr_get_next);

int idr_for_each(const struct idr *idr, int (*fn)(int id, void *p, void *data), void *data)
{
	unsigned long index;
	void *entry;

	xa_for_each(array_of(idr), index, entry)
	{
		int ret = fn(index + idr->idr_base, entry, data);

		if (ret)
			return ret;
	}
	return 0;
}
EXPORT_SYMBOL(idr_for_each);

void idr_destroy(struct idr *idr)
{
	xa_destroy(&idr->idr_rt);
}
EXPORT_SYMBOL(idr_destroy);

/* ---- IDA ------------------------------------------------------------------------------------------------ */

int ida_alloc_range(struct ida *ida, unsigned int min, unsigned int max, gfp_t gfp)
{
	u32 id;
	int err;

	if ((int)min < 0)
		return -ENOSPC;
	err = psim_xa_alloc_irqsave(&ida->xa, &id, NULL,
				    XA_LIMIT(min, min_t(unsigned int, max, INT_MAX)), gfp);
	if (err)
		return err == -EBUSY ? -ENOSPC : err;
	return id;
}
EXPORT_SYMBOL(ida_alloc_range);

void ida_free(struct ida *ida, unsigned int id)
{
	unsigned long flags;
	void *before = NULL;
	bool taken;

	if ((int)id < 0)
		return;
	xa_lock_irqsave(&ida->xa, flags);
	taken = psim_xa_replace(&ida->xa, id, NULL, &before);
	if (taken)
		__xa_erase(&ida->xa, id);
	xa_unlock_irqrestore(&ida->xa, flags);
	WARN(!taken, "ida_free() of %u, which is not allocated", id);
}
EXPORT_SYMBOL(ida_free);

void ida_destroy(struct ida *ida)
{
	xa_destroy(&ida->xa);
}
EXPORT_SYMBOL(ida_destroy);
