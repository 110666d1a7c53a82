// SPDX-License-Identifier: MIT
/* Red-black trees against a sorted array: the order, the rules of colour, the subtree values. */
#include <kunit/test.h>
#include <linux/minmax.h>
#include <linux/rbtree.h>
#include <linux/rbtree_augmented.h>

#define NODES 200
#define STEPS 4000

struct item {
	u32 key;
	u32 weight; /* what the subtree values are the largest of */
	u32 largest;
	bool inside;
	struct rb_node rb;
};

static struct item items[NODES];
static u32 state;

static u32 draw(u32 limit)
{
	state = state * 1664525 + 1013904223;
	return (state >> 8) % limit;
}

static inline u32 weight_of(struct item *item)
{
	return item->weight;
}
RB_DECLARE_CALLBACKS_MAX(static, largest_callbacks, struct item, rb, u32, largest, weight_of)

static bool less(struct rb_node *a, const struct rb_node *b)
{
	return rb_entry(a, struct item, rb)->key < rb_entry(b, struct item, rb)->key;
}

static int compare(const void *key, const struct rb_node *node)
{
	u32 wanted = *(const u32 *)key, have = rb_entry(node, struct item, rb)->key;

	return wanted < have ? -1 : wanted > have;
}

static int compare_nodes(struct rb_node *a, const struct rb_node *b)
{
	return compare(&rb_entry(a, struct item, rb)->key, b);
}

static bool is_black(struct rb_node *node)
{
	return !node || (node->__rb_parent_color & 1);
}

/* Black nodes on each way down, or -1 where a rule of the tree is broken. */
static int black_height(struct rb_node *node, bool augmented)
{
	u32 largest;
	int left, right;

	if (!node)
		return 0;
	if (!is_black(node) && (!is_black(node->rb_left) || !is_black(node->rb_right)))
		return -1;
	if ((node->rb_left && rb_parent(node->rb_left) != node) ||
	    (node->rb_right && rb_parent(node->rb_right) != node))
		return -1;
	left = black_height(node->rb_left, augmented);
	right = black_height(node->rb_right, augmented);
	if (left < 0 || left != right)
		return -1;
	largest = rb_entry(node, struct item, rb)->weight;
	if (node->rb_left)
		largest = max(largest, rb_entry(node->rb_left, struct item, rb)->largest);
	if (node->rb_right)
		largest = max(largest, rb_entry(node->rb_right, struct item, rb)->largest);
	if (augmented && largest != rb_entry(node, struct item, rb)->largest)
		return -1;
	return left + is_black(node);
}

/* Whether the tree holds exactly the items that are inside, in order, both ways. */
static void check(struct kunit *test, struct rb_root *root, bool augmented)
{
	struct rb_node *node, *last = NULL;
	int n = 0, inside = 0;

	for (int i = 0; i < NODES; i++)
		inside += items[i].inside;
	KUNIT_ASSERT_TRUE(test, is_black(root->rb_node));
	KUNIT_ASSERT_GE(test, black_height(root->rb_node, augmented), 0);
	for (node = rb_first(root); node; last = node, node = rb_next(node)) {
		KUNIT_ASSERT_TRUE(test, rb_entry(node, struct item, rb)->inside);
		KUNIT_ASSERT_PTR_EQ(test, rb_prev(node), last);
		if (last)
			KUNIT_ASSERT_FALSE(test, less(node, last));
		n++;
	}
	KUNIT_ASSERT_PTR_EQ(test, rb_last(root), last);
	KUNIT_ASSERT_EQ(test, n, inside);
}

static int init(struct kunit *test)
{
	state = 12345;
	for (int i = 0; i < NODES; i++) {
		items[i].key = draw(NODES);
		items[i].weight = draw(10000);
		items[i].inside = false;
		RB_CLEAR_NODE(&items[i].rb);
	}
	return 0;
}

static void rb_add__any_order(struct kunit *test)
{
	struct rb_root root = RB_ROOT;

	KUNIT_EXPECT_TRUE(test, RB_EMPTY_ROOT(&root));
	KUNIT_EXPECT_NULL(test, rb_first(&root));
	KUNIT_EXPECT_NULL(test, rb_last(&root));
	for (int step = 0; step < STEPS; step++) {
		struct item *item = &items[draw(NODES)];

		if (item->inside)
			rb_erase(&item->rb, &root);
		else
			rb_add(&item->rb, &root, less);
		item->inside = !item->inside;
		if (step % 16 == 0)
			check(test, &root, false);
	}
	check(test, &root, false);
}

static void rb_erase__until_empty(struct kunit *test)
{
	struct rb_root root = RB_ROOT;

	for (int i = 0; i < NODES; i++) {
		items[i].key = i;
		items[i].inside = true;
		rb_add(&items[i].rb, &root, less);
	}
	check(test, &root, false);
	for (int i = 0; i < NODES; i++) {
		struct item *item = &items[(i * 77) % NODES];

		KUNIT_ASSERT_TRUE(test, item->inside);
		rb_erase(&item->rb, &root);
		item->inside = false;
		check(test, &root, false);
	}
	KUNIT_EXPECT_TRUE(test, RB_EMPTY_ROOT(&root));
}

static void insert_augmented(struct item *item, struct rb_root_cached *root)
{
	struct rb_node **link = &root->rb_root.rb_node, *parent = NULL;
	bool leftmost = true;

	item->largest = item->weight;
	while (*link) {
		struct item *above = rb_entry(*link, struct item, rb);

		parent = *link;
		above->largest = max(above->largest, item->weight);
		if (item->key < above->key) {
			link = &parent->rb_left;
		} else {
			link = &parent->rb_right;
			leftmost = false;
		}
	}
	rb_link_node(&item->rb, parent, link);
	rb_insert_augmented_cached(&item->rb, root, leftmost, &largest_callbacks);
}

static void rb_insert_augmented__values_follow(struct kunit *test)
{
	struct rb_root_cached root = RB_ROOT_CACHED;

	for (int step = 0; step < STEPS; step++) {
		struct item *item = &items[draw(NODES)];

		if (item->inside)
			rb_erase_augmented_cached(&item->rb, &root, &largest_callbacks);
		else
			insert_augmented(item, &root);
		item->inside = !item->inside;
		KUNIT_ASSERT_PTR_EQ(test, rb_first_cached(&root), rb_first(&root.rb_root));
		if (step % 16 == 0)
			check(test, &root.rb_root, true);
	}
	check(test, &root.rb_root, true);
}

static void rb_add_cached__tells_of_a_new_first(struct kunit *test)
{
	struct rb_root_cached root = RB_ROOT_CACHED;

	items[0].key = 10;
	items[1].key = 20;
	items[2].key = 5;
	KUNIT_EXPECT_PTR_EQ(test, rb_add_cached(&items[0].rb, &root, less), &items[0].rb);
	KUNIT_EXPECT_NULL(test, rb_add_cached(&items[1].rb, &root, less));
	KUNIT_EXPECT_PTR_EQ(test, rb_add_cached(&items[2].rb, &root, less), &items[2].rb);
	KUNIT_EXPECT_PTR_EQ(test, rb_first_cached(&root), &items[2].rb);
	KUNIT_EXPECT_PTR_EQ(test, rb_erase_cached(&items[2].rb, &root), &items[0].rb);
	KUNIT_EXPECT_NULL(test, rb_erase_cached(&items[1].rb, &root));
	KUNIT_EXPECT_PTR_EQ(test, rb_first_cached(&root), &items[0].rb);
}

static void rb_find__first_of_equals(struct kunit *test)
{
	struct rb_root root = RB_ROOT;
	u32 wanted = 7, missing = 8;

	for (int i = 0; i < 5; i++) {
		items[i].key = i < 2 ? 3 : 7;
		rb_add(&items[i].rb, &root, less);
	}
	/* equals are in the order in which they came */
	KUNIT_EXPECT_PTR_EQ(test, rb_find_first(&wanted, &root, compare), &items[2].rb);
	KUNIT_EXPECT_NOT_NULL(test, rb_find(&wanted, &root, compare));
	KUNIT_EXPECT_NULL(test, rb_find(&missing, &root, compare));
	items[5].key = 7;
	items[6].key = 9;
	KUNIT_EXPECT_NOT_NULL(test, rb_find_add(&items[5].rb, &root, compare_nodes));
	KUNIT_EXPECT_NULL(test, rb_find_add(&items[6].rb, &root, compare_nodes));
	KUNIT_EXPECT_PTR_EQ(test, rb_last(&root), &items[6].rb);
}

static void rb_replace_node__same_place(struct kunit *test)
{
	struct rb_root_cached root = RB_ROOT_CACHED;

	for (int i = 0; i < 20; i++) {
		items[i].key = i;
		items[i].inside = true;
		rb_add_cached(&items[i].rb, &root, less);
	}
	for (int i = 0; i < 20; i++) {
		items[100 + i].key = i;
		rb_replace_node_cached(&items[i].rb, &items[100 + i].rb, &root);
		items[i].inside = false;
		items[100 + i].inside = true;
		check(test, &root.rb_root, false);
	}
	KUNIT_EXPECT_PTR_EQ(test, rb_first_cached(&root), &items[100].rb);
}

static void rb_next_postorder__children_first(struct kunit *test)
{
	struct rb_root root = RB_ROOT;
	struct item *item, *next;
	int n = 0;

	for (int i = 0; i < NODES; i++) {
		items[i].inside = true;
		rb_add(&items[i].rb, &root, less);
	}
	rbtree_postorder_for_each_entry_safe(item, next, &root, rb)
	{
		struct rb_node *left = item->rb.rb_left, *right = item->rb.rb_right;

		KUNIT_EXPECT_FALSE(test, left && rb_entry(left, struct item, rb)->inside);
		KUNIT_EXPECT_FALSE(test, right && rb_entry(right, struct item, rb)->inside);
		item->inside = false;
		n++;
	}
	KUNIT_EXPECT_EQ(test, n, NODES);
}

static void RB_EMPTY_NODE__after_clear(struct kunit *test)
{
	struct rb_root root = RB_ROOT;

	KUNIT_EXPECT_TRUE(test, RB_EMPTY_NODE(&items[0].rb));
	KUNIT_EXPECT_NULL(test, rb_next(&items[0].rb));
	rb_add(&items[0].rb, &root, less);
	KUNIT_EXPECT_FALSE(test, RB_EMPTY_NODE(&items[0].rb));
	rb_erase(&items[0].rb, &root);
	RB_CLEAR_NODE(&items[0].rb);
	KUNIT_EXPECT_TRUE(test, RB_EMPTY_NODE(&items[0].rb));
}

static void rb_next_postorder__of_nothing(struct kunit *test)
{
	struct rb_root empty = RB_ROOT;

	KUNIT_EXPECT_NULL(test, rb_first_postorder(&empty));
	KUNIT_EXPECT_NULL(test, rb_next_postorder(NULL));
}

static struct kunit_case cases[] = {KUNIT_CASE(rb_add__any_order),
				    KUNIT_CASE(rb_erase__until_empty),
				    KUNIT_CASE(rb_insert_augmented__values_follow),
				    KUNIT_CASE(rb_add_cached__tells_of_a_new_first),
				    KUNIT_CASE(rb_find__first_of_equals),
				    KUNIT_CASE(rb_replace_node__same_place),
				    KUNIT_CASE(rb_next_postorder__children_first),
				    KUNIT_CASE(RB_EMPTY_NODE__after_clear),
				    KUNIT_CASE(rb_next_postorder__of_nothing),
				    {}};

static struct kunit_suite suite = {
	.name = "rbtree",
	.init = init,
	.test_cases = cases,
};
kunit_test_suite(suite);

MODULE_LICENSE("Dual MIT/GPL");
