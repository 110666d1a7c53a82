/* SPDX-License-Identifier: MIT */
/* Reading and writing files of debugfs from user mode: all below psim_test. */
#ifndef TESTS_FACE_DRM_DEBUGFS_USER_H
#define TESTS_FACE_DRM_DEBUGFS_USER_H

#include <kunit/test.h>
#include <linux/debugfs.h>
#include <linux/string.h>
#include <psim/file.h>
#include <psim/process.h>
#include <psim/task.h>

static struct psim_process *process;
static struct dentry *dir;
static unsigned long at;

static struct psim_file *open_entry(struct kunit *test, const char *name)
{
	struct psim_file *file = NULL;
	char path[64];

	snprintf(path, sizeof(path), "/sys/kernel/debug/psim_test/%s", name);
	KUNIT_ASSERT_EQ(test, psim_open(path, O_RDWR, &file), 0);
	return file;
}

/* What the whole file says. */
static void says(struct kunit *test, const char *name, const char *wanted)
{
	struct psim_file *file = open_entry(test, name);
	char got[64] = "";

	KUNIT_EXPECT_EQ(test, psim_read(file, at, 60), strlen(wanted));
	KUNIT_EXPECT_EQ(test, psim_load(process, at, got, strlen(wanted)), 0);
	KUNIT_EXPECT_STREQ(test, got, wanted);
	KUNIT_EXPECT_EQ(test, psim_read(file, at, 60), 0);
	KUNIT_EXPECT_EQ(test, psim_file_close(file), 0);
}

static long write_text(struct kunit *test, const char *name, const char *text)
{
	struct psim_file *file = open_entry(test, name);
	long result;

	KUNIT_EXPECT_EQ(test, psim_store(process, at, text, strlen(text)), 0);
	result = psim_write(file, at, strlen(text));
	KUNIT_EXPECT_EQ(test, psim_file_close(file), 0);
	return result;
}

static int body(void *arg)
{
	void (*fn)(struct kunit * test) = ((void **)arg)[0];

	fn(((void **)arg)[1]);
	return 0;
}

/* Runs @fn in user mode; @make has made the entries below dir. */
static void in_user_mode(struct kunit *test, void (*make)(void), void (*fn)(struct kunit *test))
{
	void *arg[2] = {fn, test};
	struct psim_task *task;

	dir = debugfs_create_dir("psim_test", NULL);
	make();
	process = psim_process_create("reader");
	at = psim_mmap(process, 0, PAGE_SIZE, PSIM_READ | PSIM_WRITE);
	task = psim_spawn(process, "reader", body, arg);
	KUNIT_ASSERT_NOT_NULL(test, task);
	psim_join(task);
	KUNIT_EXPECT_EQ(test, psim_process_exit(process), 0);
	debugfs_remove(dir);
}

#endif /* TESTS_FACE_DRM_DEBUGFS_USER_H */
