// SPDX-License-Identifier: MIT
/* Folio locks: taking, trying, waiting, handing on (S9.69). */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/gfp.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include "fixture.h"

#define TASKS  4
#define ROUNDS 20

/**
 * struct contest - tasks over one folio
 * @inside: tasks that have its lock now; never more than one
 * @worst: most there ever were
 * @total: times it was taken
 */
struct contest {
	struct folio *folio;
	atomic_t inside, worst;
	unsigned int total;
	struct completion ready;
};

static struct folio *new_folio(struct kunit *test)
{
	struct folio *folio = folio_alloc(GFP_KERNEL, 0);

	KUNIT_ASSERT_NOT_NULL(test, folio);
	return folio;
}

static struct task_struct *start(struct kunit *test, int (*fn)(void *), void *arg)
{
	struct task_struct *task = kthread_create(fn, arg, "locker");

	KUNIT_ASSERT_FALSE(test, IS_ERR(task));
	get_task_struct(task);
	wake_up_process(task);
	return task;
}

static int finish(struct task_struct *task)
{
	int result = kthread_stop(task);

	put_task_struct(task);
	return result;
}

/* S9.69 */
static void folio_trylock__one_has_it(struct kunit *test)
{
	struct folio *folio = new_folio(test);

	KUNIT_EXPECT_TRUE(test, folio_trylock(folio));
	KUNIT_EXPECT_TRUE(test, folio_test_locked(folio));
	KUNIT_EXPECT_TRUE(test, PageLocked(&folio->page));
	KUNIT_EXPECT_FALSE(test, folio_trylock(folio));
	KUNIT_EXPECT_FALSE(test, trylock_page(&folio->page));
	unlock_page(&folio->page);
	KUNIT_EXPECT_FALSE(test, folio_test_locked(folio));
	KUNIT_EXPECT_TRUE(test, trylock_page(&folio->page));
	folio_unlock(folio);
	folio_put(folio);
}

/* The lock of a large folio is its head's, whichever page is named. */
static void lock_page__of_a_tail(struct kunit *test)
{
	struct folio *folio = folio_alloc(GFP_KERNEL, 2);

	KUNIT_ASSERT_NOT_NULL(test, folio);
	lock_page(folio_page(folio, 3));
	KUNIT_EXPECT_TRUE(test, folio_test_locked(folio));
	unlock_page(folio_page(folio, 1));
	KUNIT_EXPECT_FALSE(test, folio_test_locked(folio));
	folio_put(folio);
}

static int contend(void *arg)
{
	struct contest *contest = arg;

	for (int i = 0; i < ROUNDS; i++) {
		int inside;

		folio_lock(contest->folio);
		inside = atomic_inc_return(&contest->inside);
		if (inside > atomic_read(&contest->worst))
			atomic_set(&contest->worst, inside);
		contest->total++;
		schedule();
		atomic_dec(&contest->inside);
		folio_unlock(contest->folio);
	}
	complete(&contest->ready);
	return 0;
}

/* S9.69: unlocking wakes those who wait; no two have the lock */
static void folio_lock__many_tasks(struct kunit *test)
{
	struct contest contest = {.folio = new_folio(test)};
	struct task_struct *tasks[TASKS];

	init_completion(&contest.ready);
	for (int i = 0; i < TASKS; i++)
		tasks[i] = start(test, contend, &contest);
	for (int i = 0; i < TASKS; i++)
		wait_for_completion(&contest.ready);
	for (int i = 0; i < TASKS; i++)
		finish(tasks[i]);
	KUNIT_EXPECT_EQ(test, atomic_read(&contest.worst), 1);
	KUNIT_EXPECT_EQ(test, contest.total, (unsigned int)TASKS * ROUNDS);
	KUNIT_EXPECT_FALSE(test, folio_test_locked(contest.folio));
	folio_put(contest.folio);
}

static int lock_once(void *arg)
{
	struct contest *contest = arg;

	complete(&contest->ready);
	folio_lock(contest->folio);
	contest->total++;
	folio_unlock(contest->folio);
	return 0;
}

/* S9.69: the lock blocks as long as another task has it */
static void folio_lock__waits(struct kunit *test)
{
	struct contest contest = {.folio = new_folio(test)};
	struct task_struct *task;

	init_completion(&contest.ready);
	folio_lock(contest.folio);
	task = start(test, lock_once, &contest);
	wait_for_completion(&contest.ready);
	for (int i = 0; i < 5; i++)
		schedule();
	KUNIT_EXPECT_EQ(test, contest.total, 0u);
	folio_unlock(contest.folio);
	finish(task);
	KUNIT_EXPECT_EQ(test, contest.total, 1u);
	folio_put(contest.folio);
}

static int wait_once(void *arg)
{
	struct contest *contest = arg;

	complete(&contest->ready);
	folio_wait_locked(contest->folio);
	contest->total++;
	return 0;
}

/* S6.40: who waits for the unlock does not take the lock, and gets on though it is taken again */
static void folio_wait_locked__takes_nothing(struct kunit *test)
{
	struct contest contest = {.folio = new_folio(test)};
	struct task_struct *task;

	init_completion(&contest.ready);
	folio_wait_locked(contest.folio);
	folio_lock(contest.folio);
	task = start(test, wait_once, &contest);
	wait_for_completion(&contest.ready);
	for (int i = 0; i < 5; i++)
		schedule();
	KUNIT_EXPECT_EQ(test, contest.total, 0u);
	folio_unlock(contest.folio);
	finish(task);
	KUNIT_EXPECT_EQ(test, contest.total, 1u);
	KUNIT_EXPECT_FALSE(test, folio_test_locked(contest.folio));
	folio_put(contest.folio);
}

/* ---- a fatal signal ends a killable wait ----------------------------------------------------------- */

static int lock_killable(void *arg)
{
	struct contest *contest = arg;
	int err;

	allow_signal(SIGKILL);
	complete(&contest->ready);
	err = folio_lock_killable(contest->folio);
	if (!err)
		folio_unlock(contest->folio);
	flush_signals(current);
	return err;
}

static int wait_killable(void *arg)
{
	struct contest *contest = arg;
	int err;

	allow_signal(SIGKILL);
	complete(&contest->ready);
	err = folio_wait_locked_killable(contest->folio);
	flush_signals(current);
	return err;
}

static void kill_while_locked(struct kunit *test, int (*body)(void *))
{
	struct contest contest = {.folio = new_folio(test)};
	struct task_struct *task;

	for (int killed = 0; killed < 2; killed++) {
		init_completion(&contest.ready);
		folio_lock(contest.folio);
		task = start(test, body, &contest);
		wait_for_completion(&contest.ready);
		for (int i = 0; i < 5; i++)
			schedule();
		if (killed) {
			send_sig(SIGKILL, task, 1);
			KUNIT_EXPECT_EQ(test, finish(task), -EINTR);
			folio_unlock(contest.folio);
		} else {
			folio_unlock(contest.folio);
			KUNIT_EXPECT_EQ(test, finish(task), 0);
		}
		KUNIT_EXPECT_FALSE(test, folio_test_locked(contest.folio));
	}
	KUNIT_EXPECT_EQ(test, folio_ref_count(contest.folio), 1);
	folio_put(contest.folio);
}

static void folio_lock_killable__killed(struct kunit *test)
{
	kill_while_locked(test, lock_killable);
}

static void folio_wait_locked_killable__killed(struct kunit *test)
{
	kill_while_locked(test, wait_killable);
}

#ifdef __PSIM__
static void folio_unlock__not_locked(struct kunit *test)
{
	struct folio *folio = new_folio(test);

	kunit_expect_report(test, "is unlocked, and was not locked");
	folio_unlock(folio);
	folio_put(folio);
}

static void folio_lock__under_a_spinlock(struct kunit *test)
{
	struct folio *folio = new_folio(test);
	DEFINE_SPINLOCK(lock);

	spin_lock(&lock);
	kunit_expect_report(test, "law 4");
	folio_lock(folio);
	spin_unlock(&lock);
	folio_unlock(folio);
	folio_put(folio);
}

static void folio_lock__twice(struct kunit *test)
{
	struct folio *folio = new_folio(test);

	folio_lock(folio);
	/* "... waits for the lock of page 0x1e, held by kunit/1" */
	kunit_expect_halt(test, "deadlock: nobody can run: kunit/1 waits for the lock of page 0x");
	folio_lock(folio);
}
#endif

static struct kunit_case cases[] = {
	KUNIT_CASE(folio_trylock__one_has_it),
	KUNIT_CASE(lock_page__of_a_tail),
	KUNIT_CASE(folio_lock__many_tasks),
	KUNIT_CASE(folio_lock__waits),
	KUNIT_CASE(folio_wait_locked__takes_nothing),
	KUNIT_CASE(folio_lock_killable__killed),
	KUNIT_CASE(folio_wait_locked_killable__killed),
#ifdef __PSIM__
	KUNIT_CASE(folio_unlock__not_locked),
	KUNIT_CASE(folio_lock__under_a_spinlock),
	KUNIT_CASE(folio_lock__twice),
#endif
	{},
};

static struct kunit_suite suite = {.name = "folio_lock", .test_cases = cases};
kunit_test_suite(suite);
