// SPDX-License-Identifier: MIT
/* Per-CPU variables: a copy for each CPU, made from what the variable began as. */
#include <kunit/test.h>
#include <linux/kthread.h>
#include <linux/local_lock.h>
#include <linux/percpu.h>
#include <linux/sched/task.h>
#include <linux/string.h>

struct counters {
	int a;
	long b;
	local_lock_t lock;
};

static DEFINE_PER_CPU(struct counters, counters) = {.a = 7, .lock = INIT_LOCAL_LOCK(lock)};
static DEFINE_PER_CPU(int, number) = 3;

static void per_cpu__copies_begin_as_the_variable(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, per_cpu(counters, 0).a, 7);
	KUNIT_EXPECT_EQ(test, per_cpu(number, 0), 3);
	per_cpu(number, 0) = 5;
	KUNIT_EXPECT_EQ(test, per_cpu(number, 0), 5);
	KUNIT_EXPECT_PTR_EQ(test, (void *)per_cpu_ptr(&counters.b, 0),
			    (void *)&per_cpu_ptr(&counters, 0)->b);
	per_cpu(number, 0) = 3;
}

static void this_cpu__is_the_copy_of_the_cpu(struct kunit *test)
{
	int cpu = get_cpu();

	per_cpu(number, cpu) = 10;
	KUNIT_EXPECT_EQ(test, this_cpu_read(number), 10);
	this_cpu_inc(number);
	this_cpu_add(number, 4);
	this_cpu_sub(number, 2);
	KUNIT_EXPECT_EQ(test, per_cpu(number, cpu), 13);
	KUNIT_EXPECT_EQ(test, this_cpu_add_return(number, 3), 16);
	KUNIT_EXPECT_EQ(test, this_cpu_xchg(number, 1), 16);
	KUNIT_EXPECT_EQ(test, this_cpu_cmpxchg(number, 2, 9), 1);
	KUNIT_EXPECT_EQ(test, this_cpu_cmpxchg(number, 1, 9), 1);
	KUNIT_EXPECT_EQ(test, this_cpu_dec_return(number), 8);
	KUNIT_EXPECT_PTR_EQ(test, this_cpu_ptr(&number), per_cpu_ptr(&number, cpu));
	this_cpu_write(number, 3);
	put_cpu();
	local_lock(&counters.lock);
	this_cpu_inc(counters.b);
	KUNIT_EXPECT_EQ(test, this_cpu_ptr(&counters)->b, 1);
	this_cpu_dec(counters.b);
	local_unlock(&counters.lock);
}

static int add_one(void *arg)
{
	for (int i = 0; i < 100; i++)
		this_cpu_inc(*(long *)arg);
	return 0;
}

/* Nothing is lost between tasks, whichever CPUs they are on. */
static void this_cpu_inc__of_many_tasks_adds_up(struct kunit *test)
{
	long *count = (long *)alloc_percpu(long);
	struct task_struct *tasks[4];
	long sum = 0;
	int cpu;

	KUNIT_ASSERT_NOT_NULL(test, count);
	for (int i = 0; i < 4; i++) {
		tasks[i] = kthread_create(add_one, count, "adds/%d", i);
		KUNIT_ASSERT_NOT_ERR_OR_NULL(test, tasks[i]);
		get_task_struct(tasks[i]);
		wake_up_process(tasks[i]);
	}
	for (int i = 0; i < 4; i++) {
		kthread_stop(tasks[i]);
		put_task_struct(tasks[i]);
	}
	for_each_possible_cpu(cpu) sum += *per_cpu_ptr(count, cpu);
	/* a task that was stopped before it ran has added nothing */
	KUNIT_EXPECT_EQ(test, sum % 100, 0);
	KUNIT_EXPECT_LE(test, sum, 400);
	free_percpu(count);
}

static void alloc_percpu__is_zero_and_its_own(struct kunit *test)
{
	struct counters *a = alloc_percpu(struct counters), *b = alloc_percpu(struct counters);

	KUNIT_ASSERT_NOT_NULL(test, a);
	KUNIT_ASSERT_NOT_NULL(test, b);
	per_cpu_ptr(a, 0)->a = 1;
	KUNIT_EXPECT_EQ(test, per_cpu_ptr(b, 0)->a, 0);
	free_percpu(a);
	a = alloc_percpu(struct counters);
	KUNIT_ASSERT_NOT_NULL(test, a);
	KUNIT_EXPECT_EQ(test, per_cpu_ptr(a, 0)->a, 0);
	free_percpu(a);
	free_percpu(b);
	free_percpu(NULL);
}

#ifdef __PSIM__
static void alloc_percpu__that_is_left_is_reported(struct kunit *test)
{
	kunit_expect_report(test, "1 per-CPU variables of alloc_percpu() are left");
	KUNIT_EXPECT_NOT_NULL(test, alloc_percpu(int));
}

static void alloc_percpu__of_too_much_fails(struct kunit *test)
{
	void *most = __alloc_percpu(60 << 10, 8);

	KUNIT_EXPECT_NOT_NULL(test, most);
	KUNIT_EXPECT_NULL(test, __alloc_percpu(5 << 10, 8));
	free_percpu(most);
	most = __alloc_percpu(64 << 10, 8);
	KUNIT_EXPECT_NOT_NULL(test, most);
	free_percpu(most);
}
#endif

static struct kunit_case cases[] = {
	KUNIT_CASE(per_cpu__copies_begin_as_the_variable),
	KUNIT_CASE(this_cpu__is_the_copy_of_the_cpu),
	KUNIT_CASE(this_cpu_inc__of_many_tasks_adds_up),
	KUNIT_CASE(alloc_percpu__is_zero_and_its_own),
#ifdef __PSIM__
	KUNIT_CASE(alloc_percpu__that_is_left_is_reported),
	KUNIT_CASE(alloc_percpu__of_too_much_fails),
#endif
	{},
};

static struct kunit_suite suite = {
	.name = "percpu",
	.test_cases = cases,
};
kunit_test_suite(suite);
