// SPDX-License-Identifier: MIT
/* Calls from where they may not come, with what they may not have: interrupts, tasks, locks, lines. */
#include <kunit/test.h>
#ifdef __PSIM__
#include <linux/interrupt.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/mmap_lock.h>
#include <linux/mman.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/rwsem.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/timer.h>
#include <psim/fault.h>
#include <psim/machine.h>
#include "threads.h"

/* ---- in a soft interrupt ----------------------------------------------------------------------------- */

static DEFINE_MUTEX(mutex);
static struct timer_list other;
static struct completion over;

static void nothing(struct timer_list *timer)
{
}

static void take_a_mutex(struct timer_list *timer)
{
	if (mutex_trylock(&mutex))
		mutex_unlock(&mutex);
	complete(&over);
}

static void wait_for_a_timer(struct timer_list *timer)
{
	timer_delete_sync(&other);
	complete(&over);
}

static void run_in_softirq(struct kunit *test, void (*function)(struct timer_list *timer))
{
	static struct timer_list timer;

	init_completion(&over);
	timer_setup(&timer, function, 0);
	mod_timer(&timer, jiffies + 1);
	wait_for_completion(&over);
	timer_delete_sync(&timer);
}

static void mutex_trylock__in_an_interrupt(struct kunit *test)
{
	kunit_expect_report(test, "take_a_mutex tries a mutex in an interrupt");
	kunit_expect_report(test, "take_a_mutex unlocks a mutex in an interrupt");
	run_in_softirq(test, take_a_mutex);
}

static void timer_delete_sync__in_an_interrupt(struct kunit *test)
{
	timer_setup(&other, nothing, 0);
	kunit_expect_report(test, "waits for timer nothing in an interrupt");
	run_in_softirq(test, wait_for_a_timer);
}

/* ---- interrupt lines ------------------------------------------------------------------------------------ */

static irqreturn_t handled(int irq, void *dev)
{
	return IRQ_HANDLED;
}

static void request_irq__refuses(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, request_irq(3, NULL, 0, "none", test), -EINVAL);
	KUNIT_EXPECT_EQ(test, request_irq(100000, handled, 0, "far", test), -EINVAL);
	KUNIT_EXPECT_EQ(test, request_irq(3, handled, IRQF_SHARED, "shared", NULL), -EINVAL);
	/* nothing is at that line */
	KUNIT_EXPECT_EQ(test, request_irq(3, handled, 0, "nobody", test), -EINVAL);
}

/* ---- locks without a beginning ------------------------------------------------------------------------- */

static void down_read__never_initialised(struct kunit *test)
{
	static struct rw_semaphore sem;

	kunit_expect_report(test, "uses a rw_semaphore that was never initialised, or is a copy");
	down_read(&sem);
	up_read(&sem);
	KUNIT_EXPECT_TRUE(test, down_write_trylock(&sem));
	up_write(&sem);
}

static void fs_reclaim_acquire__twice(struct kunit *test)
{
	fs_reclaim_acquire(GFP_KERNEL);
	kunit_expect_report(test, "reclaim is entered inside of reclaim, which "
				  "fs_reclaim_acquire entered");
	fs_reclaim_acquire(GFP_KERNEL);
	fs_reclaim_release(GFP_KERNEL);
	fs_reclaim_release(GFP_KERNEL);
}

static void vma_locks__not_held(struct kunit *test)
{
	struct vm_area_struct *vma;
	unsigned long base;

	KUNIT_ASSERT_EQ(test, kunit_attach_mm(), 0);
	base = kunit_vm_mmap(test, NULL, 0, PAGE_SIZE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, 0);
	KUNIT_ASSERT_NE(test, base, 0ul);
	mmap_write_lock(current->mm);
	vma = vma_lookup(current->mm, base);
	KUNIT_ASSERT_NOT_NULL(test, vma);
	kunit_expect_report(test, "is not write-locked");
	vma_assert_write_locked(vma);
	kunit_expect_report(test, "is not locked");
	vma_assert_locked(vma);
	kunit_expect_report(test, "is not read-locked");
	vma_end_read(vma);
	vma_start_write(vma);
	vma_assert_write_locked(vma);
	vma_assert_locked(vma);
	mmap_write_unlock(current->mm);
}

/* ---- tasks ------------------------------------------------------------------------------------------------ */

static void kthread_stop__of_a_task_that_is_none(struct kunit *test)
{
	kunit_expect_report(test, "is no kthread");
	KUNIT_EXPECT_EQ(test, kthread_stop(current), -EINVAL);
	KUNIT_EXPECT_NULL(test, kthread_data(current));
}

static void kthread_use_mm__by_a_user_task(struct kunit *test)
{
	struct mm_struct *mm;

	KUNIT_ASSERT_EQ(test, kunit_attach_mm(), 0);
	mm = current->mm;
	kunit_expect_report(test, "kthread_use_mm: task kunit/1 has an address space");
	kthread_use_mm(mm);
	current->mm = NULL;
	kunit_expect_report(test, "does not use this address space");
	kthread_unuse_mm(mm);
	current->mm = mm;
}

static int never(void *arg)
{
	*(bool *)arg = true;
	return 1;
}

/* Stopped before it was ever woken: its function does not run. */
static void kthread_stop__before_it_ran(struct kunit *test)
{
	bool ran = false;
	struct task_struct *task = kthread_create(never, &ran, "never");

	KUNIT_ASSERT_FALSE(test, IS_ERR(task));
	KUNIT_EXPECT_EQ(test, kthread_stop(task), -EINTR);
	KUNIT_EXPECT_FALSE(test, ran);
	psim_fail_nth(PSIM_FAIL_TASK, 1);
	KUNIT_EXPECT_EQ(test, PTR_ERR(kthread_create(never, &ran, "none")), (long)-ENOMEM);
}
#endif

static struct kunit_case cases[] = {
#ifdef __PSIM__
	KUNIT_CASE(mutex_trylock__in_an_interrupt),
	KUNIT_CASE(timer_delete_sync__in_an_interrupt),
	KUNIT_CASE(request_irq__refuses),
	KUNIT_CASE(down_read__never_initialised),
	KUNIT_CASE(fs_reclaim_acquire__twice),
	KUNIT_CASE(vma_locks__not_held),
	KUNIT_CASE(kthread_stop__of_a_task_that_is_none),
	KUNIT_CASE(kthread_use_mm__by_a_user_task),
	KUNIT_CASE(kthread_stop__before_it_ran),
#endif
	{}};

static struct kunit_suite suite = {.name = "wrong_place", .test_cases = cases};
kunit_test_suite(suite);
MODULE_LICENSE("Dual MIT/GPL");
