// SPDX-License-Identifier: MIT
/* Per-CPU variables: each operation on the CPU's own copy, and staying on the CPU meanwhile. */
#include <kunit/test.h>
#include <linux/gfp.h>
#include <linux/local_lock.h>
#include <linux/percpu.h>
#include <linux/topology.h>

struct pair {
	int a;
	long b;
	local_lock_t lock;
};

static DEFINE_PER_CPU(int, number) = 3;
static DEFINE_PER_CPU(struct pair, pairs);

/* A kernel without preemption counts nothing. */
static bool stays(void)
{
#ifdef __PSIM__
	return preempt_count() != 0;
#else
	return !IS_ENABLED(CONFIG_PREEMPT_COUNT) || preempt_count() != 0;
#endif
}

static void this_cpu_ops__change_the_own_copy(struct kunit *test)
{
	int *own = get_cpu_ptr(&number);

	KUNIT_EXPECT_TRUE(test, stays());
	__this_cpu_write(number, 20);
	KUNIT_EXPECT_EQ(test, *own, 20);
	__this_cpu_add(number, 5);
	__this_cpu_inc(number);
	KUNIT_EXPECT_EQ(test, *own, 26);
	__this_cpu_dec(number);
	__this_cpu_dec(number);
	KUNIT_EXPECT_EQ(test, __this_cpu_read(number), 24);
	KUNIT_EXPECT_EQ(test, this_cpu_inc_return(number), 25);
	KUNIT_EXPECT_EQ(test, this_cpu_sub_return(number, 20), 5);
	KUNIT_EXPECT_EQ(test, *own, 5);
	raw_cpu_write(number, 8);
	raw_cpu_inc(number);
	raw_cpu_inc(number);
	KUNIT_EXPECT_EQ(test, *own, 10);
	raw_cpu_dec(number);
	KUNIT_EXPECT_EQ(test, raw_cpu_read(number), 9);
	*own = 3;
	put_cpu_ptr(&number);
}

static void get_cpu_var__is_the_own_copy_until_the_put(struct kunit *test)
{
	int cpu = get_cpu(), depth = preempt_count();

	get_cpu_var(pairs).a = 4;
	get_cpu_var(pairs).b = 5;
	KUNIT_EXPECT_TRUE(test, stays());
#ifdef __PSIM__
	KUNIT_EXPECT_EQ(test, (int)preempt_count(), depth + 2);
#endif
	KUNIT_EXPECT_EQ(test, per_cpu(pairs, cpu).a, 4);
	KUNIT_EXPECT_EQ(test, per_cpu(pairs, cpu).b, 5l);
	put_cpu_var(pairs);
	put_cpu_var(pairs);
	KUNIT_EXPECT_EQ(test, (int)preempt_count(), depth);
	KUNIT_EXPECT_PTR_EQ(test, get_cpu_ptr(&pairs), per_cpu_ptr(&pairs, cpu));
	put_cpu_ptr(&pairs);
	put_cpu();
}

static void alloc_percpu_gfp__copies_are_zero(struct kunit *test)
{
	struct pair __percpu *made = alloc_percpu_gfp(struct pair, GFP_KERNEL | __GFP_ZERO);
	void __percpu *raw = __alloc_percpu_gfp(48, 32, GFP_KERNEL);
	int cpu;

	KUNIT_ASSERT_TRUE(test, made && raw);
	for_each_possible_cpu(cpu)
	{
		KUNIT_EXPECT_EQ(test, per_cpu_ptr(made, cpu)->a, 0);
		KUNIT_EXPECT_EQ(test, per_cpu_ptr(made, cpu)->b, 0l);
		KUNIT_EXPECT_EQ(test, (unsigned long)per_cpu_ptr(raw, cpu) % 32, 0ul);
		per_cpu_ptr(made, cpu)->a = cpu + 1;
	}
	for_each_possible_cpu(cpu) KUNIT_EXPECT_EQ(test, per_cpu_ptr(made, cpu)->a, cpu + 1);
	free_percpu(raw);
	free_percpu(made);
}

static void local_lock_init__then_stays_on_the_cpu(struct kunit *test)
{
	int cpu;

	for_each_possible_cpu(cpu) local_lock_init(per_cpu_ptr(&pairs.lock, cpu));
	local_lock(&pairs.lock);
	KUNIT_EXPECT_TRUE(test, stays());
	cpu = smp_processor_id();
	__this_cpu_write(pairs.a, 11);
	KUNIT_EXPECT_EQ(test, per_cpu(pairs, cpu).a, 11);
	local_unlock(&pairs.lock);
	KUNIT_EXPECT_EQ(test, (int)preempt_count(), 0);
}

static void numa_node_id__is_a_node(struct kunit *test)
{
	KUNIT_EXPECT_GE(test, numa_node_id(), 0);
	KUNIT_EXPECT_LT(test, numa_node_id(), MAX_NUMNODES);
#ifdef __PSIM__
	KUNIT_EXPECT_EQ(test, numa_node_id(), 0);
#endif
}

#ifdef __PSIM__
/* The name that kernels before 3.19 have. */
static void __get_cpu_var__is_the_own_copy(struct kunit *test)
{
	preempt_disable();
	__get_cpu_var(number) = 17;
	KUNIT_EXPECT_EQ(test, this_cpu_read(number), 17);
	KUNIT_EXPECT_PTR_EQ(test, &__get_cpu_var(number), this_cpu_ptr(&number));
	__get_cpu_var(number) = 3;
	preempt_enable();
}
#endif

static struct kunit_case cases[] = {
	KUNIT_CASE(this_cpu_ops__change_the_own_copy),
	KUNIT_CASE(get_cpu_var__is_the_own_copy_until_the_put),
	KUNIT_CASE(alloc_percpu_gfp__copies_are_zero),
	KUNIT_CASE(local_lock_init__then_stays_on_the_cpu),
	KUNIT_CASE(numa_node_id__is_a_node),
#ifdef __PSIM__
	KUNIT_CASE(__get_cpu_var__is_the_own_copy),
#endif
	{},
};

static struct kunit_suite suite = {
	.name = "percpu_ops",
	.test_cases = cases,
};
kunit_test_suite(suite);
