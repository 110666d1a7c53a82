// SPDX-License-Identifier: MIT
/* Errors in pointers. */
#include <kunit/test.h>
#include <linux/err.h>
#include <linux/errno.h>

static void ERR_PTR__there_and_back(struct kunit *test)
{
	for (long error = -1; error >= -MAX_ERRNO; error--) {
		void *p = ERR_PTR(error);

		KUNIT_ASSERT_TRUE(test, IS_ERR(p));
		KUNIT_ASSERT_TRUE(test, IS_ERR_OR_NULL(p));
		KUNIT_ASSERT_EQ(test, PTR_ERR(p), error);
		KUNIT_ASSERT_EQ(test, PTR_ERR_OR_ZERO(p), (int)error);
		KUNIT_ASSERT_PTR_EQ(test, ERR_CAST(p), p);
	}
}

static void IS_ERR__objects_and_null_are_none(struct kunit *test)
{
	int object = 0;

	KUNIT_EXPECT_FALSE(test, IS_ERR(&object));
	KUNIT_EXPECT_FALSE(test, IS_ERR_OR_NULL(&object));
	KUNIT_EXPECT_FALSE(test, IS_ERR(NULL));
	KUNIT_EXPECT_TRUE(test, IS_ERR_OR_NULL(NULL));
	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(&object), 0);
	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(NULL), 0);
}

static void IS_ERR__ends_at_MAX_ERRNO(struct kunit *test)
{
	KUNIT_EXPECT_FALSE(test, IS_ERR((void *)(-MAX_ERRNO - 1L)));
	KUNIT_EXPECT_TRUE(test, IS_ERR((void *)(-MAX_ERRNO * 1L)));
	KUNIT_EXPECT_TRUE(test, IS_ERR_VALUE(-4095L));
	KUNIT_EXPECT_FALSE(test, IS_ERR_VALUE(-4096L));
}

static struct kunit_case cases[] = {KUNIT_CASE(ERR_PTR__there_and_back),
				    KUNIT_CASE(IS_ERR__objects_and_null_are_none),
				    KUNIT_CASE(IS_ERR__ends_at_MAX_ERRNO),
				    {}};

static struct kunit_suite suite = {
	.name = "err",
	.test_cases = cases,
};
kunit_test_suite(suite);

MODULE_LICENSE("Dual MIT/GPL");
