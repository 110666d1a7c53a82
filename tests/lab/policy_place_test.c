// SPDX-License-Identifier: MIT
/* Among several GPUs: whose memory pages come to, and when they change it. */
#include "policy_test.h"

static int set_up_two(void **state)
{
	(void)state;
	lab = experiment_of(2);
	return 0;
}

static void interleave__takes_turns(void **state)
{
	(void)state;
	PLAY({"interleave, region", 2048, 2048, "0r 1r b2r b3r",
	      "+0-511 b+512-1023 +1024-1535 b+1536-2047"},
	     {"interleave pages=16, block", 512, 512, "b0 16 32", "+0-15 b+16-31 +32-47"});
	assert_int_equal(result.peer, 2);
	lab.linked = false;
	PLAY({"interleave, page", 2048, 2048, "1r b0r", "+512 b+0"});
}

static void preferred__is_one_of_them(void **state)
{
	(void)state;
	PLAY({"preferred, block", 512, 512, "b0 16 0 b16", "+0-15 +16-31"});
	assert_int_equal(result.peer, 2);
	PLAY({"preferred gpu=1, block", 512, 512, "b0 16 w0", "b+0-15 b+16-31"},
	     {"preferred gpu=-1, block", 512, 512, "b0 16 0", ""});
	assert_int_equal(result.far, 3);
	/* what it does not reach there comes to itself */
	lab.linked = false;
	PLAY({"preferred gpu=1, page", 512, 512, "0 b16", "+0 b+16"});
}

static void owner_stays__until_another_used_it_often(void **state)
{
	(void)state;
	PLAY({"owner-stays accesses=4, page", 512, 512, "b0 0x3", "b+0"},
	     {"owner-stays accesses=4, page", 512, 512, "b0 0x9 16", "b+0 b<0 +0 +16"});
	assert_int_equal(result.peer, 3);
	PLAY({"owner-stays, page", 512, 512, "b0 0x200", "b+0 b<0 +0"});
	assert_int_equal(result.peer, 199);
}

static void libra__moves_what_pays(void **state)
{
	(void)state;
	PLAY({"libra accesses=4", 512, 512, "b0 0x3", "b+0"},
	     {"libra accesses=4", 512, 512, "b0 0x9", "b+0 b<0 +0"});
	assert_int_equal(result.peer, 3);
	PLAY({"libra accesses=1", 512, 512, "b0 0", "b+0 b<0 +0"});
	assert_int_equal(result.faults, 2);
	/* two by the owner meanwhile: two more are needed */
	PLAY({"libra accesses=4", 512, 512, "b0 0 b0 b0 0x9", "b+0 b<0 +0"});
	assert_int_equal(result.peer, 5);
}

/* The fourth fault says what becomes of a page. */
static void grit__goes_by_faults(void **state)
{
	(void)state;
	PLAY({"grit, page", 512, 512, "0 c0 0 c0 0 c0 0 0", "+0 <0 +0 <0 +0 <0"});
	assert_int_equal(result.far, 2);
	/* it was written once: it comes after so many accesses */
	PLAY({"grit accesses=3, page", 512, 512, "w0 c0 0 c0 0 c0 0 0 0 0",
	      "+0 <0 +0 <0 +0 <0 +0"});
	assert_int_equal(result.far, 2);
}

/* Most of eight stay where they are: so do the others. A write would bring one that is by itself. */
static void grit__neighbours_adopt_it(void **state)
{
	(void)state;
	play("grit, page", 512, 512, "0-3 c0-3 0-3 c0-3 0-3 c0 0 c1 1 c2 2 c3 3 w5");
	assert_non_null(strstr(story, "<3 +5"));
	play("grit, page", 512, 512, "0-4 c0-4 0-4 c0-4 0-4 c0 0 c1 1 c2 2 c3 3 c4 4 w5");
	assert_null(strstr(story, "+5"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(interleave__takes_turns, set_up_two),
		cmocka_unit_test_setup(preferred__is_one_of_them, set_up_two),
		cmocka_unit_test_setup(owner_stays__until_another_used_it_often, set_up_two),
		cmocka_unit_test_setup(libra__moves_what_pays, set_up_two),
		cmocka_unit_test_setup(grit__goes_by_faults, set_up_two),
		cmocka_unit_test_setup(grit__neighbours_adopt_it, set_up_two),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
