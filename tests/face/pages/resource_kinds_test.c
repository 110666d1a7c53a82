// SPDX-License-Identifier: MIT
/* Two resources beside each other: of which type they are, whether one contains or overlaps the other. */
#include <kunit/test.h>
#include <linux/ioport.h>

static void resource_type__is_one_bit_of_the_flags(struct kunit *test)
{
	struct resource line = DEFINE_RES_IRQ(5);
	struct resource ram =
		DEFINE_RES_NAMED(0, 16, "ram", IORESOURCE_SYSTEM_RAM | IORESOURCE_BUSY);

	KUNIT_EXPECT_EQ(test, resource_type(&line), IORESOURCE_IRQ);
	KUNIT_EXPECT_EQ(test, resource_type(&ram), IORESOURCE_MEM);
}

/* Ends are inclusive. */
static const struct {
	resource_size_t start, end;
	bool contained, overlaps;
} beside[] = {
	{0x1000, 0x1fff, true, true},	{0x1800, 0x1800, true, true},
	{0x0fff, 0x1fff, false, true},	{0x1000, 0x2000, false, true},
	{0x0000, 0x0fff, false, false}, {0x2000, 0x2fff, false, false},
	{0x0000, 0xffff, false, true},
};

static void resource_contains__both_ends(struct kunit *test)
{
	const struct resource outer = DEFINE_RES_MEM(0x1000, 0x1000);

	for (int i = 0; i < ARRAY_SIZE(beside); i++) {
		struct resource inner = {beside[i].start, beside[i].end, .flags = IORESOURCE_MEM};

		KUNIT_EXPECT_EQ_MSG(test, resource_contains(&outer, &inner), beside[i].contained,
				    "%d", i);
		inner.flags = IORESOURCE_IO;
		KUNIT_EXPECT_FALSE_MSG(test, resource_contains(&outer, &inner), "%d", i);
	}
}

static void resource_overlaps__is_symmetric(struct kunit *test)
{
	const struct resource a = DEFINE_RES_MEM(0x1000, 0x1000);

	for (int i = 0; i < ARRAY_SIZE(beside); i++) {
		const struct resource b = {beside[i].start, beside[i].end, .flags = IORESOURCE_MEM};

		KUNIT_EXPECT_EQ_MSG(test, resource_overlaps(&a, &b), beside[i].overlaps, "%d", i);
		KUNIT_EXPECT_EQ_MSG(test, resource_overlaps(&b, &a), beside[i].overlaps, "%d", i);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(resource_type__is_one_bit_of_the_flags),
	KUNIT_CASE(resource_contains__both_ends),
	KUNIT_CASE(resource_overlaps__is_symmetric),
	{},
};

static struct kunit_suite suite = {.name = "resource_kinds", .test_cases = cases};
kunit_test_suite(suite);
