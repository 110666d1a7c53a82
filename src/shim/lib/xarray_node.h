/* SPDX-License-Identifier: MIT */
/* The XArray's nodes, and the way to a place: what its writers and its readers share. */
#ifndef PSIM_LIB_XARRAY_NODE_H
#define PSIM_LIB_XARRAY_NODE_H

#include <linux/xarray.h>

#define SHIFT	   6u
#define SLOTS	   (1u << SHIFT)
#define MAX_LEVELS 11

/**
 * struct xa_node - 64 places
 * @shift: bits of an index below this node's own
 * @count: slots that are not NULL
 * @full: slots below which no place is free
 * @marks: slots below which an entry has the mark
 * @next: in a list of spare nodes
 */
struct xa_node {
	unsigned int shift, count;
	u64 full, marks[XA_MAX_MARKS];
	union {
		struct rcu_head rcu;
		struct xa_node *next;
	};
	void *slots[SLOTS];
};

/* The way to a place, from the head down. */
struct path {
	struct xa_node *node[MAX_LEVELS];
	unsigned int slot[MAX_LEVELS];
	int depth;
};

static inline void *get(void *const *slot)
{
	return __atomic_load_n(slot, __ATOMIC_ACQUIRE);
}

static inline void set(void **slot, void *value)
{
	__atomic_store_n(slot, value, __ATOMIC_RELEASE);
}

static inline struct xa_node *head_of(const struct xarray *xa)
{
	return get((void *const *)&xa->xa_head);
}

/* The largest index below a node of that shift. */
static inline unsigned long reach(unsigned int shift)
{
	return shift + SHIFT >= BITS_PER_LONG ? ULONG_MAX : (1ul << (shift + SHIFT)) - 1;
}

static inline unsigned int slot_of(unsigned long index, unsigned int shift)
{
	return index >> shift & (SLOTS - 1);
}

static inline void *zero_to_null(void *entry)
{
	return xa_is_zero(entry) ? NULL : entry;
}

/* Return: false: there is no node for @index. */
static inline bool find_path(const struct xarray *xa, unsigned long index, struct path *path)
{
	struct xa_node *node = head_of(xa);

	path->depth = 0;
	if (!node || index > reach(node->shift))
		return false;
	for (; node; node = get(&node->slots[path->slot[path->depth - 1]])) {
		path->node[path->depth] = node;
		path->slot[path->depth++] = slot_of(index, node->shift);
		if (!node->shift)
			return true;
	}
	return false;
}

static inline void **place(const struct path *path)
{
	return &path->node[path->depth - 1]->slots[path->slot[path->depth - 1]];
}

#endif /* PSIM_LIB_XARRAY_NODE_H */
