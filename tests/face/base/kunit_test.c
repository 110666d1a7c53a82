// SPDX-License-Identifier: MIT
/* The test framework itself: what a suite may count on. tests/support shows that it can be red. */
#include <kunit/static_stub.h>
#include <kunit/test.h>
#include <linux/slab.h>
#include <linux/sprintf.h>
#include <linux/string.h>

static int inits;

static int init(struct kunit *test)
{
	inits++;
	test->priv = &inits;
	return 0;
}

static void exit_case(struct kunit *test)
{
	KUNIT_EXPECT_PTR_EQ(test, test->priv, (void *)&inits);
}

static void init__ran_before_the_case(struct kunit *test)
{
	KUNIT_EXPECT_GE(test, inits, 1);
	KUNIT_EXPECT_PTR_EQ(test, test->priv, (void *)&inits);
	KUNIT_EXPECT_STREQ(test, test->name, "init__ran_before_the_case");
}

#ifdef __PSIM__
/* Each case has a machine of its own, and a machine's start restores the statics. */
static int dirty = 5;

static void statics__as_the_loader_gave_them(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, dirty, 5);
	KUNIT_EXPECT_EQ(test, inits, 1);
	dirty = 6;
}

static void statics__again(struct kunit *test)
{
	statics__as_the_loader_gave_them(test);
}
#endif

static char order[8];
static int n_order;

static void note_action(void *context)
{
	order[n_order++] = *(char *)context;
}

static void kunit_release_action__only_that_one(struct kunit *test)
{
	static char a = 'a', b = 'b', c = 'c';

	n_order = 0;
	KUNIT_ASSERT_EQ(test, kunit_add_action(test, note_action, &a), 0);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, note_action, &b), 0);
	KUNIT_ASSERT_EQ(test, kunit_add_action(test, note_action, &c), 0);
	kunit_release_action(test, note_action, &b);
	KUNIT_EXPECT_EQ(test, n_order, 1);
	KUNIT_EXPECT_EQ(test, order[0], 'b');
	kunit_remove_action(test, note_action, &a);
	kunit_release_action(test, note_action, &a);
	KUNIT_EXPECT_EQ(test, n_order, 1);
	kunit_release_action(test, note_action, &c);
	KUNIT_EXPECT_EQ(test, order[1], 'c');
}

static void kunit_kzalloc__is_zero_and_freed(struct kunit *test)
{
	u8 *p = kunit_kzalloc(test, 100, GFP_KERNEL);
	int *q = kunit_kcalloc(test, 10, sizeof(*q), GFP_KERNEL);
	u8 *r = kunit_kmalloc(test, 10, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, q);
	KUNIT_ASSERT_NOT_NULL(test, r);
	KUNIT_EXPECT_TRUE(test, mem_is_zero(p, 100));
	KUNIT_EXPECT_TRUE(test, mem_is_zero(q, 40));
	kunit_kfree(test, r);
	kunit_kfree(test, NULL);
}

static const int squares[] = {1, 4, 9, 16};

static void describe(const int *square, char *text)
{
	snprintf(text, KUNIT_PARAM_DESC_SIZE, "square %d", *square);
}
KUNIT_ARRAY_PARAM(square, squares, describe);

static void param_value__each_in_turn(struct kunit *test)
{
	const int *square = test->param_value;

	KUNIT_EXPECT_EQ(test, *square, (test->param_index + 1) * (test->param_index + 1));
}

static void expectations__of_every_kind(struct kunit *test)
{
	const char *text = "text", *same = "text";
	int one = 1, two = 2;

	KUNIT_EXPECT_TRUE_MSG(test, one, "says %s", "nothing");
	KUNIT_EXPECT_FALSE(test, !one);
	KUNIT_EXPECT_NE(test, one, two);
	KUNIT_EXPECT_LT(test, one, two);
	KUNIT_EXPECT_LE(test, one, one);
	KUNIT_EXPECT_GT(test, two, one);
	KUNIT_EXPECT_GE_MSG(test, two, two, "%d", two);
	KUNIT_EXPECT_STREQ(test, text, same);
	KUNIT_EXPECT_STRNEQ(test, text, "other");
	KUNIT_EXPECT_PTR_NE(test, &one, &two);
	KUNIT_EXPECT_NULL(test, NULL);
	KUNIT_EXPECT_NOT_NULL(test, text);
	KUNIT_EXPECT_MEMNEQ(test, &one, &two, sizeof(one));
	KUNIT_ASSERT_EQ_MSG(test, one, 1, "%d", one);
}

/* ---- static stubs ---------------------------------------------------------------------------------- */

static int doubled(int n)
{
	KUNIT_STATIC_STUB_REDIRECT(doubled, n);
	return 2 * n;
}

static int negated(int n)
{
	return -n;
}

static void static_stub__replaces_for_the_case(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, doubled(4), 8);
	kunit_activate_static_stub(test, doubled, negated);
	KUNIT_EXPECT_EQ(test, doubled(4), -4);
	kunit_deactivate_static_stub(test, doubled);
	KUNIT_EXPECT_EQ(test, doubled(4), 8);
	kunit_activate_static_stub(test, doubled, negated);
}

static void static_stub__is_gone_in_the_next_case(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, doubled(4), 8);
	KUNIT_EXPECT_PTR_EQ(test, kunit_get_current_test(), test);
}

static struct kunit_case cases[] = {KUNIT_CASE(init__ran_before_the_case),
#ifdef __PSIM__
				    KUNIT_CASE(statics__as_the_loader_gave_them),
				    KUNIT_CASE(statics__again),
#endif
				    KUNIT_CASE(kunit_release_action__only_that_one),
				    KUNIT_CASE(kunit_kzalloc__is_zero_and_freed),
				    KUNIT_CASE_PARAM(param_value__each_in_turn, square_gen_params),
				    KUNIT_CASE(expectations__of_every_kind),
				    KUNIT_CASE(static_stub__replaces_for_the_case),
				    KUNIT_CASE(static_stub__is_gone_in_the_next_case),
				    {}};

static struct kunit_suite suite = {
	.name = "kunit",
	.init = init,
	.exit = exit_case,
	.test_cases = cases,
};
kunit_test_suite(suite);

MODULE_LICENSE("Dual MIT/GPL");
