// SPDX-License-Identifier: MIT
/*
 * XArray: a tree of nodes with 64 slots each, as high as its largest index needs. Every node knows which of
 * its slots lead to nothing but taken places, so that the lowest free index is found in one descent.
 *
 * Writers hold the lock. Readers hold nothing but RCU: a node is filled before it is hooked in, and freed a
 * grace period after it was unhooked. An array with one entry at index 0 has a node too, so there storing
 * can fail where a kernel's cannot (DEVIATION: xa_store() at index 0 may need memory).
 */
#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include "lib/xarray.h"
#include "lib/xarray_node.h"

/* Nodes for a change that must not fail in its middle. */
struct spares {
	struct xa_node *first;
	unsigned int n;
};

static bool tracks_free(const struct xarray *xa)
{
	return xa->xa_flags & XA_FLAGS_TRACK_FREE;
}

/* ---- nodes ---------------------------------------------------------------------------------------------- */

static bool add_spare(struct spares *spares, gfp_t gfp)
{
	struct xa_node *node = kzalloc(sizeof(*node), gfp);

	if (!node)
		return false;
	node->next = spares->first;
	spares->first = node;
	spares->n++;
	return true;
}

static struct xa_node *take_spare(struct spares *spares, unsigned int shift)
{
	struct xa_node *node = spares->first;

	spares->first = node->next;
	spares->n--;
	node->next = NULL;
	node->shift = shift;
	return node;
}

static void drop_spares(struct spares *spares)
{
	while (spares->first) {
		struct xa_node *node = spares->first;

		spares->first = node->next;
		kfree(node);
	}
}

/* How many nodes a store at @index needs that are not there. */
static unsigned int missing(const struct xarray *xa, unsigned long index)
{
	struct xa_node *node = head_of(xa);
	unsigned int n = 0, shift = 0;

	if (!node) {
		while (reach(shift) < index)
			shift += SHIFT;
		return shift / SHIFT + 1;
	}
	shift = node->shift;
	while (reach(shift) < index) {
		shift += SHIFT;
		n++;
	}
	if (n) /* above the old head, and a whole branch beside it */
		return n + shift / SHIFT;
	for (; node && node->shift; node = node->slots[slot_of(index, node->shift)])
		shift = node->shift;
	return node ? 0 : shift / SHIFT;
}

/* ---- ways ---------------------------------------------------------------------------------------------- */

static void grow_head(struct xarray *xa, unsigned long index, struct spares *spares)
{
	struct xa_node *head = head_of(xa);

	if (!head) {
		unsigned int shift = 0;

		while (reach(shift) < index)
			shift += SHIFT;
		set((void **)&xa->xa_head, take_spare(spares, shift));
		return;
	}
	while (index > reach(head->shift)) {
		struct xa_node *above = take_spare(spares, head->shift + SHIFT);

		above->slots[0] = head;
		above->count = 1;
		above->full = head->full == ~0ull;
		for (int m = 0; m < XA_MAX_MARKS; m++)
			above->marks[m] = !!head->marks[m];
		set((void **)&xa->xa_head, above);
		head = above;
	}
}

/* As find_path(), with nodes where there are none: missing() spares are there. */
static void make_path(struct xarray *xa, unsigned long index, struct path *path,
		      struct spares *spares)
{
	grow_head(xa, index, spares);
	while (!find_path(xa, index, path)) {
		struct xa_node *node = path->node[path->depth - 1];

		set(place(path), take_spare(spares, node->shift - SHIFT));
		node->count++;
	}
}

static void root_mark(struct xarray *xa, int mark, bool on)
{
	gfp_t bit = XA_FLAGS_MARK(mark);

	/* an allocating array's own mark is not its users' */
	if (tracks_free(xa) && mark == XA_FREE_MARK)
		return;
	WRITE_ONCE(xa->xa_flags, on ? xa->xa_flags | bit : xa->xa_flags & ~bit);
}

/* Upwards from the place: what the nodes say about their slots. */
static void change_mark(struct xarray *xa, struct path *path, int mark, bool on)
{
	for (int i = path->depth - 1; i >= 0; i--) {
		u64 *marks = &path->node[i]->marks[mark], bit = 1ull << path->slot[i];

		__atomic_store_n(marks, on ? *marks | bit : *marks & ~bit, __ATOMIC_RELAXED);
		if (!on && *marks)
			return;
	}
	root_mark(xa, mark, on);
}

static void change_full(struct path *path, bool full)
{
	for (int i = path->depth - 1; i >= 0; i--) {
		u64 bit = 1ull << path->slot[i];

		if (full)
			path->node[i]->full |= bit;
		else
			path->node[i]->full &= ~bit;
		if (full && path->node[i]->full != ~0ull)
			return;
	}
}

/* Nodes without entries go, and a head that leads to index 0 alone. */
static void prune(struct xarray *xa, struct path *path)
{
	struct xa_node *head;

	for (int i = path->depth - 1; i >= 0 && !path->node[i]->count; i--) {
		if (i) {
			set(&path->node[i - 1]->slots[path->slot[i - 1]], NULL);
			path->node[i - 1]->count--;
		} else {
			set((void **)&xa->xa_head, NULL);
		}
		kfree_rcu(path->node[i], rcu);
	}
	while ((head = head_of(xa)) && head->shift && head->count == 1 && head->slots[0]) {
		set((void **)&xa->xa_head, head->slots[0]);
		kfree_rcu(head, rcu);
	}
}

static void *put_entry(struct xarray *xa, struct path *path, void *entry)
{
	struct xa_node *leaf = path->node[path->depth - 1];
	void *old = *place(path);

	set(place(path), entry);
	if (entry && !old) {
		leaf->count++;
		change_full(path, true);
	} else if (!entry && old) {
		leaf->count--;
		change_full(path, false);
		for (int m = 0; m < XA_MAX_MARKS; m++)
			change_mark(xa, path, m, false);
		prune(xa, path);
	}
	return old;
}

/* ---- memory, while the lock is held ------------------------------------------------------------------ */

static void lock_as(struct xarray *xa)
{
	if (xa->xa_flags & XA_FLAGS_LOCK_IRQ)
		xa_lock_irq(xa);
	else if (xa->xa_flags & XA_FLAGS_LOCK_BH)
		xa_lock_bh(xa);
	else
		xa_lock(xa);
}

static void unlock_as(struct xarray *xa)
{
	if (xa->xa_flags & XA_FLAGS_LOCK_IRQ)
		xa_unlock_irq(xa);
	else if (xa->xa_flags & XA_FLAGS_LOCK_BH)
		xa_unlock_bh(xa);
	else
		xa_unlock(xa);
}

/*
 * Spares for a store at @index, with the lock held. Return: 0; -EAGAIN: the lock was let go meanwhile: look
 * again; -ENOMEM.
 */
static int prepare(struct xarray *xa, unsigned long index, struct spares *spares, gfp_t gfp)
{
	while (spares->n < missing(xa, index)) {
		bool got;

		if (add_spare(spares, GFP_NOWAIT | __GFP_NOWARN))
			continue;
		if (!gfpflags_allow_blocking(gfp))
			return -ENOMEM;
		unlock_as(xa);
		got = add_spare(spares, gfp);
		lock_as(xa);
		return got ? -EAGAIN : -ENOMEM;
	}
	return 0;
}

/* ---- the face under the lock ------------------------------------------------------------------------------ */

static void *current_entry(struct xarray *xa, unsigned long index)
{
	struct path path;

	return find_path(xa, index, &path) ? *place(&path) : NULL;
}

enum when {
	ALWAYS,
	IF_OLD
};

/* Store if the entry is @old, or always. Return: the entry before, or an error entry. */
static void *store(struct xarray *xa, unsigned long index, enum when when, void *old, void *entry,
		   gfp_t gfp)
{
	struct spares spares = {};
	struct path path;
	void *result;
	int err;

	if (WARN_ON_ONCE(xa_is_advanced(entry) || xa_is_err(entry)))
		return xa_mk_internal(-EINVAL);
	do {
		result = current_entry(xa, index);
		err = 0;
		if (when == IF_OLD && result != old)
			break;
		if (entry)
			err = prepare(xa, index, &spares, gfp);
	} while (err == -EAGAIN);
	if (err) {
		result = xa_mk_internal(err);
	} else if (when == ALWAYS || result == old) {
		if (entry) {
			make_path(xa, index, &path, &spares);
			put_entry(xa, &path, entry);
		} else if (find_path(xa, index, &path)) {
			put_entry(xa, &path, NULL);
		}
	}
	drop_spares(&spares);
	return result;
}

void *__xa_store(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp)
{
	if (tracks_free(xa) && !entry)
		entry = XA_ZERO_ENTRY;
	return zero_to_null(store(xa, index, ALWAYS, NULL, entry, gfp));
}
EXPORT_SYMBOL(__xa_store);

void *__xa_erase(struct xarray *xa, unsigned long index)
{
	return zero_to_null(store(xa, index, ALWAYS, NULL, NULL, 0));
}
EXPORT_SYMBOL(__xa_erase);

void *__xa_cmpxchg(struct xarray *xa, unsigned long index, void *old, void *entry, gfp_t gfp)
{
	return zero_to_null(store(xa, index, IF_OLD, old, entry, gfp));
}
EXPORT_SYMBOL(__xa_cmpxchg);

int __xa_insert(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp)
{
	void *before = store(xa, index, IF_OLD, NULL, entry ?: XA_ZERO_ENTRY, gfp);

	if (xa_is_err(before))
		return xa_err(before);
	return before ? -EBUSY : 0;
}
EXPORT_SYMBOL(__xa_insert);

void __xa_set_mark(struct xarray *xa, unsigned long index, xa_mark_t mark)
{
	struct path path;

	if (find_path(xa, index, &path) && *place(&path))
		change_mark(xa, &path, mark, true);
}
EXPORT_SYMBOL(__xa_set_mark);

void __xa_clear_mark(struct xarray *xa, unsigned long index, xa_mark_t mark)
{
	struct path path;

	if (find_path(xa, index, &path) && *place(&path))
		change_mark(xa, &path, mark, false);
}
EXPORT_SYMBOL(__xa_clear_mark);

bool psim_xa_replace(struct xarray *xa, unsigned long index, void *entry, void **old)
{
	struct path path;

	if (!find_path(xa, index, &path) || !*place(&path))
		return false;
	*old = zero_to_null(put_entry(xa, &path, entry ?: XA_ZERO_ENTRY));
	return true;
}

/* ---- free indices ------------------------------------------------------------------------------------------- */

/* The lowest free index from @from on, below @node, whose first index is @base. Return: false: none. */
static bool free_below(const struct xa_node *node, unsigned long base, unsigned long from,
		       unsigned long *found)
{
	unsigned int slot = from > base ? slot_of(from, node->shift) : 0;

	for (; slot < SLOTS; slot++) {
		unsigned long first = base + ((unsigned long)slot << node->shift);
		const struct xa_node *child = node->slots[slot];

		if (node->full >> slot & 1)
			continue;
		if (!node->shift || !child) {
			*found = max(first, from);
			return true;
		}
		if (free_below(child, first, from, found))
			return true;
	}
	return false;
}

/* Return: false: none in @limit. */
static bool find_free(const struct xarray *xa, struct xa_limit limit, unsigned long *found)
{
	const struct xa_node *head = head_of(xa);
	unsigned long from = limit.min;

	if (!from && (xa->xa_flags & XA_FLAGS_ZERO_BUSY))
		from = 1;
	if (!head || from > reach(head->shift))
		*found = from;
	else if (!free_below(head, 0, from, found))
		*found = reach(head->shift) + 1;
	return *found <= limit.max;
}

int __xa_alloc(struct xarray *xa, u32 *id, void *entry, struct xa_limit limit, gfp_t gfp)
{
	struct spares spares = {};
	unsigned long index;
	struct path path;
	int err;

	if (WARN_ON_ONCE(xa_is_advanced(entry)) || WARN_ON_ONCE(!tracks_free(xa)))
		return -EINVAL;
	do {
		err = find_free(xa, limit, &index) ? prepare(xa, index, &spares, gfp) : -EBUSY;
	} while (err == -EAGAIN);
	if (!err) {
		make_path(xa, index, &path, &spares);
		put_entry(xa, &path, entry ?: XA_ZERO_ENTRY);
		*id = index;
	}
	drop_spares(&spares);
	return err;
}
EXPORT_SYMBOL(__xa_alloc);

int __xa_alloc_cyclic(struct xarray *xa, u32 *id, void *entry, struct xa_limit limit, u32 *next,
		      gfp_t gfp)
{
	struct xa_limit rest = XA_LIMIT(max(limit.min, *next), limit.max);
	int ret = rest.min <= rest.max ? __xa_alloc(xa, id, entry, rest, gfp) : -EBUSY;

	if (!ret && (xa->xa_flags & XA_FLAGS_ALLOC_WRAPPED)) {
		xa->xa_flags &= ~XA_FLAGS_ALLOC_WRAPPED;
		ret = 1;
	}
	if (ret == -EBUSY && rest.min > limit.min) {
		ret = __xa_alloc(xa, id, entry, limit, gfp);
		if (!ret)
			ret = 1;
	}
	if (ret >= 0) {
		*next = *id + 1;
		if (!*next)
			xa->xa_flags |= XA_FLAGS_ALLOC_WRAPPED;
	}
	return ret;
}
EXPORT_SYMBOL(__xa_alloc_cyclic);

int psim_xa_alloc_irqsave(struct xarray *xa, u32 *id, void *entry, struct xa_limit limit, gfp_t gfp)
{
	unsigned long flags, index;
	struct spares spares = {};
	struct path path;
	int err;

	for (;;) {
		xa_lock_irqsave(xa, flags);
		err = find_free(xa, limit, &index) ? 0 : -EBUSY;
		if (!err)
			err = prepare(xa, index, &spares, GFP_NOWAIT);
		if (!err) {
			make_path(xa, index, &path, &spares);
			put_entry(xa, &path, entry ?: XA_ZERO_ENTRY);
			*id = index;
		}
		xa_unlock_irqrestore(xa, flags);
		if (err != -ENOMEM || !gfpflags_allow_blocking(gfp) || !add_spare(&spares, gfp))
			break;
	}
	drop_spares(&spares);
	return err;
}

static void free_tree(struct xa_node *node)
{
	for (unsigned int i = 0; node->shift && i < SLOTS; i++)
		if (node->slots[i])
			free_tree(node->slots[i]);
	kfree_rcu(node, rcu);
}

void xa_destroy(struct xarray *xa)
{
	struct xa_node *head;
	unsigned long flags;

	xa_lock_irqsave(xa, flags);
	head = head_of(xa);
	set((void **)&xa->xa_head, NULL);
	for (int m = 0; m < XA_MAX_MARKS; m++)
		root_mark(xa, m, false);
	if (head)
		free_tree(head);
	xa_unlock_irqrestore(xa, flags);
}
EXPORT_SYMBOL(xa_destroy);
