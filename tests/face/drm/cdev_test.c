// SPDX-License-Identifier: MIT
/* cdevs on the heap: whose numbers they have, and what an open file keeps of one that is gone; classes. */
#define KBUILD_MODNAME "psim_cdev_test"
#include <kunit/test.h>
#include <linux/cdev.h>
#include <linux/device.h>
#include <linux/module.h>
#include <linux/slab.h>

static const struct file_operations fops;

static void cdev_alloc__is_freed_by_cdev_del(struct kunit *test)
{
	struct cdev *cdev = cdev_alloc();
	dev_t dev;

	KUNIT_ASSERT_NOT_NULL(test, cdev);
	KUNIT_EXPECT_NULL(test, cdev->owner);
	KUNIT_EXPECT_NULL(test, cdev->ops);
	KUNIT_ASSERT_EQ(test, alloc_chrdev_region(&dev, 2, 3, "psim_cdev"), 0);
	cdev->ops = &fops;
	KUNIT_ASSERT_EQ(test, cdev_add(cdev, dev, 3), 0);
	KUNIT_EXPECT_EQ(test, cdev->dev, dev);
	KUNIT_EXPECT_EQ(test, cdev->count, 3);
	cdev_del(cdev);
	unregister_chrdev_region(dev, 3);
}

static void class_register__of_a_static_one(struct kunit *test)
{
	static struct class class = {.name = "psim_class"};
	struct device *dev;

	KUNIT_ASSERT_EQ(test, class_register(&class), 0);
	dev = device_create(&class, NULL, 0, NULL, "of_class");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, dev);
	KUNIT_EXPECT_PTR_EQ(test, dev->class, &class);
	KUNIT_EXPECT_STREQ(test, dev_driver_string(dev), "psim_class");
	device_unregister(dev);
	class_unregister(&class);
}

#ifdef __PSIM__
#include <psim/fault.h>
#include <psim/file.h>
#include <psim/process.h>
#include <psim/task.h>

static void class_register__without_a_name(struct kunit *test)
{
	static struct class class;

	kunit_expect_report(test, "WARN: class_register()");
	KUNIT_EXPECT_EQ(test, class_register(&class), -EINVAL);
}

static void cdev_alloc__without_memory(struct kunit *test)
{
	struct cdev *cdev;

	psim_fail_nth(PSIM_FAIL_SLAB, 1);
	KUNIT_EXPECT_NULL(test, cdev_alloc());
	cdev = cdev_alloc();
	KUNIT_ASSERT_NOT_NULL(test, cdev);
	psim_fail_nth(PSIM_FAIL_SLAB, 1);
	KUNIT_EXPECT_EQ(test, cdev_add(cdev, MKDEV(399, 0), 1), -ENOMEM);
	cdev_put(cdev);
}

/* The reference and the module: what an open file holds. */
static void cdev_put__lets_go_of_the_module_too(struct kunit *test)
{
	struct cdev *cdev = cdev_alloc();
	int before = module_refcount(THIS_MODULE);

	KUNIT_ASSERT_NOT_NULL(test, cdev);
	cdev->owner = THIS_MODULE;
	__module_get(THIS_MODULE);
	cdev_put(cdev);
	KUNIT_EXPECT_EQ(test, module_refcount(THIS_MODULE), before);
	cdev_put(NULL);
}

/* ---- from user mode --------------------------------------------------------------------------------------- */

static struct cdev *cdev;
static unsigned int minor, opens, releases;

static int cdev_open(struct inode *inode, struct file *file)
{
	minor = iminor(inode);
	opens++;
	return inode->i_cdev == cdev ? 0 : -EBADF;
}

static int cdev_release(struct inode *inode, struct file *file)
{
	releases++;
	return 0;
}

static const struct file_operations open_fops = {
	.owner = THIS_MODULE, .open = cdev_open, .release = cdev_release};

/* Only the numbers it was added with; and a file that is open outlives its cdev. */
static int use_numbers(void *arg)
{
	struct kunit *test = arg;
	struct psim_file *file = NULL, *none = NULL;

	KUNIT_EXPECT_EQ(test, psim_open("/dev/char/399:4", O_RDWR, &none), -ENXIO);
	KUNIT_EXPECT_EQ(test, psim_open("/dev/char/399:7", O_RDWR, &none), -ENXIO);
	KUNIT_ASSERT_EQ(test, psim_open("/dev/char/399:6", O_RDWR, &file), 0);
	KUNIT_EXPECT_EQ(test, minor, 6u);
	KUNIT_EXPECT_EQ(test, module_refcount(THIS_MODULE), 2); /* the cdev, its functions */
	cdev_del(cdev);
	KUNIT_EXPECT_EQ(test, psim_open("/dev/char/399:6", O_RDWR, &none), -ENXIO);
	KUNIT_EXPECT_EQ(test, releases, 0u);
	KUNIT_EXPECT_EQ(test, psim_file_close(file), 0);
	KUNIT_EXPECT_EQ(test, module_refcount(THIS_MODULE), 0);
	return 0;
}

static void cdev_add__takes_opens_of_its_numbers(struct kunit *test)
{
	struct psim_process *process = psim_process_create("opener");
	struct psim_task *task;

	opens = releases = 0;
	cdev = cdev_alloc();
	KUNIT_ASSERT_NOT_NULL(test, cdev);
	cdev->owner = THIS_MODULE;
	cdev->ops = &open_fops;
	KUNIT_ASSERT_EQ(test, cdev_add(cdev, MKDEV(399, 5), 2), 0);
	task = psim_spawn(process, "opener", use_numbers, test);
	KUNIT_ASSERT_NOT_NULL(test, task);
	psim_join(task);
	KUNIT_EXPECT_EQ(test, psim_process_exit(process), 0);
	KUNIT_EXPECT_EQ(test, opens, 1u);
	KUNIT_EXPECT_EQ(test, releases, 1u);
}
#endif

static struct kunit_case cases[] = {
	KUNIT_CASE(cdev_alloc__is_freed_by_cdev_del),
	KUNIT_CASE(class_register__of_a_static_one),
#ifdef __PSIM__
	KUNIT_CASE(class_register__without_a_name),
	KUNIT_CASE(cdev_alloc__without_memory),
	KUNIT_CASE(cdev_put__lets_go_of_the_module_too),
	KUNIT_CASE(cdev_add__takes_opens_of_its_numbers),
#endif
	{},
};

static struct kunit_suite suite = {.name = "cdev", .test_cases = cases};
kunit_test_suite(suite);
