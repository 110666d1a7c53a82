// SPDX-License-Identifier: MIT
/* Interval trees against a plain array of intervals. */
#include <kunit/test.h>
#include <linux/interval_tree.h>
#include <linux/limits.h>

#define NODES  64
#define ROUNDS 3000
#define SPACE  200

static struct interval_tree_node nodes[NODES];
static bool inside[NODES];
static struct rb_root_cached tree;
static u32 state;

static u32 draw(u32 limit)
{
	state = state * 1664525 + 1013904223;
	return (state >> 8) % limit;
}

static int init(struct kunit *test)
{
	tree = RB_ROOT_CACHED;
	state = 99;
	memset(inside, 0, sizeof(inside));
	return 0;
}

static void put(int i, unsigned long start, unsigned long last)
{
	nodes[i].start = start;
	nodes[i].last = last;
	interval_tree_insert(&nodes[i], &tree);
	inside[i] = true;
}

static bool meets(int i, unsigned long start, unsigned long last)
{
	return inside[i] && nodes[i].start <= last && start <= nodes[i].last;
}

/* S9.70: exactly those that meet the query, by ascending start. */
static void check_query(struct kunit *test, unsigned long start, unsigned long last)
{
	struct interval_tree_node *node;
	unsigned long before = 0;
	int found = 0, want = 0;

	for (int i = 0; i < NODES; i++)
		want += meets(i, start, last);
	for (node = interval_tree_iter_first(&tree, start, last); node;
	     node = interval_tree_iter_next(node, start, last)) {
		KUNIT_ASSERT_TRUE(test, meets(node - nodes, start, last));
		KUNIT_ASSERT_GE(test, node->start, before);
		before = node->start;
		found++;
		KUNIT_ASSERT_LE(test, found, want);
	}
	KUNIT_ASSERT_EQ(test, found, want);
}

/* S9.70 */
static void interval_tree__as_a_plain_search(struct kunit *test)
{
	for (int round = 0; round < ROUNDS; round++) {
		int i = draw(NODES);
		unsigned long start = draw(SPACE), last = start + draw(20);

		if (inside[i]) {
			interval_tree_remove(&nodes[i], &tree);
			inside[i] = false;
		} else {
			put(i, start, last);
		}
		start = draw(SPACE);
		check_query(test, start, start + draw(30));
	}
}

/* S9.70: both ends belong to the interval and to the query. */
static void interval_tree_iter_first__ends_are_included(struct kunit *test)
{
	put(0, 10, 20);
	KUNIT_EXPECT_PTR_EQ(test, interval_tree_iter_first(&tree, 20, 30), &nodes[0]);
	KUNIT_EXPECT_PTR_EQ(test, interval_tree_iter_first(&tree, 0, 10), &nodes[0]);
	KUNIT_EXPECT_PTR_EQ(test, interval_tree_iter_first(&tree, 15, 15), &nodes[0]);
	KUNIT_EXPECT_NULL(test, interval_tree_iter_first(&tree, 21, 30));
	KUNIT_EXPECT_NULL(test, interval_tree_iter_first(&tree, 0, 9));
}

static void interval_tree_iter_first__empty_tree(struct kunit *test)
{
	KUNIT_EXPECT_NULL(test, interval_tree_iter_first(&tree, 0, ULONG_MAX));
}

/* S9.70 */
static void interval_tree_iter_next__ascending_starts(struct kunit *test)
{
	struct interval_tree_node *node;

	put(0, 50, 60);
	put(1, 0, ULONG_MAX);
	put(2, 30, 55);
	put(3, 70, 80);
	node = interval_tree_iter_first(&tree, 52, 58);
	KUNIT_ASSERT_PTR_EQ(test, node, &nodes[1]);
	node = interval_tree_iter_next(node, 52, 58);
	KUNIT_ASSERT_PTR_EQ(test, node, &nodes[2]);
	node = interval_tree_iter_next(node, 52, 58);
	KUNIT_ASSERT_PTR_EQ(test, node, &nodes[0]);
	KUNIT_EXPECT_NULL(test, interval_tree_iter_next(node, 52, 58));
}

static struct kunit_case cases[] = {KUNIT_CASE(interval_tree__as_a_plain_search),
				    KUNIT_CASE(interval_tree_iter_first__ends_are_included),
				    KUNIT_CASE(interval_tree_iter_first__empty_tree),
				    KUNIT_CASE(interval_tree_iter_next__ascending_starts),
				    {}};

static struct kunit_suite suite = {
	.name = "interval_tree",
	.init = init,
	.test_cases = cases,
};
kunit_test_suite(suite);

MODULE_LICENSE("Dual MIT/GPL");
