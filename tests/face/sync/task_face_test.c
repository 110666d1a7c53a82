// SPDX-License-Identifier: MIT
/* What a task is and does: its numbers and name, its states, who wakes it, its signals, its works. */
#include <kunit/test.h>
#include <linux/irqflags.h>
#include <linux/jiffies.h>
#include <linux/random.h>
#include <linux/sched/task.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/task_work.h>
#include "threads.h"

static void task_pid_nr__differs_from_task_to_task(struct kunit *test)
{
	struct task_struct *other =
		kthread_create_on_node(thread_main, NULL, NUMA_NO_NODE, "other/%d", 7);

	KUNIT_ASSERT_FALSE(test, IS_ERR(other));
	KUNIT_EXPECT_STREQ(test, other->comm, "other/7");
	KUNIT_EXPECT_NE(test, task_pid_nr(other), task_pid_nr(current));
	KUNIT_EXPECT_EQ(test, task_pid_nr(other), other->pid);
	KUNIT_EXPECT_EQ(test, task_tgid_nr(other), other->tgid);
	KUNIT_EXPECT_EQ(test, task_tgid_nr(other), task_pid_nr(other));
	KUNIT_EXPECT_EQ(test, task_pid_vnr(other), task_pid_nr(other));
	KUNIT_EXPECT_EQ(test, task_tgid_vnr(other), task_tgid_nr(other));
	KUNIT_EXPECT_TRUE(test, same_thread_group(other, other));
	KUNIT_EXPECT_FALSE(test, same_thread_group(other, current));
	KUNIT_EXPECT_TRUE(test, thread_group_leader(other));
	/* never woken, so its function never runs */
	KUNIT_EXPECT_EQ(test, kthread_stop(other), -EINTR);
}

static void set_task_comm__is_cut_to_what_fits(struct kunit *test)
{
	char before[TASK_COMM_LEN], now[TASK_COMM_LEN];

	get_task_comm(before, current);
	set_task_comm(current, "short");
	KUNIT_EXPECT_STREQ(test, get_task_comm(now, current), "short");
	set_task_comm(current, "exactly fifteen and more");
	KUNIT_EXPECT_STREQ(test, get_task_comm(now, current), "exactly fifteen");
	set_task_comm(current, before);
	KUNIT_EXPECT_STREQ(test, current->comm, before);
}

static void set_current_state__can_be_read_back(struct kunit *test)
{
	set_current_state(TASK_INTERRUPTIBLE);
	KUNIT_EXPECT_EQ(test, get_current_state(), TASK_INTERRUPTIBLE);
	KUNIT_EXPECT_FALSE(test, task_is_running(current));
	__set_current_state(TASK_UNINTERRUPTIBLE);
	KUNIT_EXPECT_EQ(test, get_current_state(), TASK_UNINTERRUPTIBLE);
	__set_current_state(TASK_RUNNING);
	KUNIT_EXPECT_TRUE(test, task_is_running(current));
}

/* ---- sleeping and waking ------------------------------------------------------------------------------ */

static atomic_t awake;

static int sleep_in_idle_state(void *unused)
{
	set_current_state(TASK_IDLE);
	if (!atomic_read(&awake))
		schedule();
	__set_current_state(TASK_RUNNING);
	atomic_inc(&awake);
	return 0;
}

static void wake_up_state__only_a_state_it_names(struct kunit *test)
{
	struct thread sleeper;

	atomic_set(&awake, 0);
	thread_start(test, &sleeper, sleep_in_idle_state, NULL);
	let_others_run();
	KUNIT_EXPECT_EQ(test, wake_up_state(sleeper.task, TASK_INTERRUPTIBLE), 0);
	let_others_run();
	KUNIT_EXPECT_EQ(test, atomic_read(&awake), 0);
	KUNIT_EXPECT_EQ(test, wake_up_state(sleeper.task, TASK_UNINTERRUPTIBLE), 1);
	thread_join(&sleeper);
	KUNIT_EXPECT_EQ(test, atomic_read(&awake), 1);
	KUNIT_EXPECT_EQ(test, wake_up_state(current, TASK_NORMAL), 0);
}

static int sleep_idle_for_long(void *left)
{
	*(long *)left = schedule_timeout_idle(msecs_to_jiffies(60000));
	return 0;
}

static void schedule_timeout_idle__its_time_or_a_wake_up(struct kunit *test)
{
	unsigned long begin = jiffies;
	struct thread sleeper;
	long left = -1;

	KUNIT_EXPECT_EQ(test, schedule_timeout_idle(3), 0l);
	KUNIT_EXPECT_GE(test, jiffies - begin, 3ul);
	KUNIT_EXPECT_TRUE(test, task_is_running(current));
	thread_start(test, &sleeper, sleep_idle_for_long, &left);
	let_others_run();
	/* no signal reaches it */
	send_sig(SIGINT, sleeper.task, 0);
	let_others_run();
	KUNIT_EXPECT_FALSE(test, thread_ended(&sleeper));
	wake_up_process(sleeper.task);
	thread_join(&sleeper);
	KUNIT_EXPECT_GT(test, left, 0l);
}

/* ---- signals ------------------------------------------------------------------------------------------- */

static int look_at_signals(void *arg)
{
	struct kunit *test = arg;

	KUNIT_EXPECT_FALSE(test, signal_pending_state(TASK_INTERRUPTIBLE, current));
	KUNIT_EXPECT_FALSE(test, fatal_signal_pending(current));
	send_sig(SIGINT, current, 0);
	KUNIT_EXPECT_TRUE(test, signal_pending(current));
	KUNIT_EXPECT_FALSE(test, fatal_signal_pending(current));
	KUNIT_EXPECT_TRUE(test, signal_pending_state(TASK_INTERRUPTIBLE, current));
	KUNIT_EXPECT_FALSE(test, signal_pending_state(TASK_KILLABLE, current));
	KUNIT_EXPECT_FALSE(test, signal_pending_state(TASK_UNINTERRUPTIBLE, current));
	send_sig(SIGKILL, current, 0);
	KUNIT_EXPECT_TRUE(test, fatal_signal_pending(current));
	KUNIT_EXPECT_TRUE(test, signal_pending_state(TASK_INTERRUPTIBLE, current));
	KUNIT_EXPECT_TRUE(test, signal_pending_state(TASK_KILLABLE, current));
	KUNIT_EXPECT_FALSE(test, signal_pending_state(TASK_UNINTERRUPTIBLE, current));
	flush_signals(current);
	KUNIT_EXPECT_FALSE(test, signal_pending(current));
	KUNIT_EXPECT_FALSE(test, signal_pending_state(TASK_INTERRUPTIBLE, current));
	return 1;
}

static void signal_pending_state__by_signal_and_state(struct kunit *test)
{
	struct thread looker;

	thread_start(test, &looker, look_at_signals, test);
	KUNIT_EXPECT_EQ(test, thread_join(&looker), 1);
}

/* ---- letting others run ---------------------------------------------------------------------------------- */

static int just_run(void *unused)
{
	atomic_inc(&awake);
	return 0;
}

static void yield_to__others_run(struct kunit *test)
{
	struct thread other;

	atomic_set(&awake, 0);
	thread_start(test, &other, just_run, NULL);
	while (!atomic_read(&awake))
		KUNIT_EXPECT_LE(test, yield_to(other.task, false), 0);
	thread_join(&other);
	KUNIT_EXPECT_EQ(test, atomic_read(&awake), 1);
}

static DEFINE_SPINLOCK(spin);

static int take_the_lock(void *unused)
{
	spin_lock(&spin);
	atomic_inc(&awake);
	spin_unlock(&spin);
	return 0;
}

static void cond_resched_lock__lets_one_in_who_waits(struct kunit *test)
{
	struct thread other;

	atomic_set(&awake, 0);
	thread_start(test, &other, take_the_lock, NULL);
	spin_lock(&spin);
#ifdef __PSIM__
	while (!atomic_read(&awake))
		KUNIT_EXPECT_TRUE(test, cond_resched_lock(&spin));
#else
	cond_resched_lock(&spin);
#endif
	lockdep_assert_held(&spin);
	spin_unlock(&spin);
	thread_join(&other);
	KUNIT_EXPECT_EQ(test, atomic_read(&awake), 1);
}

#ifdef __PSIM__
/* Nobody asks a task for its CPU here: it is taken. */
static void need_resched__is_false(struct kunit *test)
{
	KUNIT_EXPECT_FALSE(test, need_resched());
}

static void safe_halt__switches_interrupts_on(struct kunit *test)
{
	local_irq_disable();
	safe_halt();
	KUNIT_EXPECT_FALSE(test, irqs_disabled());
	safe_halt();
	KUNIT_EXPECT_FALSE(test, irqs_disabled());
}
#endif

/* ---- works of a task --------------------------------------------------------------------------------------- */

static struct callback_head works[3];
static int order[4], called;

static void note(struct callback_head *work)
{
	order[called++ & 3] = work - works;
	/* one that is added meanwhile is called, too */
	if (work == &works[0])
		task_work_add(current, &works[2], TWA_NONE);
}

static int run_works(void *arg)
{
	struct kunit *test = arg;
	int i;

	called = 0;
	for (i = 0; i < 3; i++)
		init_task_work(&works[i], note);
	task_work_run();
	KUNIT_EXPECT_EQ(test, called, 0);
	KUNIT_EXPECT_EQ(test, task_work_add(current, &works[1], TWA_NONE), 0);
	KUNIT_EXPECT_EQ(test, task_work_add(current, &works[0], TWA_NONE), 0);
	task_work_run();
	KUNIT_EXPECT_EQ(test, called, 3);
	KUNIT_EXPECT_EQ(test, order[0] + order[1], 1);
	KUNIT_EXPECT_EQ(test, order[2], 2);
	task_work_run();
	KUNIT_EXPECT_EQ(test, called, 3);
	return 1;
}

static void task_work_run__all_and_what_they_add(struct kunit *test)
{
	struct thread runner;

	thread_start(test, &runner, run_works, test);
	KUNIT_EXPECT_EQ(test, thread_join(&runner), 1);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(task_pid_nr__differs_from_task_to_task),
	KUNIT_CASE(set_task_comm__is_cut_to_what_fits),
	KUNIT_CASE(set_current_state__can_be_read_back),
	KUNIT_CASE(wake_up_state__only_a_state_it_names),
	KUNIT_CASE(schedule_timeout_idle__its_time_or_a_wake_up),
	KUNIT_CASE(signal_pending_state__by_signal_and_state),
	KUNIT_CASE(yield_to__others_run),
	KUNIT_CASE(cond_resched_lock__lets_one_in_who_waits),
#ifdef __PSIM__
	KUNIT_CASE(need_resched__is_false),
	KUNIT_CASE(safe_halt__switches_interrupts_on),
#endif
	KUNIT_CASE(task_work_run__all_and_what_they_add),
	{},
};

static struct kunit_suite suite = {
	.name = "task_face",
	.test_cases = cases,
};
kunit_test_suite(suite);
