// SPDX-License-Identifier: MIT
/* Bitmaps over one, two and three words, and looking for bits in two of them. */
#include <kunit/test.h>
#include <linux/bitmap.h>
#include <linux/prime_numbers.h>

#define BITS 150

static void bitmap_set__fills_across_words(struct kunit *test)
{
	DECLARE_BITMAP(map, BITS) = {};

	bitmap_set(map, 60, 70);
	KUNIT_EXPECT_EQ(test, map[0], 0xful << 60);
	KUNIT_EXPECT_EQ(test, map[1], ~0ul);
	KUNIT_EXPECT_EQ(test, map[2], 3ul);
	KUNIT_EXPECT_EQ(test, bitmap_weight(map, BITS), 70);
	KUNIT_EXPECT_EQ(test, bitmap_weight(map, 100), 40);
	bitmap_clear(map, 61, 68);
	KUNIT_EXPECT_EQ(test, find_first_bit(map, BITS), 60);
	KUNIT_EXPECT_EQ(test, find_next_bit(map, BITS, 61), 129);
	bitmap_set(map, 3, 0);
	KUNIT_EXPECT_EQ(test, bitmap_weight(map, BITS), 2);
}

/* What lies behind the last bit does not count. */
static void bitmap__ignores_the_tail(struct kunit *test)
{
	DECLARE_BITMAP(a, BITS) = {1, 2, 3ul << 22 | 1}, b[3] = {1, 2, 1}, c[3];

	KUNIT_EXPECT_TRUE(test, bitmap_equal(a, b, BITS));
	KUNIT_EXPECT_FALSE(test, bitmap_equal(a, b, BITS + 1));
	KUNIT_EXPECT_EQ(test, bitmap_weight(a, BITS), 3);
	KUNIT_EXPECT_TRUE(test, bitmap_and(c, a, a, BITS));
	KUNIT_EXPECT_EQ(test, c[2], 1ul);
	KUNIT_EXPECT_FALSE(test, bitmap_andnot(c, a, b, BITS));
	KUNIT_EXPECT_TRUE(test, bitmap_subset(a, b, BITS));
	bitmap_fill(c, BITS);
	KUNIT_EXPECT_TRUE(test, bitmap_full(c, BITS));
	bitmap_zero(c, BITS);
	KUNIT_EXPECT_TRUE(test, bitmap_empty(c, BITS));
	c[2] = 1ul << 22;
	KUNIT_EXPECT_TRUE(test, bitmap_empty(c, BITS));
}

static void bitmap_or_xor_complement_replace__word_by_word(struct kunit *test)
{
	const unsigned long a[3] = {0xc, 0xc, 0xc}, b[3] = {0xa, 0xa, 0xa}, m[3] = {3, 3, 3};
	unsigned long c[3];

	bitmap_or(c, a, b, BITS);
	KUNIT_EXPECT_EQ(test, c[1], 0xeul);
	bitmap_xor(c, a, b, BITS);
	KUNIT_EXPECT_EQ(test, c[2], 0x6ul);
	bitmap_complement(c, a, BITS);
	KUNIT_EXPECT_EQ(test, c[0], ~0xcul);
	bitmap_replace(c, a, b, m, BITS);
	KUNIT_EXPECT_EQ(test, c[0], 0xeul);
	KUNIT_EXPECT_TRUE(test, bitmap_intersects(a, b, BITS));
	KUNIT_EXPECT_FALSE(test, bitmap_subset(a, b, BITS));
	KUNIT_EXPECT_EQ(test, bitmap_weight_and(a, b, BITS), 3);
}

static void bitmap_shift__brings_in_zeros(struct kunit *test)
{
	const unsigned long a[3] = {1ul << 63, 1, 1ul << 21};
	unsigned long c[3] = {};

	bitmap_shift_right(c, a, 63, BITS);
	KUNIT_EXPECT_EQ(test, c[0], 3ul);
	KUNIT_EXPECT_EQ(test, c[1], 1ul << 22);
	bitmap_zero(c, BITS);
	bitmap_shift_left(c, a, 1, BITS);
	KUNIT_EXPECT_EQ(test, c[0], 0ul);
	KUNIT_EXPECT_EQ(test, c[1], 3ul);
	KUNIT_EXPECT_EQ(test, c[2] & BITMAP_LAST_WORD_MASK(BITS), 0ul);
}

static void find_next_zero_area__keeps_the_alignment(struct kunit *test)
{
	DECLARE_BITMAP(map, BITS) = {};

	bitmap_set(map, 0, 9);
	bitmap_set(map, 70, 1);
	KUNIT_EXPECT_EQ(test, bitmap_find_next_zero_area(map, BITS, 0, 20, 0), 9);
	KUNIT_EXPECT_EQ(test, bitmap_find_next_zero_area(map, BITS, 0, 20, 15), 16);
	KUNIT_EXPECT_EQ(test, bitmap_find_next_zero_area_off(map, BITS, 0, 20, 15, 3), 13);
	KUNIT_EXPECT_EQ(test, bitmap_find_next_zero_area(map, BITS, 0, 62, 0), 71);
	KUNIT_EXPECT_GT(test, bitmap_find_next_zero_area(map, BITS, 0, 80, 0), BITS - 80);
}

static void bitmap_region__is_aligned_to_its_size(struct kunit *test)
{
	DECLARE_BITMAP(map, 64) = {1};

	KUNIT_EXPECT_EQ(test, bitmap_find_free_region(map, 64, 3), 8);
	KUNIT_EXPECT_EQ(test, bitmap_allocate_region(map, 12, 2), -EBUSY);
	bitmap_release_region(map, 8, 3);
	KUNIT_EXPECT_EQ(test, bitmap_allocate_region(map, 12, 2), 0);
	KUNIT_EXPECT_EQ(test, map[0], 0xf001ul);
	KUNIT_EXPECT_EQ(test, bitmap_find_free_region(map, 64, 6), -ENOMEM);
}

static void bitmap_read__of_what_write_put_across_words(struct kunit *test)
{
	DECLARE_BITMAP(map, BITS) = {~0ul, ~0ul, ~0ul};
	u32 words[5];

	bitmap_write(map, 0x1a5, 60, 9);
	KUNIT_EXPECT_EQ(test, bitmap_read(map, 60, 9), 0x1a5ul);
	KUNIT_EXPECT_EQ(test, map[0] >> 60, 5ul);
	KUNIT_EXPECT_EQ(test, bitmap_read(map, 69, 64), ~0ul);
	bitmap_to_arr32(words, map, BITS);
	KUNIT_EXPECT_EQ(test, words[1], 0x5fffffffu);
	KUNIT_EXPECT_EQ(test, words[4], 0x3fffffu);
	bitmap_from_arr32(map, words, BITS);
	KUNIT_EXPECT_EQ(test, map[2], 0x3ffffful);
}

static void find_two__looks_at_both(struct kunit *test)
{
	const unsigned long a[3] = {0, 1ul << 40, 7}, b[3] = {~0ul, 1ul << 40, 4};

	KUNIT_EXPECT_EQ(test, find_first_and_bit(a, b, BITS), 104);
	KUNIT_EXPECT_EQ(test, find_next_and_bit(a, b, BITS, 105), 130);
	KUNIT_EXPECT_EQ(test, find_next_andnot_bit(a, b, BITS, 0), 128);
	KUNIT_EXPECT_EQ(test, find_next_or_bit(a, b, BITS, 64), 104);
	KUNIT_EXPECT_EQ(test, find_next_and_bit(a, b, BITS, 131), BITS);
	KUNIT_EXPECT_EQ(test, find_nth_bit(a, BITS, 2), 129);
	KUNIT_EXPECT_GE(test, find_nth_bit(a, BITS, 4), BITS);
}

static void for_each_bitrange__gives_runs(struct kunit *test)
{
	DECLARE_BITMAP(map, BITS) = {};
	unsigned int b, e, n = 0, sum = 0;

	bitmap_set(map, 0, 2);
	bitmap_set(map, 62, 4);
	bitmap_set(map, BITS - 1, 1);
	for_each_set_bitrange(b, e, map, BITS)
	{
		n++;
		sum += e - b;
	}
	KUNIT_EXPECT_EQ(test, n, 3);
	KUNIT_EXPECT_EQ(test, sum, 7);
	n = sum = 0;
	for_each_clear_bitrange(b, e, map, BITS)
	{
		n++;
		sum += e - b;
	}
	KUNIT_EXPECT_EQ(test, n, 2);
	KUNIT_EXPECT_EQ(test, sum, BITS - 7);
}

static void next_prime_number__skips_no_prime(struct kunit *test)
{
	unsigned long prime, n = 0;

	for_each_prime_number(prime, 30) n = n * 2 + prime;
	KUNIT_EXPECT_EQ(test, n,
			2 * 512 + 3 * 256 + 5 * 128 + 7 * 64 + 11 * 32 + 13 * 16 + 17 * 8 + 19 * 4 +
				23 * 2 + 29ul);
	KUNIT_EXPECT_FALSE(test, is_prime_number(91));
	KUNIT_EXPECT_TRUE(test, is_prime_number(97));
	KUNIT_EXPECT_FALSE(test, is_prime_number(1));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(bitmap_set__fills_across_words),
	KUNIT_CASE(bitmap__ignores_the_tail),
	KUNIT_CASE(bitmap_or_xor_complement_replace__word_by_word),
	KUNIT_CASE(bitmap_shift__brings_in_zeros),
	KUNIT_CASE(find_next_zero_area__keeps_the_alignment),
	KUNIT_CASE(bitmap_region__is_aligned_to_its_size),
	KUNIT_CASE(bitmap_read__of_what_write_put_across_words),
	KUNIT_CASE(find_two__looks_at_both),
	KUNIT_CASE(for_each_bitrange__gives_runs),
	KUNIT_CASE(next_prime_number__skips_no_prime),
	{},
};

static struct kunit_suite suite = {
	.name = "bitmap",
	.test_cases = cases,
};
kunit_test_suite(suite);
