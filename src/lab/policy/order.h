/* SPDX-License-Identifier: MIT */
/*
 * Things in the order of a key that may grow at any time: whoever is asked for the first looks at its key then,
 * and puts it back where it belongs now. So nobody has to be told of each access.
 */
#ifndef LAB_ORDER_H
#define LAB_ORDER_H

#include <stddef.h>
#include <stdint.h>

/* What is compared: @first, then @second. */
struct order_key {
	uint64_t first, second;
};
#define ORDER_GONE (~0ull) /* as @first: it is none of ours any more */

struct order_entry {
	struct order_key key;
	uint64_t thing;
};

/**
 * struct order - a heap of things, by key and then by number
 * @heap: the entries
 * @n, @room: how many, and room for how many
 */
struct order {
	struct order_entry *heap;
	size_t n;
	size_t room;
};

/* Return: 0, -ENOMEM. */
int order_add(struct order *order, uint64_t thing, struct order_key key);
/*
 * Take out the thing with the least key. @key_now: what its key is now, at least what it was, or
 * ORDER_GONE. Return: 0, -ENOENT.
 */
int order_take(struct order *order, struct order_key (*key_now)(void *arg, uint64_t thing),
	       void *arg, uint64_t *thing);
void order_free(struct order *order);

#endif /* LAB_ORDER_H */
