// SPDX-License-Identifier: MIT
/*
 * Sorting lists: sorted runs of 1, 2, 4, ... entries wait until another of their length is there, as
 * the digits of a binary counter, so that merges are balanced and no length need be known.
 */
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/list_sort.h>

#define RUNS 48

/* Chains by next, ended by NULL. @a came first, so it wins when the two are equal. */
static struct list_head *merge(void *priv, list_cmp_func_t cmp, struct list_head *a,
			       struct list_head *b)
{
	struct list_head *first = NULL, **end = &first;

	while (a && b) {
		struct list_head **less = cmp(priv, a, b) > 0 ? &b : &a;

		*end = *less;
		end = &(*less)->next;
		*less = (*less)->next;
	}
	*end = a ?: b;
	return first;
}

/* Make a ring with its head of a chain again. */
static void close_ring(struct list_head *head, struct list_head *chain)
{
	struct list_head *last = head;

	for (; chain; chain = chain->next) {
		last->next = chain;
		chain->prev = last;
		last = chain;
	}
	last->next = head;
	head->prev = last;
}

void list_sort(void *priv, struct list_head *head, list_cmp_func_t cmp)
{
	struct list_head *runs[RUNS] = {}, *sorted = NULL, *entry, *next;

	if (list_empty(head) || list_is_singular(head))
		return;
	head->prev->next = NULL;
	for (entry = head->next; entry; entry = next) {
		unsigned int i = 0;

		next = entry->next;
		entry->next = NULL;
		for (; runs[i]; i++) {
			entry = merge(priv, cmp, runs[i], entry);
			runs[i] = NULL;
		}
		runs[i] = entry;
	}
	for (unsigned int i = 0; i < RUNS; i++) {
		if (runs[i])
			sorted = sorted ? merge(priv, cmp, runs[i], sorted) : runs[i];
	}
	close_ring(head, sorted);
}
EXPORT_SYMBOL(list_sort);
