// SPDX-License-Identifier: MIT
/* What leaves when memory is short, part by part: exactly these pages. */
#include "policy_test.h"

#include "../../src/lab/random.h"

/* Two regions fit. A use does not count for who goes by what came. */
static void regions__leave_in_order(void **state)
{
	(void)state;
	PLAY({"region, lrm", 2048, 1024, "0r 1r 0r 2r", "+0-511 +512-1023 -0-511 +1024-1535"},
	     {"region, fifo", 2048, 1024, "0r 1r 0r 2r", "+0-511 +512-1023 -0-511 +1024-1535"},
	     {"region, lru", 2048, 1024, "0r 1r 0r 2r", "+0-511 +512-1023 -512-1023 +1024-1535"},
	     {"region, lru", 2048, 1024, "0r 1r 2r", "+0-511 +512-1023 -0-511 +1024-1535"},
	     {"region, lfu", 2048, 1024, "0r 0r 1r 2r", "+0-511 +512-1023 -512-1023 +1024-1535"},
	     {"region, lfu", 2048, 1024, "0r 1r 1r 2r", "+0-511 +512-1023 -0-511 +1024-1535"},
	     /* what has left is not counted anew: 0 was used twice when it comes back */
	     {"region, lfu", 2048, 1024, "0r 1r 1r 1r 2r 0r 3r",
	      "+0-511 +512-1023 -0-511 +1024-1535 -1024-1535 +0-511 -0-511 +1536-2047"});
}

/* Region 0 comes first, and something more of it comes last. */
static void lrm__goes_by_what_came_last(void **state)
{
	(void)state;
	PLAY({"block, lrm", 2048, 48, "0r 1r 0r+16 2r",
	      "+0-15 +512-527 +16-31 -512-527 +1024-1039"},
	     {"block, fifo", 2048, 48, "0r 1r 0r+16 2r",
	      "+0-15 +512-527 +16-31 -0-15 -16-31 +1024-1039"});
}

#define ALL    "+0 +1 +2 +3 +4 +5 +6 +7 +8 +9 +10 +11 +12 +13 +14 +15 "
#define OTHERS "+0 +1 +2 +3 +4 +5 +6 +16 +17 +18 +19 +20 +21 +22 +23 +24 "

static void pages__leave_in_order(void **state)
{
	(void)state;
	PLAY({"page, lru-page", 512, 16, "0-15 0 2 16 17 18", ALL "-1 +16 -3 +17 -4 +18"},
	     {"page, lru-block", 512, 16, "0-6 16-24 32", OTHERS "-0 -1 -2 -3 -4 -5 -6 +32"},
	     {"page, lru-block", 512, 16, "0-6 16-24 0-6 32",
	      OTHERS "-16 -17 -18 -19 -20 -21 -22 -23 -24 +32"},
	     /* it leaves in the piece that it came in */
	     {"block, lru-page", 512, 32, "0 16 15 32", "+0-15 +16-31 -0-15 +32-47"});
}

static void reserve__is_a_share_of_the_order(void **state)
{
	(void)state;
	PLAY({"region, lru-reserved reserve=0.25", 2560, 2048, "0r 1r 2r 3r 4r",
	      "+0-511 +512-1023 +1024-1535 +1536-2047 -512-1023 +2048-2559"},
	     {"region, lru-reserved reserve=0.24", 2560, 2048, "0r 1r 2r 3r 4r",
	      "+0-511 +512-1023 +1024-1535 +1536-2047 -0-511 +2048-2559"},
	     /* what has gone otherwise is no part of the order: of 2, half is one */
	     {"region, lru-reserved reserve=0.5", 2560, 1536, "0r 1r 2r c0r c1r 3r 4r 0r",
	      "+0-511 +512-1023 +1024-1535 <0-511 <512-1023 +1536-2047 +2048-2559 -1536-2047 "
	      "+0-511"});
}

/*
 * A full region by 64 KiB: the least recent leaves alone, so does the second; with the third, one of four is
 * left, which is less than half.
 */
static void tree_evict__empties_what_is_less_than_half_full(void **state)
{
	(void)state;
	play("block, tree-evict", 1024, 512, "0-511 512 528 544 560");
	assert_non_null(strstr(story, "+496-511 -0-15 +512-527 -16-31 +528-543 -32-47 -48-63 "
				      "+544-559 +560-575"));
	/* 48 pages of 128 are less than half: all go. Not if they were half: 64 of 128. */
	PLAY({"block, tree-evict", 1024, 64, "0 16 32 48 512",
	      "+0-15 +16-31 +32-47 +48-63 -0-15 -16-31 -32-47 -48-63 +512-527"});
}

static void largest__has_the_most_pages(void **state)
{
	(void)state;
	PLAY({"block, largest", 2048, 64, "0r 1r 1r+16 2r 3r",
	      "+0-15 +512-527 +528-543 +1024-1039 -512-527 -528-543 +1536-1551"},
	     /* of two the one that came first */
	     {"block, largest", 2048, 32, "1r 0r 2r", "+512-527 +0-15 -512-527 +1024-1039"});
}

static void random_evict__is_what_is_drawn(void **state)
{
	struct random random;
	char expected[128];
	unsigned long drawn;

	(void)state;
	random_seed(&random, 1);
	drawn = random_below(&random, 16);
	snprintf(expected, sizeof(expected), ALL "-%lu +16", drawn);
	play("page, random-evict", 512, 16, "0-16");
	assert_string_equal(story, expected);
}

/* A batch finds at least so much free, and takes of it. */
static void evict_ahead__keeps_a_share_free(void **state)
{
	(void)state;
	PLAY({"page, lru-page, evict-ahead free=0.25", 512, 16, "0-13",
	      "+0 +1 +2 +3 +4 +5 +6 +7 +8 +9 +10 +11 +12 -0 +13"});
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(regions__leave_in_order, set_up),
		cmocka_unit_test_setup(lrm__goes_by_what_came_last, set_up),
		cmocka_unit_test_setup(pages__leave_in_order, set_up),
		cmocka_unit_test_setup(reserve__is_a_share_of_the_order, set_up),
		cmocka_unit_test_setup(tree_evict__empties_what_is_less_than_half_full, set_up),
		cmocka_unit_test_setup(largest__has_the_most_pages, set_up),
		cmocka_unit_test_setup(random_evict__is_what_is_drawn, set_up),
		cmocka_unit_test_setup(evict_ahead__keeps_a_share_free, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
