/* SPDX-License-Identifier: MIT */
/* IDR: small numbers for pointers. IDA: small numbers alone. Both over an XArray. */
#ifndef __IDR_H__
#define __IDR_H__

#include <linux/gfp.h>
#include <linux/preempt.h>
#include <linux/xarray.h>

/**
 * struct idr - numbers for pointers; the caller orders changes, readers may use RCU
 * @idr_rt: the pointers; @idr_base: the lowest number; @idr_next: where a cyclic allocation goes on
 * @__psim_lock: of callers that order changes by idr_lock(); the functions take the array's own inside
 */
struct idr {
	struct xarray idr_rt;
	unsigned int idr_base;
	unsigned int idr_next;
	spinlock_t __psim_lock;
};

#define IDR_INIT_BASE(name, base)                                                         \
	{                                                                                 \
		.idr_rt = XARRAY_INIT((name).idr_rt, XA_FLAGS_ALLOC), .idr_base = (base), \
		.__psim_lock = __SPIN_LOCK_INITIALIZER((name).__psim_lock),               \
	}
#define IDR_INIT(name)	 IDR_INIT_BASE(name, 0)
#define DEFINE_IDR(name) struct idr name = IDR_INIT(name)

#define idr_lock(idr)			  spin_lock(&(idr)->__psim_lock)
#define idr_unlock(idr)			  spin_unlock(&(idr)->__psim_lock)
#define idr_lock_irq(idr)		  spin_lock_irq(&(idr)->__psim_lock)
#define idr_unlock_irq(idr)		  spin_unlock_irq(&(idr)->__psim_lock)
#define idr_lock_irqsave(idr, flags)	  spin_lock_irqsave(&(idr)->__psim_lock, flags)
#define idr_unlock_irqrestore(idr, flags) spin_unlock_irqrestore(&(idr)->__psim_lock, flags)

#define idr_init_base(handle, base)                                 \
	do {                                                        \
		struct idr *__psim_idr = (handle);                  \
                                                                    \
		xa_init_flags(&__psim_idr->idr_rt, XA_FLAGS_ALLOC); \
		spin_lock_init(&__psim_idr->__psim_lock);           \
		__psim_idr->idr_base = (base);                      \
		__psim_idr->idr_next = 0;                           \
	} while (0)
#define idr_init(idr) idr_init_base(idr, 0)

static inline unsigned int idr_get_cursor(const struct idr *idr)
{
	return READ_ONCE(idr->idr_next);
}

static inline void idr_set_cursor(struct idr *idr, unsigned int val)
{
	WRITE_ONCE(idr->idr_next, val);
}

static inline bool idr_is_empty(const struct idr *idr)
{
	return xa_empty(&idr->idr_rt);
}

/* An allocation that follows may not sleep: preemption is off until idr_preload_end(). */
static inline void idr_preload(gfp_t gfp)
{
	preempt_disable();
}

static inline void idr_preload_end(void)
{
	preempt_enable();
}

/* The lowest free number from @start to below @end (<= 0: INT_MAX). Return: it; -ENOMEM; -ENOSPC; -EINVAL. */
int idr_alloc(struct idr *idr, void *ptr, int start, int end, gfp_t gfp);
/* The lowest free one from *@id to @max, both included. Return: 0; -ENOMEM; -ENOSPC. */
int __must_check idr_alloc_u32(struct idr *idr, void *ptr, u32 *id, unsigned long max, gfp_t gfp);
/* As idr_alloc(), beginning behind the latest. */
int idr_alloc_cyclic(struct idr *idr, void *ptr, int start, int end, gfp_t gfp);
/* Return: the pointer that had the number, or NULL. */
void *idr_remove(struct idr *idr, unsigned long id);
void *idr_find(const struct idr *idr, unsigned long id);
/* Return: the pointer before; ERR_PTR(-ENOENT) if the number is free. */
void *idr_replace(struct idr *idr, void *ptr, unsigned long id);
/* Call @fn for each; what it returns ends the walk unless it is 0. */
int idr_for_each(const struct idr *idr, int (*fn)(int id, void *p, void *data), void *data);
/* The first pointer from *@id on. */
void *idr_get_next(struct idr *idr, int *id);
void *idr_get_next_ul(struct idr *idr, unsigned long *id);
/* Forget all numbers. */
void idr_destroy(struct idr *idr);

#define idr_for_each_entry(idr, entry, id) \
	for (id = 0; ((entry) = idr_get_next(idr, &(id))) != NULL; id += 1U)
#define idr_for_each_entry_ul(idr, entry, tmp, id)                                   \
	for (tmp = 0, id = 0;                                                        \
	     ((entry) = (tmp) <= (id) ? idr_get_next_ul(idr, &(id)) : NULL) != NULL; \
	     tmp = id, ++id)
#define idr_for_each_entry_continue(idr, entry, id)       \
	for ((entry) = idr_get_next((idr), &(id)); entry; \
	     ++id, (entry) = idr_get_next((idr), &(id)))

/* ---- IDA ------------------------------------------------------------------------------------------------ */

#define IDA_CHUNK_SIZE	 128
#define IDA_BITMAP_LONGS (IDA_CHUNK_SIZE / sizeof(long))
#define IDA_BITMAP_BITS	 (IDA_BITMAP_LONGS * sizeof(long) * 8)

/* Numbers alone; it has its own lock. Any context, as @gfp says. */
struct ida {
	struct xarray xa;
};

#define IDA_INIT_FLAGS (XA_FLAGS_LOCK_IRQ | XA_FLAGS_ALLOC)
#define IDA_INIT(name)                                     \
	{                                                  \
		.xa = XARRAY_INIT(name.xa, IDA_INIT_FLAGS) \
	}
#define DEFINE_IDA(name) struct ida name = IDA_INIT(name)

#define ida_init(ida) xa_init_flags(&(ida)->xa, IDA_INIT_FLAGS)

/* The lowest free number from @min to @max, at most INT_MAX. Return: it; -ENOMEM; -ENOSPC. */
int ida_alloc_range(struct ida *ida, unsigned int min, unsigned int max, gfp_t gfp);
/* One that is not taken warns. */
void ida_free(struct ida *ida, unsigned int id);
void ida_destroy(struct ida *ida);

static inline int ida_alloc(struct ida *ida, gfp_t gfp)
{
	return ida_alloc_range(ida, 0, ~0u, gfp);
}

static inline int ida_alloc_min(struct ida *ida, unsigned int min, gfp_t gfp)
{
	return ida_alloc_range(ida, min, ~0u, gfp);
}

static inline int ida_alloc_max(struct ida *ida, unsigned int max, gfp_t gfp)
{
	return ida_alloc_range(ida, 0, max, gfp);
}

#define ida_simple_get(ida, start, end, gfp) ida_alloc_range(ida, start, (end)-1, gfp)
#define ida_simple_remove(ida, id)	     ida_free(ida, id)

static inline bool ida_is_empty(const struct ida *ida)
{
	return xa_empty(&ida->xa);
}

#endif /* __IDR_H__ */
