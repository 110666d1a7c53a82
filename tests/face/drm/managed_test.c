// SPDX-License-Identifier: MIT
/* What goes with a device, or with a drm_device: arrays, mutexes, resources taken out or given back at once. */
#include <kunit/device.h>
#include <kunit/test.h>
#include <linux/device.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <drm/drm_drv.h>
#include <drm/drm_managed.h>

struct container {
	long before;
	struct drm_device drm;
};

static const struct drm_driver driver = {
	.name = "psim-managed",
	.driver_features = DRIVER_GEM | DRIVER_RENDER,
};

static struct device *dev;
static struct container *made;

static int setup(struct kunit *test)
{
	dev = kunit_device_register(test, "psim-managed");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, dev);
	made = __devm_drm_dev_alloc(dev, &driver, sizeof(*made), offsetof(struct container, drm));
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, made);
	return 0;
}

/* ---- with the drm_device -------------------------------------------------------------------------------- */

static void __devm_drm_dev_alloc__puts_the_device_at_its_offset(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, made->before, 0);
	KUNIT_EXPECT_PTR_EQ(test, made->drm.dev, dev);
	KUNIT_EXPECT_PTR_EQ(test, made->drm.driver, &driver);
	KUNIT_EXPECT_STREQ(test, made->drm.unique, dev_name(dev));
}

/* Both the driver and the device have it, or neither counts. */
static void drm_core_check_feature__of_driver_and_device(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, drm_core_check_feature(&made->drm, DRIVER_GEM));
	KUNIT_EXPECT_TRUE(test, drm_core_check_feature(&made->drm, DRIVER_RENDER));
	KUNIT_EXPECT_FALSE(test, drm_core_check_feature(&made->drm, DRIVER_MODESET));
	made->drm.driver_features &= ~DRIVER_GEM;
	KUNIT_EXPECT_FALSE(test, drm_core_check_feature(&made->drm, DRIVER_GEM));
	KUNIT_EXPECT_TRUE(test, drm_core_check_feature(&made->drm, DRIVER_RENDER));
}

static void drmm_kcalloc__is_zeroed_and_does_not_overflow(struct kunit *test)
{
	static const u64 zeroes[16];
	u64 *array = drmm_kcalloc(&made->drm, 16, sizeof(u64), GFP_KERNEL);
	u64 *other = drmm_kmalloc_array(&made->drm, 16, sizeof(u64), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, array);
	KUNIT_ASSERT_NOT_NULL(test, other);
	KUNIT_EXPECT_MEMEQ(test, array, zeroes, sizeof(zeroes));
	memset(other, 0xff, sizeof(zeroes));
	drmm_kfree(&made->drm, other);
	KUNIT_EXPECT_NULL(test, drmm_kcalloc(&made->drm, SIZE_MAX / 4, 8, GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, drmm_kmalloc_array(&made->drm, SIZE_MAX / 4, 8, GFP_KERNEL));
}

static void drmm_mutex_init__is_free_to_take(struct kunit *test)
{
	struct mutex *lock = drmm_kzalloc(&made->drm, sizeof(*lock), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, lock);
	KUNIT_EXPECT_EQ(test, drmm_mutex_init(&made->drm, lock), 0);
	KUNIT_EXPECT_TRUE(test, mutex_trylock(lock));
	KUNIT_EXPECT_FALSE(test, mutex_trylock(lock));
	mutex_unlock(lock);
}

#ifdef __PSIM__
#include <psim/fault.h>

/* The action is the device's: it can be released once, and no more. */
static void drmm_mutex_init__is_destroyed_by_its_action(struct kunit *test)
{
	static struct mutex lock;

	KUNIT_EXPECT_EQ(test, drmm_mutex_init(&made->drm, &lock), 0);
	drmm_release_action(&made->drm, __drmm_mutex_release, &lock);
	kunit_expect_report(test, "WARN: drmm_release_action()");
	drmm_release_action(&made->drm, __drmm_mutex_release, &lock);
	psim_fail_nth(PSIM_FAIL_SLAB, 1);
	KUNIT_EXPECT_EQ(test, drmm_mutex_init(&made->drm, &lock), -ENOMEM);
}

static void __drmm_mutex_release__of_a_held_one_is_reported(struct kunit *test)
{
	static struct mutex lock;

	KUNIT_EXPECT_EQ(test, drmm_mutex_init(&made->drm, &lock), 0);
	mutex_lock(&lock);
	kunit_expect_report(test, "mutex &lock is destroyed while it is locked");
	drmm_release_action(&made->drm, __drmm_mutex_release, &lock);
	kunit_expect_report(test, "a mutex that was never initialised, is destroyed");
	mutex_unlock(&lock);
}

static void drmm_add_final_kfree__once(struct kunit *test)
{
	made->drm.managed.final_kfree = NULL;
	drmm_add_final_kfree(&made->drm, made);
	KUNIT_EXPECT_PTR_EQ(test, made->drm.managed.final_kfree, made);
	kunit_expect_report(test, "WARN: drmm_add_final_kfree()");
	drmm_add_final_kfree(&made->drm, made);
}
#endif

/* ---- with the device --------------------------------------------------------------------------------------- */

static void devm_kmalloc_array__does_not_overflow(struct kunit *test)
{
	u32 *array = devm_kmalloc_array(dev, 8, sizeof(u32), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, array);
	memset(array, 0xff, 8 * sizeof(u32));
	devm_kfree(dev, array);
	KUNIT_EXPECT_NULL(test, devm_kmalloc_array(dev, SIZE_MAX / 2, 4, GFP_KERNEL));
}

static char released[8];

static void release(struct device *dev, void *res)
{
	strcat(released, res);
}

static int is_text(struct device *dev, void *res, void *text)
{
	return !strcmp(res, text);
}

static void *add(struct kunit *test, const char *text)
{
	char *res = devres_alloc(release, 2, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, res);
	strcpy(res, text);
	devres_add(dev, res);
	return res;
}

/* S9.67: taken out, it is the caller's, and nothing is released */
static void devres_remove__gives_the_latest_that_matches(struct kunit *test)
{
	void *a, *b, *c;

	memset(released, 0, sizeof(released));
	a = add(test, "a");
	b = add(test, "b");
	c = add(test, "c");
	KUNIT_EXPECT_PTR_EQ(test, devres_remove(dev, release, is_text, "b"), b);
	KUNIT_EXPECT_NULL(test, devres_remove(dev, release, is_text, "b"));
	KUNIT_EXPECT_PTR_EQ(test, devres_remove(dev, release, NULL, NULL), c);
	KUNIT_EXPECT_PTR_EQ(test, devres_find(dev, release, NULL, NULL), a);
	devres_free(b);
	devres_free(c);
	KUNIT_EXPECT_STREQ(test, released, "");
	KUNIT_EXPECT_EQ(test, devres_release(dev, release, NULL, NULL), 0);
	KUNIT_EXPECT_STREQ(test, released, "a");
}

#ifdef __PSIM__
/* S9.67: latest first; the drm_device that was made before them is the third */
static void devres_release_all__counts_them(struct kunit *test)
{
	memset(released, 0, sizeof(released));
	add(test, "a");
	add(test, "b");
	KUNIT_EXPECT_EQ(test, devres_release_all(dev), 3);
	KUNIT_EXPECT_STREQ(test, released, "ba");
	KUNIT_EXPECT_EQ(test, devres_release_all(dev), 0);
}
#endif

static struct kunit_case cases[] = {
	KUNIT_CASE(__devm_drm_dev_alloc__puts_the_device_at_its_offset),
	KUNIT_CASE(drm_core_check_feature__of_driver_and_device),
	KUNIT_CASE(drmm_kcalloc__is_zeroed_and_does_not_overflow),
	KUNIT_CASE(drmm_mutex_init__is_free_to_take),
	KUNIT_CASE(devm_kmalloc_array__does_not_overflow),
	KUNIT_CASE(devres_remove__gives_the_latest_that_matches),
#ifdef __PSIM__
	KUNIT_CASE(drmm_mutex_init__is_destroyed_by_its_action),
	KUNIT_CASE(__drmm_mutex_release__of_a_held_one_is_reported),
	KUNIT_CASE(drmm_add_final_kfree__once),
	KUNIT_CASE(devres_release_all__counts_them),
#endif
	{},
};

static struct kunit_suite suite = {
	.name = "managed",
	.init = setup,
	.test_cases = cases,
};
kunit_test_suite(suite);
