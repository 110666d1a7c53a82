// SPDX-License-Identifier: MIT
/* Reader-writer semaphores: sharing, exclusion, fairness, giving up. */
#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/rwsem.h>
#include "threads.h"

#ifdef __PSIM__
#include <psim/machine.h>
#endif

struct shared {
	struct rw_semaphore sem;
	atomic_t readers, writers, most_readers;
	int broken;
	int sum;
};

static void look(struct shared *s, bool writer)
{
	int r = atomic_read(&s->readers), w = atomic_read(&s->writers);

	if (writer ? (w != 1 || r) : w)
		s->broken++;
	if (r > atomic_read(&s->most_readers))
		atomic_set(&s->most_readers, r);
}

static int read_some(void *arg)
{
	struct shared *s = arg;
	int i;

	for (i = 0; i < 20; i++) {
		down_read(&s->sem);
		atomic_inc(&s->readers);
		look(s, false);
		if (i % 4 == 0)
			msleep(1);
		atomic_dec(&s->readers);
		up_read(&s->sem);
	}
	return 0;
}

static int write_some(void *arg)
{
	struct shared *s = arg;
	int i;

	for (i = 0; i < 20; i++) {
		down_write(&s->sem);
		atomic_inc(&s->writers);
		s->sum++;
		cond_resched();
		look(s, true);
		atomic_dec(&s->writers);
		up_write(&s->sem);
	}
	return 0;
}

static void rwsem__shares_and_excludes(struct kunit *test)
{
	static struct shared s;
	struct thread threads[4];
	int i;

	init_rwsem(&s.sem);
	for (i = 0; i < 4; i++)
		thread_start(test, &threads[i], i < 2 ? read_some : write_some, &s);
	for (i = 0; i < 4; i++)
		thread_join(&threads[i]);
	KUNIT_EXPECT_EQ(test, s.broken, 0);
	KUNIT_EXPECT_EQ(test, s.sum, 40);
	KUNIT_EXPECT_FALSE(test, rwsem_is_locked(&s.sem));
}

static int read_once(void *arg)
{
	down_read(arg);
	up_read(arg);
	return 1;
}

static int write_once(void *arg)
{
	down_write(arg);
	up_write(arg);
	return 1;
}

static int try_read(void *arg)
{
	int taken = down_read_trylock(arg);

	if (taken)
		up_read(arg);
	return taken;
}

static int try_write(void *arg)
{
	int taken = down_write_trylock(arg);

	if (taken)
		up_write(arg);
	return taken;
}

static int write_killable(void *arg)
{
	int err = down_write_killable(arg);

	if (!err)
		up_write(arg);
	return err;
}

static void down_read__with_a_reader(struct kunit *test)
{
	static DECLARE_RWSEM(sem);
	struct thread t;

	down_read(&sem);
	thread_start(test, &t, read_once, &sem);
	KUNIT_EXPECT_EQ(test, thread_join(&t), 1);
	up_read(&sem);
}

/* S9.52: a writer that waits keeps new readers out, so it is not starved */
static void down_read__writer_waits(struct kunit *test)
{
	static DECLARE_RWSEM(sem);
	struct thread writer, reader;

	down_read(&sem);
	thread_start(test, &writer, write_once, &sem);
	let_others_run();
	KUNIT_EXPECT_FALSE(test, thread_ended(&writer));
	thread_start(test, &reader, read_once, &sem);
	let_others_run();
	KUNIT_EXPECT_FALSE(test, thread_ended(&reader));
	up_read(&sem);
	KUNIT_EXPECT_EQ(test, thread_join(&writer), 1);
	KUNIT_EXPECT_EQ(test, thread_join(&reader), 1);
}

/* S9.52 */
static void down_read_trylock__writer_waits(struct kunit *test)
{
	static DECLARE_RWSEM(sem);
	struct thread writer, reader;

	down_read(&sem);
	thread_start(test, &writer, write_once, &sem);
	let_others_run();
	thread_start(test, &reader, try_read, &sem);
	KUNIT_EXPECT_EQ(test, thread_join(&reader), 0);
	up_read(&sem);
	thread_join(&writer);
}

/* S9.52: when the waiting writer gives up, the readers behind it come in */
static void down_write_killable__readers_behind(struct kunit *test)
{
	static DECLARE_RWSEM(sem);
	struct thread writer, reader;

	down_read(&sem);
	thread_start(test, &writer, write_killable, &sem);
	let_others_run();
	thread_start(test, &reader, read_once, &sem);
	let_others_run();
	send_sig(SIGKILL, writer.task, 1);
	KUNIT_EXPECT_EQ(test, thread_join(&writer), -EINTR);
	KUNIT_EXPECT_EQ(test, thread_join(&reader), 1);
	up_read(&sem);
}

static void down_trylock__held(struct kunit *test)
{
	static DECLARE_RWSEM(sem);
	struct thread t;

	down_read(&sem);
	thread_start(test, &t, try_read, &sem);
	KUNIT_EXPECT_EQ(test, thread_join(&t), 1);
	thread_start(test, &t, try_write, &sem);
	KUNIT_EXPECT_EQ(test, thread_join(&t), 0);
	up_read(&sem);
	down_write(&sem);
	thread_start(test, &t, try_read, &sem);
	KUNIT_EXPECT_EQ(test, thread_join(&t), 0);
	up_write(&sem);
}

static void downgrade_write__lets_readers_in(struct kunit *test)
{
	static DECLARE_RWSEM(sem);
	struct thread reader, writer;

	down_write(&sem);
	thread_start(test, &reader, read_once, &sem);
	let_others_run();
	KUNIT_EXPECT_FALSE(test, thread_ended(&reader));
	downgrade_write(&sem);
	KUNIT_EXPECT_EQ(test, thread_join(&reader), 1);
	thread_start(test, &writer, write_once, &sem);
	let_others_run();
	KUNIT_EXPECT_FALSE(test, thread_ended(&writer));
	lockdep_assert_held_read(&sem);
	up_read(&sem);
	KUNIT_EXPECT_EQ(test, thread_join(&writer), 1);
}

static void lockdep_assert_held_write__rwsem(struct kunit *test)
{
	static DECLARE_RWSEM(sem);

	down_write(&sem);
	lockdep_assert_held_write(&sem);
	KUNIT_EXPECT_EQ(test, lock_is_held_type(&sem.dep_map, 1), 0);
	up_write(&sem);
	down_read(&sem);
	lockdep_assert_held_read(&sem);
	lockdep_assert_held(&sem);
	KUNIT_EXPECT_EQ(test, lock_is_held_type(&sem.dep_map, 0), 0);
	up_read(&sem);
}

#ifdef __PSIM__
/* S9.52 */
static void down_read__twice(struct kunit *test)
{
	static DECLARE_RWSEM(sem);

	down_read(&sem);
	kunit_expect_report(test, "reads sem again");
	down_read(&sem);
	up_read(&sem);
	up_read(&sem);
}

static void lockdep_assert_held_write__read_held(struct kunit *test)
{
	static DECLARE_RWSEM(sem);

	down_read(&sem);
	kunit_expect_report(test, "lock sem is not held for writing");
	lockdep_assert_held_write(&sem);
	up_read(&sem);
}

static void down_write__reader_itself(struct kunit *test)
{
	static DECLARE_RWSEM(sem);

	down_read(&sem);
	kunit_expect_halt(test, "takes rw_semaphore sem, which this task already holds");
	down_write(&sem);
}
#endif

static struct kunit_case cases[] = {
	KUNIT_CASE(rwsem__shares_and_excludes),
#ifdef __PSIM__
	KUNIT_CASE_PSIM(rwsem__shares_and_excludes, .scheduler = "random", .seed = 3),
#endif
	KUNIT_CASE(down_read__with_a_reader),
	KUNIT_CASE(down_read__writer_waits),
	KUNIT_CASE(down_read_trylock__writer_waits),
	KUNIT_CASE(down_write_killable__readers_behind),
	KUNIT_CASE(down_trylock__held),
	KUNIT_CASE(downgrade_write__lets_readers_in),
	KUNIT_CASE(lockdep_assert_held_write__rwsem),
#ifdef __PSIM__
	KUNIT_CASE(down_read__twice),
	KUNIT_CASE(lockdep_assert_held_write__read_held),
	KUNIT_CASE(down_write__reader_itself),
#endif
	{}};

static struct kunit_suite suite = {.name = "rwsem", .test_cases = cases};
kunit_test_suite(suite);
MODULE_LICENSE("Dual MIT/GPL");
