// SPDX-License-Identifier: MIT
/* How much comes with a fault, part by part: exactly these pages. */
#include "policy_test.h"

#include "../../src/lab/random.h"

static void fixed__come_whole_as_far_as_they_exist(void **state)
{
	(void)state;
	PLAY({"page", 1024, 1024, "5 w7", "+5 +7"}, {"block", 1024, 1024, "20 16", "+16-31"},
	     {"block", 20, 1024, "18", "+16-19"}, {"region", 1024, 1024, "700", "+512-1023"},
	     {"region", 600, 1024, "512", "+512-599"},
	     /* what is there already is passed over */
	     {"next, page", 1024, 1024, "16 0", "+16-31 +32-47 +0-15"});
}

static void chunks__are_the_largest_that_the_program_has_whole(void **state)
{
	(void)state;
	PLAY({"chunks", 1024, 1024, "5 600", "+0-511 +512-1023"},
	     {"chunks", 600, 1024, "513 595 511", "+512-527 +595 +0-511"},
	     {"chunks", 511, 1024, "510 0 495", "+510 +0-15 +480-495"},
	     {"chunks", 511, 1024, "c0 499 497", "+499 +497"});
}

static void next__goes_over_the_end_of_a_region(void **state)
{
	(void)state;
	PLAY({"next", 2048, 1024, "0 16 32", "+0-15 +16-31 +32-47 +48-63"},
	     {"next ahead=2", 2048, 1024, "500", "+496-511 +512-543"},
	     {"next ahead=2", 2048, 1024, "480", "+480-495 +496-511 +512-527"},
	     {"next ahead=3", 40, 1024, "0", "+0-15 +16-39"});
}

static void stride__needs_the_same_distance_three_times(void **state)
{
	(void)state;
	PLAY({"stride", 2048, 1024, "0 10 20 30 80",
	      "+0 +10 +20 +30 +40 +50 +60 +70 +80 +90 +100 +110 +120"},
	     {"stride ahead=2", 100, 1024, "90 80 70 60", "+90 +80 +70 +60 +50 +40"},
	     /* not behind the end, not before the beginning */
	     {"stride", 512, 1024, "480 490 500 510", "+480 +490 +500 +510"},
	     {"stride", 512, 1024, "31 21 11 1", "+31 +21 +11 +1"},
	     {"stride", 512, 1024, "0 10 20 31 42", "+0 +10 +20 +31 +42"},
	     /* two streams that take turns have a stride each */
	     {"stride ahead=1", 1024, 1024, "0@1 500@2 10@1 490@2 20@1 480@2 30@1 470@2",
	      "+0 +500 +10 +490 +20 +480 +30 +40 +470 +460"});
}

static void tree_simulator__fills_what_is_more_than_half_there(void **state)
{
	(void)state;
	PLAY({"tree-simulator", 1024, 1024, "0 32", "+0 +1-15 +32 +33-47"},
	     /* 3 of 4: the fourth; cut behind the faulted page, and where something is */
	     {"tree-simulator", 1024, 1024, "0 32 16", "+0 +1-15 +32 +33-47 +16 +17-31 +48-63"},
	     {"tree-simulator", 1024, 1024, "0 32 18", "+0 +1-15 +32 +33-47 +16-18 +19-31 +48-63"},
	     {"tree-simulator", 1024, 1024, "512", "+512 +513-527"});
}

static void tree__takes_the_largest_part_over_its_threshold(void **state)
{
	(void)state;
	PLAY({"tree", 1024, 1024, "0 32 16", "+0 +1-15 +32 +33-47 +16 +17-31 +48-63"},
	     {"tree threshold=75", 1024, 1024, "0 32 16", "+0 +1-15 +32 +33-47 +16 +17-31"},
	     {"tree threshold=74", 1024, 1024, "0 32 16", "+0 +1-15 +32 +33-47 +16 +17-31 +48-63"},
	     {"tree threshold=3", 1024, 1024, "40", "+0-40 +41-511"},
	     {"tree threshold=4", 1024, 1024, "40", "+0-40 +41-255"});
}

/* Two samples: pieces of which all was used; then pieces of which nothing was, but for the page that faulted. */
static void feedback__goes_by_what_leaves(void **state)
{
	(void)state;
	PLAY({"feedback samples=2, lrm", 2560, 512, "0-31 512 528 1024 1536",
	      "+0 +1-15 +16 +17-31 +512 +513-527 +528 +529-543 +1024 +1025-1039 +1536 +1537-1551"});
	play("feedback samples=2, lrm", 2560, 512, "0-511 512 528");
	assert_non_null(strstr(story, " -256 -257-511 +512 +513-527 +528 +529-1023"));
	play("feedback samples=2, lrm", 2560, 512, "0-511 512 528 1024 1536 1552");
	assert_non_null(strstr(story, " -529-1023 +1024 +1025-1535 -1024 -1025-1535 +1536 "
				      "+1537-1551 +1552 +1553-1567"));
}

static void random__is_what_is_drawn(void **state)
{
	struct random random;
	char expected[128];
	unsigned long drawn[2];

	(void)state;
	random_seed(&random, 1);
	drawn[0] = 512 + random_below(&random, 512);
	drawn[1] = random_below(&random, 512);
	snprintf(expected, sizeof(expected), "+515 +%lu +7 +%lu", drawn[0], drawn[1]);
	play("random-page", 1024, 1024, "515 7");
	assert_string_equal(story, expected);
	random_seed(&random, 1);
	drawn[0] = 512 + 16 * random_below(&random, 32);
	assert_true(drawn[0] > 515 || drawn[0] + 16 <= 515);
	snprintf(expected, sizeof(expected), "+515 +%lu-%lu", drawn[0], drawn[0] + 15);
	play("random-block", 1024, 1024, "515");
	assert_string_equal(story, expected);
}

static void until_full__is_for_good(void **state)
{
	(void)state;
	/* the third finds 496 free, which is less than 2 MiB; and so it stays */
	PLAY({"until-full, block", 1024, 528, "0 16 32 c32 c16 c0 40",
	      "+0-15 +16-31 +32 <32 <16-31 <0-15 +40"},
	     {"until-full, block", 1024, 544, "0 16 32", "+0-15 +16-31 +32-47"});
}

/* The second fault of a neighbourhood starts it; the 64 KiB that stayed behind go on. */
static void next_region__is_triggered(void **state)
{
	char accesses_text[128], expected[512];
	struct random random;
	unsigned long t1, t2;

	(void)state;
	random_seed(&random, 1);
	t1 = 512 + 16 * random_below(&random, 32);
	t2 = 1024 + 16 * random_below(&random, 32);
	assert_true(t1 > 512 && t1 < 1008 && t2 > 1024 && t2 < 1520);
	snprintf(accesses_text, sizeof(accesses_text), "0 16 32 5r %lu", t1);
	snprintf(
		expected, sizeof(expected),
		"+0 +1-15 +16 +17-31 +512-%lu +%lu-1023 +32 +33-63 +2560 +2561-2575 +%lu +%lu-%lu +1024-%lu "
		"+%lu-1535",
		t1 - 1, t1 + 16, t1, t1 + 1, t1 + 15, t2 - 1, t2 + 16);
	play("next-region", 3072, 3072, accesses_text);
	assert_string_equal(story, expected);
	/* faults far from one another start nothing */
	PLAY({"next-region", 2048, 2048, "0r 2r 0r+48 3r",
	      "+0 +1-15 +1024 +1025-1039 +48 +49-63 "
	      "+1536 +1537-1551"});
}

/* A page for every quarter of the faults that had the stride. */
static void libra__follows_several_strides(void **state)
{
	(void)state;
	PLAY({"libra", 2048, 1024, "0 1 6", "+0 +1 +2 +3 +4 +5 +6 +7 +8 +9 +10"},
	     /* half each, 10 first */
	     {"libra", 2048, 1024, "0 10 57", "+0 +10 +20 +30 +40 +50 +57 +67 +77 +64 +71"},
	     /* two of three are 2.67 quarters, one is 1.33; what is there already does not come */
	     {"libra", 2048, 1024, "0 10 60 77",
	      "+0 +10 +20 +30 +40 +50 +60 +70 +80 +90 +100 +77 +87 +97 +54"},
	     /* far from one another: two ways; of another stream: others */
	     {"libra", 2048, 1024, "0 1000 1 1001",
	      "+0 +1000 +1 +2 +3 +4 +5 +1001 +1002 +1003 +1004 +1005"},
	     {"libra", 2048, 1024, "0@1 20@2 1@1", "+0 +20 +1 +2 +3 +4 +5"},
	     /* the same page again brings nothing */
	     {"libra", 2048, 1024, "0 1 c1 c2 1", "+0 +1 +2 +3 +4 +5 <1 <2 +1"});
}

/* With the fourth fault it is known what they look like. */
static void forest__has_trees_that_fit(void **state)
{
	(void)state;
	/* one after another: leaves of 256 KiB in 4 MiB */
	PLAY({"forest faults=4", 2048, 2048, "0 16 32 64 128 256 512",
	      "+0 +1-15 +16 +17-31 +32 +33-63 +64 +65-127 +128 +129-255 +256 +257-511 +512 +513-1023"},
	     /* and again: 64 KiB in 512 KiB */
	     {"forest faults=4", 512, 512, "0 c0 0 16 32 64 128",
	      "+0 +1-15 <0 +0 +16 +17-31 +32 +33-63 +64 +65-127 +128 +129-143"},
	     /* at random: leaves of 16 KiB in 512 KiB */
	     {"forest faults=4", 512, 512, "0 400 16 300 100",
	      "+0 +1-15 +400 +401-415 +16 +17-31 +300 +301-303 +100 +101-103"},
	     /* at random and again: 64 KiB in 2 MiB */
	     {"forest faults=4", 512, 512, "0 400 c0 c400 c401 0 300 100",
	      "+0 +1-15 +400 +401-415 <0 <400 <401-415 +0 +288-300 +301-303 +96-100 +101-111"});
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(forest__has_trees_that_fit, set_up),
		cmocka_unit_test_setup(libra__follows_several_strides, set_up),
		cmocka_unit_test_setup(next_region__is_triggered, set_up),
		cmocka_unit_test_setup(fixed__come_whole_as_far_as_they_exist, set_up),
		cmocka_unit_test_setup(chunks__are_the_largest_that_the_program_has_whole, set_up),
		cmocka_unit_test_setup(next__goes_over_the_end_of_a_region, set_up),
		cmocka_unit_test_setup(stride__needs_the_same_distance_three_times, set_up),
		cmocka_unit_test_setup(tree_simulator__fills_what_is_more_than_half_there, set_up),
		cmocka_unit_test_setup(tree__takes_the_largest_part_over_its_threshold, set_up),
		cmocka_unit_test_setup(feedback__goes_by_what_leaves, set_up),
		cmocka_unit_test_setup(random__is_what_is_drawn, set_up),
		cmocka_unit_test_setup(until_full__is_for_good, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
