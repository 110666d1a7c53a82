// SPDX-License-Identifier: MIT
/* The LRU lists and the batches in front of them: which reference is whose. */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/gfp.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/smp.h>
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

/**
 * struct adder - another task, which adds a folio by way of its own CPU's batch
 * @cpu: that CPU; @added: it did; @done: it has ended
 */
struct adder {
	struct folio *folio;
	unsigned int cpu;
	struct completion added, leave, done;
};

static int add_and_stay(void *arg)
{
	struct adder *adder = arg;

	preempt_disable();
	adder->cpu = raw_smp_processor_id();
	folio_add_lru(adder->folio);
	preempt_enable();
	complete(&adder->added);
	wait_for_completion(&adder->leave);
	complete(&adder->done);
	return 0;
}

/* S1.50, S1.51: the local drain does not reach another CPU's batch; the global one does */
static void lru_add_drain_all__other_cpus(struct kunit *test)
{
	struct adder adder = {.folio = new_folio(test)};
	struct task_struct *task;

	init_completion(&adder.added);
	init_completion(&adder.leave);
	init_completion(&adder.done);
	task = kthread_run(add_and_stay, &adder, "adder");
	KUNIT_ASSERT_FALSE(test, IS_ERR(task));
	wait_for_completion(&adder.added);
	if (adder.cpu != raw_smp_processor_id()) {
		lru_add_drain();
		KUNIT_EXPECT_FALSE(test, folio_test_lru(adder.folio));
		KUNIT_EXPECT_EQ(test, folio_ref_count(adder.folio), 2);
	}
	lru_add_drain_all();
	KUNIT_EXPECT_TRUE(test, folio_test_lru(adder.folio));
	KUNIT_EXPECT_EQ(test, folio_ref_count(adder.folio), 1);
	complete(&adder.leave);
	wait_for_completion(&adder.done);
	folio_put(adder.folio);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(folio_add_lru__batch_holds_a_reference),
	KUNIT_CASE(folio_add_lru__full_batch),
	KUNIT_CASE(folio_put__while_in_a_batch),
	KUNIT_CASE(folio_isolate_lru__takes_it_off),
	KUNIT_CASE(folio_putback_lru__balances),
	KUNIT_CASE(lru_add_drain_all__other_cpus),
	{},
};

static struct kunit_suite suite = {.name = "lru", .test_cases = cases};
kunit_test_suite(suite);
