// SPDX-License-Identifier: MIT
/* frob_pool.c under test: what it does, what it leaves behind, and where it needs what the face lacks. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <psim/psim.h>

struct frob_pool;
struct frob_pool *frob_pool_create(unsigned int limit);
int frob_pool_add(struct frob_pool *pool, unsigned long number);
void frob_pool_put(struct frob_pool *pool);

/* @limit: of the pool; @adds: pages 0, 1, ...; @again: then page 0 once more */
struct use {
	unsigned int limit;
	unsigned int adds;
	int again;
};

/* Kernel code runs in a task of the machine. */
static int use_pool(void *arg)
{
	const struct use *use = arg;
	struct frob_pool *pool = frob_pool_create(use->limit);
	int err = pool ? 0 : -ENOMEM;

	for (unsigned int i = 0; !err && i < use->adds; i++)
		err = frob_pool_add(pool, i);
	if (!err && use->again)
		err = frob_pool_add(pool, 0);
	if (pool)
		frob_pool_put(pool);
	return err;
}

static void pool__takes_pages(void **state)
{
	struct use use = {.limit = 10, .adds = 10};

	(void)state;
	assert_int_equal(psim_start(NULL), 0);
	assert_int_equal(psim_run("test", use_pool, &use), 0);
	assert_int_equal(psim_stop(), 0);
}

/* The driver forgets the page that it cannot insert: law 3 finds it. A fix makes this test red: turn it round. */
static void pool__leaks_a_page_that_is_there_already(void **state)
{
	struct use use = {.limit = 10, .adds = 1, .again = 1};

	(void)state;
	assert_int_equal(psim_start(NULL), 0);
	psim_expect_report("page");
	assert_int_equal(psim_run("test", use_pool, &use), -EBUSY);
	assert_int_equal(psim_stop(), 0);
}

/* frob_report() is a stub: the run ends where it is called, and says so. */
static void pool__reports_when_it_is_full(void **state)
{
	struct use use = {.limit = 1, .adds = 2};

	(void)state;
	assert_int_equal(psim_start(NULL), 0);
	psim_expect_report("not modelled: frob_report: the face lacks it");
	assert_true(psim_run("test", use_pool, &use) < 0);
	psim_stop(); /* what the run held is left */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pool__takes_pages),
		cmocka_unit_test(pool__leaks_a_page_that_is_there_already),
		cmocka_unit_test(pool__reports_when_it_is_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
