// SPDX-License-Identifier: MIT
/* percpu_ref: the initial reference, killing, the end, and coming back. */
#include <kunit/test.h>
#include <linux/percpu-refcount.h>
#include <linux/rcupdate.h>

static int released, confirmed;

static void release(struct percpu_ref *ref)
{
	released++;
}

static void confirm(struct percpu_ref *ref)
{
	confirmed++;
}

static struct percpu_ref ref;

static int init(struct kunit *test)
{
	released = confirmed = 0;
	return percpu_ref_init(&ref, release, PERCPU_REF_ALLOW_REINIT, GFP_KERNEL);
}

/* From then on it is one counter, which can become zero. */
static void kill_and_wait(void)
{
	percpu_ref_kill(&ref);
	rcu_barrier();
}

static void percpu_ref_kill__gives_the_initial_one_up(struct kunit *test)
{
	percpu_ref_get(&ref);
	KUNIT_EXPECT_TRUE(test, percpu_ref_tryget_live(&ref));
	percpu_ref_put(&ref);
	KUNIT_EXPECT_FALSE(test, percpu_ref_is_dying(&ref));
	KUNIT_EXPECT_FALSE(test, percpu_ref_is_zero(&ref));
	kill_and_wait();
	KUNIT_EXPECT_EQ(test, released, 0);
	KUNIT_EXPECT_TRUE(test, percpu_ref_is_dying(&ref));
	KUNIT_EXPECT_FALSE(test, percpu_ref_tryget_live(&ref));
	KUNIT_EXPECT_TRUE(test, percpu_ref_tryget(&ref));
	percpu_ref_put_many(&ref, 2);
	KUNIT_EXPECT_EQ(test, released, 1);
	KUNIT_EXPECT_FALSE(test, percpu_ref_tryget(&ref));
	KUNIT_EXPECT_TRUE(test, percpu_ref_is_zero(&ref));
	percpu_ref_exit(&ref);
}

static void percpu_ref_kill_and_confirm__calls_back(struct kunit *test)
{
	percpu_ref_kill_and_confirm(&ref, confirm);
	rcu_barrier();
	KUNIT_EXPECT_EQ(test, confirmed, 1);
	KUNIT_EXPECT_EQ(test, released, 1);
	percpu_ref_exit(&ref);
}

static void percpu_ref_reinit__lives_again(struct kunit *test)
{
	kill_and_wait();
	KUNIT_EXPECT_EQ(test, released, 1);
	percpu_ref_reinit(&ref);
	KUNIT_EXPECT_TRUE(test, percpu_ref_tryget_live(&ref));
	kill_and_wait();
	percpu_ref_resurrect(&ref);
	KUNIT_EXPECT_FALSE(test, percpu_ref_is_dying(&ref));
	kill_and_wait();
	KUNIT_EXPECT_EQ(test, released, 1);
	percpu_ref_put(&ref);
	KUNIT_EXPECT_EQ(test, released, 2);
	percpu_ref_exit(&ref);
}

static void percpu_ref_init__dead_has_none(struct kunit *test)
{
	kill_and_wait();
	percpu_ref_exit(&ref);
	KUNIT_ASSERT_EQ(test, percpu_ref_init(&ref, release, PERCPU_REF_INIT_DEAD, GFP_KERNEL), 0);
	KUNIT_EXPECT_FALSE(test, percpu_ref_tryget(&ref));
	percpu_ref_reinit(&ref);
	KUNIT_EXPECT_TRUE(test, percpu_ref_tryget_live(&ref));
	percpu_ref_put(&ref);
	kill_and_wait();
	KUNIT_EXPECT_EQ(test, released, 2);
	percpu_ref_exit(&ref);
}

#ifdef __PSIM__
static void percpu_ref_reinit__of_one_that_may_not(struct kunit *test)
{
	percpu_ref_exit(&ref);
	KUNIT_ASSERT_EQ(test, percpu_ref_init(&ref, release, 0, GFP_KERNEL), 0);
	percpu_ref_kill(&ref);
	kunit_expect_halt(test, "BUG");
	percpu_ref_reinit(&ref);
	KUNIT_FAIL(test, "the run went on");
}

static void percpu_ref_kill__twice_warns(struct kunit *test)
{
	kunit_expect_report(test, "called more than once");
	percpu_ref_kill(&ref);
	percpu_ref_kill(&ref);
	percpu_ref_exit(&ref);
}
#endif

static struct kunit_case cases[] = {
	KUNIT_CASE(percpu_ref_kill__gives_the_initial_one_up),
	KUNIT_CASE(percpu_ref_kill_and_confirm__calls_back),
	KUNIT_CASE(percpu_ref_reinit__lives_again),
	KUNIT_CASE(percpu_ref_init__dead_has_none),
#ifdef __PSIM__
	KUNIT_CASE(percpu_ref_reinit__of_one_that_may_not),
	KUNIT_CASE(percpu_ref_kill__twice_warns),
#endif
	{},
};

static struct kunit_suite suite = {
	.name = "percpu_ref",
	.init = init,
	.test_cases = cases,
};
kunit_test_suite(suite);
