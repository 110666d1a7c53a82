// SPDX-License-Identifier: MIT
/* KUnit: suites of start-up code, and code under test that runs outside of the case. */
#include <kunit/test-bug.h>
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/string.h>
#include <linux/task_work.h>
#include <asm/current.h>

struct other {
	struct completion done;
	struct task_struct *task;
	struct kunit *test;
};

static int elsewhere(void *arg)
{
	struct other *other = arg;

	other->task = get_current();
	other->test = kunit_get_current_test();
	kunit_fail_current_test("nobody's case");
	complete(&other->done);
	return 0;
}

/* A thread that the case began is not the case: what it says of itself fails nobody. */
static void kunit_fail_current_test__in_another_task(struct kunit *test)
{
	struct other other = {.test = test};
	struct task_struct *task;

	init_completion(&other.done);
	task = kthread_run(elsewhere, &other, "elsewhere");
	KUNIT_ASSERT_FALSE(test, IS_ERR(task));
	wait_for_completion(&other.done);
	KUNIT_EXPECT_PTR_EQ(test, other.task, task);
	KUNIT_EXPECT_NULL(test, other.test);
	KUNIT_EXPECT_PTR_EQ(test, kunit_get_current_test(), test);
	KUNIT_EXPECT_PTR_EQ(test, get_current(), current);
}

static struct callback_head works[3];
static int ran;

static void run(struct callback_head *work)
{
	ran += 1 << (work - works);
	if (work == &works[0])
		task_work_add(current, &works[2], TWA_NONE);
}

/* All that is there, and what is added meanwhile; each once. */
static void task_work_run__calls_what_was_added(struct kunit *test)
{
	ran = 0;
	for (int i = 0; i < 3; i++)
		init_task_work(&works[i], run);
	KUNIT_EXPECT_EQ(test, task_work_add(current, &works[0], TWA_NONE), 0);
	KUNIT_EXPECT_EQ(test, task_work_add(current, &works[1], TWA_NONE), 0);
	KUNIT_EXPECT_EQ(test, ran, 0);
	task_work_run();
	KUNIT_EXPECT_EQ(test, ran, 7);
	task_work_run();
	KUNIT_EXPECT_EQ(test, ran, 7);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(kunit_fail_current_test__in_another_task),
	KUNIT_CASE(task_work_run__calls_what_was_added),
	{},
};

static struct kunit_suite suite = {
	.name = "kunit_start",
	.test_cases = cases,
};
kunit_test_suite(suite);

/* ---- suites that run with the start-up code ----------------------------------------------------------------- */

static int started_init(struct kunit *test)
{
	test->priv = works;
	return 0;
}

static void init_section_suite__is_run(struct kunit *test)
{
	KUNIT_EXPECT_STREQ(test, test->name, "init_section_suite__is_run");
	KUNIT_EXPECT_PTR_EQ(test, test->priv, (void *)works);
}

static void init_section_suites__are_run(struct kunit *test)
{
	KUNIT_EXPECT_STREQ(test, test->name, "init_section_suites__are_run");
	KUNIT_EXPECT_PTR_EQ(test, test->priv, (void *)works);
}

static struct kunit_case one_case[] = {KUNIT_CASE(init_section_suite__is_run), {}};
static struct kunit_case several_cases[] = {KUNIT_CASE(init_section_suites__are_run), {}};
static struct kunit_suite one = {
	.name = "kunit_init", .init = started_init, .test_cases = one_case};
static struct kunit_suite several = {
	.name = "kunit_init_several", .init = started_init, .test_cases = several_cases};
kunit_test_init_section_suite(one);
kunit_test_init_section_suites(&several);
