// SPDX-License-Identifier: MIT
/* IDR and IDA: numbers for pointers, and numbers alone. */
#include <kunit/test.h>
#include <linux/idr.h>

#ifdef __PSIM__
#include <psim/fault.h>
#endif

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

struct walk {
	int sum, calls, until;
};

static int count(int id, void *p, void *data)
{
	struct walk *walk = data;

	walk->calls++;
	walk->sum += id;
	return id == walk->until ? -EINTR : 0;
}

static void idr_for_each__until_one_says_no(struct kunit *test)
{
	struct walk whole = {.until = -1}, part = {.until = 12};
	struct idr idr;
	int object;

	idr_init_base(&idr, 10);
	for (int i = 0; i < 5; i++)
		KUNIT_EXPECT_EQ(test, idr_alloc(&idr, &object, 0, 0, GFP_KERNEL), 10 + i);
	KUNIT_EXPECT_EQ(test, idr_for_each(&idr, count, &whole), 0);
	KUNIT_EXPECT_EQ(test, whole.calls, 5);
	KUNIT_EXPECT_EQ(test, whole.sum, 60);
	KUNIT_EXPECT_EQ(test, idr_for_each(&idr, count, &part), -EINTR);
	KUNIT_EXPECT_EQ(test, part.calls, 3);
	idr_destroy(&idr);
}

static void idr_alloc_u32__limits(struct kunit *test)
{
	u32 id = UINT_MAX;
	struct idr idr;
	int object;

	idr_init_base(&idr, 4);
	KUNIT_EXPECT_EQ(test, idr_alloc_u32(&idr, &object, &id, UINT_MAX, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, id, UINT_MAX);
	KUNIT_EXPECT_EQ(test, idr_alloc_u32(&idr, &object, &id, UINT_MAX, GFP_KERNEL), -ENOSPC);
	id = 9;
	KUNIT_EXPECT_EQ(test, idr_alloc_u32(&idr, &object, &id, 8, GFP_KERNEL), -ENOSPC);
	KUNIT_EXPECT_EQ(test, id, 9u);
	idr_remove(&idr, UINT_MAX);
	KUNIT_EXPECT_EQ(test, idr_alloc_cyclic(&idr, &object, 6, 0, GFP_KERNEL), 6);
	KUNIT_EXPECT_EQ(test, idr_alloc_cyclic(&idr, &object, 6, 0, GFP_KERNEL), 7);
	KUNIT_EXPECT_EQ(test, idr_get_cursor(&idr), 8u);
	idr_destroy(&idr);
}

static void ida_destroy__forgets_all(struct kunit *test)
{
	DEFINE_IDA(ida);

	for (int i = 0; i < 3; i++)
		KUNIT_EXPECT_EQ(test, ida_alloc(&ida, GFP_KERNEL), i);
	ida_destroy(&ida);
	KUNIT_EXPECT_TRUE(test, ida_is_empty(&ida));
	KUNIT_EXPECT_EQ(test, ida_alloc(&ida, GFP_KERNEL), 0);
	ida_destroy(&ida);
}

#ifdef __PSIM__
static void idr_alloc__without_memory(struct kunit *test)
{
	DEFINE_IDA(ida);
	DEFINE_IDR(idr);
	int object;

	psim_fail_nth(PSIM_FAIL_SLAB, 1);
	KUNIT_EXPECT_EQ(test, idr_alloc(&idr, &object, 0, 0, GFP_NOWAIT), -ENOMEM);
	psim_fail_nth(PSIM_FAIL_SLAB, 1);
	KUNIT_EXPECT_EQ(test, idr_alloc_cyclic(&idr, &object, 0, 0, GFP_NOWAIT), -ENOMEM);
	psim_fail_nth(PSIM_FAIL_SLAB, 1);
	KUNIT_EXPECT_EQ(test, ida_alloc(&ida, GFP_NOWAIT), -ENOMEM);
	KUNIT_EXPECT_TRUE(test, idr_is_empty(&idr));
	KUNIT_EXPECT_TRUE(test, ida_is_empty(&ida));
	/* where the caller may sleep it is tried again outside of the lock */
	psim_fail_nth(PSIM_FAIL_SLAB, 1);
	KUNIT_EXPECT_EQ(test, idr_alloc(&idr, &object, 0, 0, GFP_KERNEL), 0);
	idr_destroy(&idr);
}

static void idr_alloc__negative(struct kunit *test)
{
	unsigned long id = 0;
	DEFINE_IDR(idr);
	int small = 0;
	u32 large = 1u << 31;

	kunit_expect_report(test, "WARN");
	KUNIT_EXPECT_EQ(test, idr_alloc(&idr, test, -1, 0, GFP_KERNEL), -EINVAL);
	KUNIT_EXPECT_EQ(test, idr_alloc_u32(&idr, test, &large, large, GFP_KERNEL), 0);
	kunit_expect_report(test, "WARN");
	KUNIT_EXPECT_NULL(test, idr_get_next(&idr, &small));
	KUNIT_EXPECT_PTR_EQ(test, idr_get_next_ul(&idr, &id), (void *)test);
	KUNIT_EXPECT_EQ(test, id, 1ul << 31);
	idr_destroy(&idr);
}
#endif

static struct kunit_case cases[] = {
	KUNIT_CASE(idr__numbers_for_pointers),
	KUNIT_CASE(idr_alloc_cyclic__goes_round),
	KUNIT_CASE(idr_for_each__until_one_says_no),
	KUNIT_CASE(idr_alloc_u32__limits),
	KUNIT_CASE(ida__numbers_alone),
	KUNIT_CASE(ida_destroy__forgets_all),
#ifdef __PSIM__
	KUNIT_CASE(idr_alloc__without_memory),
	KUNIT_CASE(idr_alloc__negative),
#endif
	{},
};

static struct kunit_suite suite = {
	.name = "idr",
	.test_cases = cases,
};
kunit_test_suite(suite);
