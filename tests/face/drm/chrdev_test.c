// SPDX-License-Identifier: MIT
/* Numbers of character devices, cdevs, classes and misc devices, as a driver sees them. */
#include <kunit/test.h>
#include <linux/cdev.h>
#include <linux/ioctl.h>
#include <linux/miscdevice.h>
#include <linux/slab.h>
#include <linux/string.h>

static void mkdev__puts_major_above_twenty_bits(struct kunit *test)
{
	dev_t dev = MKDEV(240, 70000);

	KUNIT_EXPECT_EQ(test, dev, (240u << 20) + 70000);
	KUNIT_EXPECT_EQ(test, MAJOR(dev), 240);
	KUNIT_EXPECT_EQ(test, MINOR(dev), 70000);
}

struct argument {
	u64 a, b, c;
};

static void ioctl_number__has_direction_size_letter_and_number(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, _IOWR('H', 3, struct argument), 0xc0184803u);
	KUNIT_EXPECT_EQ(test, _IOR('H', 3, int), 0x80044803u);
	KUNIT_EXPECT_EQ(test, _IOW('H', 3, char), 0x40014803u);
	KUNIT_EXPECT_EQ(test, _IO('H', 3), 0x4803u);
	KUNIT_EXPECT_EQ(test, _IOC_SIZE(_IOWR('H', 3, struct argument)), sizeof(struct argument));
	KUNIT_EXPECT_EQ(test, _IOC_DIR(_IOWR('H', 3, int)), _IOC_READ | _IOC_WRITE);
	KUNIT_EXPECT_EQ(test, _IOC_NR(_IO('H', 3)), 3);
	KUNIT_EXPECT_EQ(test, _IOC_TYPE(_IO('H', 3)), 'H');
}

static void alloc_chrdev_region__gives_majors_of_their_own(struct kunit *test)
{
	dev_t a, b;

	KUNIT_ASSERT_EQ(test, alloc_chrdev_region(&a, 3, 4, "a"), 0);
	KUNIT_ASSERT_EQ(test, alloc_chrdev_region(&b, 0, 1, "b"), 0);
	KUNIT_EXPECT_NE(test, MAJOR(a), MAJOR(b));
	KUNIT_EXPECT_EQ(test, MINOR(a), 3);
	KUNIT_EXPECT_EQ(test, MINOR(b), 0);
	unregister_chrdev_region(a, 4);
	unregister_chrdev_region(b, 1);
}

static void register_chrdev_region__refuses_what_is_taken(struct kunit *test)
{
	dev_t dev;

	KUNIT_ASSERT_EQ(test, alloc_chrdev_region(&dev, 8, 8, "first"), 0);
	KUNIT_EXPECT_EQ(test, register_chrdev_region(dev + 7, 2, "second"), -EBUSY);
	KUNIT_EXPECT_EQ(test, register_chrdev_region(dev - 1, 2, "second"), -EBUSY);
	KUNIT_ASSERT_EQ(test, register_chrdev_region(dev + 8, 2, "second"), 0);
	unregister_chrdev_region(dev, 8);
	KUNIT_EXPECT_EQ(test, register_chrdev_region(dev, 8, "again"), 0);
	unregister_chrdev_region(dev, 8);
	unregister_chrdev_region(dev + 8, 2);
}

/* A failure in the second major leaves nothing of the first. */
static void register_chrdev_region__spans_majors_or_takes_nothing(struct kunit *test)
{
	const dev_t last = MKDEV(400, MINORMASK), next = MKDEV(401, 0);

	KUNIT_ASSERT_EQ(test, register_chrdev_region(next, 1, "in the way"), 0);
	KUNIT_EXPECT_EQ(test, register_chrdev_region(last, 2, "both"), -EBUSY);
	KUNIT_EXPECT_EQ(test, register_chrdev_region(last, 1, "free still"), 0);
	unregister_chrdev_region(last, 1);
	unregister_chrdev_region(next, 1);
	KUNIT_ASSERT_EQ(test, register_chrdev_region(last, 2, "both"), 0);
	KUNIT_EXPECT_EQ(test, register_chrdev_region(next, 1, "taken"), -EBUSY);
	unregister_chrdev_region(last, 2);
}

static void register_chrdev_region__of_a_major_too_high_is_refused(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, register_chrdev_region(MKDEV(512, 0), 1, "high"), -EINVAL);
}

static const struct file_operations no_fops = {.owner = THIS_MODULE};

static void register_chrdev__chooses_a_major(struct kunit *test)
{
	int major = register_chrdev(0, "chosen", &no_fops);

	KUNIT_ASSERT_GT(test, major, 0);
	KUNIT_EXPECT_EQ(test, register_chrdev(major, "same", &no_fops), -EBUSY);
	unregister_chrdev(major, "chosen");
	KUNIT_EXPECT_EQ(test, register_chrdev(major, "named", &no_fops), 0);
	unregister_chrdev(major, "named");
}

/* ---- devices ------------------------------------------------------------------------------------------ */

static int released;

static void count_release(struct device *dev)
{
	released++;
	kfree(dev);
}

/* The cdev holds the device: its release waits for it. */
static void cdev_device_add__holds_the_device(struct kunit *test)
{
	struct device *dev = kzalloc(sizeof(*dev), GFP_KERNEL);
	struct cdev cdev;

	KUNIT_ASSERT_NOT_NULL(test, dev);
	released = 0;
	cdev_init(&cdev, &no_fops);
	device_initialize(dev);
	dev->release = count_release;
	dev->devt = MKDEV(400, 1);
	KUNIT_ASSERT_EQ(test, dev_set_name(dev, "held"), 0);
	KUNIT_ASSERT_EQ(test, cdev_device_add(&cdev, dev), 0);
	KUNIT_EXPECT_TRUE(test, device_is_registered(dev));
	put_device(dev);
	KUNIT_EXPECT_EQ(test, released, 0);
	get_device(dev);
	cdev_device_del(&cdev, dev);
	KUNIT_EXPECT_EQ(test, released, 0);
	put_device(dev);
	KUNIT_EXPECT_EQ(test, released, 1);
}

/* Without a name device_add() fails, and the cdev is gone again. */
static void cdev_device_add__undoes_the_cdev(struct kunit *test)
{
	struct device *dev = kzalloc(sizeof(*dev), GFP_KERNEL);
	struct cdev cdev;

	KUNIT_ASSERT_NOT_NULL(test, dev);
	released = 0;
	cdev_init(&cdev, &no_fops);
	device_initialize(dev);
	dev->release = count_release;
	dev->devt = MKDEV(400, 2);
	KUNIT_EXPECT_EQ(test, cdev_device_add(&cdev, dev), -EINVAL);
	put_device(dev);
	KUNIT_EXPECT_EQ(test, released, 1);
}

static void device_create__is_found_by_its_number(struct kunit *test)
{
	struct class *class = class_create("psim_test");
	struct device *a, *b;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, class);
	a = device_create(class, NULL, MKDEV(400, 5), class, "node%d", 5);
	b = device_create(class, a, MKDEV(400, 6), NULL, "node6");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, a);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, b);
	KUNIT_EXPECT_STREQ(test, dev_name(a), "node5");
	KUNIT_EXPECT_PTR_EQ(test, dev_get_drvdata(a), class);
	KUNIT_EXPECT_PTR_EQ(test, b->parent, a);
	device_destroy(class, MKDEV(400, 7));
	device_destroy(class, MKDEV(400, 6));
	KUNIT_EXPECT_TRUE(test, device_is_registered(a));
	device_destroy(class, MKDEV(400, 5));
	class_destroy(class);
}

static void misc_register__gives_a_minor(struct kunit *test)
{
	struct miscdevice a = {.minor = MISC_DYNAMIC_MINOR, .name = "misc_a", .fops = &no_fops};
	struct miscdevice b = {.minor = MISC_DYNAMIC_MINOR, .name = "misc_b", .fops = &no_fops};
	struct miscdevice same = {.name = "misc_same", .fops = &no_fops};

	KUNIT_ASSERT_EQ(test, misc_register(&a), 0);
	KUNIT_ASSERT_EQ(test, misc_register(&b), 0);
	KUNIT_EXPECT_NE(test, a.minor, b.minor);
	KUNIT_EXPECT_NE(test, a.minor, MISC_DYNAMIC_MINOR);
	KUNIT_EXPECT_EQ(test, a.this_device->devt, MKDEV(MISC_MAJOR, a.minor));
	same.minor = a.minor;
	KUNIT_EXPECT_EQ(test, misc_register(&same), -EBUSY);
	misc_deregister(&a);
	misc_deregister(&b);
	KUNIT_EXPECT_EQ(test, b.minor, MISC_DYNAMIC_MINOR);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(mkdev__puts_major_above_twenty_bits),
	KUNIT_CASE(ioctl_number__has_direction_size_letter_and_number),
	KUNIT_CASE(alloc_chrdev_region__gives_majors_of_their_own),
	KUNIT_CASE(register_chrdev_region__refuses_what_is_taken),
	KUNIT_CASE(register_chrdev_region__spans_majors_or_takes_nothing),
	KUNIT_CASE(register_chrdev_region__of_a_major_too_high_is_refused),
	KUNIT_CASE(register_chrdev__chooses_a_major),
	KUNIT_CASE(cdev_device_add__holds_the_device),
	KUNIT_CASE(cdev_device_add__undoes_the_cdev),
	KUNIT_CASE(device_create__is_found_by_its_number),
	KUNIT_CASE(misc_register__gives_a_minor),
	{},
};

static struct kunit_suite suite = {
	.name = "chrdev",
	.test_cases = cases,
};
kunit_test_suite(suite);
