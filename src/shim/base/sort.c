// SPDX-License-Identifier: MIT
/* Heapsort: an array becomes a heap with its largest element on top, which then moves to the end, again and again. */
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/sort.h>

/* What sort() got, behind the interface of sort_r(). */
struct plain {
	cmp_func_t cmp;
	swap_func_t exchange;
};

struct array {
	char *base;
	size_t size;
	cmp_r_func_t cmp;
	swap_r_func_t exchange;
	const void *priv;
};

static void swap_bytes(char *a, char *b, size_t size)
{
	while (size--) {
		char byte = *a;

		*a++ = *b;
		*b++ = byte;
	}
}

static void exchange(const struct array *array, size_t i, size_t k)
{
	char *a = array->base + i * array->size, *b = array->base + k * array->size;

	if (array->exchange)
		array->exchange(a, b, array->size, array->priv);
	else
		swap_bytes(a, b, array->size);
}

static bool is_less(const struct array *array, size_t i, size_t k)
{
	return array->cmp(array->base + i * array->size, array->base + k * array->size,
			  array->priv) < 0;
}

/* The element at @top goes down until no child is larger. */
static void sink(const struct array *array, size_t top, size_t count)
{
	size_t child;

	while ((child = 2 * top + 1) < count) {
		if (child + 1 < count && is_less(array, child, child + 1))
			child++;
		if (!is_less(array, top, child))
			return;
		exchange(array, top, child);
		top = child;
	}
}

void sort_r(void *base, size_t num, size_t size, cmp_r_func_t cmp, swap_r_func_t swap,
	    const void *priv)
{
	struct array array = {
		.base = base, .size = size, .cmp = cmp, .exchange = swap, .priv = priv};

	for (size_t top = num / 2; top-- > 0;)
		sink(&array, top, num);
	for (size_t count = num; count > 1;) {
		exchange(&array, 0, --count);
		sink(&array, 0, count);
	}
}
EXPORT_SYMBOL(sort_r);

static int plain_cmp(const void *a, const void *b, const void *priv)
{
	return ((const struct plain *)priv)->cmp(a, b);
}

static void plain_swap(void *a, void *b, int size, const void *priv)
{
	((const struct plain *)priv)->exchange(a, b, size);
}

void sort(void *base, size_t num, size_t size, cmp_func_t cmp, swap_func_t swap)
{
	struct plain plain = {.cmp = cmp, .exchange = swap};

	sort_r(base, num, size, plain_cmp, swap ? plain_swap : NULL, &plain);
}
EXPORT_SYMBOL(sort);
