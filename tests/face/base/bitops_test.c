// SPDX-License-Identifier: MIT
/* Bits: atomic and plain changes, searches, arithmetic. */
#include <kunit/test.h>
#include <linux/bitops.h>
#include <linux/limits.h>
#include <linux/log2.h>

static void test_and_set_bit__tells_what_was_there(struct kunit *test)
{
	DECLARE_BITMAP(map, 130) = {};

	for (int bit = 0; bit < 130; bit += 43) {
		KUNIT_EXPECT_FALSE(test, test_bit(bit, map));
		KUNIT_EXPECT_FALSE(test, test_and_set_bit(bit, map));
		KUNIT_EXPECT_TRUE(test, test_bit(bit, map));
		KUNIT_EXPECT_TRUE(test, test_and_set_bit(bit, map));
		KUNIT_EXPECT_EQ(test, map[bit / 64], BIT(bit % 64) | (bit == 43));
		KUNIT_EXPECT_TRUE(test, test_and_clear_bit(bit, map));
		KUNIT_EXPECT_FALSE(test, test_and_clear_bit(bit, map));
		KUNIT_EXPECT_FALSE(test, test_and_change_bit(bit, map));
		KUNIT_EXPECT_TRUE(test, test_and_change_bit(bit, map));
		if (bit == 0)
			set_bit(0, map);
	}
}

static void set_bit__and_its_kin(struct kunit *test)
{
	unsigned long word = 0;

	set_bit(63, &word);
	set_bit(0, &word);
	KUNIT_EXPECT_EQ(test, word, 0x8000000000000001ul);
	clear_bit(63, &word);
	change_bit(4, &word);
	KUNIT_EXPECT_EQ(test, word, 0x11ul);
	assign_bit(4, &word, false);
	assign_bit(5, &word, true);
	KUNIT_EXPECT_EQ(test, word, 0x21ul);
	__set_bit(1, &word);
	__clear_bit(0, &word);
	__change_bit(8, &word);
	KUNIT_EXPECT_EQ(test, word, 0x122ul);
	KUNIT_EXPECT_TRUE(test, __test_and_clear_bit(8, &word));
	KUNIT_EXPECT_FALSE(test, __test_and_set_bit(2, &word));
	KUNIT_EXPECT_EQ(test, word, 0x26ul);
}

static void test_and_set_bit_lock__as_a_lock(struct kunit *test)
{
	unsigned long word = 0;

	KUNIT_EXPECT_FALSE(test, test_and_set_bit_lock(3, &word));
	KUNIT_EXPECT_TRUE(test, test_and_set_bit_lock(3, &word));
	clear_bit_unlock(3, &word);
	KUNIT_EXPECT_FALSE(test, test_and_set_bit_lock(3, &word));
	word = BIT(0) | BIT(7);
	KUNIT_EXPECT_TRUE(test, xor_unlock_is_negative_byte(BIT(0), &word));
	KUNIT_EXPECT_EQ(test, word, BIT(7));
}

static void find_next_bit__across_words(struct kunit *test)
{
	DECLARE_BITMAP(map, 200) = {};
	unsigned long bit, found[4], n = 0;

	KUNIT_EXPECT_EQ(test, find_first_bit(map, 200), 200);
	KUNIT_EXPECT_EQ(test, find_first_zero_bit(map, 200), 0);
	__set_bit(3, map);
	__set_bit(64, map);
	__set_bit(199, map);
	KUNIT_EXPECT_EQ(test, find_first_bit(map, 200), 3);
	KUNIT_EXPECT_EQ(test, find_next_bit(map, 200, 4), 64);
	KUNIT_EXPECT_EQ(test, find_next_bit(map, 200, 64), 64);
	KUNIT_EXPECT_EQ(test, find_next_bit(map, 199, 65), 199);
	KUNIT_EXPECT_EQ(test, find_next_bit(map, 195, 65), 195);
	KUNIT_EXPECT_EQ(test, find_next_bit(map, 64, 4), 64);
	KUNIT_EXPECT_EQ(test, find_last_bit(map, 200), 199);
	KUNIT_EXPECT_EQ(test, find_last_bit(map, 199), 64);
	for_each_set_bit(bit, map, 200) {
		KUNIT_ASSERT_LT(test, n, 4);
		found[n++] = bit;
	}
	KUNIT_ASSERT_EQ(test, n, 3);
	KUNIT_EXPECT_EQ(test, found[0] + found[1] + found[2], 3 + 64 + 199);
	memset(map, 0xff, sizeof(map));
	KUNIT_EXPECT_EQ(test, find_next_zero_bit(map, 200, 0), 200);
	__clear_bit(130, map);
	KUNIT_EXPECT_EQ(test, find_next_zero_bit(map, 200, 7), 130);
}

static void ffs__and_its_kin(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, ffs(0), 0);
	KUNIT_EXPECT_EQ(test, fls(0), 0);
	KUNIT_EXPECT_EQ(test, fls64(0), 0);
	for (int bit = 0; bit < 64; bit++) {
		unsigned long word = BIT(bit);

		KUNIT_EXPECT_EQ(test, __ffs(word), bit);
		KUNIT_EXPECT_EQ(test, __fls(word), bit);
		KUNIT_EXPECT_EQ(test, fls64(word), bit + 1);
		KUNIT_EXPECT_EQ(test, __fls(word | 1), bit);
		KUNIT_EXPECT_EQ(test, ffz(~word), bit);
		KUNIT_EXPECT_EQ(test, hweight64(word - 1), bit);
		if (bit < 32) {
			KUNIT_EXPECT_EQ(test, ffs((int)word), bit + 1);
			KUNIT_EXPECT_EQ(test, fls((unsigned int)word), bit + 1);
		}
	}
	KUNIT_EXPECT_EQ(test, hweight32(0xffffffffu), 32);
	KUNIT_EXPECT_EQ(test, hweight8(0x1ff), 8);
}

static void GENMASK__both_ends(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, GENMASK(0, 0), 1);
	KUNIT_EXPECT_EQ(test, GENMASK(7, 4), 0xf0);
	KUNIT_EXPECT_EQ(test, GENMASK(63, 0), ~0ul);
	KUNIT_EXPECT_EQ(test, GENMASK_ULL(63, 63), 1ull << 63);
}

static void ilog2__rounds_down(struct kunit *test)
{
	static const int constant = ilog2(4096);

	KUNIT_EXPECT_EQ(test, constant, 12);
	for (int bit = 1; bit < 64; bit++) {
		unsigned long power = BIT(bit);

		KUNIT_EXPECT_EQ(test, ilog2(power), bit);
		KUNIT_EXPECT_EQ(test, ilog2(power - 1), bit - 1);
		KUNIT_EXPECT_EQ(test, order_base_2(power), bit);
		KUNIT_EXPECT_TRUE(test, is_power_of_2(power));
		KUNIT_EXPECT_EQ(test, is_power_of_2(power + 1), false);
	}
	KUNIT_EXPECT_FALSE(test, is_power_of_2(0));
	KUNIT_EXPECT_EQ(test, order_base_2(1), 0);
	KUNIT_EXPECT_EQ(test, order_base_2(5), 3);
}

static void roundup_pow_of_two__constants_and_variables(struct kunit *test)
{
	static const unsigned long want_up[] = {1, 2, 4, 4, 8, 8, 8, 8, 16};
	static const unsigned long want_down[] = {1, 2, 2, 4, 4, 4, 4, 8, 8};

	for (unsigned long n = 1; n <= 9; n++) {
		KUNIT_EXPECT_EQ(test, roundup_pow_of_two(n), want_up[n - 1]);
		KUNIT_EXPECT_EQ(test, rounddown_pow_of_two(n), want_down[n - 1]);
	}
	KUNIT_EXPECT_EQ(test, roundup_pow_of_two(4097), 8192);
	KUNIT_EXPECT_EQ(test, rounddown_pow_of_two(4097), 4096);
}

static void sign_extend32__from_any_bit(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, sign_extend32(0xff, 7), -1);
	KUNIT_EXPECT_EQ(test, sign_extend32(0x7f, 7), 127);
	KUNIT_EXPECT_EQ(test, sign_extend64(0x800, 11), -2048);
	KUNIT_EXPECT_EQ(test, rol32(0x80000001, 1), 3);
	KUNIT_EXPECT_EQ(test, ror64(1, 1), 1ull << 63);
	KUNIT_EXPECT_EQ(test, rol64(5, 0), 5);
}

static struct kunit_case cases[] = {KUNIT_CASE(test_and_set_bit__tells_what_was_there),
				    KUNIT_CASE(set_bit__and_its_kin),
				    KUNIT_CASE(test_and_set_bit_lock__as_a_lock),
				    KUNIT_CASE(find_next_bit__across_words),
				    KUNIT_CASE(ffs__and_its_kin),
				    KUNIT_CASE(GENMASK__both_ends),
				    KUNIT_CASE(ilog2__rounds_down),
				    KUNIT_CASE(roundup_pow_of_two__constants_and_variables),
				    KUNIT_CASE(sign_extend32__from_any_bit),
				    {}};

static struct kunit_suite suite = {
	.name = "bitops",
	.test_cases = cases,
};
kunit_test_suite(suite);

MODULE_LICENSE("Dual MIT/GPL");
