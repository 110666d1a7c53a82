// SPDX-License-Identifier: MIT
/* The LRU lists and the batches in front of them: which reference is whose. */
#include <kunit/test.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/swap.h>
#include "fixture.h"

static struct folio *new_folio(struct kunit *test)
{
	struct folio *folio = folio_alloc(GFP_KERNEL, 0);

	KUNIT_ASSERT_NOT_NULL(test, folio);
	return folio;
}

/* S0.6, S1.50: a batch holds one reference, a list none */
static void folio_add_lru__batch_holds_a_reference(struct kunit *test)
{
	struct folio *folio = new_folio(test);

	lru_add_drain();
	folio_add_lru(folio);
	KUNIT_EXPECT_EQ(test, folio_ref_count(folio), 2);
	KUNIT_EXPECT_FALSE(test, folio_test_lru(folio));
	lru_add_drain();
	KUNIT_EXPECT_EQ(test, folio_ref_count(folio), 1);
	KUNIT_EXPECT_TRUE(test, folio_test_lru(folio));
	folio_put(folio);
}

/* A batch that is full drains itself. */
static void folio_add_lru__full_batch(struct kunit *test)
{
	struct folio *folios[64];
	int on_lists = 0;

	lru_add_drain();
	for (int i = 0; i < ARRAY_SIZE(folios); i++) {
		folios[i] = new_folio(test);
		folio_add_lru(folios[i]);
	}
	for (int i = 0; i < ARRAY_SIZE(folios); i++)
		on_lists += folio_test_lru(folios[i]);
	KUNIT_EXPECT_GT(test, on_lists, 0);
	KUNIT_EXPECT_LT(test, on_lists, (int)ARRAY_SIZE(folios));
	lru_add_drain_all();
	for (int i = 0; i < ARRAY_SIZE(folios); i++) {
		KUNIT_EXPECT_TRUE(test, folio_test_lru(folios[i]));
		folio_put(folios[i]);
	}
}

/* The batch's reference may be the last one: the folio is freed when the batch is drained. */
static void folio_put__while_in_a_batch(struct kunit *test)
{
	struct folio *folio = new_folio(test);

	folio_add_lru(folio);
	folio_put(folio);
	KUNIT_EXPECT_EQ(test, folio_ref_count(folio), 1);
	lru_add_drain();
}

/* S1.51: isolation takes the flag and a reference; a second one finds nothing */
static void folio_isolate_lru__takes_it_off(struct kunit *test)
{
	struct folio *folio = new_folio(test);

	folio_add_lru(folio);
	KUNIT_EXPECT_FALSE(test, folio_isolate_lru(folio));
	lru_add_drain_all();
	KUNIT_EXPECT_TRUE(test, folio_isolate_lru(folio));
	KUNIT_EXPECT_FALSE(test, folio_test_lru(folio));
	KUNIT_EXPECT_EQ(test, folio_ref_count(folio), 2);
	KUNIT_EXPECT_FALSE(test, folio_isolate_lru(folio));
	KUNIT_EXPECT_EQ(test, folio_ref_count(folio), 2);
	folio_put(folio);
	folio_put(folio);
}

/* S1.58: putting it back balances the reference, once the batch is drained */
static void folio_putback_lru__balances(struct kunit *test)
{
	struct folio *folio = new_folio(test);

	folio_add_lru(folio);
	lru_add_drain();
	KUNIT_ASSERT_TRUE(test, folio_isolate_lru(folio));
	folio_putback_lru(folio);
	KUNIT_EXPECT_EQ(test, folio_ref_count(folio), 2);
	lru_add_drain();
	KUNIT_EXPECT_EQ(test, folio_ref_count(folio), 1);
	KUNIT_EXPECT_TRUE(test, folio_test_lru(folio));
	folio_put(folio);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(folio_add_lru__batch_holds_a_reference),
	KUNIT_CASE(folio_add_lru__full_batch),
	KUNIT_CASE(folio_put__while_in_a_batch),
	KUNIT_CASE(folio_isolate_lru__takes_it_off),
	KUNIT_CASE(folio_putback_lru__balances),
	{},
};

static struct kunit_suite suite = {.name = "lru", .test_cases = cases};
kunit_test_suite(suite);
