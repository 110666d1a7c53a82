/* SPDX-License-Identifier: MIT */
/* Sorting of arrays, in place. */
#ifndef _LINUX_SORT_H
#define _LINUX_SORT_H

#include <linux/types.h>

typedef int (*cmp_func_t)(const void *a, const void *b);
typedef int (*cmp_r_func_t)(const void *a, const void *b, const void *priv);
typedef void (*swap_func_t)(void *a, void *b, int size);
typedef void (*swap_r_func_t)(void *a, void *b, int size, const void *priv);

/**
 * sort() - sort an array by heapsort: not stable, n log n, no memory
 * @base: the array
 * @num: its elements
 * @size: bytes of one, at least 1
 * @cmp: less than, equal to, more than 0, as @a is to stand before or behind @b
 * @swap: exchanges two elements; NULL: byte by byte
 * Context: any that @cmp may run in.
 */
void sort(void *base, size_t num, size_t size, cmp_func_t cmp, swap_func_t swap);

/* The same, with @priv for @cmp and @swap. */
void sort_r(void *base, size_t num, size_t size, cmp_r_func_t cmp, swap_r_func_t swap,
	    const void *priv);

#endif /* _LINUX_SORT_H */
