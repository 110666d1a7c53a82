// SPDX-License-Identifier: MIT
/*
 * Our drm_pagemap.h against the seed: same layout, same values, same types (C0). The tokens of both
 * are compared too, by tests/seed/compare.sh.
 */
#include <kunit/test.h>
#include <linux/string.h>
#include "seed_table.h"

#define MAX_IMAGES 64

/* C0.1, C0.2 */
static void header__has_the_layout_and_the_types_of_the_seed(struct kunit *test)
{
	unsigned int i;

	KUNIT_ASSERT_EQ(test, own_nr_entries, seed_nr_entries);
	for (i = 0; i < own_nr_entries; i++) {
		KUNIT_EXPECT_STREQ(test, own_entries[i].what, seed_entries[i].what);
		KUNIT_EXPECT_EQ_MSG(test, own_entries[i].value, seed_entries[i].value, "%s",
				    own_entries[i].what);
		if (strstr(own_entries[i].what, " has its type"))
			KUNIT_EXPECT_EQ_MSG(test, own_entries[i].value, 1ull, "%s",
					    own_entries[i].what);
	}
}

/* C0.2, C1.3 */
static void header__inline_functions_do_what_the_seeds_do(struct kunit *test)
{
	u64 seed[MAX_IMAGES], own[MAX_IMAGES];
	unsigned int n = seed_images(seed, MAX_IMAGES);

	KUNIT_ASSERT_GT(test, n, 5u);
	KUNIT_ASSERT_EQ(test, own_images(own, MAX_IMAGES), n);
	KUNIT_EXPECT_MEMEQ(test, own, seed, n * sizeof(*own));
	/* The last five are what drm_pagemap_get() and _get_unless_zero() promise. */
	for (; n && seed[n - 1] == 1; n--)
		;
	KUNIT_EXPECT_LE(test, n, own_images(own, MAX_IMAGES) - 5);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(header__has_the_layout_and_the_types_of_the_seed),
	KUNIT_CASE(header__inline_functions_do_what_the_seeds_do),
	{},
};

static struct kunit_suite suite = {.name = "seed", .test_cases = cases};
kunit_test_suite(suite);
