// SPDX-License-Identifier: MIT
/* Counted lists: a walk keeps the entry it stands at. */
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/kernel.h>
#include <linux/klist.h>
#include <linux/kthread.h>
#include <linux/sched/task.h>

static int gets, puts_seen;

static void count_get(struct klist_node *node)
{
	gets++;
}

static void count_put(struct klist_node *node)
{
	puts_seen++;
}

static void klist_next__goes_on_from_a_deleted_entry(struct kunit *test)
{
	struct klist_node a, b, c;
	struct klist_iter walk;
	struct klist list;

	gets = puts_seen = 0;
	klist_init(&list, count_get, count_put);
	klist_add_tail(&b, &list);
	klist_add_head(&a, &list);
	klist_add_behind(&c, &b);
	KUNIT_EXPECT_EQ(test, gets, 3);
	klist_iter_init(&list, &walk);
	KUNIT_EXPECT_PTR_EQ(test, klist_next(&walk), &a);
	KUNIT_EXPECT_PTR_EQ(test, klist_next(&walk), &b);
	klist_del(&b);
	KUNIT_EXPECT_TRUE(test, klist_node_attached(&b));
	KUNIT_EXPECT_EQ(test, puts_seen, 0);
	KUNIT_EXPECT_PTR_EQ(test, klist_next(&walk), &c);
	KUNIT_EXPECT_FALSE(test, klist_node_attached(&b));
	KUNIT_EXPECT_EQ(test, puts_seen, 1);
	KUNIT_EXPECT_PTR_EQ(test, klist_prev(&walk), &a);
	KUNIT_EXPECT_NULL(test, klist_prev(&walk));
	klist_iter_exit(&walk);
	klist_del(&a);
	klist_del(&c);
	KUNIT_EXPECT_EQ(test, puts_seen, 3);
}

static int remove_entry(void *node)
{
	klist_remove(node);
	return 0;
}

static void klist_remove__waits_for_a_walk(struct kunit *test)
{
	struct task_struct *task;
	struct klist_node node;
	struct klist_iter walk;
	struct klist list;

	klist_init(&list, NULL, NULL);
	klist_add_tail(&node, &list);
	klist_iter_init_node(&list, &walk, &node);
	task = kthread_run(remove_entry, &node, "remover");
	KUNIT_ASSERT_FALSE(test, IS_ERR(task));
	get_task_struct(task);
	msleep(1);
	KUNIT_EXPECT_TRUE(test, klist_node_attached(&node));
	klist_iter_exit(&walk);
	kthread_stop(task);
	put_task_struct(task);
	KUNIT_EXPECT_FALSE(test, klist_node_attached(&node));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(klist_next__goes_on_from_a_deleted_entry),
	KUNIT_CASE(klist_remove__waits_for_a_walk),
	{},
};

static struct kunit_suite suite = {
	.name = "klist",
	.test_cases = cases,
};
kunit_test_suite(suite);
MODULE_LICENSE("Dual MIT/GPL");
