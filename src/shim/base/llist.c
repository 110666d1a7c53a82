// SPDX-License-Identifier: MIT
/* Lock-less lists: taking one node, turning a chain round. */
#include <linux/llist.h>

struct llist_node *llist_del_first(struct llist_head *head)
{
	struct llist_node *first, *next;

	__psim_point_atomic();
	first = __atomic_load_n(&head->first, __ATOMIC_ACQUIRE);
	do {
		if (!first)
			return NULL;
		next = __atomic_load_n(&first->next, __ATOMIC_RELAXED);
	} while (!__psim_compare_exchange(&head->first, &first, next, __ATOMIC_SEQ_CST,
					  __ATOMIC_ACQUIRE));
	return first;
}

struct llist_node *llist_reverse_order(struct llist_node *head)
{
	struct llist_node *turned = NULL;

	while (head) {
		struct llist_node *next = head->next;

		head->next = turned;
		turned = head;
		head = next;
	}
	return turned;
}
