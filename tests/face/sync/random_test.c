// SPDX-License-Identifier: MIT
/* Random numbers. */
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/random.h>
#include <linux/string.h>

static void prandom_u32_state__same_seed_same_numbers(struct kunit *test)
{
	struct rnd_state a, b, other;
	bool differs = false;

	prandom_seed_state(&a, 42);
	prandom_seed_state(&b, 42);
	prandom_seed_state(&other, 43);
	for (int i = 0; i < 100; i++) {
		u32 value = prandom_u32_state(&a);

		KUNIT_EXPECT_EQ(test, value, prandom_u32_state(&b));
		differs |= value != prandom_u32_state(&other);
	}
	KUNIT_EXPECT_TRUE(test, differs);
}

static void get_random_u32_below__every_number(struct kunit *test)
{
	unsigned int seen[7] = {};

	for (int i = 0; i < 700; i++) {
		u32 value = get_random_u32_below(7);

		KUNIT_ASSERT_LT(test, value, 7u);
		seen[value]++;
	}
	for (int i = 0; i < 7; i++)
		KUNIT_EXPECT_GT(test, seen[i], 30u);
}

static void get_random_bytes__to_the_last_byte_and_no_further(struct kunit *test)
{
	u8 bytes[16], any[13] = {};

	for (int round = 0; round < 32; round++) {
		memset(bytes, 0, sizeof(bytes));
		get_random_bytes(bytes, 13);
		for (int i = 0; i < 13; i++)
			any[i] |= bytes[i];
		for (int i = 13; i < 16; i++)
			KUNIT_EXPECT_EQ(test, bytes[i], (u8)0);
	}
	for (int i = 0; i < 13; i++)
		KUNIT_EXPECT_NE(test, any[i], (u8)0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(prandom_u32_state__same_seed_same_numbers),
	KUNIT_CASE(get_random_u32_below__every_number),
	KUNIT_CASE(get_random_bytes__to_the_last_byte_and_no_further),
	{},
};

static struct kunit_suite suite = {
	.name = "random",
	.test_cases = cases,
};
kunit_test_suite(suite);
MODULE_LICENSE("Dual MIT/GPL");
