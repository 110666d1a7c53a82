// SPDX-License-Identifier: MIT
/* The detector of data races: accesses of every width, copies of many bytes, flags of a byte and of two. */
#include <asm/barrier.h>
#include <kunit/test.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "two.h"

#define BLOCK 256

struct words {
	u8 byte, byte_flag;
	u16 two, two_flag;
	u32 four;
	u64 eight;
	u8 block[BLOCK], from[BLOCK];
	size_t n; /* the compiler does not know it */
};

static struct words *words_new(struct kunit *test)
{
	struct words *w = kunit_kzalloc(test, sizeof(*w), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, w);
	w->n = BLOCK;
	return w;
}

/* ---- one access ------------------------------------------------------------------------------------------- */

static noinline int write_1(void *w)
{
	((struct words *)w)->byte = 1;
	return 0;
}

static noinline int write_2(void *w)
{
	((struct words *)w)->two = 1;
	return 0;
}

static noinline int write_4(void *w)
{
	((struct words *)w)->four = 1;
	return 0;
}

static noinline int write_8(void *w)
{
	((struct words *)w)->eight = 1;
	return 0;
}

static void plain_write__of_every_width_races(struct kunit *test)
{
	static const struct {
		int (*write)(void *w);
		const char *said;
	} widths[] = {
		{write_1, "write of 1 bytes in write_1 by task second/"},
		{write_2, "write of 2 bytes in write_2 by task second/"},
		{write_4, "write of 4 bytes in write_4 by task second/"},
		{write_8, "write of 8 bytes in write_8 by task second/"},
	};

	for (int i = 0; i < ARRAY_SIZE(widths); i++) {
		kunit_expect_report(test, widths[i].said);
		two(test, widths[i].write, widths[i].write, words_new(test));
	}
}

/* ---- many bytes at once -------------------------------------------------------------------------------------- */

static noinline int copy(void *arg)
{
	struct words *w = arg;

	memcpy(w->block, w->from, w->n);
	return 0;
}

static noinline int move(void *arg)
{
	struct words *w = arg;

	memmove(w->block, w->block + 1, w->n - 1);
	return 0;
}

static noinline int fill(void *arg)
{
	struct words *w = arg;

	memset(w->block, 7, w->n);
	return 0;
}

static noinline int write_inside(void *w)
{
	((struct words *)w)->block[BLOCK / 2] = 1;
	return 0;
}

static noinline int write_source(void *w)
{
	((struct words *)w)->from[BLOCK / 2] = 1;
	return 0;
}

static void many_bytes__race_with_one(struct kunit *test)
{
	static int (*const all[])(void *) = {copy, move, fill};

	for (int i = 0; i < ARRAY_SIZE(all); i++) {
		kunit_expect_report(test, "write of 1 bytes in write_inside by task second/");
		two(test, all[i], write_inside, words_new(test));
	}
}

static void memcpy__reads_its_source(struct kunit *test)
{
	kunit_expect_report(test, "write of 1 bytes in write_source by task first/");
	two(test, write_source, copy, words_new(test));
}

static void memcpy__of_the_same_source_is_silent(struct kunit *test)
{
	struct words *w = words_new(test);

	w->n = 0;
	two(test, copy, write_inside, w);
}

/* ---- flags ------------------------------------------------------------------------------------------------------ */

static int publish_byte(void *arg)
{
	struct words *w = arg;

	w->eight = 5;
	smp_store_release(&w->byte_flag, 1);
	return 0;
}

static int read_behind_byte(void *arg)
{
	struct words *w = arg;

	if (smp_load_acquire(&w->byte_flag))
		w->eight++;
	return 0;
}

static int publish_two(void *arg)
{
	struct words *w = arg;

	w->eight = 5;
	smp_store_release(&w->two_flag, 1);
	return 0;
}

static int read_behind_two(void *arg)
{
	struct words *w = arg;

	if (smp_load_acquire(&w->two_flag))
		w->eight++;
	return 0;
}

static void small_flags__are_edges(struct kunit *test)
{
	two(test, publish_byte, read_behind_byte, words_new(test));
	two(test, publish_two, read_behind_two, words_new(test));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(plain_write__of_every_width_races),
	KUNIT_CASE(many_bytes__race_with_one),
	KUNIT_CASE(memcpy__reads_its_source),
	KUNIT_CASE(memcpy__of_the_same_source_is_silent),
	KUNIT_CASE(small_flags__are_edges),
	{},
};

static struct kunit_suite suite = {
	.name = "race-widths",
	.test_cases = cases,
};
kunit_test_suite(suite);
