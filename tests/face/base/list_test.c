// SPDX-License-Identifier: MIT
/* Doubly linked lists: every operation leaves the ring in the order that it says. */
#include <kunit/test.h>
#include <linux/list.h>

struct item {
	char name;
	struct list_head link;
	struct hlist_node node;
};

#define ITEMS 6
static struct item items[ITEMS];
static LIST_HEAD(list);
static LIST_HEAD(other);

/* Names of a list's entries, forwards; the same backwards, or "broken". */
static const char *names(struct list_head *head)
{
	static char forwards[ITEMS + 2];
	struct item *item;
	int n = 0, back;

	list_for_each_entry(item, head, link) {
		if (n == ITEMS)
			return "endless";
		forwards[n++] = item->name;
	}
	forwards[n] = 0;
	back = n;
	list_for_each_entry_reverse(item, head, link) {
		if (!back || forwards[--back] != item->name)
			return "broken";
	}
	return back ? "broken" : forwards;
}

/* list: abcd, other: ef */
static int init(struct kunit *test)
{
	INIT_LIST_HEAD(&list);
	INIT_LIST_HEAD(&other);
	for (int i = 0; i < ITEMS; i++) {
		items[i].name = 'a' + i;
		list_add_tail(&items[i].link, i < 4 ? &list : &other);
	}
	return 0;
}

static void list_add__first_and_last(struct kunit *test)
{
	LIST_HEAD(fresh);
	struct item x = {.name = 'x'}, y = {.name = 'y'}, z = {.name = 'z'};

	KUNIT_EXPECT_TRUE(test, list_empty(&fresh));
	list_add(&x.link, &fresh);
	KUNIT_EXPECT_TRUE(test, list_is_singular(&fresh));
	list_add(&y.link, &fresh);
	list_add_tail(&z.link, &fresh);
	KUNIT_EXPECT_STREQ(test, names(&fresh), "yxz");
	KUNIT_EXPECT_FALSE(test, list_empty(&fresh));
	KUNIT_EXPECT_FALSE(test, list_is_singular(&fresh));
	KUNIT_EXPECT_TRUE(test, list_is_first(&y.link, &fresh));
	KUNIT_EXPECT_TRUE(test, list_is_last(&z.link, &fresh));
	KUNIT_EXPECT_EQ(test, list_count_nodes(&fresh), 3);
}

static void list_del__the_others_close_up(struct kunit *test)
{
	list_del(&items[1].link);
	KUNIT_EXPECT_STREQ(test, names(&list), "acd");
	KUNIT_EXPECT_PTR_NE(test, items[1].link.next, &items[1].link);
	list_del_init(&items[2].link);
	KUNIT_EXPECT_STREQ(test, names(&list), "ad");
	KUNIT_EXPECT_TRUE(test, list_empty(&items[2].link));
	list_del_init(&items[2].link); /* on no list: nothing happens */
	KUNIT_EXPECT_STREQ(test, names(&list), "ad");
}

static void list_move__between_lists(struct kunit *test)
{
	list_move(&items[2].link, &list);
	KUNIT_EXPECT_STREQ(test, names(&list), "cabd");
	list_move_tail(&items[2].link, &other);
	KUNIT_EXPECT_STREQ(test, names(&list), "abd");
	KUNIT_EXPECT_STREQ(test, names(&other), "efc");
	list_bulk_move_tail(&other, &items[1].link, &items[3].link);
	KUNIT_EXPECT_STREQ(test, names(&list), "a");
	KUNIT_EXPECT_STREQ(test, names(&other), "efcbd");
}

static void list_splice__order_and_source(struct kunit *test)
{
	list_splice_init(&other, &list);
	KUNIT_EXPECT_STREQ(test, names(&list), "efabcd");
	KUNIT_EXPECT_TRUE(test, list_empty(&other));
	list_splice_init(&other, &list);
	KUNIT_EXPECT_STREQ(test, names(&list), "efabcd");
	list_splice_tail_init(&list, &other);
	KUNIT_EXPECT_STREQ(test, names(&other), "efabcd");
	KUNIT_EXPECT_TRUE(test, list_empty(&list));
}

static void list_splice_tail__behind(struct kunit *test)
{
	list_splice_tail_init(&other, &list);
	KUNIT_EXPECT_STREQ(test, names(&list), "abcdef");
}

static void list_cut_position__up_to_and_with(struct kunit *test)
{
	LIST_HEAD(cut);

	list_cut_position(&cut, &list, &items[1].link);
	KUNIT_EXPECT_STREQ(test, names(&cut), "ab");
	KUNIT_EXPECT_STREQ(test, names(&list), "cd");
	list_splice_init(&cut, &list);
	list_cut_position(&cut, &list, &list);
	KUNIT_EXPECT_TRUE(test, list_empty(&cut));
	list_cut_before(&cut, &list, &items[1].link);
	KUNIT_EXPECT_STREQ(test, names(&cut), "a");
	KUNIT_EXPECT_STREQ(test, names(&list), "bcd");
	list_splice_init(&cut, &list);
	list_cut_position(&cut, &list, list.prev);
	KUNIT_EXPECT_STREQ(test, names(&cut), "abcd");
	KUNIT_EXPECT_TRUE(test, list_empty(&list));
	list_splice_init(&cut, &list);
}

static void list_replace__takes_the_place(struct kunit *test)
{
	list_del(&items[4].link);
	list_replace_init(&items[1].link, &items[4].link);
	KUNIT_EXPECT_STREQ(test, names(&list), "aecd");
	KUNIT_EXPECT_TRUE(test, list_empty(&items[1].link));
}

static void list_replace__of_an_empty_head_points_to_itself(struct kunit *test)
{
	LIST_HEAD(empty);
	struct list_head copy;

	list_replace(&empty, &copy);
	KUNIT_EXPECT_PTR_EQ(test, copy.next, &copy);
	KUNIT_EXPECT_PTR_EQ(test, copy.prev, &copy);
}

static void list_swap__neighbours_and_others(struct kunit *test)
{
	list_swap(&items[0].link, &items[3].link);
	KUNIT_EXPECT_STREQ(test, names(&list), "dbca");
	list_swap(&items[1].link, &items[2].link);
	KUNIT_EXPECT_STREQ(test, names(&list), "dcba");
	list_swap(&items[1].link, &items[2].link);
	KUNIT_EXPECT_STREQ(test, names(&list), "dbca");
}

static void list_rotate_left__first_becomes_last(struct kunit *test)
{
	list_rotate_left(&list);
	KUNIT_EXPECT_STREQ(test, names(&list), "bcda");
	list_rotate_to_front(&items[3].link, &list);
	KUNIT_EXPECT_STREQ(test, names(&list), "dabc");
}

static void list_for_each_entry_safe__may_remove(struct kunit *test)
{
	struct item *item, *next;

	list_for_each_entry_safe(item, next, &list, link) {
		if (item->name == 'b' || item->name == 'c')
			list_del(&item->link);
	}
	KUNIT_EXPECT_STREQ(test, names(&list), "ad");
	list_for_each_entry_safe_reverse(item, next, &list, link) list_del(&item->link);
	KUNIT_EXPECT_TRUE(test, list_empty(&list));
}

static void list_for_each_entry_from__and_continue(struct kunit *test)
{
	struct item *item = &items[1];
	char seen[8];
	int n = 0;

	list_for_each_entry_from(item, &list, link)
		seen[n++] = item->name;
	item = &items[1];
	list_for_each_entry_continue(item, &list, link)
		seen[n++] = item->name;
	item = &items[1];
	list_for_each_entry_continue_reverse(item, &list, link) seen[n++] = item->name;
	seen[n] = 0;
	KUNIT_EXPECT_STREQ(test, seen, "bcdcda");
}

static void list_first_entry_or_null__empty_or_not(struct kunit *test)
{
	LIST_HEAD(empty);

	KUNIT_EXPECT_NULL(test, list_first_entry_or_null(&empty, struct item, link));
	KUNIT_EXPECT_PTR_EQ(test, list_first_entry_or_null(&list, struct item, link), &items[0]);
	KUNIT_EXPECT_PTR_EQ(test, list_first_entry(&list, struct item, link), &items[0]);
	KUNIT_EXPECT_PTR_EQ(test, list_last_entry(&list, struct item, link), &items[3]);
	KUNIT_EXPECT_PTR_EQ(test, list_next_entry(&items[0], link), &items[1]);
	KUNIT_EXPECT_PTR_EQ(test, list_prev_entry(&items[1], link), &items[0]);
}

static const char *hash_names(struct hlist_head *head)
{
	static char text[ITEMS + 1];
	struct item *item;
	int n = 0;

	hlist_for_each_entry(item, head, node) {
		if (n == ITEMS)
			return "endless";
		if (*item->node.pprev != &item->node)
			return "broken";
		text[n++] = item->name;
	}
	text[n] = 0;
	return text;
}

static void hlist__add_and_remove(struct kunit *test)
{
	HLIST_HEAD(head);
	HLIST_HEAD(moved);
	struct hlist_node *next;
	struct item *item;

	INIT_HLIST_NODE(&items[0].node);
	KUNIT_EXPECT_TRUE(test, hlist_unhashed(&items[0].node));
	KUNIT_EXPECT_TRUE(test, hlist_empty(&head));
	hlist_add_head(&items[0].node, &head);
	hlist_add_head(&items[1].node, &head);
	KUNIT_EXPECT_FALSE(test, hlist_unhashed(&items[0].node));
	hlist_add_before(&items[2].node, &items[0].node);
	hlist_add_behind(&items[3].node, &items[0].node);
	KUNIT_EXPECT_STREQ(test, hash_names(&head), "bcad");
	hlist_del_init(&items[1].node);
	hlist_del_init(&items[1].node);
	hlist_del(&items[0].node);
	KUNIT_EXPECT_STREQ(test, hash_names(&head), "cd");
	hlist_move_list(&head, &moved);
	KUNIT_EXPECT_TRUE(test, hlist_empty(&head));
	KUNIT_EXPECT_STREQ(test, hash_names(&moved), "cd");
	hlist_for_each_entry_safe(item, next, &moved, node)
		hlist_del_init(&item->node);
	KUNIT_EXPECT_TRUE(test, hlist_empty(&moved));
}

#ifdef __PSIM__
static void list_add__twice_is_reported(struct kunit *test)
{
	kunit_expect_report(test, "list_add");
	list_add(&items[0].link, &list);
	KUNIT_EXPECT_STREQ(test, names(&list), "abcd");
}

static void list_del__twice_is_reported(struct kunit *test)
{
	list_del(&items[1].link);
	kunit_expect_report(test, "list_del");
	list_del(&items[1].link);
	KUNIT_EXPECT_STREQ(test, names(&list), "acd");
}
#endif

static struct kunit_case cases[] = {KUNIT_CASE(list_add__first_and_last),
				    KUNIT_CASE(list_del__the_others_close_up),
				    KUNIT_CASE(list_move__between_lists),
				    KUNIT_CASE(list_splice__order_and_source),
				    KUNIT_CASE(list_splice_tail__behind),
				    KUNIT_CASE(list_cut_position__up_to_and_with),
				    KUNIT_CASE(list_replace__takes_the_place),
				    KUNIT_CASE(list_replace__of_an_empty_head_points_to_itself),
				    KUNIT_CASE(list_swap__neighbours_and_others),
				    KUNIT_CASE(list_rotate_left__first_becomes_last),
				    KUNIT_CASE(list_for_each_entry_safe__may_remove),
				    KUNIT_CASE(list_for_each_entry_from__and_continue),
				    KUNIT_CASE(list_first_entry_or_null__empty_or_not),
				    KUNIT_CASE(hlist__add_and_remove),
#ifdef __PSIM__
				    KUNIT_CASE(list_add__twice_is_reported),
				    KUNIT_CASE(list_del__twice_is_reported),
#endif
				    {}};

static struct kunit_suite suite = {
	.name = "list",
	.init = init,
	.test_cases = cases,
};
kunit_test_suite(suite);

MODULE_LICENSE("Dual MIT/GPL");
