// SPDX-License-Identifier: MIT
/* What an xarray's entry is, and numbers of an IDA by their older names. */
#include <kunit/test.h>
#include <linux/idr.h>
#include <linux/xarray.h>

static void xa_mk_internal__is_told_apart(struct kunit *test)
{
	static const unsigned long values[] = {0, 62, 256, 257, 1000};
	int object;

	for (int i = 0; i < (int)ARRAY_SIZE(values); i++) {
		void *entry = xa_mk_internal(values[i]);

		KUNIT_EXPECT_EQ(test, xa_to_internal(entry), values[i]);
		KUNIT_EXPECT_TRUE(test, xa_is_internal(entry));
		KUNIT_EXPECT_EQ(test, xa_is_zero(entry), values[i] == 257);
		KUNIT_EXPECT_EQ(test, xa_is_advanced(entry), values[i] <= 256);
	}
	KUNIT_EXPECT_FALSE(test, xa_is_zero(NULL));
	KUNIT_EXPECT_FALSE(test, xa_is_advanced(NULL));
	KUNIT_EXPECT_FALSE(test, xa_is_advanced(&object));
	KUNIT_EXPECT_FALSE(test, xa_is_advanced(xa_mk_value(5)));
}

#ifdef ida_simple_get /* sources of older kernels */
static void ida_simple_get__does_not_reach_its_end(struct kunit *test)
{
	DEFINE_IDA(ida);

	KUNIT_EXPECT_EQ(test, ida_simple_get(&ida, 3, 5, GFP_KERNEL), 3);
	KUNIT_EXPECT_EQ(test, ida_simple_get(&ida, 3, 5, GFP_KERNEL), 4);
	KUNIT_EXPECT_EQ(test, ida_simple_get(&ida, 3, 5, GFP_KERNEL), -ENOSPC);
	KUNIT_EXPECT_EQ(test, ida_simple_get(&ida, 3, 0, GFP_KERNEL), 5); /* 0: no end */
	ida_simple_remove(&ida, 3);
	KUNIT_EXPECT_EQ(test, ida_simple_get(&ida, 0, 0, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, ida_simple_get(&ida, 3, 5, GFP_KERNEL), 3);
	ida_destroy(&ida);
	KUNIT_EXPECT_TRUE(test, ida_is_empty(&ida));
}
#endif

static struct kunit_case cases[] = {
	KUNIT_CASE(xa_mk_internal__is_told_apart),
#ifdef ida_simple_get
	KUNIT_CASE(ida_simple_get__does_not_reach_its_end),
#endif
	{},
};

static struct kunit_suite suite = {
	.name = "entry",
	.test_cases = cases,
};
kunit_test_suite(suite);
