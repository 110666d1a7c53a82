// SPDX-License-Identifier: MIT
/* Numbers: divisions and products of 64 bits, bounds of types, bits and bitmaps, parts of structures. */
#include <kunit/test.h>
#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/build_bug.h>
#include <linux/container_of.h>
#include <linux/cpumask.h>
#include <linux/find.h>
#include <linux/kernel.h>
#include <linux/kstrtox.h>
#include <linux/limits.h>
#include <linux/log2.h>
#include <linux/math.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/overflow.h>
#include <linux/range.h>
#include <linux/random.h>
#include <linux/stddef.h>

static void div64__towards_zero(struct kunit *test)
{
	s32 left;
	u64 most = ~0ull;

	KUNIT_EXPECT_EQ(test, div_u64(most, 10), most / 10);
	KUNIT_EXPECT_EQ(test, div64_u64(most, 1ull << 33), (1ull << 31) - 1);
	KUNIT_EXPECT_EQ(test, div64_ul(most, 3), most / 3);
	KUNIT_EXPECT_EQ(test, div_s64(-7, 2), -3ll);
	KUNIT_EXPECT_EQ(test, div64_s64(-7, -2), 3ll);
	KUNIT_EXPECT_EQ(test, div64_long(-9, 4), -2l);
	KUNIT_EXPECT_EQ(test, div_s64_rem(-7, 2, &left), -3ll);
	KUNIT_EXPECT_EQ(test, left, -1);
}

static void mul_u64__does_not_lose_the_upper_half(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, mul_u32_u32(0xffffffff, 0xffffffff), 0xfffffffe00000001ull);
	KUNIT_EXPECT_EQ(test, mul_u64_u64_shr(1ull << 63, 1ull << 63, 64), 1ull << 62);
	KUNIT_EXPECT_EQ(test, mul_u64_u32_div(1ull << 40, 1u << 30, 1u << 30), 1ull << 40);
	KUNIT_EXPECT_EQ(test, reciprocal_scale(0xffffffff, 10), 9u);
	KUNIT_EXPECT_EQ(test, reciprocal_scale(0, 10), 0u);
}

static void type_max__of_each_type(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, type_max(s8), 127);
	KUNIT_EXPECT_EQ(test, type_min(s8), -128);
	KUNIT_EXPECT_EQ(test, type_max(u16), 65535);
	KUNIT_EXPECT_EQ(test, type_min(u16), 0);
	KUNIT_EXPECT_EQ(test, type_max(s64), S64_MAX);
	KUNIT_EXPECT_EQ(test, type_min(s64), S64_MIN);
	KUNIT_EXPECT_EQ(test, type_max(u64), U64_MAX);
	KUNIT_EXPECT_TRUE(test, is_signed_type(int));
	KUNIT_EXPECT_TRUE(test, is_unsigned_type(unsigned long));
	KUNIT_EXPECT_FALSE(test, is_unsigned_type(s8));
}

static void range_overflows__with_its_last_byte(struct kunit *test)
{
	KUNIT_EXPECT_FALSE(test, range_overflows(4u, 4u, 8u));
	KUNIT_EXPECT_TRUE(test, range_overflows(4u, 5u, 8u));
	KUNIT_EXPECT_TRUE(test, range_overflows(8u, 0u, 8u));
	KUNIT_EXPECT_TRUE(test, range_overflows(~0u, 2u, 8u));
	KUNIT_EXPECT_FALSE(test, range_overflows_t(u64, 1, 2, 8));
	KUNIT_EXPECT_TRUE(test, range_overflows_t(u64, 7, 2, 8));
}

static void umin__of_mixed_signs(struct kunit *test)
{
	int small = 3;
	size_t big = 1ul << 40;

	KUNIT_EXPECT_EQ(test, umin(small, big), 3ul);
	KUNIT_EXPECT_EQ(test, umax(small, big), 1ul << 40);
}

static void lower_32_bits__and_the_others(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, lower_32_bits(0x123456789abcdef0ull), 0x9abcdef0u);
	KUNIT_EXPECT_EQ(test, upper_32_bits(0x123456789abcdef0ull), 0x12345678u);
	KUNIT_EXPECT_EQ(test, lower_16_bits(0x12345678u), 0x5678);
	KUNIT_EXPECT_EQ(test, upper_16_bits(0x12345678u), 0x1234);
}

static void bits_per__and_orders_of_counts(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, bits_per(0), 1);
	KUNIT_EXPECT_EQ(test, bits_per(7), 3);
	KUNIT_EXPECT_EQ(test, bits_per(8), 4);
	KUNIT_EXPECT_EQ(test, const_ilog2(1ul << 40), 40);
	KUNIT_EXPECT_EQ(test, __ilog2_u32(0x80000000), 31);
	KUNIT_EXPECT_EQ(test, __ilog2_u64(1ull << 63 | 1), 63);
	KUNIT_EXPECT_EQ(test, get_count_order(5), 3);
	KUNIT_EXPECT_EQ(test, get_count_order(8), 3);
	KUNIT_EXPECT_EQ(test, get_count_order_long(1ul << 33), 33);
	KUNIT_EXPECT_EQ(test, get_count_order_long((1ul << 33) + 1), 34);
	KUNIT_EXPECT_EQ(test, hweight16(0xf00f), 8u);
	KUNIT_EXPECT_EQ(test, hweight_long(~0ul), 64ul);
	KUNIT_EXPECT_EQ(test, ror32(1, 1), 0x80000000u);
}

static void assign_bit__and_its_kin(struct kunit *test)
{
	unsigned long word = 0;

	__assign_bit(3, &word, true);
	KUNIT_EXPECT_EQ(test, word, 8ul);
	KUNIT_EXPECT_TRUE(test, test_bit_acquire(3, &word));
	__assign_bit(3, &word, false);
	KUNIT_EXPECT_EQ(test, word, 0ul);
	KUNIT_EXPECT_FALSE(test, __test_and_change_bit(5, &word));
	KUNIT_EXPECT_TRUE(test, __test_and_change_bit(5, &word));
	__set_bit(0, &word);
	__clear_bit_unlock(0, &word);
	KUNIT_EXPECT_EQ(test, word, 0ul);
	word = 0xff;
	KUNIT_EXPECT_EQ(test, set_mask_bits(&word, 0xful, 0x5ul), 0xfful);
	KUNIT_EXPECT_EQ(test, word, 0xf5ul);
}

static void bitmap_alloc__copies_and_compares(struct kunit *test)
{
	unsigned long *a = bitmap_zalloc(100, GFP_KERNEL), *b = bitmap_alloc(100, GFP_KERNEL);
	unsigned long *c = bitmap_zalloc(100, GFP_KERNEL);
	DECLARE_BITMAP(wide, 64);

	KUNIT_ASSERT_TRUE(test, a && b && c);
	KUNIT_EXPECT_TRUE(test, bitmap_empty(a, 100));
	bitmap_set(a, 60, 10);
	bitmap_copy(b, a, 100);
	KUNIT_EXPECT_TRUE(test, bitmap_equal(a, b, 100));
	memset(b, 0xff, BITS_TO_LONGS(100) * sizeof(long));
	bitmap_copy_clear_tail(b, a, 70);
	KUNIT_EXPECT_EQ(test, b[1], 0x3ful);
	KUNIT_EXPECT_TRUE(test, bitmap_or_equal(a, c, b, 70));
	bitmap_set(c, 0, 1);
	KUNIT_EXPECT_FALSE(test, bitmap_or_equal(a, c, b, 70));
	bitmap_from_u64(wide, 0x8000000000000001ull);
	KUNIT_EXPECT_TRUE(test, test_bit(0, wide) && test_bit(63, wide) && !test_bit(1, wide));
	bitmap_free(a);
	bitmap_free(b);
	bitmap_free(c);
}

static void for_each_set_bit__of_every_kind(struct kunit *test)
{
	unsigned long word = 0x8000000000000114, other = 0x114, bit, sum = 0;

	for_each_and_bit(bit, &word, &other, 64) sum += bit;
	KUNIT_EXPECT_EQ(test, sum, 2ul + 4 + 8);
	sum = 0;
	bit = 4;
	for_each_set_bit_from(bit, &word, 64) sum += bit;
	KUNIT_EXPECT_EQ(test, sum, 4ul + 8 + 63);
	sum = 0;
	for_each_clear_bit(bit, &word, 6) sum += bit;
	KUNIT_EXPECT_EQ(test, sum, 0ul + 1 + 3 + 5);
	sum = 0;
	bit = 2;
	for_each_clear_bit_from(bit, &word, 6) sum += bit;
	KUNIT_EXPECT_EQ(test, sum, 3ul + 5);
}

struct outer {
	u8 first;
	struct_group(middle, u32 a; u32 b;);
	u8 last;
	struct inner {
		int x;
	} inner;
};

static_assert(sizeof_field(struct outer, a) == 4);

static void container_of_const__and_parts_of_structures(struct kunit *test)
{
	struct outer it = {.a = 1, .b = 2, .last = 3, .inner.x = 4};
	const struct inner *inner = &it.inner;
	typeof_member(struct outer, b) b = it.b;

	KUNIT_EXPECT_PTR_EQ(test, container_of_const(inner, struct outer, inner),
			    (const struct outer *)&it);
	KUNIT_EXPECT_EQ(test, b, 2u);
	KUNIT_EXPECT_EQ(test, offsetofend(struct outer, b), offsetof(struct outer, a) + 8);
	KUNIT_EXPECT_EQ(test, sizeof(it.middle), 8ul);
	memset(&it.middle, 0, sizeof(it.middle));
	KUNIT_EXPECT_EQ(test, it.a + it.b + it.last, 3u);
}

static void range_contains__and_overlaps(struct kunit *test)
{
	struct range a = {.start = 10, .end = 19}, b = {.start = 12, .end = 19};
	struct range c = {.start = 20, .end = 29}, d = {.start = 19, .end = 20};

	KUNIT_EXPECT_TRUE(test, range_contains(&a, &b));
	KUNIT_EXPECT_FALSE(test, range_contains(&b, &a));
	KUNIT_EXPECT_FALSE(test, range_overlaps(&a, &c));
	KUNIT_EXPECT_TRUE(test, range_overlaps(&a, &d));
}

static void kstrtol__of_each_type(struct kunit *test)
{
	unsigned long ul = 0;
	long l = 0;
	char *end;

	KUNIT_EXPECT_EQ(test, kstrtoul("0xffffffffffffffff", 0, &ul), 0);
	KUNIT_EXPECT_EQ(test, ul, ~0ul);
	KUNIT_EXPECT_EQ(test, kstrtoul("-1", 0, &ul), -EINVAL);
	KUNIT_EXPECT_EQ(test, kstrtol("-9223372036854775808", 10, &l), 0);
	KUNIT_EXPECT_EQ(test, l, LONG_MIN);
	KUNIT_EXPECT_EQ(test, kstrtol("9223372036854775808", 10, &l), -ERANGE);
	KUNIT_EXPECT_EQ(test, simple_strtol("-12px", &end, 10), -12l);
	KUNIT_EXPECT_STREQ(test, end, "px");
}

static void get_random__bounds(struct kunit *test)
{
	u64 ones = 0;
	u32 some = 0;

	for (int i = 0; i < 200; i++) {
		u32 n = get_random_u32_inclusive(10, 12);

		KUNIT_EXPECT_TRUE(test, n >= 10 && n <= 12);
		ones |= get_random_u64() | get_random_long();
		some |= get_random_u32();
	}
	KUNIT_EXPECT_EQ(test, ones, ~0ull);
	KUNIT_EXPECT_EQ(test, some, ~0u);
}

static void for_each_online_cpu__counts_them(struct kunit *test)
{
	unsigned int cpu, n = 0;

	for_each_online_cpu(cpu)
	{
		KUNIT_EXPECT_TRUE(test, cpu_online(cpu) && cpu_possible(cpu));
		n++;
	}
	KUNIT_EXPECT_EQ(test, n, num_online_cpus());
	KUNIT_EXPECT_GE(test, num_present_cpus(), num_online_cpus());
	KUNIT_EXPECT_GE(test, num_possible_cpus(), num_present_cpus());
	n = 0;
	for_each_present_cpu(cpu) n++;
	KUNIT_EXPECT_EQ(test, n, num_present_cpus());
}

static struct kunit_case cases[] = {
	KUNIT_CASE(div64__towards_zero),
	KUNIT_CASE(mul_u64__does_not_lose_the_upper_half),
	KUNIT_CASE(type_max__of_each_type),
	KUNIT_CASE(range_overflows__with_its_last_byte),
	KUNIT_CASE(umin__of_mixed_signs),
	KUNIT_CASE(lower_32_bits__and_the_others),
	KUNIT_CASE(bits_per__and_orders_of_counts),
	KUNIT_CASE(assign_bit__and_its_kin),
	KUNIT_CASE(bitmap_alloc__copies_and_compares),
	KUNIT_CASE(for_each_set_bit__of_every_kind),
	KUNIT_CASE(container_of_const__and_parts_of_structures),
	KUNIT_CASE(range_contains__and_overlaps),
	KUNIT_CASE(kstrtol__of_each_type),
	KUNIT_CASE(get_random__bounds),
	KUNIT_CASE(for_each_online_cpu__counts_them),
	{},
};

static struct kunit_suite suite = {.name = "numbers", .test_cases = cases};
kunit_test_suite(suite);
