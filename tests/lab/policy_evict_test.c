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

/* Those used as often: what nobody wrote leaves first, of those what came first. */
static void lfu__spares_what_was_written(void **state)
{
	(void)state;
	PLAY({"region, lfu", 2048, 1024, "w0r 1r 2r", "+0-511 +512-1023 -512-1023 +1024-1535"},
	     {"region, lfu", 2048, 1024, "w1r 0r 2r", "+512-1023 +0-511 -0-511 +1024-1535"},
	     {"region, lfu", 2048, 1024, "w1r w0r 2r", "+512-1023 +0-511 -512-1023 +1024-1535"},
	     {"region, lfu", 2048, 1024, "1r 0r 2r", "+512-1023 +0-511 -512-1023 +1024-1535"},
	     /* the number of uses comes before that, by whoever, of any page */
	     {"region, lfu", 2048, 1024, "w0r 1r 1r+7 2r", "+0-511 +512-1023 -0-511 +1024-1535"},
	     /* what has come again is the younger one: 2 and 0 were used twice each */
	     {"region, lfu", 2048, 1024, "0r 1rx9 2rx2 0r 3r",
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

#define ALL	    "+0 +1 +2 +3 +4 +5 +6 +7 +8 +9 +10 +11 +12 +13 +14 +15 "
#define ALL_BUT_TWO "+0 +1 +2 +3 +4 +5 +6 +7 +8 +9 +10 +11 +12 +13 "
#define OTHERS	    "+0 +1 +2 +3 +4 +5 +6 +16 +17 +18 +19 +20 +21 +22 +23 +24 "

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

static void lrf__goes_by_faults(void **state)
{
	(void)state;
	PLAY({"block, lrf", 2048, 48, "0r 1r 0r+16 1r 2r",
	      "+0-15 +512-527 +16-31 -512-527 +1024-1039"},
	     {"block, lrf", 2048, 64, "0r 1r 0r+16 1r+16 2r",
	      "+0-15 +512-527 +16-31 +528-543 -0-15 -16-31 +1024-1039"},
	     /* what came without a fault of its own is the first */
	     {"next ahead=32, lrf", 2048, 544, "0r 2r",
	      "+0-15 +16-511 +512-527 +1024-1039 -512-527 -0-15 -16-511 +1040-1535 +1536-1551"});
}

/* Three regions fit, of four that are used again and again: two of them stay. */
static void cyclic__protects_what_came_first(void **state)
{
	(void)state;
	PLAY({"region, cyclic", 2048, 1536, "0r 1r 2r 3r 0r 1r 2r 0r 1r 3r",
	      "+0-511 +512-1023 +1024-1535 -1024-1535 +1536-2047 -1536-2047 +1024-1535 "
	      "-1024-1535 +1536-2047"});
}

/* Of three, two are not protected; what was used is passed over, and makes them more. */
static void cyclic__learns_how_many_leave(void **state)
{
	(void)state;
	PLAY({"region, cyclic tail=2", 3072, 1536, "0r 1r 2r 3r 4r",
	      "+0-511 +512-1023 +1024-1535 -512-1023 +1536-2047 -1536-2047 +2048-2559"},
	     {"region, cyclic tail=2", 3072, 1536, "0r 1r 2r 1r-1r+511 3r 4r",
	      "+0-511 +512-1023 +1024-1535 -0-511 +1536-2047 -512-1023 +2048-2559"},
	     /* of those that are protected the last is so no longer */
	     {"region, cyclic tail=2", 3072, 2048, "0r 1r 2r 3r 2r-2r+511 4r",
	      "+0-511 +512-1023 +1024-1535 +1536-2047 -512-1023 +2048-2559"});
}

static void lru_sampled__sees_what_it_watches(void **state)
{
	(void)state;
	PLAY({"region, lru-sampled", 2048, 1024, "0r 1r 2r", "+0-511 +512-1023 -0-511 +1024-1535"},
	     {"region, lru-sampled", 2048, 1024, "0r 1r 0r-0r+511 2r",
	      "+0-511 +512-1023 -512-1023 +1024-1535"},
	     /* one is watched: the use of the second is not seen */
	     {"region, lru-sampled samples=1", 2560, 1536, "0r 1r 2r 1r-1r+511 3r 4r",
	      "+0-511 +512-1023 +1024-1535 -0-511 +1536-2047 -512-1023 +2048-2559"},
	     {"region, lru-sampled samples=2", 2560, 1536, "0r 1r 2r 1r-1r+511 3r 4r",
	      "+0-511 +512-1023 +1024-1535 -0-511 +1536-2047 -1024-1535 +2048-2559"});
}

/* Both of two evictions came again: two are watched. None of two: one is. */
static void lru_sampled__learns_how_many_to_watch(void **state)
{
	static const char *const use = " 5r 6r 7r 6r-6r+511 8r 9r";
	char text[128];

	(void)state;
	snprintf(text, sizeof(text), "0r 1r 2r 3r 0r 1r 2r 3r 0r%s", use);
	play("region, lru-sampled samples=1 window=2", 5120, 1536, text);
	assert_non_null(strstr(story, "-2560-3071 +4096-4607 -3584-4095 +4608-5119"));
	play("region, lru-sampled samples=1 window=100", 5120, 1536, text);
	assert_non_null(strstr(story, "-2560-3071 +4096-4607 -3072-3583 +4608-5119"));
	snprintf(text, sizeof(text), "0r 1r 2r 3r 4r%s", use);
	play("region, lru-sampled samples=2 window=2", 5120, 1536, text);
	assert_non_null(strstr(story, "-2560-3071 +4096-4607 -3072-3583 +4608-5119"));
	play("region, lru-sampled samples=2 window=100", 5120, 1536, text);
	assert_non_null(strstr(story, "-2560-3071 +4096-4607 -3584-4095 +4608-5119"));
}

/* Two fit of three. lru and lfu are blamed once each, more than 1.2 of a third; cyclic goes on alone. */
static void tournament__retires_who_is_blamed(void **state)
{
	static const char *const text = "0r 1r 2r 0r 1r 2r 0r 1r 2r";

	(void)state;
	play("region, tournament blames=1", 1536, 1024, text);
	assert_string_equal(story, "+0-511 +512-1023 -0-511 +1024-1535 -512-1023 +0-511 -0-511 "
				   "+512-1023 -512-1023 +0-511 -0-511 +512-1023");
	/* nobody retires: lru, lfu, cyclic, lru, lfu, and 2 was used less often than 0 */
	play("region, tournament blames=9", 1536, 1024, text);
	assert_string_equal(story, "+0-511 +512-1023 -0-511 +1024-1535 -512-1023 +0-511 -0-511 "
				   "+512-1023 -512-1023 +0-511 -1024-1535 +512-1023 -512-1023 "
				   "+1024-1535");
}

static void ends_with(const char *end)
{
	size_t n = strlen(end);

	if (told < n || strcmp(story + told - n, end))
		fail_msg("%s\ndoes not end with\n%s", story, end);
}

/* An allocation of 2 MiB, and far from it another of a page. */
static void smart__does_what_fits(void **state)
{
	(void)state;
	/* streamed: the least recently used 2 MiB leave */
	play("smart faults=4, block", 512, 512, "0-511 2r");
	assert_non_null(strstr(story, "+496-511 -0-15 -16-31 -32-47"));
	ends_with("-496-511 +1024");
	/* streamed again: 64 KiB of them */
	play("smart faults=4, block", 512, 512, "0-511 2r 0-511 2r");
	ends_with("-1024 +496-511 -0-15 +1024");
	/* at random: the same */
	play("smart faults=4, block", 512, 512, "w0-447 w496 w448 w480 w464 w2r");
	ends_with("+464-479 -0-15 +1024");
	/* each allocation for itself */
	PLAY({"smart faults=4, block", 512, 512, "0 16 32 2r 64",
	      "+0-15 +16-31 +32-47 +1024 +64-79"});
	/* the page alone is no pattern; at random: what is read comes with the eighth read */
	PLAY({"smart faults=4, block", 512, 512, "0 400 16 300 100x6", "+0-15 +400-415 +16-31"},
	     {"smart faults=4, block", 512, 512, "0 400 16 300 100x8",
	      "+0-15 +400-415 +16-31 +96-111"},
	     {"smart faults=4 reads=2, block", 512, 512, "0 400 16 w300 100x2",
	      "+0-15 +400-415 +16-31 +288-303 +96-111"},
	     /* not before memory was full */
	     {"smart faults=4, block", 512, 1024, "0 400 16 300",
	      "+0-15 +400-415 +16-31 +288-303"});
}

/* Before each batch there is room for three. */
static void evict_unit__makes_room_for_a_unit(void **state)
{
	(void)state;
	PLAY({"page, lru-page, evict-unit pages=3", 512, 16, "0-16",
	      ALL_BUT_TWO "-0 +14 -1 +15 -2 +16"},
	     {"region, lrm, evict-unit", 2048, 1024, "0r 1r 2r 2r 3r",
	      "+0-511 +512-1023 -0-511 +1024-1535 -512-1023 +1536-2047"},
	     /* not all that there is */
	     {"block, lrm, evict-unit", 1024, 512, "0 16", "+0-15 +16-31"});
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(evict_unit__makes_room_for_a_unit, set_up),
		cmocka_unit_test_setup(smart__does_what_fits, set_up),
		cmocka_unit_test_setup(lrf__goes_by_faults, set_up),
		cmocka_unit_test_setup(cyclic__protects_what_came_first, set_up),
		cmocka_unit_test_setup(cyclic__learns_how_many_leave, set_up),
		cmocka_unit_test_setup(lru_sampled__sees_what_it_watches, set_up),
		cmocka_unit_test_setup(lru_sampled__learns_how_many_to_watch, set_up),
		cmocka_unit_test_setup(tournament__retires_who_is_blamed, set_up),
		cmocka_unit_test_setup(regions__leave_in_order, set_up),
		cmocka_unit_test_setup(lfu__spares_what_was_written, set_up),
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
