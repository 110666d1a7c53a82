// SPDX-License-Identifier: MIT
/* KUnit's resources by reference and by the ready-made matches. */
#include <kunit/resource.h>
#include <kunit/test.h>

static int freed;

static int keep(struct kunit_resource *res, void *context)
{
	res->data = context;
	return context ? 0 : -EINVAL;
}

static void count_free(struct kunit_resource *res)
{
	(*(int *)res->data)++;
}

static void kunit_alloc_and_get_resource__is_held(struct kunit *test)
{
	struct kunit_resource *res;

	freed = 0;
	res = kunit_alloc_and_get_resource(test, keep, count_free, GFP_KERNEL, &freed);
	KUNIT_ASSERT_NOT_NULL(test, res);
	KUNIT_EXPECT_PTR_EQ(test, res->data, (void *)&freed);
	KUNIT_EXPECT_EQ(test, kref_read(&res->refcount), 2u);
	kunit_get_resource(res);
	KUNIT_EXPECT_EQ(test, kref_read(&res->refcount), 3u);
	kunit_remove_resource(test, res);
	kunit_put_resource(res);
	KUNIT_EXPECT_EQ(test, freed, 0);
	kunit_put_resource(res);
	KUNIT_EXPECT_EQ(test, freed, 1);
	KUNIT_EXPECT_NULL(test, kunit_alloc_and_get_resource(test, keep, NULL, GFP_KERNEL, NULL));
}

static void kunit_find_resource__by_data_and_by_name(struct kunit *test)
{
	struct kunit_resource a = {}, b = {}, *found;
	int one = 0, two = 0;

	KUNIT_ASSERT_EQ(test, kunit_add_resource(test, NULL, NULL, &a, &one), 0);
	KUNIT_ASSERT_EQ(test, kunit_add_named_resource(test, NULL, NULL, &b, "bee", &two), 0);
	found = kunit_find_resource(test, kunit_resource_instance_match, &one);
	KUNIT_ASSERT_PTR_EQ(test, found, &a);
	kunit_put_resource(found);
	found = kunit_find_resource(test, kunit_resource_name_match, (void *)"bee");
	KUNIT_ASSERT_PTR_EQ(test, found, &b);
	kunit_put_resource(found);
	KUNIT_EXPECT_NULL(test, kunit_find_resource(test, kunit_resource_instance_match, &freed));
	KUNIT_EXPECT_NULL(test,
			  kunit_find_resource(test, kunit_resource_name_match, (void *)"wasp"));
	KUNIT_EXPECT_FALSE(test, kunit_resource_name_match(test, &a, (void *)"bee"));
	kunit_remove_resource(test, &b);
	kunit_remove_resource(test, &a);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(kunit_alloc_and_get_resource__is_held),
	KUNIT_CASE(kunit_find_resource__by_data_and_by_name),
	{},
};

static struct kunit_suite suite = {
	.name = "kunit_held",
	.test_cases = cases,
};
kunit_test_suite(suite);
