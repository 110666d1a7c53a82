// SPDX-License-Identifier: MIT
/*
 * Walking over lists of each kind, forwards, backwards, from the middle, while entries go: which entries a walk
 * meets, in which order.
 */
#include <kunit/test.h>
#include <linux/hashtable.h>
#include <linux/list.h>
#include <linux/llist.h>
#include <linux/rculist.h>
#include <linux/string.h>

struct item {
	char name;
	struct list_head link;
	struct hlist_node node;
	struct llist_node lock_less;
};

#define N 5

/* a b c d e on one list of each kind */
static struct item items[N];
static LIST_HEAD(list);
static HLIST_HEAD(hlist);
static char met[4 * N];

static int init(struct kunit *test)
{
	INIT_LIST_HEAD(&list);
	INIT_HLIST_HEAD(&hlist);
	for (int i = 0; i < N; i++) {
		items[i].name = 'a' + i;
		list_add_tail(&items[i].link, &list);
		if (i)
			hlist_add_behind(&items[i].node, &items[i - 1].node);
		else
			hlist_add_head(&items[i].node, &hlist);
	}
	met[0] = 0;
	return 0;
}

static void meet(const struct item *item)
{
	size_t n = strlen(met);

	met[n] = item->name;
	met[n + 1] = 0;
}

#define EXPECT_MET(walk, names)                       \
	do {                                          \
		met[0] = 0;                           \
		walk;                                 \
		KUNIT_EXPECT_STREQ(test, met, names); \
	} while (0)

static void meet_link(struct list_head *link)
{
	meet(list_entry(link, struct item, link));
}

static void list_for_each__either_way(struct kunit *test)
{
	struct list_head *at, *next;

	EXPECT_MET(list_for_each(at, &list) meet_link(at), "abcde");
	EXPECT_MET(list_for_each_prev(at, &list) meet_link(at), "edcba");
	at = &items[1].link;
	EXPECT_MET(list_for_each_continue(at, &list) meet_link(at), "cde");
	EXPECT_MET(
		list_for_each_prev_safe(at, next, &list) {
			meet_link(at);
			list_del(at);
		},
		"edcba");
	KUNIT_EXPECT_TRUE(test, list_empty(&list));
	init(test);
	EXPECT_MET(
		list_for_each_safe(at, next, &list) {
			meet_link(at);
			list_del_init(at);
		},
		"abcde");
	KUNIT_EXPECT_TRUE(test, list_empty(&list));
}

static void list_for_each_entry__from_the_middle(struct kunit *test)
{
	struct item *at = &items[2], *next;

	EXPECT_MET(list_for_each_entry_from_reverse(at, &list, link) meet(at), "cba");
	at = &items[1];
	EXPECT_MET(
		list_for_each_entry_safe_continue(at, next, &list, link) {
			meet(at);
			list_del(&at->link);
		},
		"cde");
	init(test);
	at = &items[3];
	EXPECT_MET(
		list_for_each_entry_safe_from(at, next, &list, link) {
			meet(at);
			list_del(&at->link);
		},
		"de");
	init(test);
	at = list_prepare_entry((struct item *)NULL, &list, link);
	EXPECT_MET(list_for_each_entry_continue(at, &list, link) meet(at), "abcde");
	at = list_prepare_entry(&items[3], &list, link);
	EXPECT_MET(list_for_each_entry_continue(at, &list, link) meet(at), "e");
}

/* The one after is taken away inside the walk. */
static void list_safe_reset_next__after_another_went(struct kunit *test)
{
	struct item *at, *next;

	EXPECT_MET(
		list_for_each_entry_safe(at, next, &list, link) {
			meet(at);
			if (at == &items[1]) {
				list_del(&items[2].link);
				list_safe_reset_next(at, next, link);
			}
		},
		"abde");
}

static void list_next_entry_circular__round_the_end(struct kunit *test)
{
	KUNIT_EXPECT_PTR_EQ(test, list_next_entry_circular(&items[4], &list, link), &items[0]);
	KUNIT_EXPECT_PTR_EQ(test, list_next_entry_circular(&items[0], &list, link), &items[1]);
	KUNIT_EXPECT_PTR_EQ(test, list_last_entry(&list, struct item, link), &items[4]);
	KUNIT_EXPECT_FALSE(test, list_empty_careful(&list));
	for (int i = 0; i < N; i++)
		list_del_init_careful(&items[i].link);
	KUNIT_EXPECT_TRUE(test, list_empty_careful(&list));
	KUNIT_EXPECT_TRUE(test, list_empty_careful(&items[0].link));
}

static void hlist_for_each__and_from_the_middle(struct kunit *test)
{
	struct hlist_node *node, *next;
	struct item *at = &items[1];

	EXPECT_MET(hlist_for_each(node, &hlist) meet(hlist_entry(node, struct item, node)),
		   "abcde");
	EXPECT_MET(hlist_for_each_entry_continue(at, node) meet(at), "cde");
	at = &items[3];
	EXPECT_MET(hlist_for_each_entry_from(at, node) meet(at), "de");
	KUNIT_EXPECT_FALSE(test, hlist_is_singular_node(&items[0].node, &hlist));
	EXPECT_MET(
		hlist_for_each_safe(node, next, &hlist) {
			meet(hlist_entry(node, struct item, node));
			hlist_del_init(node);
		},
		"abcde");
	KUNIT_EXPECT_TRUE(test, hlist_unhashed_lockless(&items[2].node));
	hlist_add_head(&items[2].node, &hlist);
	KUNIT_EXPECT_FALSE(test, hlist_unhashed_lockless(&items[2].node));
	KUNIT_EXPECT_TRUE(test, hlist_is_singular_node(&items[2].node, &hlist));
	KUNIT_EXPECT_FALSE(test, hlist_fake(&items[2].node));
	INIT_HLIST_NODE(&items[0].node);
	hlist_add_fake(&items[0].node);
	KUNIT_EXPECT_TRUE(test, hlist_fake(&items[0].node));
	KUNIT_EXPECT_FALSE(test, hlist_unhashed(&items[0].node));
	hlist_del(&items[0].node);
}

static void llist_for_each__newest_first(struct kunit *test)
{
	struct llist_node *at, *next, *all;
	struct llist_head head;

	init_llist_head(&head);
	KUNIT_EXPECT_TRUE(test, llist_empty(&head));
	for (int i = 0; i < 3; i++)
		KUNIT_EXPECT_EQ(test, __llist_add(&items[i].lock_less, &head), i == 0);
	all = __llist_del_all(&head);
	KUNIT_EXPECT_TRUE(test, llist_empty(&head));
	KUNIT_EXPECT_PTR_EQ(test, llist_next(all), &items[1].lock_less);
	EXPECT_MET(llist_for_each(at, all) meet(llist_entry(at, struct item, lock_less)), "cba");
	EXPECT_MET(
		llist_for_each_safe(at, next, all) {
			meet(llist_entry(at, struct item, lock_less));
			at->next = NULL;
		},
		"cba");
}

/* ---- read under RCU -------------------------------------------------------------------------------------------- */

static void list_for_each_entry_rcu__sees_what_is_linked(struct kunit *test)
{
	struct item front = {.name = 'f'}, back = {.name = 'z'}, other = {.name = 'o'}, *at;

	list_add_rcu(&front.link, &list);
	list_add_tail_rcu(&back.link, &list);
	list_replace_rcu(&items[2].link, &other.link);
	list_del_rcu(&items[0].link);
	rcu_read_lock();
	EXPECT_MET(list_for_each_entry_rcu(at, &list, link) meet(at), "fbodez");
	at = list_first_or_null_rcu(&list, struct item, link);
	KUNIT_EXPECT_PTR_EQ(test, at, &front);
	at = list_entry_rcu(list_next_rcu(&front.link), struct item, link);
	KUNIT_EXPECT_PTR_EQ(test, at, &items[1]);
	rcu_read_unlock();
	/* who stands on the entry that went still gets on */
	KUNIT_EXPECT_PTR_EQ(test, items[0].link.next, &items[1].link);
	INIT_LIST_HEAD(&list);
	KUNIT_EXPECT_NULL(test, list_first_or_null_rcu(&list, struct item, link));
}

static void hlist_for_each_entry_rcu__sees_what_is_linked(struct kunit *test)
{
	struct item front = {.name = 'f'}, *at;

	hlist_add_head_rcu(&front.node, &hlist);
	hlist_del_rcu(&items[1].node);
	hlist_del_init_rcu(&items[3].node);
	rcu_read_lock();
	EXPECT_MET(hlist_for_each_entry_rcu(at, &hlist, node) meet(at), "face");
	KUNIT_EXPECT_PTR_EQ(test, rcu_dereference(hlist_first_rcu(&hlist)), &front.node);
	KUNIT_EXPECT_PTR_EQ(test, rcu_dereference(hlist_next_rcu(&front.node)), &items[0].node);
	rcu_read_unlock();
	KUNIT_EXPECT_PTR_EQ(test, items[1].node.next, &items[2].node);
	KUNIT_EXPECT_TRUE(test, hlist_unhashed(&items[3].node));
	hlist_del_init_rcu(&items[3].node); /* not linked: nothing happens */
}

/* ---- hash tables ------------------------------------------------------------------------------------------------- */

static DEFINE_HASHTABLE(table, 3);

static unsigned int count;

static void hash_add__found_by_its_key(struct kunit *test)
{
	struct hlist_node *next;
	struct item *at;
	int bucket;

	hash_init(table);
	KUNIT_EXPECT_TRUE(test, hash_empty(table));
	for (int i = 0; i < N; i++) {
		INIT_HLIST_NODE(&items[i].node);
		KUNIT_EXPECT_FALSE(test, hash_hashed(&items[i].node));
		hash_add(table, &items[i].node, i / 2);
	}
	KUNIT_EXPECT_TRUE(test, hash_hashed(&items[0].node));
	KUNIT_EXPECT_FALSE(test, hash_empty(table));
	count = 0;
	hash_for_each(table, bucket, at, node) count++;
	KUNIT_EXPECT_EQ(test, count, (unsigned int)N);
	count = 0;
	hash_for_each_possible(table, at, node, 1) count += at == &items[2] || at == &items[3];
	KUNIT_EXPECT_EQ(test, count, 2u);
	hash_for_each_possible_safe(table, at, next, node, 1)
	{
		if (at == &items[2])
			hash_del(&at->node);
	}
	KUNIT_EXPECT_FALSE(test, hash_hashed(&items[2].node));
	hash_for_each_safe(table, bucket, next, at, node) hash_del(&at->node);
	KUNIT_EXPECT_TRUE(test, hash_empty(table));
}

static void hash_add_rcu__found_under_rcu(struct kunit *test)
{
	struct item *at;
	int bucket;

	hash_init(table);
	for (int i = 0; i < N; i++)
		hash_add_rcu(table, &items[i].node, i);
	rcu_read_lock();
	count = 0;
	hash_for_each_rcu(table, bucket, at, node) count++;
	KUNIT_EXPECT_EQ(test, count, (unsigned int)N);
	count = 0;
	hash_for_each_possible_rcu(table, at, node, 4) count += at == &items[4];
	KUNIT_EXPECT_EQ(test, count, 1u);
	rcu_read_unlock();
	for (int i = 0; i < N; i++)
		hash_del_rcu(&items[i].node);
	KUNIT_EXPECT_TRUE(test, hash_empty(table));
}

/* The same key the same bucket, and all of the buckets in use. */
static void hash_long__within_its_bits(struct kunit *test)
{
	unsigned long seen = 0;

	for (unsigned long key = 0; key < 1000; key++) {
		KUNIT_EXPECT_LT(test, hash_64(key, 5), 32u);
		KUNIT_EXPECT_LT(test, hash_32(key, 5), 32u);
		KUNIT_EXPECT_EQ(test, hash_long(key, 5), hash_long(key, 5));
		KUNIT_EXPECT_EQ(test, hash_min(key, 5), hash_long(key, 5));
		seen |= 1ul << hash_long(key, 5);
	}
	KUNIT_EXPECT_EQ(test, seen, 0xfffffffful);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(list_for_each__either_way),
	KUNIT_CASE(list_for_each_entry__from_the_middle),
	KUNIT_CASE(list_safe_reset_next__after_another_went),
	KUNIT_CASE(list_next_entry_circular__round_the_end),
	KUNIT_CASE(hlist_for_each__and_from_the_middle),
	KUNIT_CASE(llist_for_each__newest_first),
	KUNIT_CASE(list_for_each_entry_rcu__sees_what_is_linked),
	KUNIT_CASE(hlist_for_each_entry_rcu__sees_what_is_linked),
	KUNIT_CASE(hash_add__found_by_its_key),
	KUNIT_CASE(hash_add_rcu__found_under_rcu),
	KUNIT_CASE(hash_long__within_its_bits),
	{},
};

static struct kunit_suite suite = {.name = "walks", .init = init, .test_cases = cases};
kunit_test_suite(suite);
