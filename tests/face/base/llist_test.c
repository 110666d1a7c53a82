// SPDX-License-Identifier: MIT
/* Lock-less lists. */
#include <kunit/test.h>
#include <linux/llist.h>

struct item {
	int number;
	struct llist_node node;
};

/* S9.44 */
static void llist_add__true_iff_it_was_empty(struct kunit *test)
{
	LLIST_HEAD(list);
	struct item items[3] = {};

	KUNIT_EXPECT_TRUE(test, llist_empty(&list));
	KUNIT_EXPECT_TRUE(test, llist_add(&items[0].node, &list));
	KUNIT_EXPECT_FALSE(test, llist_empty(&list));
	KUNIT_EXPECT_FALSE(test, llist_add(&items[1].node, &list));
	KUNIT_EXPECT_FALSE(test, llist_add(&items[2].node, &list));
	llist_del_all(&list);
	KUNIT_EXPECT_TRUE(test, llist_add(&items[0].node, &list));
}

/* S9.44 */
static void llist_del_all__newest_first(struct kunit *test)
{
	LLIST_HEAD(list);
	struct item items[4], *at, *next;
	int want = 3;

	for (int i = 0; i < 4; i++) {
		items[i].number = i;
		llist_add(&items[i].node, &list);
	}
	llist_for_each_entry_safe(at, next, llist_del_all(&list), node) {
		KUNIT_EXPECT_EQ(test, at->number, want--);
		at->node.next = NULL; /* the walk does not need it any more */
	}
	KUNIT_EXPECT_EQ(test, want, -1);
	KUNIT_EXPECT_TRUE(test, llist_empty(&list));
	KUNIT_EXPECT_NULL(test, llist_del_all(&list));
}

/* S9.44 */
static void init_llist_node__points_to_itself(struct kunit *test)
{
	LLIST_HEAD(list);
	struct item item;

	init_llist_node(&item.node);
	KUNIT_EXPECT_PTR_EQ(test, item.node.next, &item.node);
	KUNIT_EXPECT_FALSE(test, llist_on_list(&item.node));
	llist_add(&item.node, &list);
	KUNIT_EXPECT_TRUE(test, llist_on_list(&item.node));
	KUNIT_EXPECT_NULL(test, item.node.next);
}

static void llist_add_batch__a_chain_before_what_was_there(struct kunit *test)
{
	LLIST_HEAD(list);
	struct item old = {.number = 9}, chain[2] = {{.number = 0}, {.number = 1}}, *at;
	const int want[] = {0, 1, 9};
	int n = 0;

	llist_add(&old.node, &list);
	chain[0].node.next = &chain[1].node;
	KUNIT_EXPECT_FALSE(test, llist_add_batch(&chain[0].node, &chain[1].node, &list));
	llist_for_each_entry(at, list.first, node) {
		KUNIT_ASSERT_LT(test, n, 3);
		KUNIT_EXPECT_EQ(test, at->number, want[n++]);
	}
	KUNIT_EXPECT_EQ(test, n, 3);
}

static void llist_del_first__the_newest(struct kunit *test)
{
	LLIST_HEAD(list);
	struct item items[2];

	KUNIT_EXPECT_NULL(test, llist_del_first(&list));
	llist_add(&items[0].node, &list);
	llist_add(&items[1].node, &list);
	KUNIT_EXPECT_PTR_EQ(test, llist_del_first(&list), &items[1].node);
	KUNIT_EXPECT_PTR_EQ(test, llist_del_first(&list), &items[0].node);
	KUNIT_EXPECT_TRUE(test, llist_empty(&list));
}

static void llist_reverse_order__oldest_first(struct kunit *test)
{
	LLIST_HEAD(list);
	struct item items[3], *at;
	int want = 0;

	for (int i = 0; i < 3; i++) {
		items[i].number = i;
		llist_add(&items[i].node, &list);
	}
	llist_for_each_entry(at, llist_reverse_order(llist_del_all(&list)), node)
		KUNIT_EXPECT_EQ(test, at->number, want++);
	KUNIT_EXPECT_EQ(test, want, 3);
}

static struct kunit_case cases[] = {KUNIT_CASE(llist_add__true_iff_it_was_empty),
				    KUNIT_CASE(llist_del_all__newest_first),
				    KUNIT_CASE(init_llist_node__points_to_itself),
				    KUNIT_CASE(llist_add_batch__a_chain_before_what_was_there),
				    KUNIT_CASE(llist_del_first__the_newest),
				    KUNIT_CASE(llist_reverse_order__oldest_first),
				    {}};

static struct kunit_suite suite = {
	.name = "llist",
	.test_cases = cases,
};
kunit_test_suite(suite);

MODULE_LICENSE("Dual MIT/GPL");
