// SPDX-License-Identifier: MIT
/* Arithmetic helpers: overflow checks, smaller and larger, rounding, division. */
#include <kunit/test.h>
#include <linux/align.h>
#include <linux/limits.h>
#include <linux/math.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/overflow.h>
#include <linux/sizes.h>

static void check_add_overflow__at_the_edges(struct kunit *test)
{
	u8 small;
	int n;
	size_t size;

	KUNIT_EXPECT_FALSE(test, check_add_overflow((u8)200, (u8)55, &small));
	KUNIT_EXPECT_EQ(test, small, 255);
	KUNIT_EXPECT_TRUE(test, check_add_overflow((u8)200, (u8)56, &small));
	KUNIT_EXPECT_EQ(test, small, 0);
	KUNIT_EXPECT_TRUE(test, check_add_overflow(INT_MAX, 1, &n));
	KUNIT_EXPECT_EQ(test, n, INT_MIN);
	KUNIT_EXPECT_TRUE(test, check_sub_overflow((size_t)1, (size_t)2, &size));
	KUNIT_EXPECT_FALSE(test, check_sub_overflow(INT_MIN + 1, 1, &n));
	KUNIT_EXPECT_TRUE(test, check_mul_overflow(SIZE_MAX / 2, (size_t)3, &size));
	KUNIT_EXPECT_FALSE(test, check_mul_overflow(SIZE_MAX / 2, (size_t)2, &size));
	KUNIT_EXPECT_EQ(test, size, SIZE_MAX - 1);
}

static void check_shl_overflow__bits_lost(struct kunit *test)
{
	u8 small;
	u64 big;
	int n;

	KUNIT_EXPECT_FALSE(test, check_shl_overflow(1, 7, &small));
	KUNIT_EXPECT_EQ(test, small, 128);
	KUNIT_EXPECT_TRUE(test, check_shl_overflow(1, 8, &small));
	KUNIT_EXPECT_TRUE(test, check_shl_overflow(3, 7, &small));
	KUNIT_EXPECT_TRUE(test, check_shl_overflow(1, 31, &n));
	KUNIT_EXPECT_TRUE(test, check_shl_overflow(1, -1, &n));
	KUNIT_EXPECT_TRUE(test, check_shl_overflow(-1, 1, &n));
	KUNIT_EXPECT_TRUE(test, check_shl_overflow(-1, 0, &big));
}

struct flexible {
	u32 count;
	u64 values[];
};

static void struct_size__saturates(struct kunit *test)
{
	struct flexible *p = NULL;
	size_t huge = SIZE_MAX / 8;

	KUNIT_EXPECT_EQ(test, struct_size(p, values, 3), sizeof(*p) + 24);
	KUNIT_EXPECT_EQ(test, struct_size(p, values, huge), SIZE_MAX);
	KUNIT_EXPECT_EQ(test, flex_array_size(p, values, 5), 40);
	KUNIT_EXPECT_EQ(test, array_size(huge, 8), huge * 8);
	KUNIT_EXPECT_EQ(test, array_size(huge, 9), SIZE_MAX);
	KUNIT_EXPECT_EQ(test, array3_size(huge, 2, 5), SIZE_MAX);
	KUNIT_EXPECT_EQ(test, size_add(SIZE_MAX, 1), SIZE_MAX);
	KUNIT_EXPECT_EQ(test, size_sub(SIZE_MAX, 1), SIZE_MAX);
	KUNIT_EXPECT_EQ(test, size_sub(1, 2), SIZE_MAX);
	KUNIT_EXPECT_EQ(test, size_sub(7, 3), 4);
}

static void overflows_type__fits_or_not(struct kunit *test)
{
	u64 big = 1ull << 32;

	KUNIT_EXPECT_TRUE(test, overflows_type(big, u32));
	KUNIT_EXPECT_FALSE(test, overflows_type(big - 1, u32));
	KUNIT_EXPECT_TRUE(test, overflows_type(big - 1, int));
	KUNIT_EXPECT_TRUE(test, overflows_type(-1, unsigned int));
}

static int evaluations;

static int counted(int value)
{
	evaluations++;
	return value;
}

static void min__and_its_kin(struct kunit *test)
{
	evaluations = 0;
	KUNIT_EXPECT_EQ(test, min(counted(3), counted(2)), 2);
	KUNIT_EXPECT_EQ(test, max(counted(3), counted(2)), 3);
	KUNIT_EXPECT_EQ(test, evaluations, 4);
	KUNIT_EXPECT_EQ(test, min3(3, 1, 2), 1);
	KUNIT_EXPECT_EQ(test, max3(-3, -1, -2), -1);
	KUNIT_EXPECT_EQ(test, min_t(unsigned int, -1, 5), 5);
	KUNIT_EXPECT_EQ(test, max_t(int, -1, 5), 5);
	KUNIT_EXPECT_EQ(test, min_not_zero(0, 5), 5);
	KUNIT_EXPECT_EQ(test, min_not_zero(7, 5), 5);
	KUNIT_EXPECT_EQ(test, min_not_zero(7, 0), 7);
}

static void clamp__within(struct kunit *test)
{
	u8 values[] = {9, 3, 7, 12, 5};

	KUNIT_EXPECT_EQ(test, clamp(5, 1, 10), 5);
	KUNIT_EXPECT_EQ(test, clamp(-5, 1, 10), 1);
	KUNIT_EXPECT_EQ(test, clamp(50, 1, 10), 10);
	KUNIT_EXPECT_EQ(test, clamp_val((u8)50, 1, 10), 10);
	KUNIT_EXPECT_EQ(test, min_array(values, ARRAY_SIZE(values)), 3);
	KUNIT_EXPECT_EQ(test, max_array(values, ARRAY_SIZE(values)), 12);
	KUNIT_EXPECT_TRUE(test, in_range(5, 5, 1));
	KUNIT_EXPECT_FALSE(test, in_range(6, 5, 1));
	KUNIT_EXPECT_FALSE(test, in_range(4, 5, 1));
}

static void swap__exchanges(struct kunit *test)
{
	int a = 1, b = 2;

	swap(a, b);
	KUNIT_EXPECT_EQ(test, a, 2);
	KUNIT_EXPECT_EQ(test, b, 1);
}

static void ALIGN__to_powers_of_two(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, ALIGN(0, 4096), 0);
	KUNIT_EXPECT_EQ(test, ALIGN(1, 4096), 4096);
	KUNIT_EXPECT_EQ(test, ALIGN(4096, 4096), 4096);
	KUNIT_EXPECT_EQ(test, ALIGN_DOWN(8191, 4096), 4096);
	KUNIT_EXPECT_EQ(test, ALIGN(SZ_4G + 1, SZ_4K), SZ_4G + SZ_4K);
	KUNIT_EXPECT_TRUE(test, IS_ALIGNED(SZ_2M, SZ_4K));
	KUNIT_EXPECT_FALSE(test, IS_ALIGNED(SZ_2M + 1, SZ_4K));
	KUNIT_EXPECT_PTR_EQ(test, PTR_ALIGN((char *)0x1001, 16), (char *)0x1010);
	KUNIT_EXPECT_EQ(test, round_up(13, 8), 16);
	KUNIT_EXPECT_EQ(test, round_down(13, 8), 8);
}

static void roundup__to_any_multiple(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, roundup(13, 5), 15);
	KUNIT_EXPECT_EQ(test, roundup(15, 5), 15);
	KUNIT_EXPECT_EQ(test, rounddown(13, 5), 10);
	KUNIT_EXPECT_EQ(test, DIV_ROUND_UP(13, 5), 3);
	KUNIT_EXPECT_EQ(test, DIV_ROUND_CLOSEST(13, 5), 3);
	KUNIT_EXPECT_EQ(test, DIV_ROUND_CLOSEST(12, 5), 2);
	KUNIT_EXPECT_EQ(test, DIV_ROUND_CLOSEST(-13, 5), -3);
	KUNIT_EXPECT_EQ(test, DIV_ROUND_UP_ULL(ULLONG_MAX - 5, 5), (ULLONG_MAX - 1) / 5);
}

static void abs__of_both_signs(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, abs(-7), 7);
	KUNIT_EXPECT_EQ(test, abs(7l), 7);
	KUNIT_EXPECT_EQ(test, abs_diff(3u, 10u), 7);
	KUNIT_EXPECT_EQ(test, mult_frac(1000000000u, 3u, 4u), 750000000u);
	for (unsigned long root = 0; root < 100; root++) {
		KUNIT_EXPECT_EQ(test, int_sqrt(root * root), root);
		KUNIT_EXPECT_EQ(test, int_sqrt(root * root + 2 * root), root);
	}
	KUNIT_EXPECT_EQ(test, int_sqrt(ULONG_MAX), 0xfffffffful);
}

static void div_u64__quotient_and_remainder(struct kunit *test)
{
	u64 n = 1000000000007ull, rest64;
	u32 rest;

	KUNIT_EXPECT_EQ(test, div_u64_rem(n, 1000, &rest), 1000000000);
	KUNIT_EXPECT_EQ(test, rest, 7);
	KUNIT_EXPECT_EQ(test, div64_u64_rem(n, 1000000000000ull, &rest64), 1);
	KUNIT_EXPECT_EQ(test, rest64, 7);
	rest = do_div(n, 10);
	KUNIT_EXPECT_EQ(test, n, 100000000000ull);
	KUNIT_EXPECT_EQ(test, rest, 7);
	KUNIT_EXPECT_EQ(test, mul_u64_u64_div_u64(~0ull, 6, 12), ~0ull / 2);
	KUNIT_EXPECT_EQ(test, mul_u64_u32_shr(~0ull, 1u << 31, 32), ~0ull >> 1);
	KUNIT_EXPECT_EQ(test, DIV64_U64_ROUND_UP(10, 3), 4);
}

static struct kunit_case cases[] = {KUNIT_CASE(check_add_overflow__at_the_edges),
				    KUNIT_CASE(check_shl_overflow__bits_lost),
				    KUNIT_CASE(struct_size__saturates),
				    KUNIT_CASE(overflows_type__fits_or_not),
				    KUNIT_CASE(min__and_its_kin),
				    KUNIT_CASE(clamp__within),
				    KUNIT_CASE(swap__exchanges),
				    KUNIT_CASE(ALIGN__to_powers_of_two),
				    KUNIT_CASE(roundup__to_any_multiple),
				    KUNIT_CASE(abs__of_both_signs),
				    KUNIT_CASE(div_u64__quotient_and_remainder),
				    {}};

static struct kunit_suite suite = {
	.name = "math",
	.test_cases = cases,
};
kunit_test_suite(suite);

MODULE_LICENSE("Dual MIT/GPL");
