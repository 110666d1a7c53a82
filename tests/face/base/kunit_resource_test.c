// SPDX-License-Identifier: MIT
/* KUnit's resources and devices, managed copies, parameters with descriptions. */
#include <kunit/device.h>
#include <kunit/resource.h>
#include <kunit/test.h>
#include <linux/device.h>
#include <linux/slab.h>
#include <linux/string.h>

static char order[8];

static void note(struct kunit_resource *res)
{
	order[strlen(order)] = *(const char *)res->data;
}

static int duplicate(struct kunit_resource *res, void *context)
{
	res->data = kstrdup(context, GFP_KERNEL);
	return res->data ? 0 : -ENOMEM;
}

static int refuse(struct kunit_resource *res, void *context)
{
	return -EPERM;
}

static void free_data(struct kunit_resource *res)
{
	kfree(res->data);
}

static bool is_data(struct kunit *test, struct kunit_resource *res, void *data)
{
	return res->data == data;
}

static void kunit_alloc_resource__gives_what_init_made(struct kunit *test)
{
	char *text = kunit_alloc_resource(test, duplicate, free_data, GFP_KERNEL, "text");

	KUNIT_ASSERT_NOT_NULL(test, text);
	KUNIT_EXPECT_STREQ(test, text, "text");
	KUNIT_EXPECT_NULL(test, kunit_alloc_resource(test, refuse, NULL, GFP_KERNEL, "text"));
	KUNIT_EXPECT_EQ(test, kunit_destroy_resource(test, is_data, text), 0);
	KUNIT_EXPECT_EQ(test, kunit_destroy_resource(test, is_data, text), -ENOENT);
	KUNIT_EXPECT_NOT_NULL(test,
			      kunit_alloc_resource(test, duplicate, free_data, GFP_KERNEL, "left"));
}

static void kunit_find_resource__is_the_latest_and_held(struct kunit *test)
{
	struct kunit_resource a = {}, b = {}, *found;

	memset(order, 0, sizeof(order));
	KUNIT_ASSERT_EQ(test, kunit_add_resource(test, NULL, note, &a, "a"), 0);
	KUNIT_ASSERT_EQ(test, kunit_add_named_resource(test, NULL, note, &b, "bee", "b"), 0);
	KUNIT_EXPECT_EQ(test, kunit_add_named_resource(test, NULL, note, &b, "bee", "b"), -EEXIST);
	KUNIT_EXPECT_EQ(test, kunit_add_named_resource(test, NULL, note, &b, NULL, "b"), -EINVAL);
	found = kunit_find_named_resource(test, "bee");
	KUNIT_ASSERT_PTR_EQ(test, found, &b);
	KUNIT_EXPECT_EQ(test, kunit_destroy_named_resource(test, "bee"), 0);
	KUNIT_EXPECT_NULL(test, kunit_find_named_resource(test, "bee"));
	KUNIT_EXPECT_STREQ(test, order, "");
	kunit_put_resource(found);
	KUNIT_EXPECT_STREQ(test, order, "b");
	kunit_remove_resource(test, &a);
	KUNIT_EXPECT_STREQ(test, order, "ba");
}

/* ---- devices --------------------------------------------------------------------------------------------- */

static int undone;

static void undo(void *arg)
{
	undone++;
}

static void kunit_device_register__has_a_driver_and_devres(struct kunit *test)
{
	struct device *dev = kunit_device_register(test, "thing"), *same;

	int level = console_loglevel;

	undone = 0;
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, dev);
	KUNIT_EXPECT_STREQ(test, dev_name(dev),
			   "kunit_device_register__has_a_driver_and_devres.thing");
	KUNIT_ASSERT_NOT_NULL(test, dev->driver);
	KUNIT_EXPECT_STREQ(test, dev_driver_string(dev), "thing");
	KUNIT_EXPECT_EQ(test, devm_add_action(dev, undo, NULL), 0);
	console_loglevel = 0; /* the driver is there already, it says */
	same = kunit_device_register(test, "thing");
	console_loglevel = level;
	KUNIT_EXPECT_PTR_EQ(test, same, ERR_PTR(-EBUSY)); /* the driver */
	kunit_device_unregister(test, dev);
	KUNIT_EXPECT_EQ(test, undone, 1);
	KUNIT_EXPECT_NOT_ERR_OR_NULL(test, kunit_device_register(test, "thing"));
}

/* Which driver is given does not matter, if there is an older one. */
static void kunit_device_register_with_driver__binds_to_the_first(struct kunit *test)
{
	struct device_driver *a = kunit_driver_create(test, "a"),
			     *b = kunit_driver_create(test, "b");
	struct device *dev;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, a);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, b);
	dev = kunit_device_register_with_driver(test, "thing", b);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, dev);
	KUNIT_EXPECT_PTR_EQ(test, dev->driver, a);
}

/* ---- copies and parameters ----------------------------------------------------------------------------------- */

static void kunit_kstrdup__is_a_copy(struct kunit *test)
{
	const char *text = "text";
	char *copy = kunit_kstrdup(test, text, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, copy);
	KUNIT_EXPECT_STREQ(test, copy, text);
	KUNIT_EXPECT_PTR_NE(test, (const char *)copy, text);
	KUNIT_EXPECT_NULL(test, kunit_kstrdup(test, NULL, GFP_KERNEL));
}

static void kunit_kmemdup__and_text_by_a_format(struct kunit *test)
{
	char *copy = kunit_kmemdup(test, "abc", 2, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, copy);
	KUNIT_EXPECT_MEMEQ(test, copy, "ab", 2);
	KUNIT_EXPECT_STREQ(test, kunit_kasprintf(test, GFP_KERNEL, "%d+%d", 1, 2), "1+2");
}

static const struct {
	const char *what;
	int value;
} rows[] = {{"one", 1}, {"two", 2}};
KUNIT_ARRAY_PARAM_DESC(row, rows, what);

static void param_desc__is_the_member(struct kunit *test)
{
	const typeof(rows[0]) *row = test->param_value;
	char desc[KUNIT_PARAM_DESC_SIZE];

	KUNIT_EXPECT_EQ(test, row->value, test->param_index + 1);
#ifdef __PSIM__ /* without the test before 6.18 */
	KUNIT_EXPECT_PTR_EQ(test, row_gen_params(test, NULL, desc), (const void *)&rows[0]);
	KUNIT_EXPECT_STREQ(test, desc, "one");
	KUNIT_EXPECT_NULL(test, row_gen_params(test, &rows[1], desc));
#endif
}

static struct kunit_case cases[] = {
	KUNIT_CASE(kunit_alloc_resource__gives_what_init_made),
	KUNIT_CASE(kunit_find_resource__is_the_latest_and_held),
	KUNIT_CASE(kunit_device_register__has_a_driver_and_devres),
	KUNIT_CASE(kunit_device_register_with_driver__binds_to_the_first),
	KUNIT_CASE(kunit_kstrdup__is_a_copy),
	KUNIT_CASE(kunit_kmemdup__and_text_by_a_format),
	KUNIT_CASE_PARAM(param_desc__is_the_member, row_gen_params),
	{},
};

static struct kunit_suite suite = {
	.name = "kunit_resource",
	.test_cases = cases,
};
kunit_test_suite(suite);
