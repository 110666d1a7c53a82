// SPDX-License-Identifier: MIT
/*
 * Reading an XArray under RCU: entries, marks, and walks in ascending order. A reader may see the array before
 * or after a change that runs beside it, never in its middle.
 */
#include <linux/export.h>
#include "lib/xarray_node.h"

void *xa_load(struct xarray *xa, unsigned long index)
{
	struct path path;
	void *entry;

	rcu_read_lock();
	entry = find_path(xa, index, &path) ? get(place(&path)) : NULL;
	rcu_read_unlock();
	return zero_to_null(entry);
}
EXPORT_SYMBOL(xa_load);

static u64 marks_of(const struct xa_node *node, xa_mark_t mark)
{
	return __atomic_load_n(&node->marks[mark], __ATOMIC_RELAXED);
}

bool xa_get_mark(struct xarray *xa, unsigned long index, xa_mark_t mark)
{
	struct path path;
	bool marked;

	rcu_read_lock();
	marked = find_path(xa, index, &path) && get(place(&path)) &&
		 (marks_of(path.node[path.depth - 1], mark) >> path.slot[path.depth - 1] & 1);
	rcu_read_unlock();
	return marked;
}
EXPORT_SYMBOL(xa_get_mark);

/* The first entry from *@index on that @filter wants, below @node; its index goes to *@index. */
static void *first_below(const struct xa_node *node, unsigned long base, unsigned long *index,
			 unsigned long max, xa_mark_t filter)
{
	unsigned int slot = *index > base ? slot_of(*index, node->shift) : 0;

	for (; slot < SLOTS; slot++) {
		unsigned long first = base + ((unsigned long)slot << node->shift);
		void *entry;

		if (first > max)
			return NULL;
		if (filter != XA_PRESENT && !(marks_of(node, filter) >> slot & 1))
			continue;
		entry = get(&node->slots[slot]);
		if (entry && node->shift)
			entry = first_below(entry, first, index, max, filter);
		else if (entry && !xa_is_zero(entry))
			*index = first;
		else
			entry = NULL;
		if (entry)
			return entry;
	}
	return NULL;
}

void *xa_find(struct xarray *xa, unsigned long *index, unsigned long max, xa_mark_t filter)
{
	const struct xa_node *head;
	void *entry = NULL;

	rcu_read_lock();
	head = head_of(xa);
	if (head && *index <= reach(head->shift) && *index <= max)
		entry = first_below(head, 0, index, max, filter);
	rcu_read_unlock();
	return entry;
}
EXPORT_SYMBOL(xa_find);

void *xa_find_after(struct xarray *xa, unsigned long *index, unsigned long max, xa_mark_t filter)
{
	unsigned long next = *index + 1;
	void *entry = next ? xa_find(xa, &next, max, filter) : NULL;

	if (entry)
		*index = next;
	return entry;
}
EXPORT_SYMBOL(xa_find_after);

unsigned int xa_extract(struct xarray *xa, void **dst, unsigned long start, unsigned long max,
			unsigned int n, xa_mark_t filter)
{
	unsigned long index = start;
	unsigned int got = 0;
	void *entry;

	for (entry = n ? xa_find(xa, &index, max, filter) : NULL; entry;
	     entry = xa_find_after(xa, &index, max, filter)) {
		dst[got++] = entry;
		if (got == n)
			break;
	}
	return got;
}
EXPORT_SYMBOL(xa_extract);
