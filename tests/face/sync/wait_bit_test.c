// SPDX-License-Identifier: MIT
/* Waiting for a bit or a variable that has no queue of its own: wakes, deadlines, signals. */
#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/wait_bit.h>
#include "threads.h"

struct shared {
	unsigned long word;
	int level;
	unsigned int mode;
	unsigned long timeout;
};

static int for_bit(void *arg)
{
	struct shared *s = arg;

	return s->timeout ? wait_on_bit_timeout(&s->word, 3, s->mode, s->timeout)
			  : wait_on_bit(&s->word, 3, s->mode);
}

static int for_level(void *arg)
{
	struct shared *s = arg;

	wait_var_event(&s->level, READ_ONCE(s->level) == 2);
	return s->level;
}

static void wait_on_bit__is_clear(struct kunit *test)
{
	unsigned long word = ~BIT(3);

	KUNIT_EXPECT_EQ(test, wait_on_bit(&word, 3, TASK_UNINTERRUPTIBLE), 0);
	KUNIT_EXPECT_EQ(test, wait_on_bit_timeout(&word, 3, TASK_UNINTERRUPTIBLE, 1), 0);
	KUNIT_EXPECT_EQ(test, word, ~BIT(3));
}

/* Neither a wake alone nor another bit lets it go. */
static void wait_on_bit__until_it_is_clear(struct kunit *test)
{
	struct shared s = {.word = BIT(3) | BIT(4), .mode = TASK_UNINTERRUPTIBLE};
	struct thread t;

	thread_start(test, &t, for_bit, &s);
	let_others_run();
	wake_up_bit(&s.word, 3);
	let_others_run();
	KUNIT_EXPECT_FALSE(test, thread_ended(&t));
	clear_and_wake_up_bit(4, &s.word);
	let_others_run();
	KUNIT_EXPECT_FALSE(test, thread_ended(&t));
	clear_and_wake_up_bit(3, &s.word);
	KUNIT_EXPECT_EQ(test, thread_join(&t), 0);
	KUNIT_EXPECT_EQ(test, s.word, 0ul);
}

static void wait_on_bit__signal(struct kunit *test)
{
	struct shared s = {.word = BIT(3), .mode = TASK_INTERRUPTIBLE};

	for (s.timeout = 0; s.timeout <= HZ; s.timeout += HZ) {
		struct thread t;

		thread_start(test, &t, for_bit, &s);
		let_others_run();
		KUNIT_EXPECT_FALSE(test, thread_ended(&t));
		send_sig(SIGINT, t.task, 1);
		KUNIT_EXPECT_EQ(test, thread_join(&t), -EINTR);
	}
	KUNIT_EXPECT_EQ(test, s.word, BIT(3));
}

static void wait_on_bit_timeout__runs_out(struct kunit *test)
{
	struct shared s = {.word = BIT(3), .mode = TASK_UNINTERRUPTIBLE, .timeout = HZ / 10};
	unsigned long start = jiffies;
	struct thread t;

	thread_start(test, &t, for_bit, &s);
	KUNIT_EXPECT_EQ(test, thread_join(&t), -EAGAIN);
	KUNIT_EXPECT_GE(test, jiffies - start, (unsigned long)HZ / 10);
}

static void wait_on_bit_timeout__in_time(struct kunit *test)
{
	struct shared s = {.word = BIT(3), .mode = TASK_UNINTERRUPTIBLE, .timeout = 100 * HZ};
	struct thread t;

	thread_start(test, &t, for_bit, &s);
	let_others_run();
	clear_and_wake_up_bit(3, &s.word);
	KUNIT_EXPECT_EQ(test, thread_join(&t), 0);
}

static void wait_var_event__until_it_holds(struct kunit *test)
{
	struct shared s = {};
	struct thread t;

	thread_start(test, &t, for_level, &s);
	for (int level = 1; level <= 2; level++) {
		let_others_run();
		KUNIT_EXPECT_FALSE(test, thread_ended(&t));
		WRITE_ONCE(s.level, level);
		smp_mb();
		wake_up_var(&s.level);
	}
	KUNIT_EXPECT_EQ(test, thread_join(&t), 2);
}

static struct kunit_case cases[] = {KUNIT_CASE(wait_on_bit__is_clear),
				    KUNIT_CASE(wait_on_bit__until_it_is_clear),
				    KUNIT_CASE(wait_on_bit__signal),
				    KUNIT_CASE(wait_on_bit_timeout__runs_out),
				    KUNIT_CASE(wait_on_bit_timeout__in_time),
				    KUNIT_CASE(wait_var_event__until_it_holds),
				    {}};

static struct kunit_suite suite = {.name = "wait_bit", .test_cases = cases};
kunit_test_suite(suite);
MODULE_LICENSE("Dual MIT/GPL");
