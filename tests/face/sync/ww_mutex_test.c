// SPDX-License-Identifier: MIT
/* Wait/wound mutexes: the order of those who wait, who gives up, signals, and misuse. */
#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/ww_mutex.h>
#include "threads.h"

static DEFINE_WD_CLASS(die);
static DEFINE_WW_CLASS(wound);

struct shared {
	struct ww_mutex lock;
	int turns;
};

/* One who waits for the lock; it holds one of its own if @holds. */
struct waiter {
	struct shared *s;
	struct ww_class *class;
	struct ww_acquire_ctx ctx;
	struct ww_mutex own;
	bool holds, plain;
	int turn, err;
	struct thread thread;
};

static int wait_for_it(void *arg)
{
	struct waiter *w = arg;
	struct ww_acquire_ctx *ctx = w->plain ? NULL : &w->ctx;

	ww_mutex_init(&w->own, w->class);
	w->ctx.task = current;
	if (w->holds)
		w->err = ww_mutex_lock(&w->own, ctx);
	if (!w->err)
		w->err = ww_mutex_lock_interruptible(&w->s->lock, ctx);
	if (!w->err) {
		w->turn = ++w->s->turns;
		ww_mutex_unlock(&w->s->lock);
	}
	if (w->holds)
		ww_mutex_unlock(&w->own);
	if (ctx)
		ww_acquire_fini(ctx);
	ww_mutex_destroy(&w->own);
	return w->err;
}

/* @w[0] has the earliest stamp, and comes to the lock last. */
static void come(struct kunit *test, struct waiter *w, int n, struct shared *s)
{
	for (int i = 0; i < n; i++) {
		w[i].s = s;
		ww_acquire_init(&w[i].ctx, w[i].class);
	}
	for (int i = 1; i <= n; i++) {
		thread_start(test, &w[i % n].thread, wait_for_it, &w[i % n]);
		let_others_run();
	}
}

/* Without a context: a plain mutex. */
static void ww_mutex_lock__no_context(struct kunit *test)
{
	struct shared s = {};
	struct waiter w[2] = {{.class = &wound, .plain = true}, {.class = &wound, .plain = true}};

	ww_mutex_init(&s.lock, &wound);
	KUNIT_ASSERT_EQ(test, ww_mutex_lock(&s.lock, NULL), 0);
	KUNIT_EXPECT_TRUE(test, ww_mutex_is_locked(&s.lock));
	come(test, w, 2, &s);
	KUNIT_EXPECT_EQ(test, s.turns, 0);
	ww_mutex_unlock(&s.lock);
	KUNIT_EXPECT_EQ(test, thread_join(&w[0].thread), 0);
	KUNIT_EXPECT_EQ(test, thread_join(&w[1].thread), 0);
	KUNIT_EXPECT_EQ(test, w[1].turn, 1);
	KUNIT_EXPECT_EQ(test, w[0].turn, 2);
	KUNIT_EXPECT_FALSE(test, ww_mutex_is_locked(&s.lock));
	ww_mutex_destroy(&s.lock);
}

static void earliest_stamp_is_first(struct kunit *test, struct ww_class *class)
{
	struct shared s = {};
	struct waiter w[3] = {{.class = class}, {.class = class}, {.class = class}};

	ww_mutex_init(&s.lock, class);
	KUNIT_ASSERT_EQ(test, ww_mutex_lock(&s.lock, NULL), 0);
	come(test, w, 3, &s);
	ww_mutex_unlock(&s.lock);
	for (int i = 0; i < 3; i++)
		KUNIT_EXPECT_EQ(test, thread_join(&w[i].thread), 0);
	KUNIT_EXPECT_EQ(test, w[0].turn, 1);
	KUNIT_EXPECT_EQ(test, s.turns, 3);
	ww_mutex_destroy(&s.lock);
}

static void ww_mutex_lock__waiters_stand_by_stamp(struct kunit *test)
{
	earliest_stamp_is_first(test, &die);
	earliest_stamp_is_first(test, &wound);
}

/* The holder is later, but who is earlier waits already: two who wait could wait for each other. */
static void ww_mutex_lock__dies_behind_an_earlier_waiter(struct kunit *test)
{
	struct shared s = {};
	struct waiter first = {.class = &die}, second = {.class = &die, .holds = true};
	struct ww_acquire_ctx ctx;

	ww_mutex_init(&s.lock, &die);
	first.s = second.s = &s;
	ww_acquire_init(&first.ctx, &die);
	ww_acquire_init(&second.ctx, &die);
	ww_acquire_init(&ctx, &die);
	KUNIT_ASSERT_EQ(test, ww_mutex_lock(&s.lock, &ctx), 0);
	thread_start(test, &first.thread, wait_for_it, &first);
	let_others_run();
	thread_start(test, &second.thread, wait_for_it, &second);
	KUNIT_EXPECT_EQ(test, thread_join(&second.thread), -EDEADLK);
	KUNIT_EXPECT_FALSE(test, thread_ended(&first.thread));
	ww_mutex_unlock(&s.lock);
	ww_acquire_fini(&ctx);
	KUNIT_EXPECT_EQ(test, thread_join(&first.thread), 0);
	ww_mutex_destroy(&s.lock);
}

static void ww_mutex_lock_interruptible__signal(struct kunit *test)
{
	struct shared s = {};
	struct waiter w = {.class = &wound, .s = &s};

	ww_mutex_init(&s.lock, &wound);
	KUNIT_ASSERT_EQ(test, ww_mutex_lock(&s.lock, NULL), 0);
	ww_acquire_init(&w.ctx, &wound);
	thread_start(test, &w.thread, wait_for_it, &w);
	let_others_run();
	KUNIT_EXPECT_FALSE(test, thread_ended(&w.thread));
	send_sig(SIGINT, w.thread.task, 1);
	KUNIT_EXPECT_EQ(test, thread_join(&w.thread), -EINTR);
	ww_mutex_unlock(&s.lock);
	KUNIT_EXPECT_EQ(test, s.turns, 0);
	ww_mutex_destroy(&s.lock);
}

/* A holder that lets go and takes again at once cannot keep the waiter out for ever. */
static void ww_mutex_lock__waiter_gets_its_turn(struct kunit *test)
{
	struct shared s = {};
	struct waiter w = {.class = &wound, .s = &s};
	int rounds;

	ww_mutex_init(&s.lock, &wound);
	KUNIT_ASSERT_EQ(test, ww_mutex_lock(&s.lock, NULL), 0);
	ww_acquire_init(&w.ctx, &wound);
	thread_start(test, &w.thread, wait_for_it, &w);
	let_others_run();
	for (rounds = 0; rounds < 100 && !s.turns; rounds++) {
		ww_mutex_unlock(&s.lock);
		KUNIT_ASSERT_EQ(test, ww_mutex_lock(&s.lock, NULL), 0);
		msleep(2);
	}
	KUNIT_EXPECT_EQ(test, s.turns, 1);
	ww_mutex_unlock(&s.lock);
	KUNIT_EXPECT_EQ(test, thread_join(&w.thread), 0);
	ww_mutex_destroy(&s.lock);
}

static void ww_mutex_lock__already_with_this_context(struct kunit *test)
{
	struct ww_acquire_ctx ctx;
	struct ww_mutex lock;

	ww_mutex_init(&lock, &die);
	ww_acquire_init(&ctx, &die);
	KUNIT_EXPECT_EQ(test, ww_mutex_trylock(&lock, &ctx), 1);
	KUNIT_EXPECT_EQ(test, ww_mutex_lock(&lock, &ctx), -EALREADY);
	KUNIT_EXPECT_EQ(test, ww_mutex_lock_interruptible(&lock, &ctx), -EALREADY);
	KUNIT_EXPECT_EQ(test, ctx.acquired, 1u);
	ww_acquire_done(&ctx);
	ww_mutex_unlock(&lock);
	ww_acquire_fini(&ctx);
	ww_mutex_destroy(&lock);
}

static int try(void *arg)
{
	struct ww_mutex *lock = arg;
	int got = ww_mutex_trylock(lock, NULL);

	if (got)
		ww_mutex_unlock(lock);
	return got;
}

static void ww_mutex_trylock__free_and_taken(struct kunit *test)
{
	struct ww_mutex lock;
	struct thread t;

	ww_mutex_init(&lock, &wound);
	KUNIT_ASSERT_EQ(test, ww_mutex_lock(&lock, NULL), 0);
	thread_start(test, &t, try, &lock);
	KUNIT_EXPECT_EQ(test, thread_join(&t), 0);
	ww_mutex_unlock(&lock);
	thread_start(test, &t, try, &lock);
	KUNIT_EXPECT_EQ(test, thread_join(&t), 1);
	ww_mutex_destroy(&lock);
}

#ifdef __PSIM__
static void ww_mutex_lock__twice_without_context(struct kunit *test)
{
	static struct ww_mutex lock;
	int ignored;

	ww_mutex_init(&lock, &wound);
	ignored = ww_mutex_lock(&lock, NULL);
	kunit_expect_halt(test, "takes ww_mutex wound_mutex, which this task already holds");
	ignored = ww_mutex_lock(&lock, NULL);
	KUNIT_FAIL(test, "gone on after %d", ignored);
}

static void ww_acquire_done__no_more_locks(struct kunit *test)
{
	struct ww_acquire_ctx ctx;
	struct ww_mutex lock;

	ww_mutex_init(&lock, &die);
	ww_acquire_init(&ctx, &die);
	ww_acquire_done(&ctx);
	kunit_expect_report(test, "ww_acquire_done() a second time");
	ww_acquire_done(&ctx);
	kunit_expect_report(test, "ww_mutex_lock() after ww_acquire_done()");
	KUNIT_EXPECT_EQ(test, ww_mutex_lock(&lock, &ctx), 0);
	kunit_expect_report(test, "ww_acquire_fini() with 1 locks held");
	ww_acquire_fini(&ctx);
	ww_mutex_unlock(&lock);
	ww_mutex_destroy(&lock);
}
#endif

static struct kunit_case cases[] = {KUNIT_CASE(ww_mutex_lock__no_context),
				    KUNIT_CASE(ww_mutex_lock__waiters_stand_by_stamp),
				    KUNIT_CASE(ww_mutex_lock__dies_behind_an_earlier_waiter),
				    KUNIT_CASE(ww_mutex_lock_interruptible__signal),
				    KUNIT_CASE(ww_mutex_lock__waiter_gets_its_turn),
				    KUNIT_CASE(ww_mutex_lock__already_with_this_context),
				    KUNIT_CASE(ww_mutex_trylock__free_and_taken),
#ifdef __PSIM__
				    KUNIT_CASE(ww_mutex_lock__twice_without_context),
				    KUNIT_CASE(ww_acquire_done__no_more_locks),
#endif
				    {}};

static struct kunit_suite suite = {.name = "ww_mutex_order", .test_cases = cases};
kunit_test_suite(suite);
MODULE_LICENSE("Dual MIT/GPL");
