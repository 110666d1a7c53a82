/* SPDX-License-Identifier: MIT */
/* Sorting of doubly linked lists. */
#ifndef _LINUX_LIST_SORT_H
#define _LINUX_LIST_SORT_H

#include <linux/types.h>

struct list_head;

/* Return: more than 0 if @a is to stand behind @b; else @a stays before it. */
typedef int __attribute__((nonnull(2, 3))) (*list_cmp_func_t)(void *priv, const struct list_head *a,
							      const struct list_head *b);

/**
 * list_sort() - sort a list by merging: stable, n log n comparisons, no memory
 * @priv: handed to @cmp
 * @head: the list
 * @cmp: see list_cmp_func_t
 * Context: any; the caller guards the list.
 */
void list_sort(void *priv, struct list_head *head, list_cmp_func_t cmp);

#endif /* _LINUX_LIST_SORT_H */
