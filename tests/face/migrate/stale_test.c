// SPDX-License-Identifier: MIT
/*
 * Translations that a CPU must not have any more: what uses one, and the audit, say so, unless the flush is
 * still to come. Each case takes a slot away behind the CPU's back, and puts it back.
 */
#include "fixture.h"

#ifdef __PSIM__
#include <psim/audit.h>

/* The first page, written and in this CPU's TLB, its slot taken away. */
static unsigned long take(struct fx *fx)
{
	unsigned long slot;

	poke(fx, 0, pattern(0));
	settle(fx);
	poke(fx, 0, pattern(0));
	slot = kunit_take_slot(at(fx, 0));
	KUNIT_ASSERT_NE(fx->test, slot, 0ul);
	return slot;
}

static void put_back(struct fx *fx, unsigned long slot)
{
	KUNIT_ASSERT_EQ(fx->test, kunit_set_slot(at(fx, 0), slot), 0);
	KUNIT_EXPECT_EQ(fx->test, psim_audit(), 0);
	peek_all(fx, 0, 1);
}

static void audit__translation_with_no_flush_to_come(struct kunit *test)
{
	struct fx *fx = test->priv;
	unsigned long slot = take(fx);

	/* the slot is missing in the counts as well */
	kunit_expect_report(test, "still has a translation of");
	kunit_expect_report(test, "mapcount 1, but 0 slots map it");
	kunit_expect_report(test, "refcount 1, but 0 references");
	kunit_expect_report(test, "counts 1 anonymous pages, its tables have 0");
	KUNIT_EXPECT_EQ(test, psim_audit(), 0);
	put_back(fx, slot);
}

/* while a flush is to come, the translation is none of the audit's business */
static void audit__translation_with_a_flush_to_come(struct kunit *test)
{
	struct fx *fx = test->priv;
	unsigned long slot = take(fx);

	inc_tlb_flush_pending(fx->mm);
	kunit_expect_report(test, "mapcount 1, but 0 slots map it");
	kunit_expect_report(test, "refcount 1, but 0 references");
	kunit_expect_report(test, "counts 1 anonymous pages, its tables have 0");
	KUNIT_EXPECT_EQ(test, psim_audit(), 0);
	/* and it may be used */
	KUNIT_EXPECT_EQ(test, peek(fx, 0), pattern(0));
	dec_tlb_flush_pending(fx->mm);
	put_back(fx, slot);
}

/* an access by it is told, and then done by what the slot says: a hole, so zeros */
static void access__by_a_stale_translation(struct kunit *test)
{
	struct fx *fx = test->priv;
	unsigned long slot = take(fx);

	kunit_expect_report(test, "used an old translation with no flush to come");
	KUNIT_EXPECT_EQ(test, peek(fx, 0), 0ull);
	/* told once: what the CPU has now is right */
	KUNIT_EXPECT_EQ(test, peek(fx, 0), 0ull);
	KUNIT_EXPECT_NE(test, kunit_take_slot(at(fx, 0)), 0ul);
	KUNIT_ASSERT_EQ(test, kunit_set_slot(at(fx, 0), slot), 0);
	kunit_expect_report(test, "used an old translation with no flush to come");
	peek_all(fx, 0, 1);
	KUNIT_EXPECT_EQ(test, psim_audit(), 0);
}

/* whatever flushes are to come: the page is somebody else's now */
static void access__to_a_page_that_is_free(struct kunit *test)
{
	struct fx *fx = test->priv;
	struct folio *folio;
	unsigned long slot;

	poke(fx, 0, pattern(0));
	settle(fx);
	folio = page_folio(page_at(fx, 0));
	slot = take(fx);
	inc_tlb_flush_pending(fx->mm);
	atomic_set(&folio->_refcount, 0);
	kunit_expect_report(test, "used an old translation of a freed page");
	KUNIT_EXPECT_EQ(test, peek(fx, 0), 0ull);
	atomic_set(&folio->_refcount, 1);
	dec_tlb_flush_pending(fx->mm);
	KUNIT_EXPECT_NE(test, kunit_take_slot(at(fx, 0)), 0ul);
	KUNIT_ASSERT_EQ(test, kunit_set_slot(at(fx, 0), slot), 0);
	kunit_expect_report(test, "used an old translation with no flush to come");
	peek_all(fx, 0, 1);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(audit__translation_with_no_flush_to_come),
	KUNIT_CASE(audit__translation_with_a_flush_to_come),
	KUNIT_CASE(access__by_a_stale_translation),
	KUNIT_CASE(access__to_a_page_that_is_free),
	{},
};

static struct kunit_suite suite = {
	.name = "migrate-stale", .init = fx_init, .exit = fx_exit, .test_cases = cases};
kunit_test_suite(suite);

#endif /* __PSIM__ */
