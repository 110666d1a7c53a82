// SPDX-License-Identifier: MIT
/* XArray: what is stored, found, marked and handed out, and what happens without memory. */
#include <kunit/test.h>
#include <linux/slab.h>
#include <linux/xarray.h>

#ifdef __PSIM__
#include <psim/fault.h>
#endif

static const unsigned long indices[] = {0, 1, 63, 64, 4095, 4096, 1ul << 30, ULONG_MAX};

/* Of S10.9 */
static void entry__kinds_do_not_mix(struct kunit *test)
{
	int object;
	void *tagged = xa_tag_pointer(&object, 3);

	KUNIT_EXPECT_EQ(test, xa_to_value(xa_mk_value(LONG_MAX)), (unsigned long)LONG_MAX);
	KUNIT_EXPECT_TRUE(test, xa_is_value(xa_mk_value(0)));
	KUNIT_EXPECT_FALSE(test, xa_is_value(&object));
	KUNIT_EXPECT_PTR_EQ(test, xa_untag_pointer(tagged), (void *)&object);
	KUNIT_EXPECT_EQ(test, xa_pointer_tag(tagged), 3u);
	KUNIT_EXPECT_EQ(test, xa_err(xa_mk_internal(-ENOMEM)), -ENOMEM);
	KUNIT_EXPECT_EQ(test, xa_err(&object), 0);
	KUNIT_EXPECT_FALSE(test, xa_is_err(XA_ZERO_ENTRY));
}

/* Of S10.9 */
static void store__load_erase_at_any_height(struct kunit *test)
{
	DEFINE_XARRAY(xa);

	for (int i = 0; i < ARRAY_SIZE(indices); i++)
		KUNIT_EXPECT_NULL(test, xa_store(&xa, indices[i], xa_mk_value(i), GFP_KERNEL));
	for (int i = 0; i < ARRAY_SIZE(indices); i++)
		KUNIT_EXPECT_PTR_EQ(test, xa_load(&xa, indices[i]), xa_mk_value(i));
	KUNIT_EXPECT_NULL(test, xa_load(&xa, 2));
	KUNIT_EXPECT_NULL(test, xa_load(&xa, 1ul << 40));
	for (int i = ARRAY_SIZE(indices) - 1; i >= 0; i--)
		KUNIT_EXPECT_PTR_EQ(test, xa_erase(&xa, indices[i]), xa_mk_value(i));
	KUNIT_EXPECT_TRUE(test, xa_empty(&xa));
}

/* Of S10.9: in ascending order, both ends included */
static void for_each_range__sees_what_is_in_it(struct kunit *test)
{
	unsigned long index;
	DEFINE_XARRAY(xa);
	void *entry;
	int n = 1;

	for (int i = 0; i < ARRAY_SIZE(indices); i++)
		xa_store(&xa, indices[i], xa_mk_value(i), GFP_KERNEL);
	xa_for_each_range(&xa, index, entry, 1, 4096)
	{
		KUNIT_EXPECT_EQ(test, index, indices[n]);
		KUNIT_EXPECT_PTR_EQ(test, entry, xa_mk_value(n));
		n++;
	}
	KUNIT_EXPECT_EQ(test, n, 6);
	xa_for_each_start(&xa, index, entry, 4097) n++;
	KUNIT_EXPECT_EQ(test, n, 8);
	xa_destroy(&xa);
	KUNIT_EXPECT_TRUE(test, xa_empty(&xa));
}

static void insert__and_cmpxchg_look_first(struct kunit *test)
{
	DEFINE_XARRAY(xa);

	KUNIT_EXPECT_EQ(test, xa_insert(&xa, 9, xa_mk_value(1), GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, xa_insert(&xa, 9, xa_mk_value(2), GFP_KERNEL), -EBUSY);
	KUNIT_EXPECT_PTR_EQ(test, xa_cmpxchg(&xa, 9, xa_mk_value(3), xa_mk_value(4), GFP_KERNEL),
			    xa_mk_value(1));
	KUNIT_EXPECT_PTR_EQ(test, xa_load(&xa, 9), xa_mk_value(1));
	xa_cmpxchg(&xa, 9, xa_mk_value(1), xa_mk_value(4), GFP_KERNEL);
	KUNIT_EXPECT_PTR_EQ(test, xa_load(&xa, 9), xa_mk_value(4));
	xa_erase(&xa, 9);
}

static void reserve__reads_as_nothing_and_is_released(struct kunit *test)
{
	unsigned long index = 0;
	DEFINE_XARRAY(xa);

	KUNIT_EXPECT_EQ(test, xa_reserve(&xa, 77, GFP_KERNEL), 0);
	KUNIT_EXPECT_NULL(test, xa_load(&xa, 77));
	KUNIT_EXPECT_FALSE(test, xa_empty(&xa));
	KUNIT_EXPECT_NULL(test, xa_find(&xa, &index, ULONG_MAX, XA_PRESENT));
	KUNIT_EXPECT_EQ(test, xa_insert(&xa, 77, xa_mk_value(1), GFP_KERNEL), -EBUSY);
	xa_release(&xa, 77);
	KUNIT_EXPECT_TRUE(test, xa_empty(&xa));
}

static void mark__stays_with_the_place_until_it_is_erased(struct kunit *test)
{
	DEFINE_XARRAY(xa);
	unsigned long index;
	void *entry;
	int n = 0;

	xa_set_mark(&xa, 5, XA_MARK_1);
	KUNIT_EXPECT_FALSE(test, xa_marked(&xa, XA_MARK_1));
	for (index = 0; index < 200; index += 50)
		xa_store(&xa, index, xa_mk_value(index), GFP_KERNEL);
	xa_set_mark(&xa, 50, XA_MARK_1);
	xa_set_mark(&xa, 150, XA_MARK_1);
	xa_store(&xa, 150, xa_mk_value(1), GFP_KERNEL);
	KUNIT_EXPECT_TRUE(test, xa_get_mark(&xa, 150, XA_MARK_1));
	KUNIT_EXPECT_FALSE(test, xa_get_mark(&xa, 150, XA_MARK_2));
	xa_for_each_marked(&xa, index, entry, XA_MARK_1) n += index;
	KUNIT_EXPECT_EQ(test, n, 200);
	xa_erase(&xa, 150);
	KUNIT_EXPECT_TRUE(test, xa_marked(&xa, XA_MARK_1));
	xa_clear_mark(&xa, 50, XA_MARK_1);
	KUNIT_EXPECT_FALSE(test, xa_marked(&xa, XA_MARK_1));
	xa_destroy(&xa);
}

static void alloc__gives_the_lowest_free_index(struct kunit *test)
{
	DEFINE_XARRAY_ALLOC(xa);
	DEFINE_XARRAY_ALLOC1(one);
	u32 id;

	for (u32 i = 0; i < 130; i++) {
		KUNIT_ASSERT_EQ(test, xa_alloc(&xa, &id, &id, xa_limit_31b, GFP_KERNEL), 0);
		KUNIT_ASSERT_EQ(test, id, i);
	}
	xa_erase(&xa, 70);
	KUNIT_EXPECT_EQ(test, xa_alloc(&xa, &id, NULL, xa_limit_16b, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, id, 70u);
	KUNIT_EXPECT_EQ(test, xa_alloc(&xa, &id, &id, XA_LIMIT(3, 129), GFP_KERNEL), -EBUSY);
	KUNIT_EXPECT_EQ(test, xa_alloc(&one, &id, &id, xa_limit_32b, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, id, 1u);
	xa_destroy(&xa);
	xa_destroy(&one);
}

static void alloc_cyclic__begins_anew(struct kunit *test)
{
	DEFINE_XARRAY_ALLOC(xa);
	u32 id, next = 0;

	for (int i = 0; i < 3; i++)
		KUNIT_EXPECT_EQ(
			test, xa_alloc_cyclic(&xa, &id, &id, XA_LIMIT(0, 2), &next, GFP_KERNEL), 0);
	xa_erase(&xa, 1);
	KUNIT_EXPECT_EQ(test, xa_alloc_cyclic(&xa, &id, &id, XA_LIMIT(0, 2), &next, GFP_KERNEL), 1);
	KUNIT_EXPECT_EQ(test, id, 1u);
	KUNIT_EXPECT_EQ(test, next, 2u);
	KUNIT_EXPECT_EQ(test, xa_alloc_cyclic(&xa, &id, &id, XA_LIMIT(0, 2), &next, GFP_KERNEL),
			-EBUSY);
	xa_destroy(&xa);
}

static void alloc_cyclic__after_the_largest_index(struct kunit *test)
{
	DEFINE_XARRAY_ALLOC(xa);
	u32 id, next = UINT_MAX;

	KUNIT_EXPECT_EQ(test, xa_alloc_cyclic(&xa, &id, &id, xa_limit_32b, &next, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, id, UINT_MAX);
	KUNIT_EXPECT_EQ(test, next, 0u);
	KUNIT_EXPECT_EQ(test, xa_alloc_cyclic(&xa, &id, &id, xa_limit_32b, &next, GFP_KERNEL), 1);
	KUNIT_EXPECT_EQ(test, id, 0u);
	KUNIT_EXPECT_EQ(test, xa_alloc_cyclic(&xa, &id, &id, xa_limit_32b, &next, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, id, 1u);
	xa_destroy(&xa);
}

/* In an allocating array NULL takes the place and reads as nothing. */
static void store__nothing_into_an_allocating_array(struct kunit *test)
{
	DEFINE_XARRAY_ALLOC(xa);
	u32 id;

	KUNIT_EXPECT_NULL(test, xa_store(&xa, 0, NULL, GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, xa_load(&xa, 0));
	KUNIT_EXPECT_EQ(test, xa_alloc(&xa, &id, &id, xa_limit_16b, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, id, 1u);
	xa_erase(&xa, 0);
	KUNIT_EXPECT_EQ(test, xa_alloc(&xa, &id, &id, xa_limit_16b, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, id, 0u);
	xa_destroy(&xa);
}

/* Erasing and marking where nothing is, beside something and beyond the tree. */
static void erase__what_is_not_there(struct kunit *test)
{
	static const unsigned long empty[] = {4, 64, 1ul << 40};
	DEFINE_XARRAY(xa);

	xa_store(&xa, 3, xa_mk_value(3), GFP_KERNEL);
	for (int i = 0; i < ARRAY_SIZE(empty); i++) {
		KUNIT_EXPECT_NULL(test, xa_erase(&xa, empty[i]));
		xa_set_mark(&xa, empty[i], XA_MARK_0);
		xa_clear_mark(&xa, empty[i], XA_MARK_0);
		KUNIT_EXPECT_FALSE(test, xa_get_mark(&xa, empty[i], XA_MARK_0));
	}
	KUNIT_EXPECT_FALSE(test, xa_marked(&xa, XA_MARK_0));
	KUNIT_EXPECT_PTR_EQ(test, xa_load(&xa, 3), xa_mk_value(3));
	xa_destroy(&xa);
}

static void find__between_bounds(struct kunit *test)
{
	DEFINE_XARRAY(xa);
	unsigned long index = 5;

	xa_store(&xa, 4, xa_mk_value(4), GFP_KERNEL);
	xa_store(&xa, 300, xa_mk_value(300), GFP_KERNEL);
	KUNIT_EXPECT_NULL(test, xa_find(&xa, &index, 200, XA_PRESENT));
	KUNIT_EXPECT_NULL(test, xa_find(&xa, &index, 4, XA_PRESENT));
	KUNIT_EXPECT_EQ(test, index, 5ul);
	KUNIT_EXPECT_PTR_EQ(test, xa_find(&xa, &index, 300, XA_PRESENT), xa_mk_value(300));
	KUNIT_EXPECT_EQ(test, index, 300ul);
	KUNIT_EXPECT_NULL(test, xa_find_after(&xa, &index, ULONG_MAX, XA_PRESENT));
	index = 1ul << 50;
	KUNIT_EXPECT_NULL(test, xa_find(&xa, &index, ULONG_MAX, XA_PRESENT));
	xa_destroy(&xa);
}

static void extract__as_many_as_fit(struct kunit *test)
{
	DEFINE_XARRAY(xa);
	void *got[4] = {};

	for (unsigned long i = 0; i < 100; i += 20)
		xa_store(&xa, i, xa_mk_value(i), GFP_KERNEL);
	xa_set_mark(&xa, 20, XA_MARK_2);
	xa_set_mark(&xa, 80, XA_MARK_2);
	KUNIT_EXPECT_EQ(test, xa_extract(&xa, got, 1, ULONG_MAX, 2, XA_PRESENT), 2u);
	KUNIT_EXPECT_PTR_EQ(test, got[0], xa_mk_value(20));
	KUNIT_EXPECT_PTR_EQ(test, got[1], xa_mk_value(40));
	KUNIT_EXPECT_NULL(test, got[2]);
	KUNIT_EXPECT_EQ(test, xa_extract(&xa, got, 0, ULONG_MAX, 4, XA_MARK_2), 2u);
	KUNIT_EXPECT_PTR_EQ(test, got[1], xa_mk_value(80));
	KUNIT_EXPECT_EQ(test, xa_extract(&xa, got, 0, 79, 4, XA_MARK_2), 1u);
	KUNIT_EXPECT_EQ(test, xa_extract(&xa, got, 81, ULONG_MAX, 4, XA_PRESENT), 0u);
	xa_destroy(&xa);
}

#ifdef __PSIM__
/* With any lock: the first try for memory, made under it, fails; the second may sleep. */
static void store__memory_at_the_second_try(struct kunit *test)
{
	static const gfp_t locks[] = {0, XA_FLAGS_LOCK_IRQ, XA_FLAGS_LOCK_BH};

	for (int i = 0; i < ARRAY_SIZE(locks); i++) {
		struct xarray xa;

		xa_init_flags(&xa, locks[i]);
		psim_fail_nth(PSIM_FAIL_SLAB, 1);
		if (locks[i] == XA_FLAGS_LOCK_IRQ)
			KUNIT_EXPECT_NULL(test, xa_store_irq(&xa, 70, test, GFP_KERNEL));
		else if (locks[i] == XA_FLAGS_LOCK_BH)
			KUNIT_EXPECT_NULL(test, xa_store_bh(&xa, 70, test, GFP_KERNEL));
		else
			KUNIT_EXPECT_NULL(test, xa_store(&xa, 70, test, GFP_KERNEL));
		KUNIT_EXPECT_EQ(test, psim_fail_calls(PSIM_FAIL_SLAB), 3ul);
		KUNIT_EXPECT_PTR_EQ(test, xa_load(&xa, 70), (void *)test);
		xa_destroy(&xa);
	}
}

/* Two nodes are wanted: the second is refused, and the first is given back. */
static void store__without_memory(struct kunit *test)
{
	DEFINE_XARRAY_ALLOC(xa);
	u32 id, next = 70;

	psim_fail_nth(PSIM_FAIL_SLAB, 2);
	KUNIT_EXPECT_EQ(test, xa_err(xa_store(&xa, 70, test, GFP_ATOMIC)), -ENOMEM);
	psim_fail_nth(PSIM_FAIL_SLAB, 2);
	KUNIT_EXPECT_EQ(test, xa_insert(&xa, 70, test, GFP_ATOMIC), -ENOMEM);
	psim_fail_nth(PSIM_FAIL_SLAB, 2);
	KUNIT_EXPECT_EQ(test, xa_err(xa_cmpxchg(&xa, 70, NULL, test, GFP_ATOMIC)), -ENOMEM);
	psim_fail_nth(PSIM_FAIL_SLAB, 2);
	KUNIT_EXPECT_EQ(test, xa_alloc(&xa, &id, test, XA_LIMIT(70, 80), GFP_ATOMIC), -ENOMEM);
	psim_fail_nth(PSIM_FAIL_SLAB, 2);
	KUNIT_EXPECT_EQ(test, xa_alloc_cyclic(&xa, &id, test, XA_LIMIT(0, 80), &next, GFP_ATOMIC),
			-ENOMEM);
	KUNIT_EXPECT_EQ(test, next, 70u);
	KUNIT_EXPECT_TRUE(test, xa_empty(&xa));
}

static void store__what_is_no_entry(struct kunit *test)
{
	DEFINE_XARRAY(xa);
	u32 id;

	kunit_expect_report(test, "WARN");
	KUNIT_EXPECT_EQ(test, xa_err(xa_store(&xa, 1, xa_mk_internal(-EIO), GFP_KERNEL)), -EINVAL);
	kunit_expect_report(test, "WARN");
	KUNIT_EXPECT_EQ(test, xa_alloc(&xa, &id, test, xa_limit_16b, GFP_KERNEL), -EINVAL);
	KUNIT_EXPECT_TRUE(test, xa_empty(&xa));
}
#endif

static struct kunit_case cases[] = {
	KUNIT_CASE(entry__kinds_do_not_mix),
	KUNIT_CASE(store__load_erase_at_any_height),
	KUNIT_CASE(for_each_range__sees_what_is_in_it),
	KUNIT_CASE(insert__and_cmpxchg_look_first),
	KUNIT_CASE(reserve__reads_as_nothing_and_is_released),
	KUNIT_CASE(mark__stays_with_the_place_until_it_is_erased),
	KUNIT_CASE(alloc__gives_the_lowest_free_index),
	KUNIT_CASE(alloc_cyclic__begins_anew),
	KUNIT_CASE(alloc_cyclic__after_the_largest_index),
	KUNIT_CASE(store__nothing_into_an_allocating_array),
	KUNIT_CASE(erase__what_is_not_there),
	KUNIT_CASE(find__between_bounds),
	KUNIT_CASE(extract__as_many_as_fit),
#ifdef __PSIM__
	KUNIT_CASE(store__memory_at_the_second_try),
	KUNIT_CASE(store__without_memory),
	KUNIT_CASE(store__what_is_no_entry),
#endif
	{},
};

static struct kunit_suite suite = {
	.name = "xarray",
	.test_cases = cases,
};
kunit_test_suite(suite);
