// SPDX-License-Identifier: MIT
/* Calls that no kernel code may make, and functions that are not modelled: reports, or the run's end. */
#include <kunit/test.h>
#ifdef __PSIM__
#include <linux/interrupt.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/prandom.h>
#include <linux/random.h>
#include <linux/rcupdate.h>
#include <linux/rwsem.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/srcu.h>
#include <linux/workqueue.h>
#include <psim/fault.h>
#include "threads.h"

static DEFINE_SPINLOCK(spin);
static DEFINE_RWLOCK(rw);
static DECLARE_RWSEM(sem);
DEFINE_STATIC_SRCU(domain);

/* ---- locks ------------------------------------------------------------------------------------------- */

static int try_both(void *arg)
{
	int *got = arg;

	got[0] = read_trylock(&rw);
	if (got[0])
		read_unlock(&rw);
	got[1] = write_trylock(&rw);
	if (got[1])
		write_unlock(&rw);
	return 0;
}

static void try_elsewhere(struct kunit *test, int *got)
{
	struct thread t;

	thread_start(test, &t, try_both, got);
	thread_join(&t);
}

static void read_trylock__free(struct kunit *test)
{
	int got[2] = {};

	try_elsewhere(test, got);
	KUNIT_EXPECT_EQ(test, got[0], 1);
	KUNIT_EXPECT_EQ(test, got[1], 1);
}

static int hold_rw(void *arg)
{
	bool *flags = arg;

	if (flags[0])
		write_lock(&rw);
	else
		read_lock(&rw);
	WRITE_ONCE(flags[1], true);
	while (!READ_ONCE(flags[2]))
		cpu_relax();
	if (flags[0])
		write_unlock(&rw);
	else
		read_unlock(&rw);
	return 0;
}

static void write_trylock__while_it_is_held(struct kunit *test)
{
	for (int writer = 0; writer < 2; writer++) {
		bool flags[3] = {writer};
		int got[2] = {};
		struct thread t;

		thread_start(test, &t, hold_rw, flags);
		while (!READ_ONCE(flags[1]))
			cpu_relax();
		try_both(got);
		WRITE_ONCE(flags[2], true);
		thread_join(&t);
		KUNIT_EXPECT_EQ(test, got[0], !writer);
		KUNIT_EXPECT_EQ(test, got[1], 0);
	}
}

static void write_lock__twice(struct kunit *test)
{
	kunit_expect_halt(test, "takes rwlock rw, which this task already holds");
	write_lock(&rw);
	write_lock(&rw);
	KUNIT_FAIL(test, "the run went on");
}

static void read_unlock__not_held(struct kunit *test)
{
	kunit_expect_report(test, "law 4");
	read_unlock(&rw);
	kunit_expect_report(test, "law 4");
	up_read(&sem);
	kunit_expect_report(test, "law 4");
	up_write(&sem);
	kunit_expect_report(test, "downgrades sem, which it does not hold for writing");
	downgrade_write(&sem);
	down_read(&sem);
	kunit_expect_report(test, "downgrades sem, which it does not hold for writing");
	downgrade_write(&sem);
	up_read(&sem);
}

static int take_sem(void *unused)
{
	down_write(&sem);
	up_write(&sem);
	return 0;
}

static int give_back(void *unused)
{
	up_read_non_owner(&sem);
	return 0;
}

static void down_read_non_owner__given_back_by_another(struct kunit *test)
{
	struct thread writer, other;

	down_read_non_owner(&sem);
	KUNIT_EXPECT_FALSE(test, rwsem_is_contended(&sem));
	thread_start(test, &writer, take_sem, NULL);
	let_others_run();
	KUNIT_EXPECT_TRUE(test, rwsem_is_contended(&sem));
	thread_start(test, &other, give_back, NULL);
	thread_join(&other);
	thread_join(&writer);
	KUNIT_EXPECT_FALSE(test, rwsem_is_locked(&sem));
}

static void might_sleep__with_softirqs_off(struct kunit *test)
{
	local_bh_disable();
	kunit_expect_report(test, "may sleep, but softirqs are off");
	might_sleep();
	local_bh_enable();
}

static void lock_map_acquire__more_than_can_be_noted(struct kunit *test)
{
	static struct lockdep_map maps[200];
	static struct lock_class_key key;

	lockdep_register_key(&key);
	lockdep_unregister_key(&key);
	/* that they are of one class is told once */
	kunit_expect_report(test, "lock order: two locks map");
	kunit_expect_halt(test, "too many are held");
	for (int i = 0; i < 200; i++) {
		lockdep_init_map(&maps[i], "map", &key, 0);
		lock_map_acquire(&maps[i]);
	}
	KUNIT_FAIL(test, "the run went on");
}

static void lockdep_assert__of_the_context(struct kunit *test)
{
	unsigned long flags;

	kunit_expect_report(test, "preemption is not off");
	lockdep_assert_preemption_disabled();
	kunit_expect_report(test, "interrupts are not off");
	lockdep_assert_irqs_disabled();
	kunit_expect_report(test, "this is not a soft interrupt");
	lockdep_assert_in_softirq();
	kunit_expect_report(test, "must be called where nothing sleeps");
	cant_sleep();
	lockdep_assert_none_held_once();
	spin_lock_irqsave(&spin, flags);
	lockdep_assert_preemption_disabled();
	lockdep_assert_irqs_disabled();
	cant_sleep();
	kunit_expect_report(test, "interrupts are off");
	lockdep_assert_irqs_enabled();
	kunit_expect_report(test, "lock spin is held since");
	lockdep_assert_none_held_once();
	spin_unlock_irqrestore(&spin, flags);
	lockdep_assert_irqs_enabled();
}

/* ---- SRCU, RCU ------------------------------------------------------------------------------------ */

static void srcu_read_unlock__of_no_reader(struct kunit *test)
{
	kunit_expect_report(test, "leaves SRCU domain domain on a side without readers");
	srcu_read_unlock(&domain, 0);
	kunit_expect_report(test, "leaves SRCU domain domain on a side without readers");
	srcu_read_unlock(&domain, 7);
}

static void cleanup_srcu_struct__with_a_reader(struct kunit *test)
{
	struct srcu_struct srcu;
	int idx;

	init_srcu_struct(&srcu);
	idx = srcu_read_lock(&srcu);
	kunit_expect_report(test, "is cleaned up while it is used");
	cleanup_srcu_struct(&srcu);
	srcu_read_unlock(&srcu, idx);
	synchronize_srcu(&srcu);
	idx = srcu_read_lock(&srcu);
	kunit_expect_report(test, "is cleaned up while it is used");
	cleanup_srcu_struct(&srcu);
	srcu_read_unlock(&srcu, idx);
	cleanup_srcu_struct(&srcu);
}

static void leave_a_reader(struct work_struct *work)
{
	rcu_read_lock();
}

static void leave_it(struct work_struct *work)
{
	rcu_read_unlock();
}

static void queue_work__returns_inside_a_reader(struct kunit *test)
{
	struct workqueue_struct *wq = alloc_ordered_workqueue("reader", 0);
	static DECLARE_WORK(work, leave_a_reader);
	static DECLARE_WORK(next, leave_it);

	KUNIT_ASSERT_NOT_NULL(test, wq);
	kunit_expect_report(test, "leave_a_reader returned inside rcu_read_lock()");
	queue_work(wq, &work);
	queue_work(wq, &next); /* the same worker */
	destroy_workqueue(wq);
}

static int end_inside(void *unused)
{
	rcu_read_lock();
	return 0;
}

static void rcu_read_lock__the_task_ends(struct kunit *test)
{
	kunit_expect_report(test, "the task ends inside rcu_read_lock()");
	KUNIT_ASSERT_FALSE(test, IS_ERR(kthread_run(end_inside, NULL, "reader")));
	let_others_run();
}

/* ---- CPUs ----------------------------------------------------------------------------------------- */

static void preempt_enable__once_too_often(struct kunit *test)
{
	kunit_expect_report(test, "preemption is switched on, but was not off");
	preempt_enable();
	kunit_expect_report(test, "interrupts are switched on, but were not off");
	local_irq_enable();
	kunit_expect_report(test, "softirqs are switched on, but were not off");
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, preempt_count(), 0u);
}

static void local_bh_enable__with_interrupts_off(struct kunit *test)
{
	local_bh_disable();
	local_irq_disable();
	kunit_expect_report(test, "local_bh_enable() with interrupts off");
	local_bh_enable();
	local_irq_enable();
}

static void smp_processor_id__with_preemption_on(struct kunit *test)
{
	int cpu;

	kunit_expect_report(test, "asks for its CPU with preemption on");
	cpu = smp_processor_id();
	preempt_disable();
	KUNIT_EXPECT_EQ(test, smp_processor_id(), cpu);
	preempt_enable();
	KUNIT_EXPECT_LT(test, (unsigned int)cpu, nr_cpu_ids);
	KUNIT_EXPECT_EQ(test, task_cpu(current), (unsigned int)cpu);
}

static void call_me(void *unused)
{
}

static void on_each_cpu__is_not_modelled(struct kunit *test)
{
	kunit_expect_halt(test, "on_each_cpu");
	on_each_cpu(call_me, NULL, 1);
}

static void smp_call_function_single__is_not_modelled(struct kunit *test)
{
	kunit_expect_halt(test, "smp_call_function_single");
	smp_call_function_single(0, call_me, NULL, 1);
}

/* ---- tasks ---------------------------------------------------------------------------------------- */

static int stop_with(void *arg)
{
	KUNIT_EXPECT_PTR_EQ((struct kunit *)arg, kthread_data(current), arg);
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	kthread_exit(-7);
}

static void kthread_exit__is_the_result(struct kunit *test)
{
	struct task_struct *k = kthread_run(stop_with, test, "a name %d", 5);
	char comm[TASK_COMM_LEN], small[4];

	KUNIT_ASSERT_FALSE(test, IS_ERR(k));
	KUNIT_EXPECT_STREQ(test, get_task_comm(comm, k), "a name 5");
	KUNIT_EXPECT_STREQ(test, __get_task_comm(small, sizeof(small), k), "a n");
	__set_task_comm(k, "longer than the fifteen it may have", false);
	KUNIT_EXPECT_STREQ(test, k->comm, "longer than the");
	msleep(1);
	KUNIT_EXPECT_EQ(test, kthread_stop(k), -7);
}

static void kthread_create__can_be_made_to_fail(struct kunit *test)
{
	psim_fail_nth(PSIM_FAIL_TASK, 1);
	KUNIT_EXPECT_EQ(test, PTR_ERR(kthread_run(stop_with, test, "none")), -ENOMEM);
}

static int end_atomic(void *unused)
{
	preempt_disable();
	return 0;
}

static void kthread__ends_with_preemption_off(struct kunit *test)
{
	kunit_expect_report(test, "the task ends with preemption or interrupts off");
	KUNIT_ASSERT_FALSE(test, IS_ERR(kthread_run(end_atomic, NULL, "atomic")));
	let_others_run();
}

static void schedule_timeout__negative(struct kunit *test)
{
	kunit_expect_report(test, "schedule_timeout: -1 jiffies");
	KUNIT_EXPECT_EQ(test, schedule_timeout(-1), 0);
	kunit_expect_report(test, "usleep_range: from 20 to 10 microseconds");
	usleep_range(20, 10);
}

#define NOT_MODELLED(function, call)                                \
	static void function##__is_not_modelled(struct kunit *test) \
	{                                                           \
		kunit_expect_halt(test, #function);                 \
		call;                                               \
	}
NOT_MODELLED(kthread_bind, kthread_bind(current, 0))
NOT_MODELLED(kthread_park, (void)kthread_park(current))
NOT_MODELLED(kthread_unpark, kthread_unpark(current))
NOT_MODELLED(kthread_should_park, (void)kthread_should_park())
NOT_MODELLED(kthread_parkme, kthread_parkme())

/* ---- interrupt lines --------------------------------------------------------------------------------- */

static irqreturn_t handle(int irq, void *dev)
{
	return IRQ_HANDLED;
}

static void request_irq__wrong_arguments(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, request_irq(5, NULL, 0, "none", NULL), -EINVAL);
	KUNIT_EXPECT_EQ(test, request_irq(100000, handle, 0, "none", NULL), -EINVAL);
	KUNIT_EXPECT_EQ(test, request_irq(5, handle, IRQF_SHARED, "none", NULL), -EINVAL);
	KUNIT_EXPECT_EQ(test, request_threaded_irq(100000, handle, NULL, 0, "none", NULL), -EINVAL);
	kunit_expect_report(test, "free_irq: line 100000 has no such handler");
	KUNIT_EXPECT_NULL(test, free_irq(100000, NULL));
	kunit_expect_report(test, "free_irq: line 5 has no such handler");
	KUNIT_EXPECT_NULL(test, free_irq(5, NULL));
	kunit_expect_report(test, "enable_irq: line 5 is not disabled");
	enable_irq(5);
	disable_irq(100000);
	enable_irq(100000);
}

static void request_threaded_irq__is_not_modelled(struct kunit *test)
{
	kunit_expect_halt(test, "request_threaded_irq");
	(void)!request_threaded_irq(5, handle, handle, 0, "none", NULL);
}

/* ---- numbers ---------------------------------------------------------------------------------------- */

static void get_random_u8__all_sizes(struct kunit *test)
{
	unsigned int ones8 = 0, ones16 = 0;

	for (int i = 0; i < 100; i++) {
		ones8 |= get_random_u8();
		ones16 |= get_random_u16();
	}
	KUNIT_EXPECT_EQ(test, ones8, 0xffu);
	KUNIT_EXPECT_EQ(test, ones16, 0xffffu);
}

static void prandom_bytes_state__to_the_last_byte(struct kunit *test)
{
	struct rnd_state a, b;
	u8 one[11] = {}, two[11] = {};

	prandom_seed_state(&a, 5);
	prandom_seed_state(&b, 5);
	prandom_bytes_state(&a, one, 10);
	prandom_bytes_state(&b, two, 10);
	KUNIT_EXPECT_MEMEQ(test, one, two, 11);
	KUNIT_EXPECT_FALSE(test, mem_is_zero(one, 10));
	KUNIT_EXPECT_EQ(test, one[10], 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(read_trylock__free),
	KUNIT_CASE(write_trylock__while_it_is_held),
	KUNIT_CASE(write_lock__twice),
	KUNIT_CASE(read_unlock__not_held),
	KUNIT_CASE(down_read_non_owner__given_back_by_another),
	KUNIT_CASE(might_sleep__with_softirqs_off),
	KUNIT_CASE(lock_map_acquire__more_than_can_be_noted),
	KUNIT_CASE(lockdep_assert__of_the_context),
	KUNIT_CASE(srcu_read_unlock__of_no_reader),
	KUNIT_CASE(cleanup_srcu_struct__with_a_reader),
	KUNIT_CASE(queue_work__returns_inside_a_reader),
	KUNIT_CASE(rcu_read_lock__the_task_ends),
	KUNIT_CASE(preempt_enable__once_too_often),
	KUNIT_CASE(local_bh_enable__with_interrupts_off),
	KUNIT_CASE(smp_processor_id__with_preemption_on),
	KUNIT_CASE(on_each_cpu__is_not_modelled),
	KUNIT_CASE(smp_call_function_single__is_not_modelled),
	KUNIT_CASE(kthread_exit__is_the_result),
	KUNIT_CASE(kthread_create__can_be_made_to_fail),
	KUNIT_CASE(kthread__ends_with_preemption_off),
	KUNIT_CASE(schedule_timeout__negative),
	KUNIT_CASE(kthread_bind__is_not_modelled),
	KUNIT_CASE(kthread_park__is_not_modelled),
	KUNIT_CASE(kthread_unpark__is_not_modelled),
	KUNIT_CASE(kthread_should_park__is_not_modelled),
	KUNIT_CASE(kthread_parkme__is_not_modelled),
	KUNIT_CASE(request_irq__wrong_arguments),
	KUNIT_CASE(request_threaded_irq__is_not_modelled),
	KUNIT_CASE(get_random_u8__all_sizes),
	KUNIT_CASE(prandom_bytes_state__to_the_last_byte),
	{},
};

static struct kunit_suite suite = {
	.name = "misuse",
	.test_cases = cases,
};
kunit_test_suite(suite);
#endif

MODULE_LICENSE("Dual MIT/GPL");
