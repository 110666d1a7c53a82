// SPDX-License-Identifier: MIT
/* Things in the order of a key that may grow. */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "order.h"

static bool before(const struct order_entry *a, const struct order_entry *b)
{
	if (a->key.first != b->key.first)
		return a->key.first < b->key.first;
	if (a->key.second != b->key.second)
		return a->key.second < b->key.second;
	return a->thing < b->thing;
}

static void sink(struct order *order, size_t at)
{
	struct order_entry entry = order->heap[at];

	for (size_t child; (child = 2 * at + 1) < order->n; at = child) {
		if (child + 1 < order->n && before(&order->heap[child + 1], &order->heap[child]))
			child++;
		if (!before(&order->heap[child], &entry))
			break;
		order->heap[at] = order->heap[child];
	}
	order->heap[at] = entry;
}

int order_add(struct order *order, uint64_t thing, struct order_key key)
{
	struct order_entry entry = {.key = key, .thing = thing};
	size_t at = order->n;

	if (order->n == order->room) {
		size_t room = order->room ? 2 * order->room : 64;
		struct order_entry *heap = realloc(order->heap, room * sizeof(*heap));

		if (!heap)
			return -ENOMEM;
		order->heap = heap;
		order->room = room;
	}
	for (order->n++; at && before(&entry, &order->heap[(at - 1) / 2]); at = (at - 1) / 2)
		order->heap[at] = order->heap[(at - 1) / 2];
	order->heap[at] = entry;
	return 0;
}

int order_take(struct order *order, struct order_key (*key_now)(void *arg, uint64_t thing),
	       void *arg, uint64_t *thing)
{
	while (order->n) {
		struct order_entry first = order->heap[0];
		struct order_entry now = {.key = key_now(arg, first.thing), .thing = first.thing};
		bool gone = now.key.first == ORDER_GONE;

		if (!gone && before(&first, &now)) {
			order->heap[0] = now;
			sink(order, 0);
			continue;
		}
		order->heap[0] = order->heap[--order->n];
		if (order->n)
			sink(order, 0);
		if (gone)
			continue;
		*thing = first.thing;
		return 0;
	}
	return -ENOENT;
}

void order_free(struct order *order)
{
	free(order->heap);
}
