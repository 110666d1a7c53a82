// SPDX-License-Identifier: MIT
/* XArray, IDR and IDA: what is stored, found, marked and handed out. */
#include <kunit/test.h>
#include <linux/idr.h>
#include <linux/slab.h>
#include <linux/xarray.h>

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

static void idr__numbers_for_pointers(struct kunit *test)
{
	int objects[3], id, sum = 0, *entry;
	struct idr idr;

	idr_init_base(&idr, 1);
	KUNIT_EXPECT_EQ(test, idr_alloc(&idr, &objects[0], 0, 0, GFP_KERNEL), 1);
	KUNIT_EXPECT_EQ(test, idr_alloc(&idr, &objects[1], 5, 7, GFP_KERNEL), 5);
	KUNIT_EXPECT_EQ(test, idr_alloc(&idr, NULL, 5, 7, GFP_KERNEL), 6);
	KUNIT_EXPECT_EQ(test, idr_alloc(&idr, &objects[2], 5, 7, GFP_KERNEL), -ENOSPC);
	KUNIT_EXPECT_PTR_EQ(test, idr_find(&idr, 5), (void *)&objects[1]);
	KUNIT_EXPECT_NULL(test, idr_replace(&idr, &objects[2], 6));
	KUNIT_EXPECT_EQ(test, PTR_ERR(idr_replace(&idr, &objects[2], 9)), -ENOENT);
	idr_for_each_entry(&idr, entry, id) sum += id;
	KUNIT_EXPECT_EQ(test, sum, 12);
	KUNIT_EXPECT_PTR_EQ(test, idr_remove(&idr, 6), (void *)&objects[2]);
	KUNIT_EXPECT_NULL(test, idr_find(&idr, 6));
	idr_destroy(&idr);
	KUNIT_EXPECT_TRUE(test, idr_is_empty(&idr));
}

static void idr_alloc_cyclic__goes_round(struct kunit *test)
{
	DEFINE_IDR(idr);
	int object;

	KUNIT_EXPECT_EQ(test, idr_alloc_cyclic(&idr, &object, 0, 2, GFP_KERNEL), 0);
	idr_remove(&idr, 0);
	KUNIT_EXPECT_EQ(test, idr_alloc_cyclic(&idr, &object, 0, 2, GFP_KERNEL), 1);
	KUNIT_EXPECT_EQ(test, idr_alloc_cyclic(&idr, &object, 0, 2, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, idr_alloc_cyclic(&idr, &object, 0, 2, GFP_KERNEL), -ENOSPC);
	idr_destroy(&idr);
}

static void ida__numbers_alone(struct kunit *test)
{
	DEFINE_IDA(ida);

	KUNIT_EXPECT_EQ(test, ida_alloc(&ida, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, ida_alloc_min(&ida, 2000, GFP_KERNEL), 2000);
	KUNIT_EXPECT_EQ(test, ida_alloc_max(&ida, 0, GFP_KERNEL), -ENOSPC);
	KUNIT_EXPECT_EQ(test, ida_alloc_min(&ida, 1u << 31, GFP_KERNEL), -ENOSPC);
	ida_free(&ida, 0);
	KUNIT_EXPECT_EQ(test, ida_alloc(&ida, GFP_ATOMIC), 0);
	ida_free(&ida, 0);
	ida_free(&ida, 2000);
	KUNIT_EXPECT_TRUE(test, ida_is_empty(&ida));
#ifdef __PSIM__
	kunit_expect_report(test, "not allocated");
	ida_free(&ida, 3);
#endif
}

static struct kunit_case cases[] = {
	KUNIT_CASE(entry__kinds_do_not_mix),
	KUNIT_CASE(store__load_erase_at_any_height),
	KUNIT_CASE(for_each_range__sees_what_is_in_it),
	KUNIT_CASE(insert__and_cmpxchg_look_first),
	KUNIT_CASE(reserve__reads_as_nothing_and_is_released),
	KUNIT_CASE(mark__stays_with_the_place_until_it_is_erased),
	KUNIT_CASE(alloc__gives_the_lowest_free_index),
	KUNIT_CASE(alloc_cyclic__begins_anew),
	KUNIT_CASE(idr__numbers_for_pointers),
	KUNIT_CASE(idr_alloc_cyclic__goes_round),
	KUNIT_CASE(ida__numbers_alone),
	{},
};

static struct kunit_suite suite = {
	.name = "xarray",
	.test_cases = cases,
};
kunit_test_suite(suite);
