// SPDX-License-Identifier: MIT
/* XArrays and IDRs under their own locks, in each way to take them. */
#include <kunit/test.h>
#include <linux/idr.h>
#include <linux/irqflags.h>
#include <linux/xarray.h>

static void *entry(unsigned long n)
{
	return xa_mk_value(n);
}

/* The callers' half of xa_store() and its kin: the lock is held, and may be let go of for memory. */
static void __xa_store__under_the_lock(struct kunit *test)
{
	DEFINE_XARRAY_ALLOC(xa);
	u32 id = 99, next = 0;
	unsigned long flags;

	xa_lock(&xa);
	KUNIT_EXPECT_NULL(test, __xa_store(&xa, 5, entry(1), GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, __xa_insert(&xa, 5, entry(2), GFP_KERNEL), -EBUSY);
	KUNIT_EXPECT_PTR_EQ(test, __xa_cmpxchg(&xa, 5, entry(1), entry(3), GFP_KERNEL), entry(1));
	KUNIT_EXPECT_EQ(test, __xa_alloc(&xa, &id, entry(4), xa_limit_32b, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, id, 0u);
	KUNIT_EXPECT_EQ(
		test, __xa_alloc_cyclic(&xa, &id, entry(5), XA_LIMIT(4, 6), &next, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, id, 4u);
	KUNIT_EXPECT_PTR_EQ(test, __xa_erase(&xa, 5), entry(3));
	KUNIT_EXPECT_FALSE(test, xa_trylock(&xa) && IS_ENABLED(CONFIG_SMP));
	xa_unlock(&xa);
	xa_lock_bh(&xa);
	KUNIT_EXPECT_PTR_EQ(test, __xa_erase(&xa, 4), entry(5));
	xa_unlock_bh(&xa);
	xa_lock_irq(&xa);
	KUNIT_EXPECT_TRUE(test, irqs_disabled());
	xa_unlock_irq(&xa);
	xa_lock_irqsave(&xa, flags);
	KUNIT_EXPECT_PTR_EQ(test, __xa_erase(&xa, 0), entry(4));
	xa_unlock_irqrestore(&xa, flags);
	KUNIT_EXPECT_FALSE(test, irqs_disabled());
	KUNIT_EXPECT_TRUE(test, xa_empty(&xa));
}

static void xa_reserve_irq__keeps_a_place(struct kunit *test)
{
	DEFINE_XARRAY_FLAGS(xa, XA_FLAGS_LOCK_IRQ);
	DEFINE_XARRAY_FLAGS(bh, XA_FLAGS_LOCK_BH);

	KUNIT_EXPECT_EQ(test, xa_reserve_irq(&xa, 7, GFP_KERNEL), 0);
	KUNIT_EXPECT_NULL(test, xa_load(&xa, 7));
	KUNIT_EXPECT_FALSE(test, xa_empty(&xa));
	xa_release(&xa, 7);
	KUNIT_EXPECT_TRUE(test, xa_empty(&xa));
	KUNIT_EXPECT_EQ(test, xa_reserve_bh(&bh, 7, GFP_KERNEL), 0);
	xa_destroy(&bh);
	KUNIT_EXPECT_TRUE(test, xa_empty(&bh));
}

static void idr_init__locks_and_cursor(struct kunit *test)
{
	unsigned long flags, ul, tmp, sum = 0;
	struct idr idr;
	void *at;
	int id;

	idr_init(&idr);
	idr_preload(GFP_KERNEL);
	idr_lock(&idr);
	KUNIT_EXPECT_EQ(test, idr_alloc(&idr, &idr, 3, 10, GFP_NOWAIT), 3);
	idr_unlock(&idr);
	idr_preload_end();
	idr_lock_irq(&idr);
	KUNIT_EXPECT_EQ(test, idr_alloc(&idr, test, 5, 10, GFP_NOWAIT), 5);
	idr_unlock_irq(&idr);
	idr_lock_irqsave(&idr, flags);
	KUNIT_EXPECT_PTR_EQ(test, idr_find(&idr, 5), (void *)test);
	idr_unlock_irqrestore(&idr, flags);
	idr_set_cursor(&idr, 8);
	KUNIT_EXPECT_EQ(test, idr_alloc_cyclic(&idr, &id, 0, 0, GFP_KERNEL), 8);
	idr_for_each_entry_ul(&idr, at, tmp, ul) sum += ul;
	KUNIT_EXPECT_EQ(test, sum, 3ul + 5 + 8);
	sum = 0;
	id = 4;
	idr_for_each_entry_continue(&idr, at, id) sum += id;
	KUNIT_EXPECT_EQ(test, sum, 5ul + 8);
	idr_destroy(&idr);
}

static void ida_init__from_nothing(struct kunit *test)
{
	struct ida ida;

	ida_init(&ida);
	KUNIT_EXPECT_TRUE(test, ida_is_empty(&ida));
	KUNIT_EXPECT_EQ(test, ida_alloc_range(&ida, 5, 5, GFP_KERNEL), 5);
	KUNIT_EXPECT_EQ(test, ida_alloc_range(&ida, 5, 5, GFP_KERNEL), -ENOSPC);
	ida_free(&ida, 5);
	KUNIT_EXPECT_TRUE(test, ida_is_empty(&ida));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(__xa_store__under_the_lock),
	KUNIT_CASE(xa_reserve_irq__keeps_a_place),
	KUNIT_CASE(idr_init__locks_and_cursor),
	KUNIT_CASE(ida_init__from_nothing),
	{},
};

static struct kunit_suite suite = {.name = "lib_locked", .test_cases = cases};
kunit_test_suite(suite);
