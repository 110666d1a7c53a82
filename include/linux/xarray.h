/* SPDX-License-Identifier: MIT */
/*
 * XArray: a sparse array of pointers or small integers, indexed by unsigned long. Changed under its lock,
 * read under RCU; three marks an entry; arrays that hand out free indices.
 *
 * Not here: entries that cover several indices, and the xas_ interface that walks nodes.
 */
#ifndef _LINUX_XARRAY_H
#define _LINUX_XARRAY_H

#include <linux/bitops.h>
#include <linux/bug.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/limits.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>
#include <linux/types.h>

/* ---- entries: pointers (4-byte aligned), values, and what the array keeps for itself ------------------ */

#define BITS_PER_XA_VALUE (BITS_PER_LONG - 1)

/* An integer from 0 to LONG_MAX as an entry. */
static inline void *xa_mk_value(unsigned long v)
{
	WARN_ON((long)v < 0);
	return (void *)((v << 1) | 1);
}

static inline unsigned long xa_to_value(const void *entry)
{
	return (unsigned long)entry >> 1;
}

static inline bool xa_is_value(const void *entry)
{
	return (unsigned long)entry & 1;
}

/* A pointer with a tag of 0, 1 or 3 in its lowest bits. */
static inline void *xa_tag_pointer(void *p, unsigned long tag)
{
	return (void *)((unsigned long)p | tag);
}

static inline void *xa_untag_pointer(void *entry)
{
	return (void *)((unsigned long)entry & ~3ul);
}

static inline unsigned int xa_pointer_tag(void *entry)
{
	return (unsigned long)entry & 3ul;
}

static inline void *xa_mk_internal(unsigned long v)
{
	return (void *)((v << 2) | 2);
}

static inline unsigned long xa_to_internal(const void *entry)
{
	return (unsigned long)entry >> 2;
}

static inline bool xa_is_internal(const void *entry)
{
	return ((unsigned long)entry & 3) == 2;
}

/* A place that is taken and reads as NULL. */
#define XA_ZERO_ENTRY xa_mk_internal(257)

static inline bool xa_is_zero(const void *entry)
{
	return unlikely(entry == XA_ZERO_ENTRY);
}

/* What a storing function returns instead of the entry before: an error. */
static inline bool xa_is_err(const void *entry)
{
	return unlikely(xa_is_internal(entry) &&
			(unsigned long)entry >= (unsigned long)xa_mk_internal(-MAX_ERRNO));
}

static inline int xa_err(void *entry)
{
	return xa_is_err(entry) ? (long)entry >> 2 : 0;
}

static inline bool xa_is_advanced(const void *entry)
{
	return xa_is_internal(entry) && entry <= xa_mk_internal(256);
}

/* ---- the array ------------------------------------------------------------------------------------------ */

/* Indices to choose from, both ends included. */
struct xa_limit {
	u32 max;
	u32 min;
};

#define XA_LIMIT(_min, _max)                 \
	(struct xa_limit)                    \
	{                                    \
		.min = (_min), .max = (_max) \
	}
#define xa_limit_32b XA_LIMIT(0, UINT_MAX)
#define xa_limit_31b XA_LIMIT(0, INT_MAX)
#define xa_limit_16b XA_LIMIT(0, USHRT_MAX)

typedef unsigned int xa_mark_t;
#define XA_MARK_0    ((xa_mark_t)0)
#define XA_MARK_1    ((xa_mark_t)1)
#define XA_MARK_2    ((xa_mark_t)2)
#define XA_PRESENT   ((xa_mark_t)8)
#define XA_MARK_MAX  XA_MARK_2
#define XA_MAX_MARKS 3
/* Arrays that allocate use this mark themselves. */
#define XA_FREE_MARK XA_MARK_0

enum xa_lock_type {
	XA_LOCK_IRQ = 1,
	XA_LOCK_BH = 2,
};

#define XA_FLAGS_LOCK_IRQ      ((gfp_t)XA_LOCK_IRQ)
#define XA_FLAGS_LOCK_BH       ((gfp_t)XA_LOCK_BH)
#define XA_FLAGS_TRACK_FREE    ((gfp_t)4u)
#define XA_FLAGS_ZERO_BUSY     ((gfp_t)8u)
#define XA_FLAGS_ALLOC_WRAPPED ((gfp_t)16u)
#define XA_FLAGS_ACCOUNT       ((gfp_t)32u)
#define XA_FLAGS_MARK(mark)    ((gfp_t)(0x1000000u << (mark)))
#define XA_FLAGS_ALLOC	       (XA_FLAGS_TRACK_FREE | XA_FLAGS_MARK(XA_FREE_MARK))
#define XA_FLAGS_ALLOC1	       (XA_FLAGS_TRACK_FREE | XA_FLAGS_ZERO_BUSY)

struct xarray {
	spinlock_t xa_lock;
	gfp_t xa_flags;
	void __rcu *xa_head;
};

#define XARRAY_INIT(name, flags)                                                       \
	{                                                                              \
		.xa_lock = __SPIN_LOCK_INITIALIZER(name.xa_lock), .xa_flags = (flags), \
	}
#define DEFINE_XARRAY_FLAGS(name, flags) struct xarray name = XARRAY_INIT(name, flags)
#define DEFINE_XARRAY(name)		 DEFINE_XARRAY_FLAGS(name, 0)
#define DEFINE_XARRAY_ALLOC(name)	 DEFINE_XARRAY_FLAGS(name, XA_FLAGS_ALLOC)
#define DEFINE_XARRAY_ALLOC1(name)	 DEFINE_XARRAY_FLAGS(name, XA_FLAGS_ALLOC1)

#define xa_init_flags(xa, flags)                     \
	do {                                         \
		struct xarray *__psim_xa = (xa);     \
                                                     \
		spin_lock_init(&__psim_xa->xa_lock); \
		__psim_xa->xa_flags = (flags);       \
		__psim_xa->xa_head = NULL;           \
	} while (0)
#define xa_init(xa) xa_init_flags(xa, 0)

static inline bool xa_empty(const struct xarray *xa)
{
	return !READ_ONCE(xa->xa_head);
}

static inline bool xa_marked(const struct xarray *xa, xa_mark_t mark)
{
	return READ_ONCE(xa->xa_flags) & XA_FLAGS_MARK(mark);
}

/* Any context. */
void *xa_load(struct xarray *xa, unsigned long index);
bool xa_get_mark(struct xarray *xa, unsigned long index, xa_mark_t mark);
/* The first entry from *@index to @max with that mark (XA_PRESENT: any); _after: behind *@index. */
void *xa_find(struct xarray *xa, unsigned long *index, unsigned long max, xa_mark_t filter);
void *xa_find_after(struct xarray *xa, unsigned long *index, unsigned long max, xa_mark_t filter);
/* Up to @n of them into @dst. Return: how many. */
unsigned int xa_extract(struct xarray *xa, void **dst, unsigned long start, unsigned long max,
			unsigned int n, xa_mark_t filter);
/* Forget every entry. Any context. */
void xa_destroy(struct xarray *xa);

#define xa_for_each_range(xa, index, entry, start, last)                            \
	for (index = (start), entry = xa_find(xa, &index, last, XA_PRESENT); entry; \
	     entry = xa_find_after(xa, &index, last, XA_PRESENT))
#define xa_for_each_start(xa, index, entry, start) \
	xa_for_each_range(xa, index, entry, start, ULONG_MAX)
#define xa_for_each(xa, index, entry) xa_for_each_start(xa, index, entry, 0)
#define xa_for_each_marked(xa, index, entry, filter)                           \
	for (index = 0, entry = xa_find(xa, &index, ULONG_MAX, filter); entry; \
	     entry = xa_find_after(xa, &index, ULONG_MAX, filter))

#define xa_trylock(xa)			spin_trylock(&(xa)->xa_lock)
#define xa_lock(xa)			spin_lock(&(xa)->xa_lock)
#define xa_unlock(xa)			spin_unlock(&(xa)->xa_lock)
#define xa_lock_bh(xa)			spin_lock_bh(&(xa)->xa_lock)
#define xa_unlock_bh(xa)		spin_unlock_bh(&(xa)->xa_lock)
#define xa_lock_irq(xa)			spin_lock_irq(&(xa)->xa_lock)
#define xa_unlock_irq(xa)		spin_unlock_irq(&(xa)->xa_lock)
#define xa_lock_irqsave(xa, flags)	spin_lock_irqsave(&(xa)->xa_lock, flags)
#define xa_unlock_irqrestore(xa, flags) spin_unlock_irqrestore(&(xa)->xa_lock, flags)

/*
 * Under the lock, which those that may need memory let go of and take again if @gfp allows to sleep (as the
 * array's XA_FLAGS_LOCK_* says).
 */
void *__xa_erase(struct xarray *xa, unsigned long index);
void *__xa_store(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp);
void *__xa_cmpxchg(struct xarray *xa, unsigned long index, void *old, void *entry, gfp_t gfp);
int __must_check __xa_insert(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp);
int __must_check __xa_alloc(struct xarray *xa, u32 *id, void *entry, struct xa_limit limit,
			    gfp_t gfp);
int __must_check __xa_alloc_cyclic(struct xarray *xa, u32 *id, void *entry, struct xa_limit limit,
				   u32 *next, gfp_t gfp);
void __xa_set_mark(struct xarray *xa, unsigned long index, xa_mark_t mark);
void __xa_clear_mark(struct xarray *xa, unsigned long index, xa_mark_t mark);

/* With the lock around it: xa_NAME(), xa_NAME_bh() and xa_NAME_irq(). */
#define __PSIM_XA_LOCKED(suffix, type, name, params, args) \
	static inline type xa_##name##suffix params        \
	{                                                  \
		type __ret;                                \
                                                           \
		xa_lock##suffix(xa);                       \
		__ret = __xa_##name args;                  \
		xa_unlock##suffix(xa);                     \
		return __ret;                              \
	}
#define __PSIM_XA_ALL(type, name, params, args)         \
	__PSIM_XA_LOCKED(, type, name, params, args)    \
	__PSIM_XA_LOCKED(_bh, type, name, params, args) \
	__PSIM_XA_LOCKED(_irq, type, name, params, args)

/* Return: the entry before, NULL, or an error to be read with xa_err(): -ENOMEM, -EINVAL. */
__PSIM_XA_ALL(void *, store, (struct xarray * xa, unsigned long index, void *entry, gfp_t gfp),
	      (xa, index, entry, gfp))
/* Return: the entry before. */
__PSIM_XA_ALL(void *, erase, (struct xarray * xa, unsigned long index), (xa, index))
__PSIM_XA_ALL(void *, cmpxchg,
	      (struct xarray * xa, unsigned long index, void *old, void *entry, gfp_t gfp),
	      (xa, index, old, entry, gfp))
/* Return: 0; -EBUSY: there is an entry; -ENOMEM. A NULL entry reserves the place. */
__PSIM_XA_ALL(int, insert, (struct xarray * xa, unsigned long index, void *entry, gfp_t gfp),
	      (xa, index, entry, gfp))
/* The lowest free index of @limit. Return: 0; -EBUSY: none is free; -ENOMEM; -EINVAL. */
__PSIM_XA_ALL(int, alloc,
	      (struct xarray * xa, u32 *id, void *entry, struct xa_limit limit, gfp_t gfp),
	      (xa, id, entry, limit, gfp))
/* From *@next on, then from the beginning. Return: as before; 1: it began anew. */
__PSIM_XA_ALL(int, alloc_cyclic,
	      (struct xarray * xa, u32 *id, void *entry, struct xa_limit limit, u32 *next,
	       gfp_t gfp),
	      (xa, id, entry, limit, next, gfp))

/* Mark an entry; nothing happens where there is none. */
static inline void xa_set_mark(struct xarray *xa, unsigned long index, xa_mark_t mark)
{
	xa_lock(xa);
	__xa_set_mark(xa, index, mark);
	xa_unlock(xa);
}

static inline void xa_clear_mark(struct xarray *xa, unsigned long index, xa_mark_t mark)
{
	xa_lock(xa);
	__xa_clear_mark(xa, index, mark);
	xa_unlock(xa);
}

/* So that a later xa_store() there cannot fail. Return: 0; -ENOMEM. */
static inline __must_check int xa_reserve(struct xarray *xa, unsigned long index, gfp_t gfp)
{
	return xa_err(xa_cmpxchg(xa, index, NULL, XA_ZERO_ENTRY, gfp));
}

static inline __must_check int xa_reserve_bh(struct xarray *xa, unsigned long index, gfp_t gfp)
{
	return xa_err(xa_cmpxchg_bh(xa, index, NULL, XA_ZERO_ENTRY, gfp));
}

static inline __must_check int xa_reserve_irq(struct xarray *xa, unsigned long index, gfp_t gfp)
{
	return xa_err(xa_cmpxchg_irq(xa, index, NULL, XA_ZERO_ENTRY, gfp));
}

/* A reservation that was not used ends; an entry stays. */
static inline void xa_release(struct xarray *xa, unsigned long index)
{
	xa_cmpxchg(xa, index, XA_ZERO_ENTRY, NULL, 0);
}

#endif /* _LINUX_XARRAY_H */
