// SPDX-License-Identifier: MIT
/*
 * Functions that do nothing here by design: they can be called in the order in which a kernel demands it, and
 * each call is counted.
 */
#include <kunit/test.h>
#include <linux/cpu.h>
#include <linux/cpuhotplug.h>

#ifdef __PSIM__
#include <psim/audit.h>
#define calls_of(function) psim_inert_calls(#function)
#else
/* a kernel counts nothing */
static unsigned long calls;
#define calls_of(function) (calls++)
#endif

static void cpus_read_lock__is_counted(struct kunit *test)
{
	unsigned long locks = calls_of(cpus_read_lock), unlocks = calls_of(cpus_read_unlock);

	cpus_read_lock();
	KUNIT_EXPECT_GT(test, calls_of(cpus_read_lock), locks);
	cpus_read_unlock();
	KUNIT_EXPECT_GT(test, calls_of(cpus_read_unlock), unlocks);
}

#ifdef __PSIM__
static void psim_inert_calls__counts_each_by_its_name(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, psim_inert_calls("cpus_read_lock"), 0ul);
	cpus_read_lock();
	cpus_read_unlock();
	cpus_read_lock();
	cpus_read_unlock();
	KUNIT_EXPECT_EQ(test, psim_inert_calls("cpus_read_lock"), 2ul);
	KUNIT_EXPECT_EQ(test, psim_inert_calls("cpuhp_remove_state_nocalls"), 0ul);
	KUNIT_EXPECT_EQ(test, psim_inert_calls("no such function"), 0ul);
}
#endif

static struct kunit_case cases[] = {
	KUNIT_CASE(cpus_read_lock__is_counted),
#ifdef __PSIM__
	KUNIT_CASE(psim_inert_calls__counts_each_by_its_name),
#endif
	{},
};

static struct kunit_suite suite = {
	.name = "inert",
	.test_cases = cases,
};
kunit_test_suite(suite);
