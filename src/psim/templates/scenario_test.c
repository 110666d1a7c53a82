// SPDX-License-Identifier: MIT
/* The scenario as a test: in the default order, and in others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <psim/psim.h>

static void @NAME@__in_the_default_order(void **state)
{
	(void)state;
	assert_int_equal(psim_scenario_run(psim_scenario_find("@DASHED@"), NULL), 0);
}

static void @NAME@__in_random_orders(void **state)
{
	struct psim_config config = {.scheduler = "random"};

	(void)state;
	for (config.seed = 1; config.seed <= 50; config.seed++)
		assert_int_equal(psim_scenario_run(psim_scenario_find("@DASHED@"), &config), 0);
}

/* What a search once broke stays whole: put its plan here. */
static void @NAME@__plan(void **state)
{
	(void)state;
	assert_int_equal(psim_replay("@DASHED@ plan=-"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(@NAME@__in_the_default_order),
		cmocka_unit_test(@NAME@__in_random_orders),
		cmocka_unit_test(@NAME@__plan),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
