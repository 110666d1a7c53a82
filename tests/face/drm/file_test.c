// SPDX-License-Identifier: MIT
/*
 * A driver's file, used from user mode: opening, reading, writing, seeking, ioctl, mapping, closing; and
 * module parameters set from outside. User mode is this machine's: on a kernel there are no cases here.
 */
#define KBUILD_MODNAME "psim_file_test"
#include <kunit/test.h>
#include <linux/cdev.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/task_work.h>
#include <linux/uaccess.h>

#ifdef __PSIM__
#include <psim/file.h>
#include <psim/module.h>
#include <psim/process.h>
#include <psim/task.h>

#define SIZE 64

/* ---- the driver: 64 bytes, shared by all ------------------------------------------------------------- */

static char contents[SIZE];
static int opens, releases, flushes;
static unsigned int opened_minor, opened_flags;
static int refuse;

static int test_open(struct inode *inode, struct file *file)
{
	if (refuse)
		return refuse;
	opens++;
	opened_minor = iminor(inode);
	opened_flags = file->f_flags;
	return 0;
}

static int test_release(struct inode *inode, struct file *file)
{
	/* whoever let go last, it holds nothing here */
	if (current->mm) {
		mmap_write_lock(current->mm);
		mmap_write_unlock(current->mm);
	}
	releases++;
	return 0;
}

static int test_flush(struct file *file, fl_owner_t id)
{
	flushes++;
	return 0;
}

static ssize_t test_read(struct file *file, char __user *buffer, size_t n, loff_t *pos)
{
	return simple_read_from_buffer(buffer, n, pos, contents, SIZE);
}

static ssize_t test_write(struct file *file, const char __user *buffer, size_t n, loff_t *pos)
{
	return simple_write_to_buffer(contents, SIZE, pos, buffer, n);
}

static loff_t test_llseek(struct file *file, loff_t offset, int whence)
{
	return fixed_size_llseek(file, offset, whence, SIZE);
}

static long test_ioctl(struct file *file, unsigned int command, unsigned long arg)
{
	u32 value;

	if (command != 1)
		return -ENOIOCTLCMD;
	if (get_user(value, (u32 __user *)arg))
		return -EFAULT;
	value++;
	return put_user(value, (u32 __user *)arg);
}

static int test_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct page *page = alloc_page(GFP_KERNEL | __GFP_ZERO);
	int err;

	if (!page)
		return -ENOMEM;
	err = vm_insert_page(vma, vma->vm_start, page);
	put_page(page);
	return err;
}

static const struct file_operations test_fops = {
	.owner = THIS_MODULE,
	.open = test_open,
	.release = test_release,
	.flush = test_flush,
	.read = test_read,
	.write = test_write,
	.llseek = test_llseek,
	.unlocked_ioctl = test_ioctl,
	.mmap = test_mmap,
};

static struct miscdevice device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "psim_test",
	.nodename = "psim/test",
	.fops = &test_fops,
};
module_misc_device(device);

static int number = 3;
module_param(number, int, 0444);
static bool truth;
module_param(truth, bool, 0444);
static char *text = "before";
module_param(text, charp, 0444);
static char room[8] = "room";
module_param_string(string, room, sizeof(room), 0444);
static unsigned short list[3];
static unsigned int listed;
module_param_array(list, ushort, &listed, 0444);

/* ---- a client: a task of a process ------------------------------------------------------------------------ */

static struct psim_process *process;
static struct kunit *kunit;

static int load(struct kunit *test)
{
	kunit = test;
	KUNIT_ASSERT_EQ(test, psim_module_load("psim_file_test"), 0);
	process = psim_process_create("client");
	KUNIT_ASSERT_NOT_NULL(test, process);
	return 0;
}

static void unload(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, psim_process_exit(process), 0);
	KUNIT_EXPECT_EQ(test, psim_module_unload("psim_file_test"), 0);
}

static void in_user_mode(struct kunit *test, int (*body)(void *arg))
{
	struct psim_task *task;

	load(test);
	task = psim_spawn(process, "client", body, test);
	KUNIT_ASSERT_NOT_NULL(test, task);
	KUNIT_EXPECT_EQ(test, psim_join(task), 0);
	unload(test);
}

static struct psim_file *open_it(struct kunit *test, int flags)
{
	struct psim_file *file = NULL;

	KUNIT_ASSERT_EQ(test, psim_open("/dev/psim/test", flags, &file), 0);
	return file;
}

static unsigned long page_with(struct kunit *test, const void *bytes, size_t n)
{
	long at = psim_mmap(process, 0, PAGE_SIZE, PSIM_READ | PSIM_WRITE);

	KUNIT_ASSERT_GT(test, at, 0);
	KUNIT_EXPECT_EQ(test, psim_store(process, at, bytes, n), 0);
	return at;
}

/* ---- opening and closing ------------------------------------------------------------------------------------ */

static int open_and_close(void *test)
{
	struct psim_file *file = open_it(test, O_RDWR | O_NONBLOCK | O_CREAT);

	KUNIT_EXPECT_EQ(kunit, opens, 1);
	KUNIT_EXPECT_EQ(kunit, opened_minor, (unsigned int)device.minor);
	KUNIT_EXPECT_EQ(kunit, opened_flags, O_RDWR | O_NONBLOCK);
	KUNIT_EXPECT_EQ(kunit, psim_module_unload("psim_file_test"), -EBUSY);
	KUNIT_EXPECT_EQ(kunit, psim_file_close(file), 0);
	KUNIT_EXPECT_EQ(kunit, flushes, 1);
	KUNIT_EXPECT_EQ(kunit, releases, 1);
	return 0;
}

static void open__holds_the_module_until_release(struct kunit *test)
{
	in_user_mode(test, open_and_close);
}

static int open_badly(void *test)
{
	struct psim_file *file;
	char path[40];

	KUNIT_EXPECT_EQ(kunit, psim_open("/dev/psim/tes", O_RDWR, &file), -ENOENT);
	KUNIT_EXPECT_EQ(kunit, psim_open("/tmp/test", O_RDWR, &file), -ENOENT);
	KUNIT_EXPECT_EQ(kunit, psim_open("/dev/char/399:0", O_RDWR, &file), -ENXIO);
	KUNIT_EXPECT_EQ(kunit, psim_open("/dev/char/9:9:9", O_RDWR, &file), -ENOENT);
	refuse = -EPERM;
	KUNIT_EXPECT_EQ(kunit, psim_open("/dev/psim/test", O_RDWR, &file), -EPERM);
	KUNIT_EXPECT_EQ(kunit, releases, 0);
	refuse = 0;
	snprintf(path, sizeof(path), "/dev/char/%d:%d", MISC_MAJOR, device.minor);
	KUNIT_ASSERT_EQ(kunit, psim_open(path, O_RDWR, &file), 0);
	KUNIT_EXPECT_EQ(kunit, psim_file_close(file), 0);
	KUNIT_EXPECT_EQ(kunit, releases, 1);
	return 0;
}

static void open__of_what_is_not_there_fails(struct kunit *test)
{
	in_user_mode(test, open_badly);
}

/* The mapping holds the file; the release function runs outside of the mmap lock. */
static int map_and_close(void *test)
{
	struct psim_file *file = open_it(test, O_RDWR);
	u32 value = 7;
	long at = psim_mmap_at(process, 0, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);

	KUNIT_ASSERT_GT(kunit, at, 0);
	KUNIT_EXPECT_EQ(kunit, psim_store(process, at, &value, sizeof(value)), 0);
	KUNIT_EXPECT_EQ(kunit, psim_file_close(file), 0);
	KUNIT_EXPECT_EQ(kunit, releases, 0);
	value = 0;
	KUNIT_EXPECT_EQ(kunit, psim_load(process, at, &value, sizeof(value)), 0);
	KUNIT_EXPECT_EQ(kunit, value, 7);
	KUNIT_EXPECT_EQ(kunit, psim_munmap(process, at, PAGE_SIZE), 0);
	KUNIT_EXPECT_EQ(kunit, releases, 1);
	return 0;
}

static void close__waits_for_the_last_mapping(struct kunit *test)
{
	in_user_mode(test, map_and_close);
}

/* ---- using it ------------------------------------------------------------------------------------------------- */

static int write_seek_read(void *test)
{
	static const char words[] = "nine lives";
	unsigned long at = page_with(test, words, sizeof(words));
	struct psim_file *file = open_it(test, O_RDWR);
	char got[sizeof(words)] = "";

	KUNIT_EXPECT_EQ(kunit, psim_write(file, at, sizeof(words)), sizeof(words));
	KUNIT_EXPECT_STREQ(kunit, contents, words);
	KUNIT_EXPECT_EQ(kunit, psim_lseek(file, 5, SEEK_SET), 5);
	KUNIT_EXPECT_EQ(kunit, psim_read(file, at + 100, 6), 6);
	KUNIT_EXPECT_EQ(kunit, psim_load(process, at + 100, got, 6), 0);
	KUNIT_EXPECT_STREQ(kunit, got, "lives");
	KUNIT_EXPECT_EQ(kunit, psim_lseek(file, 0, SEEK_CUR), 11);
	KUNIT_EXPECT_EQ(kunit, psim_lseek(file, -4, SEEK_END), SIZE - 4);
	KUNIT_EXPECT_EQ(kunit, psim_read(file, at, 100), 4);
	KUNIT_EXPECT_EQ(kunit, psim_read(file, at, 100), 0);
	KUNIT_EXPECT_EQ(kunit, psim_lseek(file, 1, SEEK_END), -EINVAL);
	KUNIT_EXPECT_EQ(kunit, psim_lseek(file, -1, SEEK_SET), -EINVAL);
	KUNIT_EXPECT_EQ(kunit, psim_lseek(file, 0, SEEK_SET), 0);
	KUNIT_EXPECT_EQ(kunit, psim_read(file, 16, 8), -EFAULT);
	KUNIT_EXPECT_EQ(kunit, psim_read(file, ~0ul, 8), -EFAULT);
	return psim_file_close(file);
}

static void read__goes_on_where_the_position_is(struct kunit *test)
{
	in_user_mode(test, write_seek_read);
}

static int use_one_way(void *test)
{
	unsigned long at = page_with(test, "x", 1);
	struct psim_file *file = open_it(test, O_RDONLY);

	KUNIT_EXPECT_EQ(kunit, psim_write(file, at, 1), -EBADF);
	KUNIT_EXPECT_EQ(kunit, psim_read(file, at, 1), 1);
	KUNIT_EXPECT_EQ(kunit, psim_file_close(file), 0);
	file = open_it(test, O_WRONLY);
	KUNIT_EXPECT_EQ(kunit, psim_read(file, at, 1), -EBADF);
	KUNIT_EXPECT_EQ(kunit, psim_write(file, at, 1), 1);
	return psim_file_close(file);
}

static void open__says_which_ways_data_may_go(struct kunit *test)
{
	in_user_mode(test, use_one_way);
}

static int do_ioctl(void *test)
{
	u32 value = 41;
	unsigned long at = page_with(test, &value, sizeof(value));
	struct psim_file *file = open_it(test, O_RDWR);

	KUNIT_EXPECT_EQ(kunit, psim_ioctl(file, 1, at), 0);
	KUNIT_EXPECT_EQ(kunit, psim_load(process, at, &value, sizeof(value)), 0);
	KUNIT_EXPECT_EQ(kunit, value, 42);
	KUNIT_EXPECT_EQ(kunit, psim_ioctl(file, 1, 0), -EFAULT);
	KUNIT_EXPECT_EQ(kunit, psim_ioctl(file, 2, at), -ENOTTY);
	return psim_file_close(file);
}

static void ioctl__reaches_the_driver(struct kunit *test)
{
	in_user_mode(test, do_ioctl);
}

/* ---- task work --------------------------------------------------------------------------------------------------- */

static char order[8];
static struct callback_head works[3];

static void note_work(struct callback_head *work)
{
	order[strlen(order)] = 'a' + (work - works);
}

static int add_works(void *test)
{
	for (int i = 0; i < 3; i++) {
		init_task_work(&works[i], note_work);
		KUNIT_EXPECT_EQ(kunit, task_work_add(current, &works[i], TWA_RESUME), 0);
	}
	KUNIT_EXPECT_PTR_EQ(kunit, task_work_cancel_func(current, note_work), &works[2]);
	KUNIT_EXPECT_STREQ(kunit, order, "");
	psim_munmap(process, TASK_SIZE_MAX - PAGE_SIZE, PAGE_SIZE);
	KUNIT_EXPECT_STREQ(kunit, order, "ab");
	KUNIT_EXPECT_EQ(kunit, task_work_add(current, &works[2], TWA_RESUME), 0);
	return 0;
}

static void task_work__runs_on_the_way_to_user_mode(struct kunit *test)
{
	memset(order, 0, sizeof(order));
	in_user_mode(test, add_works);
	KUNIT_EXPECT_STREQ(test, order, "abc");
}

/* ---- module parameters --------------------------------------------------------------------------------------------- */

static int set(const char *parameter, const char *value)
{
	return psim_module_param("psim_file_test", parameter, value);
}

static void module_param__takes_values_of_its_type(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, set("number", "-0x10"), 0);
	KUNIT_EXPECT_EQ(test, number, -16);
	KUNIT_EXPECT_EQ(test, set("number", "many"), -EINVAL);
	KUNIT_EXPECT_EQ(test, set("number", "5000000000"), -ERANGE);
	KUNIT_EXPECT_EQ(test, set("number", NULL), -EINVAL);
	KUNIT_EXPECT_EQ(test, number, -16);
	KUNIT_EXPECT_EQ(test, set("truth", NULL), 0);
	KUNIT_EXPECT_TRUE(test, truth);
	KUNIT_EXPECT_EQ(test, set("truth", "off"), 0);
	KUNIT_EXPECT_FALSE(test, truth);
	KUNIT_EXPECT_EQ(test, set("text", "after"), 0);
	KUNIT_EXPECT_STREQ(test, text, "after");
	KUNIT_EXPECT_EQ(test, set("string", "1234567"), 0);
	KUNIT_EXPECT_EQ(test, set("string", "12345678"), -ENOSPC);
	KUNIT_EXPECT_STREQ(test, room, "1234567");
}

static void module_param_array__counts_what_it_got(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, set("list", "7,8"), 0);
	KUNIT_EXPECT_EQ(test, listed, 2);
	KUNIT_EXPECT_EQ(test, list[1], 8);
	KUNIT_EXPECT_EQ(test, set("list", "1,2,3,4"), -EINVAL);
	KUNIT_EXPECT_EQ(test, set("list", "1,70000"), -ERANGE);
}

static void module_param__reads_as_it_is_written(struct kunit *test)
{
	const struct kernel_param_ops *ops = &param_ops_int;
	const struct kparam_array array = {
		.max = 3, .elemsize = sizeof(list[0]), .ops = &param_ops_ushort, .elem = list};
	const struct kernel_param kp = {.ops = ops, .arg = &number};
	const struct kernel_param of_list = {.ops = &param_array_ops, .arr = &array};
	char *page = kunit_kzalloc(test, PAGE_SIZE, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, page);
	number = -5;
	KUNIT_EXPECT_EQ(test, ops->get(page, &kp), 3);
	KUNIT_EXPECT_STREQ(test, page, "-5\n");
	list[0] = 1;
	list[1] = list[2] = 2;
	KUNIT_EXPECT_EQ(test, param_array_ops.get(page, &of_list), 6);
	KUNIT_EXPECT_STREQ(test, page, "1,2,2\n");
}

static struct kunit_case cases[] = {
	KUNIT_CASE(open__holds_the_module_until_release),
	KUNIT_CASE(open__of_what_is_not_there_fails),
	KUNIT_CASE(close__waits_for_the_last_mapping),
	KUNIT_CASE(read__goes_on_where_the_position_is),
	KUNIT_CASE(open__says_which_ways_data_may_go),
	KUNIT_CASE(ioctl__reaches_the_driver),
	KUNIT_CASE(task_work__runs_on_the_way_to_user_mode),
	KUNIT_CASE(module_param__takes_values_of_its_type),
	KUNIT_CASE(module_param_array__counts_what_it_got),
	KUNIT_CASE(module_param__reads_as_it_is_written),
	{},
};

static struct kunit_suite suite = {
	.name = "file",
	.test_cases = cases,
};
kunit_test_suite(suite);
#endif
