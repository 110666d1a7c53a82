// SPDX-License-Identifier: MIT
/* Byte order, and fields of words; and that sources may name the headers of the architecture. */
#include <kunit/test.h>
#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/cache.h>
#include <linux/cacheflush.h>
#include <linux/string.h>
#include <linux/swab.h>
#include <asm/atomic.h>
#include <asm/barrier.h>
#include <asm/bitops.h>
#include <asm/bitsperlong.h>
#include <asm/bug.h>
#include <asm/byteorder.h>
#include <asm/cache.h>
#include <asm/cacheflush.h>
#include <asm/cmpxchg.h>
#include <asm/current.h>
#include <asm/delay.h>
#include <asm/div64.h>
#include <asm/errno.h>
#include <asm/fcntl.h>
#include <asm/io.h>
#include <asm/ioctl.h>
#include <asm/irqflags.h>
#include <asm/mman.h>
#include <asm/page.h>
#include <asm/param.h>
#include <asm/percpu.h>
#include <asm/pgtable.h>
#include <asm/posix_types.h>
#include <asm/preempt.h>
#include <asm/processor.h>
#include <asm/rwonce.h>
#include <asm/smp.h>
#include <asm/stat.h>
#include <asm/string.h>
#include <asm/timex.h>
#include <asm/topology.h>
#include <asm/types.h>
#include <asm/uaccess.h>
#ifdef __PSIM__
#include <asm/page_types.h>
#include <asm/pgtable_types.h>
#include <asm/spinlock.h>
#include <asm/unaligned.h>
#endif

static void swab__turns_bytes_round(struct kunit *test)
{
	u16 a = 0x0102;
	u32 b = 0x01020304;
	u64 c = 0x0102030405060708;

	KUNIT_EXPECT_EQ(test, swab16(a), 0x0201);
	KUNIT_EXPECT_EQ(test, swab32p(&b), 0x04030201u);
	KUNIT_EXPECT_EQ(test, swab64(c), 0x0807060504030201ull);
	swab16s(&a);
	swab32s(&b);
	swab64s(&c);
	KUNIT_EXPECT_EQ(test, a, 0x0201);
	KUNIT_EXPECT_EQ(test, b, 0x04030201u);
	KUNIT_EXPECT_EQ(test, swab64p(&c), 0x0102030405060708ull);
	KUNIT_EXPECT_EQ(test, swahw32(0x01020304), 0x03040102u);
	KUNIT_EXPECT_EQ(test, swahb32(0x01020304), 0x02010403u);
}

/* By value, through a pointer, in place: each of the three the same bytes. */
#define EXPECT_BYTES(order, bits, value, ...)                                               \
	do {                                                                                \
		static const u8 bytes[] = {__VA_ARGS__};                                    \
		u##bits number = (value);                                                   \
		__##order##bits there = cpu_to_##order##bits(number);                       \
                                                                                            \
		KUNIT_EXPECT_MEMEQ(test, &there, bytes, sizeof(bytes));                     \
		KUNIT_EXPECT_EQ(test, order##bits##_to_cpu(there), number);                 \
		KUNIT_EXPECT_EQ(test, order##bits##_to_cpup(&there), number);               \
		there = cpu_to_##order##bits##p(&number);                                   \
		KUNIT_EXPECT_MEMEQ(test, &there, bytes, sizeof(bytes));                     \
		cpu_to_##order##bits##s(&number);                                           \
		KUNIT_EXPECT_MEMEQ(test, &number, bytes, sizeof(bytes));                    \
		order##bits##_to_cpus((__##order##bits *)&number);                          \
		KUNIT_EXPECT_EQ(test, number, (u##bits)(value));                            \
		order##bits##_add_cpu(&there, 3);                                           \
		KUNIT_EXPECT_EQ(test, order##bits##_to_cpu(there), (u##bits)((value) + 3)); \
	} while (0)

static void cpu_to_le__lowest_byte_first(struct kunit *test)
{
	EXPECT_BYTES(le, 16, 0x01ff, 0xff, 0x01);
	EXPECT_BYTES(le, 32, 0x010203ff, 0xff, 3, 2, 1);
	EXPECT_BYTES(le, 64, 0x01020304050607ffull, 0xff, 7, 6, 5, 4, 3, 2, 1);
}

static void cpu_to_be__highest_byte_first(struct kunit *test)
{
	EXPECT_BYTES(be, 16, 0x01ff, 0x01, 0xff);
	EXPECT_BYTES(be, 32, 0x010203ff, 1, 2, 3, 0xff);
	EXPECT_BYTES(be, 64, 0x01020304050607ffull, 1, 2, 3, 4, 5, 6, 7, 0xff);
}

static void cpu_to_be32_array__and_network_order(struct kunit *test)
{
	u32 words[2] = {1, 0x80000000}, back[2];
	__be32 big[2];

	cpu_to_be32_array(big, words, 2);
	KUNIT_EXPECT_EQ(test, (u32)big[0], 0x01000000u);
	KUNIT_EXPECT_EQ(test, (u32)big[1], 0x80u);
	be32_to_cpu_array(back, big, 2);
	KUNIT_EXPECT_MEMEQ(test, back, words, sizeof(words));
	cpu_to_le32_array(words, 2);
	le32_to_cpu_array(words, 2);
	KUNIT_EXPECT_MEMEQ(test, back, words, sizeof(words));
	KUNIT_EXPECT_EQ(test, (u32)htonl(1), 0x01000000u);
	KUNIT_EXPECT_EQ(test, (u16)htons(1), 0x0100);
	KUNIT_EXPECT_EQ(test, ntohl(htonl(77)), 77u);
	KUNIT_EXPECT_EQ(test, ntohs(htons(77)), 77);
}

#define MODE  GENMASK(6, 4)
#define WIDE  GENMASK_ULL(47, 12)
#define A_BIT BIT(31)

static void field_prep__puts_a_value_at_its_place(struct kunit *test)
{
	u32 reg = 0xffffffff;

	KUNIT_EXPECT_EQ(test, FIELD_PREP(MODE, 5), 0x50ul);
	KUNIT_EXPECT_EQ(test, FIELD_PREP(WIDE, 0x123456789ull), 0x123456789000ull);
	KUNIT_EXPECT_EQ(test, FIELD_PREP(A_BIT, 1), 0x80000000ul);
	KUNIT_EXPECT_EQ(test, FIELD_PREP_CONST(MODE, 7), 0x70ul);
	KUNIT_EXPECT_EQ(test, FIELD_GET(MODE, 0xabcdul), 4ul);
	KUNIT_EXPECT_EQ(test, FIELD_GET(WIDE, ~0ull), (1ull << 36) - 1);
	KUNIT_EXPECT_EQ(test, FIELD_MAX(MODE), 7ul);
	KUNIT_EXPECT_TRUE(test, FIELD_FIT(MODE, 7));
	KUNIT_EXPECT_FALSE(test, FIELD_FIT(MODE, 8));
	u32p_replace_bits(&reg, 2, (u32)MODE);
	KUNIT_EXPECT_EQ(test, reg, 0xffffffafu);
#ifdef __PSIM__ /* since 6.17 */
	FIELD_MODIFY((u32)MODE, &reg, 1);
	KUNIT_EXPECT_EQ(test, reg, 0xffffff9fu);
#endif
}

#define EXPECT_FIELD(field)                                                                   \
	do {                                                                                  \
		u32 most = field_max(field);                                                  \
                                                                                              \
		KUNIT_EXPECT_EQ(test, u32_get_bits(0xffffffff, field), most);                 \
		KUNIT_EXPECT_EQ(test, u32_encode_bits(most, field), (u32)(field));            \
		KUNIT_EXPECT_EQ(test, u32_replace_bits(0xffffffff, 0, field), ~(u32)(field)); \
		KUNIT_EXPECT_EQ(test, field_multiplier(field), (u64)((field) & -(field)));    \
		KUNIT_EXPECT_EQ(test, field_mask(field), (u64)most);                          \
	} while (0)

/* Fields at either end, in the middle, of all bits; and words with a byte order. */
static void u32_get_bits__of_any_field(struct kunit *test)
{
	EXPECT_FIELD(0x1u);
	EXPECT_FIELD(0x80000000u);
	EXPECT_FIELD(0xff00u);
	EXPECT_FIELD(0xffffffffu);
	KUNIT_EXPECT_EQ(test, be16_get_bits(cpu_to_be16(0x0ab0), 0xff0), 0xab);
	KUNIT_EXPECT_EQ(test, be32_to_cpu(be32_encode_bits(3, 0x30)), 0x30u);
	KUNIT_EXPECT_EQ(test, le64_to_cpu(le64_replace_bits(cpu_to_le64(~0ull), 1, 0xf0)),
			~0ull - 0xe0);
}

static void l1_cache_align__to_a_line(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, L1_CACHE_ALIGN(1) % L1_CACHE_BYTES, 0);
	KUNIT_EXPECT_GE(test, L1_CACHE_ALIGN(L1_CACHE_BYTES + 1), 2 * L1_CACHE_BYTES);
	KUNIT_EXPECT_EQ(test, SMP_CACHE_BYTES, 1 << L1_CACHE_SHIFT);
	KUNIT_EXPECT_GE(test, cache_line_size(), 16);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(swab__turns_bytes_round),
	KUNIT_CASE(cpu_to_le__lowest_byte_first),
	KUNIT_CASE(cpu_to_be__highest_byte_first),
	KUNIT_CASE(cpu_to_be32_array__and_network_order),
	KUNIT_CASE(field_prep__puts_a_value_at_its_place),
	KUNIT_CASE(u32_get_bits__of_any_field),
	KUNIT_CASE(l1_cache_align__to_a_line),
	{},
};

static struct kunit_suite suite = {.name = "byteorder", .test_cases = cases};
kunit_test_suite(suite);
