// SPDX-License-Identifier: MIT
/*
 * The detector of data races: what it must find, and the edges at which it must be silent. Only the
 * files of this folder are instrumented; tests/CMakeLists.txt links them with src/shim/race.
 *
 *	owner:   data = 1 ──edge──▶ other: data (or, planted: no edge)
 */
#include <kunit/test.h>
#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/interrupt.h>
#include <linux/kthread.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/rwsem.h>
#include <linux/sched/task.h>
#include <linux/seqlock.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/timer.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "two.h"

struct shared {
	long data;
	long flag;
	atomic_t count;
	refcount_t refs;
	spinlock_t spin;
	rwlock_t rw;
	struct mutex mutex;
	struct rw_semaphore rwsem;
	struct completion ready;
	wait_queue_head_t queue;
	struct work_struct work;
	struct timer_list timer;
	struct rcu_head rcu;
	long __rcu *published;
	long more;
};

static struct shared *shared_new(struct kunit *test)
{
	struct shared *s = kunit_kzalloc(test, sizeof(*s), GFP_KERNEL);

	spin_lock_init(&s->spin);
	rwlock_init(&s->rw);
	mutex_init(&s->mutex);
	init_rwsem(&s->rwsem);
	init_completion(&s->ready);
	init_waitqueue_head(&s->queue);
	return s;
}

/* ---- planted ---------------------------------------------------------------------------------------------- */

static noinline int add_plainly(void *arg)
{
	((struct shared *)arg)->data++;
	return 0;
}

static void plain_counter__two_tasks_race(struct kunit *test)
{
	kunit_expect_report(test, "data race at byte 0 of the");
	two(test, add_plainly, add_plainly, shared_new(test));
}

static void plain_counter__report_names_both(struct kunit *test)
{
	kunit_expect_report(test, "in add_plainly by task first/");
	two(test, add_plainly, add_plainly, shared_new(test));
}

static noinline int read_twice(void *arg)
{
	struct shared *s = arg;

	s->more = s->data;
	return 0;
}

static noinline int write_marked(void *arg)
{
	WRITE_ONCE(((struct shared *)arg)->data, 1);
	return 0;
}

static noinline int read_marked(void *arg)
{
	(void)READ_ONCE(((struct shared *)arg)->data);
	return 0;
}

static void marked_write__plain_read_races(struct kunit *test)
{
	kunit_expect_report(test, "marked write of 8 bytes in write_marked by task second/");
	two(test, read_twice, write_marked, shared_new(test));
}

static void plain_write__marked_read_races(struct kunit *test)
{
	kunit_expect_report(test, "marked read of 8 bytes in read_marked by task second/");
	two(test, add_plainly, read_marked, shared_new(test));
}

static void marked_accesses__are_silent(struct kunit *test)
{
	two(test, write_marked, read_marked, shared_new(test));
	two(test, write_marked, write_marked, shared_new(test));
}

static void plain_reads__are_silent(struct kunit *test)
{
	two(test, read_marked, read_marked, shared_new(test));
}

struct bytes {
	u8 a, b;
};

static int write_a(void *arg)
{
	((struct bytes *)arg)->a = 1;
	return 0;
}

static int write_b(void *arg)
{
	((struct bytes *)arg)->b = 1;
	return 0;
}

static void neighbours__are_silent(struct kunit *test)
{
	two(test, write_a, write_b, kunit_kzalloc(test, sizeof(struct bytes), GFP_KERNEL));
}

static int free_it(void *arg)
{
	kfree(arg);
	return 0;
}

static void kfree__races_with_a_use_before(struct kunit *test)
{
	kunit_expect_report(test, "freeing in free_it by task second/");
	two(test, write_a, free_it, kzalloc(sizeof(struct bytes), GFP_KERNEL));
}

static int counter;

static int count_static(void *arg)
{
	counter++;
	return 0;
}

static void static_data__is_named(struct kunit *test)
{
	kunit_expect_report(test, "data race at counter");
	two(test, count_static, count_static, NULL);
}

/* An edge to one side only: a lock that the other does not take. */
static int add_locked(void *arg)
{
	struct shared *s = arg;

	spin_lock(&s->spin);
	s->data++;
	spin_unlock(&s->spin);
	return 0;
}

static void one_side_locked__races(struct kunit *test)
{
	kunit_expect_report(test, "data race");
	two(test, add_locked, add_plainly, shared_new(test));
}

static int publish_relaxed(void *arg)
{
	struct shared *s = arg;

	s->data = 1;
	WRITE_ONCE(s->flag, 1);
	return 0;
}

static int consume_relaxed(void *arg)
{
	struct shared *s = arg;

	while (!READ_ONCE(s->flag))
		cpu_relax();
	s->more = s->data;
	return 0;
}

static void relaxed_flag__carries_no_edge(struct kunit *test)
{
	kunit_expect_report(test, "data race");
	two(test, publish_relaxed, consume_relaxed, shared_new(test));
}

static int add_reading(void *arg)
{
	struct shared *s = arg;

	down_read(&s->rwsem);
	s->data++;
	up_read(&s->rwsem);
	return 0;
}

static void two_readers__are_not_ordered(struct kunit *test)
{
	kunit_expect_report(test, "data race");
	two(test, add_reading, add_reading, shared_new(test));
}

/* ---- silent: locks ---------------------------------------------------------------------------------------- */

static void spinlock__is_an_edge(struct kunit *test)
{
	two(test, add_locked, add_locked, shared_new(test));
}

static int add_irqsave(void *arg)
{
	struct shared *s = arg;
	unsigned long flags;

	spin_lock_irqsave(&s->spin, flags);
	s->data++;
	spin_unlock_irqrestore(&s->spin, flags);
	return 0;
}

static void spinlock_irqsave__is_an_edge(struct kunit *test)
{
	two(test, add_irqsave, add_locked, shared_new(test));
}

static int add_mutex(void *arg)
{
	struct shared *s = arg;

	mutex_lock(&s->mutex);
	s->data++;
	cond_resched();
	s->data++;
	mutex_unlock(&s->mutex);
	return 0;
}

static void mutex__is_an_edge(struct kunit *test)
{
	two(test, add_mutex, add_mutex, shared_new(test));
}

static int add_writing(void *arg)
{
	struct shared *s = arg;

	down_write(&s->rwsem);
	s->data++;
	up_write(&s->rwsem);
	return 0;
}

static int look_reading(void *arg)
{
	struct shared *s = arg;
	long seen;

	down_read(&s->rwsem);
	seen = s->data;
	up_read(&s->rwsem);
	return seen > 1;
}

static void rwsem__is_an_edge(struct kunit *test)
{
	two(test, add_writing, look_reading, shared_new(test));
	two(test, look_reading, add_writing, shared_new(test));
}

static int add_rwlock(void *arg)
{
	struct shared *s = arg;

	write_lock(&s->rw);
	s->data++;
	write_unlock(&s->rw);
	return 0;
}

static void rwlock__is_an_edge(struct kunit *test)
{
	two(test, add_rwlock, add_rwlock, shared_new(test));
}

/* ---- silent: waits ---------------------------------------------------------------------------------------- */

static int make_ready(void *arg)
{
	struct shared *s = arg;

	s->data = 1;
	complete(&s->ready);
	return 0;
}

static int wait_ready(void *arg)
{
	struct shared *s = arg;

	wait_for_completion(&s->ready);
	s->data++;
	return 0;
}

static void completion__is_an_edge(struct kunit *test)
{
	two(test, make_ready, wait_ready, shared_new(test));
	two(test, wait_ready, make_ready, shared_new(test));
}

static int wake_waiter(void *arg)
{
	struct shared *s = arg;

	s->data = 1;
	smp_store_release(&s->flag, 1);
	wake_up(&s->queue);
	return 0;
}

static int wait_on_queue(void *arg)
{
	struct shared *s = arg;

	wait_event(s->queue, smp_load_acquire(&s->flag));
	s->data++;
	return 0;
}

static void wait_queue__is_an_edge(struct kunit *test)
{
	two(test, wait_on_queue, wake_waiter, shared_new(test));
	two(test, wake_waiter, wait_on_queue, shared_new(test));
}

static void end_of_a_task__is_an_edge(struct kunit *test)
{
	struct shared *s = shared_new(test);
	struct task_struct *task = kthread_create(add_plainly, s, "ends");

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, task);
	s->data = 1;
	get_task_struct(task);
	wake_up_process(task);
	schedule_timeout_uninterruptible(1);
	kthread_stop_put(task);
	KUNIT_EXPECT_EQ(test, s->data, 2L);
}

/* ---- silent: hand-overs ------------------------------------------------------------------------------------ */

static void work_adds(struct work_struct *work)
{
	container_of(work, struct shared, work)->data++;
}

static void work__is_an_edge_there_and_back(struct kunit *test)
{
	struct shared *s = shared_new(test);

	INIT_WORK(&s->work, work_adds);
	s->data = 1;
	schedule_work(&s->work);
	flush_work(&s->work);
	KUNIT_EXPECT_EQ(test, s->data, 2L);
}

static void work__without_flush_races(struct kunit *test)
{
	struct shared *s = shared_new(test);

	kunit_expect_report(test, "in work_adds by task");
	INIT_WORK(&s->work, work_adds);
	schedule_work(&s->work);
	s->data = 1;
	flush_work(&s->work);
}

static void timer_adds(struct timer_list *timer)
{
	container_of(timer, struct shared, timer)->data++;
}

static void timer__is_an_edge_there_and_back(struct kunit *test)
{
	struct shared *s = shared_new(test);

	timer_setup(&s->timer, timer_adds, 0);
	s->data = 1;
	mod_timer(&s->timer, jiffies + 1);
	schedule_timeout_uninterruptible(5);
	timer_delete_sync(&s->timer);
	KUNIT_EXPECT_EQ(test, s->data, 2L);
}

/* ---- silent: RCU and atomics --------------------------------------------------------------------------------- */

static int publish(void *arg)
{
	struct shared *s = arg;

	s->data = 1;
	rcu_assign_pointer(s->published, &s->data);
	return 0;
}

static int look_at_published(void *arg)
{
	struct shared *s = arg;
	long *data;

	rcu_read_lock();
	while (!(data = rcu_dereference(s->published)))
		cpu_relax();
	s->more = *data;
	rcu_read_unlock();
	return 0;
}

static void rcu_publish__is_an_edge(struct kunit *test)
{
	two(test, publish, look_at_published, shared_new(test));
	two(test, look_at_published, publish, shared_new(test));
}

static int read_under_rcu(void *arg)
{
	struct shared *s = arg;

	rcu_read_lock();
	if (!READ_ONCE(s->flag))
		s->more = s->data;
	rcu_read_unlock();
	return 0;
}

static int write_after_grace(void *arg)
{
	struct shared *s = arg;

	WRITE_ONCE(s->flag, 1);
	synchronize_rcu();
	s->data = 2;
	return 0;
}

static void grace_period__is_an_edge_from_readers(struct kunit *test)
{
	two(test, read_under_rcu, write_after_grace, shared_new(test));
}

static int publish_release(void *arg)
{
	struct shared *s = arg;

	s->data = 1;
	atomic_set_release(&s->count, 1);
	return 0;
}

static int consume_acquire(void *arg)
{
	struct shared *s = arg;

	while (!atomic_read_acquire(&s->count))
		cpu_relax();
	s->more = s->data;
	return 0;
}

static void release_acquire__is_an_edge(struct kunit *test)
{
	two(test, publish_release, consume_acquire, shared_new(test));
	two(test, consume_acquire, publish_release, shared_new(test));
}

static int publish_barrier(void *arg)
{
	struct shared *s = arg;

	s->data = 1;
	smp_wmb();
	WRITE_ONCE(s->flag, 1);
	return 0;
}

static int consume_barrier(void *arg)
{
	struct shared *s = arg;

	while (!READ_ONCE(s->flag))
		cpu_relax();
	smp_rmb();
	s->more = s->data;
	return 0;
}

static void barriers__make_a_relaxed_flag_an_edge(struct kunit *test)
{
	two(test, publish_barrier, consume_barrier, shared_new(test));
	two(test, consume_barrier, publish_barrier, shared_new(test));
}

static struct kunit_case race_cases[] = {
	KUNIT_CASE(plain_counter__two_tasks_race),
	KUNIT_CASE(plain_counter__report_names_both),
	KUNIT_CASE(marked_write__plain_read_races),
	KUNIT_CASE(plain_write__marked_read_races),
	KUNIT_CASE(marked_accesses__are_silent),
	KUNIT_CASE(plain_reads__are_silent),
	KUNIT_CASE(neighbours__are_silent),
	KUNIT_CASE(kfree__races_with_a_use_before),
	KUNIT_CASE(static_data__is_named),
	KUNIT_CASE(one_side_locked__races),
	KUNIT_CASE(relaxed_flag__carries_no_edge),
	KUNIT_CASE(two_readers__are_not_ordered),
	KUNIT_CASE(spinlock__is_an_edge),
	KUNIT_CASE(spinlock_irqsave__is_an_edge),
	KUNIT_CASE(mutex__is_an_edge),
	KUNIT_CASE(rwsem__is_an_edge),
	KUNIT_CASE(rwlock__is_an_edge),
	KUNIT_CASE(completion__is_an_edge),
	KUNIT_CASE(wait_queue__is_an_edge),
	KUNIT_CASE(end_of_a_task__is_an_edge),
	KUNIT_CASE(work__is_an_edge_there_and_back),
	KUNIT_CASE(work__without_flush_races),
	KUNIT_CASE(timer__is_an_edge_there_and_back),
	KUNIT_CASE(rcu_publish__is_an_edge),
	KUNIT_CASE(grace_period__is_an_edge_from_readers),
	KUNIT_CASE(release_acquire__is_an_edge),
	KUNIT_CASE(barriers__make_a_relaxed_flag_an_edge),
	{},
};

static struct kunit_suite race_suite = {
	.name = "race",
	.test_cases = race_cases,
};
kunit_test_suite(race_suite);

MODULE_LICENSE("Dual MIT/GPL");
