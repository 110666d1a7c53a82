// SPDX-License-Identifier: MIT
/*
 * poll, and files that read and write by iterators: what a driver's poll function asks of a table; and, from user
 * mode, which is this machine's alone, a mailbox that is polled, filled and emptied.
 */
#include <kunit/test.h>
#include <linux/miscdevice.h>
#include <linux/poll.h>
#include <linux/uaccess.h>
#include <linux/uio.h>
#include <linux/wait.h>

static wait_queue_head_t *queued;

static void note(struct file *file, wait_queue_head_t *queue, struct poll_table_struct *pt)
{
	queued = queue;
}

static void poll_wait__queues_who_will_sleep(struct kunit *test)
{
	DECLARE_WAIT_QUEUE_HEAD_ONSTACK(wq);
	struct file *file = (struct file *)test; /* nobody looks into it */
	poll_table table;

	queued = NULL;
	init_poll_funcptr(&table, note);
	KUNIT_EXPECT_FALSE(test, poll_does_not_wait(&table));
	KUNIT_EXPECT_EQ(test, (u32)poll_requested_events(&table), ~0u);
	poll_wait(file, &wq, &table);
	KUNIT_EXPECT_PTR_EQ(test, queued, &wq);
	queued = NULL;
	init_poll_funcptr(&table, NULL);
	KUNIT_EXPECT_TRUE(test, poll_does_not_wait(&table));
	poll_wait(file, &wq, &table);
	poll_wait(file, &wq, NULL);
	KUNIT_EXPECT_NULL(test, queued);
	KUNIT_EXPECT_TRUE(test, poll_does_not_wait(NULL));
	KUNIT_EXPECT_EQ(test, (u32)poll_requested_events(NULL), ~0u);
}

#ifdef __PSIM__
#include <psim/file.h>
#include <psim/process.h>
#include <psim/task.h>

#define SIZE 16

/* ---- the driver: a mailbox ------------------------------------------------------------------------------------- */

static DECLARE_WAIT_QUEUE_HEAD(mail);
static DEFINE_SPINLOCK(lock);
static char letter[SIZE];
static size_t length;

static ssize_t box_read(struct kiocb *iocb, struct iov_iter *to)
{
	char copy[SIZE];
	size_t n;

	spin_lock(&lock);
	n = min(length, iov_iter_count(to));
	memcpy(copy, letter, n);
	length = 0;
	spin_unlock(&lock);
	wake_up_interruptible_poll(&mail, EPOLLOUT);
	iocb->ki_pos += n;
	return copy_to_iter(copy, n, to) == n ? (ssize_t)n : -EFAULT;
}

static ssize_t box_write(struct kiocb *iocb, struct iov_iter *from)
{
	size_t n = min(iov_iter_count(from), (size_t)SIZE);
	char copy[SIZE];

	if (!copy_from_iter_full(copy, n, from))
		return -EFAULT;
	spin_lock(&lock);
	memcpy(letter, copy, n);
	length = n;
	spin_unlock(&lock);
	wake_up_interruptible_poll(&mail, EPOLLIN);
	iocb->ki_pos += n;
	return n;
}

static __poll_t box_poll(struct file *file, struct poll_table_struct *pt)
{
	__poll_t ready;

	poll_wait(file, &mail, pt);
	spin_lock(&lock);
	ready = length ? EPOLLIN : EPOLLOUT;
	spin_unlock(&lock);
	return ready;
}

static const struct file_operations box_fops = {
	.read_iter = box_read, .write_iter = box_write, .poll = box_poll};
static struct miscdevice box = {
	.minor = MISC_DYNAMIC_MINOR, .name = "psim_mailbox", .fops = &box_fops};
static const struct file_operations plain_fops = {};
static struct miscdevice plain = {
	.minor = MISC_DYNAMIC_MINOR, .name = "psim_plain", .fops = &plain_fops};

/* ---- user mode ---------------------------------------------------------------------------------------------------- */

static struct psim_process *process;
static struct kunit *kunit;
static struct psim_file *file;
static long memory;

static void in_user_mode(struct kunit *test, int (*body)(void *arg), int (*second)(void *arg))
{
	struct psim_task *task, *other = NULL;

	kunit = test;
	KUNIT_ASSERT_EQ(test, misc_register(&box), 0);
	KUNIT_ASSERT_EQ(test, misc_register(&plain), 0);
	process = psim_process_create("client");
	KUNIT_ASSERT_NOT_NULL(test, process);
	memory = psim_mmap(process, 0, PAGE_SIZE, PSIM_READ | PSIM_WRITE);
	KUNIT_ASSERT_EQ(test, psim_store(process, memory, "Dear kernel", 12), 0);
	task = psim_spawn(process, "client", body, NULL);
	if (second)
		other = psim_spawn(process, "second", second, NULL);
	KUNIT_EXPECT_EQ(test, psim_join(task), 0);
	if (other)
		KUNIT_EXPECT_EQ(test, psim_join(other), 0);
	KUNIT_EXPECT_EQ(test, psim_process_exit(process), 0);
	misc_deregister(&plain);
	misc_deregister(&box);
}

static void open_it(const char *path)
{
	KUNIT_ASSERT_EQ(kunit, psim_open(path, O_RDWR, &file), 0);
}

static int look(void *unused)
{
	open_it("/dev/psim_mailbox");
	KUNIT_EXPECT_EQ(kunit, psim_poll(file, POLLIN, 0), 0);
	KUNIT_EXPECT_EQ(kunit, psim_poll(file, POLLIN | POLLOUT, -1), POLLOUT);
	KUNIT_EXPECT_EQ(kunit, psim_poll(file, POLLIN, 5), 0);
	KUNIT_EXPECT_EQ(kunit, psim_write(file, memory, 11), 11);
	KUNIT_EXPECT_EQ(kunit, psim_poll(file, POLLIN | POLLOUT, 0), POLLIN);
	KUNIT_EXPECT_EQ(kunit, psim_file_close(file), 0);
	open_it("/dev/psim_plain");
	KUNIT_EXPECT_EQ(kunit, psim_poll(file, POLLIN | POLLOUT, 0), POLLIN | POLLOUT);
	return psim_file_close(file);
}

static void poll__says_what_is_ready(struct kunit *test)
{
	in_user_mode(test, look, NULL);
}

static int wait_for_mail(void *unused)
{
	char text[12] = "";

	open_it("/dev/psim_mailbox");
	KUNIT_EXPECT_EQ(kunit, psim_poll(file, POLLIN, -1), POLLIN);
	KUNIT_EXPECT_EQ(kunit, psim_read(file, memory + 100, 100), 11);
	KUNIT_EXPECT_EQ(kunit, psim_load(process, memory + 100, text, 11), 0);
	KUNIT_EXPECT_STREQ(kunit, text, "Dear kernel");
	return psim_file_close(file);
}

static int send(void *unused)
{
	struct psim_file *own = NULL;

	KUNIT_ASSERT_EQ(kunit, psim_open("/dev/psim_mailbox", O_WRONLY, &own), 0);
	psim_sleep(1000000);
	KUNIT_EXPECT_EQ(kunit, psim_write(own, memory, 11), 11);
	return psim_file_close(own);
}

static void poll__is_woken_by_what_it_asked_for(struct kunit *test)
{
	in_user_mode(test, wait_for_mail, send);
}

static int several(void *unused)
{
	struct psim_buffer parts[2] = {{memory, 5}, {memory + 5, 6}};
	struct psim_buffer back[3] = {{memory + 200, 3}, {memory + 300, 0}, {memory + 400, 20}};
	struct psim_buffer bad[2] = {{memory, 5}, {memory + PAGE_SIZE, 6}};
	char text[12] = "";

	open_it("/dev/psim_mailbox");
	KUNIT_EXPECT_EQ(kunit, psim_writev(file, parts, 2), 11);
	KUNIT_EXPECT_EQ(kunit, psim_readv(file, back, 3), 11);
	KUNIT_EXPECT_EQ(kunit, psim_load(process, memory + 200, text, 3), 0);
	KUNIT_EXPECT_EQ(kunit, psim_load(process, memory + 400, text + 3, 8), 0);
	KUNIT_EXPECT_STREQ(kunit, text, "Dear kernel");
	KUNIT_EXPECT_EQ(kunit, psim_writev(file, bad, 2), -EFAULT);
	KUNIT_EXPECT_EQ(kunit, psim_file_close(file), 0);
	open_it("/dev/psim_plain");
	KUNIT_EXPECT_EQ(kunit, psim_readv(file, back, 3), -EINVAL);
	return psim_file_close(file);
}

static void readv__of_several_buffers(struct kunit *test)
{
	in_user_mode(test, several, NULL);
}
#endif

static struct kunit_case cases[] = {
	KUNIT_CASE(poll_wait__queues_who_will_sleep),
#ifdef __PSIM__
	KUNIT_CASE(poll__says_what_is_ready),
	KUNIT_CASE(poll__is_woken_by_what_it_asked_for),
	KUNIT_CASE(readv__of_several_buffers),
#endif
	{},
};

static struct kunit_suite suite = {.name = "poll", .test_cases = cases};
kunit_test_suite(suite);
