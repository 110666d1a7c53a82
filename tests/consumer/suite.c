// SPDX-License-Identifier: MIT
/* A KUnit suite of somebody else, over kernel code of their own (driver.c). */
#include <kunit/test.h>

int driver_counts(int n);

static void driver_counts__to_a_hundred(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, driver_counts(100), 4950);
}

/* The statics are as the loader gave them in each case. */
static void driver_counts__again(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, driver_counts(3), 3);
}

static void skip__is_no_failure(struct kunit *test)
{
	kunit_skip(test, "not here");
}

static struct kunit_case cases[] = {
	KUNIT_CASE(driver_counts__to_a_hundred),
	KUNIT_CASE(driver_counts__again),
	KUNIT_CASE(skip__is_no_failure),
	{},
};

static struct kunit_suite suite = {.name = "consumer", .test_cases = cases};
kunit_test_suite(suite);
