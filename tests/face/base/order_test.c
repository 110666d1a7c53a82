// SPDX-License-Identifier: MIT
/* Byte order by value in both spellings, and fields whose mask is known at run time. */
#include <kunit/test.h>
#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/swab.h>
#include <asm/byteorder.h>

/* The number @bytes, first byte first, as memory has it. */
#define MEMORY_IS(test, value, ...)                                                      \
	do {                                                                             \
		static const u8 wanted_[] = {__VA_ARGS__};                               \
		typeof(value) value_ = (value);                                          \
                                                                                         \
		KUNIT_ASSERT_EQ(test, sizeof(value_), sizeof(wanted_));                  \
		KUNIT_EXPECT_MEMEQ(test, (const u8 *)&value_, wanted_, sizeof(wanted_)); \
	} while (0)

static void cpu_to_le__has_the_low_byte_first(struct kunit *test)
{
	MEMORY_IS(test, cpu_to_le16(0x0102), 2, 1);
	MEMORY_IS(test, __cpu_to_le16(0x0102), 2, 1);
	MEMORY_IS(test, __cpu_to_le32(0x01020304), 4, 3, 2, 1);
	MEMORY_IS(test, __cpu_to_le64(0x0102030405060708), 8, 7, 6, 5, 4, 3, 2, 1);
}

static void cpu_to_be__has_the_high_byte_first(struct kunit *test)
{
	MEMORY_IS(test, __cpu_to_be16(0x0102), 1, 2);
	MEMORY_IS(test, __cpu_to_be32(0x01020304), 1, 2, 3, 4);
	MEMORY_IS(test, __cpu_to_be64(0x0102030405060708), 1, 2, 3, 4, 5, 6, 7, 8);
	MEMORY_IS(test, cpu_to_be64(0x0102030405060708), 1, 2, 3, 4, 5, 6, 7, 8);
}

static void to_cpu__undoes_it(struct kunit *test)
{
	static const u8 bytes[] = {1, 2, 3, 4, 5, 6, 7, 8};
	u64 n64;
	u32 n32;
	u16 n16;

	memcpy(&n64, bytes, sizeof(n64));
	memcpy(&n32, bytes, sizeof(n32));
	memcpy(&n16, bytes, sizeof(n16));
	KUNIT_EXPECT_EQ(test, le16_to_cpu((__force __le16)n16), 0x0201);
	KUNIT_EXPECT_EQ(test, __le16_to_cpu((__force __le16)n16), 0x0201);
	KUNIT_EXPECT_EQ(test, __le32_to_cpu((__force __le32)n32), 0x04030201u);
	KUNIT_EXPECT_EQ(test, __le64_to_cpu((__force __le64)n64), 0x0807060504030201ull);
	KUNIT_EXPECT_EQ(test, __be16_to_cpu((__force __be16)n16), 0x0102);
	KUNIT_EXPECT_EQ(test, __be32_to_cpu((__force __be32)n32), 0x01020304u);
	KUNIT_EXPECT_EQ(test, __be64_to_cpu((__force __be64)n64), 0x0102030405060708ull);
	KUNIT_EXPECT_EQ(test, be64_to_cpu((__force __be64)n64), 0x0102030405060708ull);
}

static void swab__of_each_width(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, __swab16(0x0102), 0x0201);
	KUNIT_EXPECT_EQ(test, __swab32(0x01020304), 0x04030201u);
	KUNIT_EXPECT_EQ(test, __swab64(0x0102030405060708), 0x0807060504030201ull);
}

static void field_prep__and_get_by_a_mask_of_run_time(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, __bf_shf(GENMASK(11, 4)), 4);
	KUNIT_EXPECT_EQ(test, __bf_shf(1u), 0);
	for (int shift = 0; shift < 29; shift++) {
		u32 mask = 7u << shift;

		KUNIT_EXPECT_EQ(test, field_prep(mask, 5), 5u << shift);
		KUNIT_EXPECT_EQ(test, field_prep(mask, 0xf), mask); /* what is too large is cut */
		KUNIT_EXPECT_EQ(test, field_get(mask, 6u << shift | ~mask), 6u);
		KUNIT_EXPECT_EQ(test, field_get(mask, ~mask), 0u);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(cpu_to_le__has_the_low_byte_first),
	KUNIT_CASE(cpu_to_be__has_the_high_byte_first),
	KUNIT_CASE(to_cpu__undoes_it),
	KUNIT_CASE(swab__of_each_width),
	KUNIT_CASE(field_prep__and_get_by_a_mask_of_run_time),
	{},
};

static struct kunit_suite suite = {
	.name = "order",
	.test_cases = cases,
};
kunit_test_suite(suite);
