// SPDX-License-Identifier: MIT
/* With which access a page comes, part by part. */
#include "policy_test.h"

/* Accesses of page 0, one after another, of which so many are from afar. */
static void reads__are(const char *policy, unsigned long memory, const char *before,
		       unsigned int far)
{
	char text[256];

	snprintf(text, sizeof(text), "%s 0x%u", before, far + 5);
	play(policy, 2048, memory, text);
	if (result.far != far)
		fail_msg("%s: %s: %llu from afar, not %u", policy, text, result.far, far);
}

static void never__is_never(void **state)
{
	(void)state;
	PLAY({"never", 512, 512, "0x9 w0 5", ""});
	assert_int_equal(result.far, 11);
	/* what is around it within 64 KiB is mapped with it: one fault */
	assert_int_equal(result.faults, 1);
	assert_int_equal(result.mapped, 16);
}

static void delayed__comes_with_its_last_read(void **state)
{
	(void)state;
	reads__are("delayed, page", 1024, "", 7);
	reads__are("delayed reads=3, page", 1024, "", 2);
	reads__are("delayed reads=1, page", 1024, "", 0);
	assert_int_equal(result.faults, 1);
	/* reads of the 64 KiB around count, writes come at once */
	reads__are("delayed reads=5, page", 1024, "1 2", 4);
	PLAY({"delayed, page", 512, 512, "w3 0 w0", "+3 +0"});
	assert_int_equal(result.far, 1);
}

static void delayed_full__waits_for_memory_to_fill(void **state)
{
	(void)state;
	PLAY({"delayed-full reads=3, page", 1024, 512, "0 16 16 16 16 c0 32", "+0 +16 <0"});
	assert_int_equal(result.far, 3);
}

/* 1 + reads * occupancy; once it was full reads * penalty * (trips + 1). */
static void adaptive__follows_its_formula(void **state)
{
	(void)state;
	reads__are("adaptive reads=8, page", 1024, "", 0);
	/* 128 of 1024: with the second; 512 of 1024: with the fifth */
	reads__are("adaptive reads=8, page", 1024, "w1r-1r+127", 1);
	reads__are("adaptive reads=8, page", 1024, "w1r-1r+511", 4);
	/* less than 2 MiB are free from the beginning: 3 * 2 * 1, of which the last is near */
	reads__are("adaptive reads=3 penalty=2, page", 496, "", 5);
	/* it left once: 3 * 2 * 2 */
	reads__are("adaptive reads=3 penalty=2, page", 496, "w0 c0", 11);
	PLAY({"adaptive, page", 512, 496, "w0", "+0"});
}

static void counters__count_reads_and_writes(void **state)
{
	(void)state;
	reads__are("counters accesses=4, page", 1024, "", 3);
	reads__are("counters, page", 1024, "", 255);
	PLAY({"counters accesses=4, block", 512, 512, "0 w1 2 w3 4", "+0-15"});
	assert_int_equal(result.far, 3);
	assert_int_equal(result.near, 2);
}

static void stay__is_as_long_as_it_says(void **state)
{
	(void)state;
	PLAY({"stay ms=2, page", 512, 512, "0 c0", "+0 <0"});
	assert_true(result.time_ns > 2e6 && result.time_ns < 3e6);
	PLAY({"stay ms=0, page", 512, 512, "0 c0", "+0 <0"});
	assert_true(result.time_ns < 1e6);
}

/* The CPU waits for page 0 until its slice has ended. */
static void stay__takes(const char *accesses_text, double ms)
{
	play("stay ms=2, page, lru-page", 512, 16, accesses_text);
	if (result.time_ns < ms * 1e6 || result.time_ns > 1.8 * ms * 1e6)
		fail_msg("%s: %g ms, not %g:\n%s", accesses_text, result.time_ns / 1e6, ms, story);
}

/* 16 pages fit: the first of one batch leave before they are used, and fault again. */
static void stay__doubles_at_retries(void **state)
{
	(void)state;
	lab.cost.batch_faults = 20;
	lab.cost.window = 20;
	stay__takes("0-15 c0", 2);
	/* it comes twice, three times, five times: from the third attempt on the slice is as long */
	stay__takes("0-16 c0", 4);
	stay__takes("0-17 c0", 8);
	stay__takes("0-19 c0", 8);
	/* what was used before it left faults anew */
	lab.cost.batch_faults = 1;
	stay__takes("0-16 0 c0", 2);
}

/* Three returns within a lapse; as many naps as it says; then from afar. */
static void thrash__ends_in_a_pin(void **state)
{
	(void)state;
	PLAY({"thrash naps=2, page", 512, 512, "0 c0 0 c0 0 c0 0 c0 0 c0 0 0 c0 0",
	      "+0 <0 +0 <0 +0 <0 +0 <0 +0 <0"});
	assert_int_equal(result.far, 3);
	/* each nap is a lapse, in whole milliseconds */
	assert_true(result.time_ns > 2e6 && result.time_ns < 3e6);
	PLAY({"thrash events=1 naps=0, page", 512, 512, "0 c0 0 c0 0 16 c16 17",
	      "+0 <0 +16 <16 +17"},
	     /* the pin ends: 1 ms is not 4000 accesses from afar */
	     {"thrash events=1 naps=0 pin=2, page", 512, 512, "0 c0 0x8000 c0 0x9", "+0 <0 +0 <0"});
	/* who comes again later than a lapse does not count */
	PLAY({"thrash events=1 naps=0 lapse=1, page", 512, 512, "0 c0 0 c0 0", "+0 <0 +0 <0 +0"});
	/* nor what was evicted */
	PLAY({"thrash events=1 naps=0, block, lru-page", 512, 16, "0 16 0 16",
	      "+0-15 -0-15 +16-31 -16-31 +0-15 -0-15 +16-31"});
}

/* 2 MiB forget after two lapses of 500 us; an access that is near is a us. */
static void thrash__forgets(void **state)
{
	(void)state;
	lab.cost.near_ns = 1000;
	PLAY({"thrash naps=0 forget=2, page", 1024, 512, "0 c0 0 c0 0 1rx700 c0 0 c0 0",
	      "+0 <0 +0 <0 +0 +512 <0 +0 <0"},
	     {"thrash naps=0 forget=2, page", 1024, 512, "0 c0 0 c0 0 1rx2000 c0 0 c0 0",
	      "+0 <0 +0 <0 +0 +512 <0 +0 <0 +0"});
}

#define FIRST "+0-511 +512-1023 -0-511 +1024-1535 -512-1023 +0-511 -1024-1535"

/* Two of four fit, one of them is free when a batch begins. With the second that comes back there is too much. */
static void transient__is_used_from_afar_for_a_while(void **state)
{
	(void)state;
	PLAY({"transient", 2048, 1024, "0r 1r 2r 0r 1r 1r", FIRST});
	assert_int_equal(result.far, 2);
	/* the third stream brings it */
	PLAY({"transient", 2048, 1024, "0r 1r 2r 0r 1r+16@1 1r+32@0", FIRST},
	     {"transient", 2048, 1024, "0r 1r 2r 0r 1r+16@1 1r+32@2", FIRST " +512-1023"});
	/* in time the first one is in demand no more */
	PLAY({"transient again=0.001", 2048, 1024, "0r 1r 2r 0r 1r", FIRST " +512-1023"});
	/* 16 accesses from afar of 0.1 ms are longer than 1 ms */
	lab.cost.far_ns = 100000;
	PLAY({"transient afar=1", 2048, 1024, "0r 1r 2r 0r 1rx16", FIRST " +512-1023"});
	assert_int_equal(result.far, 15);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(transient__is_used_from_afar_for_a_while, set_up),
		cmocka_unit_test_setup(thrash__ends_in_a_pin, set_up),
		cmocka_unit_test_setup(thrash__forgets, set_up),
		cmocka_unit_test_setup(never__is_never, set_up),
		cmocka_unit_test_setup(delayed__comes_with_its_last_read, set_up),
		cmocka_unit_test_setup(delayed_full__waits_for_memory_to_fill, set_up),
		cmocka_unit_test_setup(adaptive__follows_its_formula, set_up),
		cmocka_unit_test_setup(counters__count_reads_and_writes, set_up),
		cmocka_unit_test_setup(stay__is_as_long_as_it_says, set_up),
		cmocka_unit_test_setup(stay__doubles_at_retries, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
