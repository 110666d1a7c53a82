// SPDX-License-Identifier: MIT
/* References on modules, and loading and unloading one. */
#define KBUILD_MODNAME "psim_module_test"
#include <kunit/test.h>
#include <linux/module.h>

static int init_result;
static int inits, exits;

static int __init test_module_init(void)
{
	inits++;
	return init_result;
}

static void __exit test_module_exit(void)
{
	exits++;
}

module_init(test_module_init);
module_exit(test_module_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("A module for these tests");

static int parameter = 3;
module_param(parameter, int, 0444);
MODULE_PARM_DESC(parameter, "nothing");

/* S9.65 */
static void try_module_get__of_null_is_true(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, try_module_get(NULL));
	module_put(NULL);
}

static void this_module__has_its_name(struct kunit *test)
{
	KUNIT_EXPECT_STREQ(test, THIS_MODULE->name, KBUILD_MODNAME);
	KUNIT_EXPECT_EQ(test, parameter, 3);
}

/* S9.65 */
static void try_module_get__counts(struct kunit *test)
{
	int before = module_refcount(THIS_MODULE);

	KUNIT_EXPECT_TRUE(test, try_module_get(THIS_MODULE));
	__module_get(THIS_MODULE);
	KUNIT_EXPECT_EQ(test, module_refcount(THIS_MODULE), before + 2);
	module_put(THIS_MODULE);
	module_put(THIS_MODULE);
	KUNIT_EXPECT_EQ(test, module_refcount(THIS_MODULE), before);
}

#ifdef __PSIM__
#include <psim/module.h>

static void load__runs_init_and_stop_runs_exit(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, psim_module_unload(KBUILD_MODNAME), -ENOENT);
	KUNIT_EXPECT_EQ(test, psim_module_load(KBUILD_MODNAME), 0);
	KUNIT_EXPECT_EQ(test, inits, 1);
	KUNIT_EXPECT_EQ(test, psim_module_load(KBUILD_MODNAME), -EEXIST);
	KUNIT_EXPECT_EQ(test, psim_module_unload(KBUILD_MODNAME), 0);
	KUNIT_EXPECT_EQ(test, exits, 1);
	KUNIT_EXPECT_EQ(test, psim_module_load(KBUILD_MODNAME), 0);
	KUNIT_EXPECT_EQ(test, inits, 2);
}

static void load__gives_what_init_gave(struct kunit *test)
{
	init_result = -EIO;
	KUNIT_EXPECT_EQ(test, psim_module_load(KBUILD_MODNAME), -EIO);
	KUNIT_EXPECT_EQ(test, psim_module_unload(KBUILD_MODNAME), -ENOENT);
	KUNIT_EXPECT_EQ(test, exits, 0);
}

static void unload__is_busy_while_referenced(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, psim_module_load(KBUILD_MODNAME), 0);
	KUNIT_EXPECT_TRUE(test, try_module_get(THIS_MODULE));
	KUNIT_EXPECT_EQ(test, psim_module_unload(KBUILD_MODNAME), -EBUSY);
	KUNIT_EXPECT_EQ(test, exits, 0);
	module_put(THIS_MODULE);
	KUNIT_EXPECT_EQ(test, psim_module_unload(KBUILD_MODNAME), 0);
}

/* S9.65 */
static void try_module_get__fails_on_a_dying_module(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, psim_module_load(KBUILD_MODNAME), 0);
	KUNIT_EXPECT_EQ(test, psim_module_unload(KBUILD_MODNAME), 0);
	KUNIT_EXPECT_FALSE(test, try_module_get(THIS_MODULE));
}

/* S9.65 */
static void module_put__once_too_often_warns(struct kunit *test)
{
	kunit_expect_report(test,
			    "module psim_module_test: module_put__once_too_often_warns() puts");
	module_put(THIS_MODULE);
	KUNIT_EXPECT_TRUE(test, try_module_get(THIS_MODULE));
	module_put(THIS_MODULE);
}

/* law 3 */
static void leftovers__name_who_holds_the_module(struct kunit *test)
{
	kunit_expect_report(test,
			    "module psim_module_test is left with 1 references, the latest from "
			    "leftovers__name_who_holds_the_module()");
	__module_get(THIS_MODULE);
}
#endif

static struct kunit_case cases[] = {
	KUNIT_CASE(try_module_get__of_null_is_true),
	KUNIT_CASE(this_module__has_its_name),
	KUNIT_CASE(try_module_get__counts),
#ifdef __PSIM__
	KUNIT_CASE(load__runs_init_and_stop_runs_exit),
	KUNIT_CASE(load__gives_what_init_gave),
	KUNIT_CASE(unload__is_busy_while_referenced),
	KUNIT_CASE(try_module_get__fails_on_a_dying_module),
	KUNIT_CASE(module_put__once_too_often_warns),
	KUNIT_CASE(leftovers__name_who_holds_the_module),
#endif
	{},
};

static struct kunit_suite suite = {
	.name = "module",
	.test_cases = cases,
};
kunit_test_suite(suite);
