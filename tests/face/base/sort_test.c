// SPDX-License-Identifier: MIT
/* Sorting arrays and lists. */
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/list_sort.h>
#include <linux/prandom.h>
#include <linux/sort.h>

#define COUNT 333

struct item {
	struct list_head link;
	int key;
	int place; /* before sorting */
};

static int by_value(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

static int by_value_times(const void *a, const void *b, const void *priv)
{
	return (*(const int *)a - *(const int *)b) * *(const int *)priv;
}

static int swaps;

static void counting_swap(void *a, void *b, int size)
{
	int old = *(int *)a;

	*(int *)a = *(int *)b;
	*(int *)b = old;
	swaps++;
}

static void fill(int *numbers, unsigned int count, u64 seed)
{
	struct rnd_state state;

	prandom_seed_state(&state, seed);
	for (unsigned int i = 0; i < count; i++)
		numbers[i] = prandom_u32_state(&state) % 100;
}

static void sort__any_length(struct kunit *test)
{
	static int numbers[COUNT];
	long before, after;

	for (unsigned int count = 0; count <= COUNT; count += count < 9 ? 1 : 36) {
		fill(numbers, COUNT, count + 1);
		before = after = 0;
		for (unsigned int i = 0; i < count; i++)
			before += numbers[i];
		sort(numbers, count, sizeof(int), by_value, count % 2 ? NULL : counting_swap);
		for (unsigned int i = 0; i < count; i++) {
			after += numbers[i];
			if (i)
				KUNIT_EXPECT_LE(test, numbers[i - 1], numbers[i]);
		}
		KUNIT_EXPECT_EQ(test, before, after);
	}
	KUNIT_EXPECT_GT(test, swaps, 0);
}

static void sort_r__hands_its_argument_on(struct kunit *test)
{
	int numbers[] = {3, 1, 2}, downwards = -1;

	sort_r(numbers, 3, sizeof(int), by_value_times, NULL, &downwards);
	KUNIT_EXPECT_EQ(test, numbers[0], 3);
	KUNIT_EXPECT_EQ(test, numbers[1], 2);
	KUNIT_EXPECT_EQ(test, numbers[2], 1);
}

static int by_key(void *priv, const struct list_head *a, const struct list_head *b)
{
	++*(int *)priv;
	return container_of(a, struct item, link)->key - container_of(b, struct item, link)->key;
}

static void list_sort__is_stable(struct kunit *test)
{
	static struct item items[COUNT];
	struct list_head *at;
	int keys[COUNT], compared = 0, n = 0;
	LIST_HEAD(list);

	fill(keys, COUNT, 5);
	for (int i = 0; i < COUNT; i++) {
		items[i].key = keys[i] % 10;
		items[i].place = i;
		list_add_tail(&items[i].link, &list);
	}
	list_sort(&compared, &list, by_key);
	list_for_each(at, &list) {
		struct item *item = container_of(at, struct item, link);

		KUNIT_EXPECT_PTR_EQ(test, item->link.next->prev, &item->link);
		n++;
		if (at->next == &list)
			break;
		KUNIT_EXPECT_LE(test, item->key, list_next_entry(item, link)->key);
		if (item->key == list_next_entry(item, link)->key)
			KUNIT_EXPECT_LT(test, item->place, list_next_entry(item, link)->place);
	}
	KUNIT_EXPECT_EQ(test, n, COUNT);
	/* n log2 n is 2790 */
	KUNIT_EXPECT_LE(test, compared, 2900);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(sort__any_length),
	KUNIT_CASE(sort_r__hands_its_argument_on),
	KUNIT_CASE(list_sort__is_stable),
	{},
};

static struct kunit_suite suite = {
	.name = "sort",
	.test_cases = cases,
};
kunit_test_suite(suite);
MODULE_LICENSE("Dual MIT/GPL");
