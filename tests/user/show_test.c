// SPDX-License-Identifier: MIT
/* What psim's commands share to show things: the nearest name, bars, and progress on a terminal alone. */
#include <pty.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "show.h"

static const char *nearest(const char *word)
{
	static const char *const names[] = {"explore", "explain", "run", "eviction",
					    "there-and-back"};
	struct nearest nearest = {.word = word};

	for (unsigned int i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		nearest_offer(&nearest, names[i]);
	return nearest.best ? nearest.best : "";
}

static void nearest__of_a_letter_too_many_too_few_wrong_or_swapped(void **state)
{
	(void)state;
	assert_string_equal(nearest("exxplore"), "explore");
	assert_string_equal(nearest("explor"), "explore");
	assert_string_equal(nearest("exploro"), "explore");
	assert_string_equal(nearest("exlpore"), "explore");
	assert_string_equal(nearest("there-an-bakc"), "there-and-back");
}

static void nearest__is_the_nearest_one(void **state)
{
	(void)state;
	assert_string_equal(nearest("explain"), "explain");
	assert_string_equal(nearest("explaon"), "explain");
}

static void nearest__of_another_word(void **state)
{
	char longer[200];

	(void)state;
	assert_string_equal(nearest("fly"), "");
	assert_string_equal(nearest(""), "");
	memset(longer, 'e', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = 0;
	assert_string_equal(nearest(longer), "");
}

static void bar__has_one_width(void **state)
{
	(void)state;
	assert_string_equal(progress_bar(0), "[                        ]");
	assert_string_equal(progress_bar(0.5), "[############            ]");
	assert_string_equal(progress_bar(1), "[########################]");
	assert_string_equal(progress_bar(7), progress_bar(1));
	assert_string_equal(progress_bar(-1), progress_bar(0));
}

/* What goes to standard error between progress_begin() and progress_end(), if it is @fd. */
static void show_for(int fd, long ms)
{
	static unsigned long long done = 1, total = 4;
	struct timespec time = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
	int before = dup(STDERR_FILENO);

	dup2(fd, STDERR_FILENO);
	progress_begin("work", &done, &total);
	nanosleep(&time, NULL);
	progress_end();
	fflush(stderr);
	dup2(before, STDERR_FILENO);
	close(before);
}

static void progress__on_a_terminal(void **state)
{
	char text[256] = "";
	int master, slave;

	(void)state;
	setenv("TERM", "xterm", 1);
	assert_int_equal(openpty(&master, &slave, NULL, NULL, NULL), 0);
	show_for(slave, 10); /* short: nothing */
	assert_int_equal(write(slave, "|", 1), 1);
	assert_int_equal(read(master, text, sizeof(text) - 1), 1);
	show_for(slave, 1200);
	assert_true(read(master, text, sizeof(text) - 1) > 0);
	assert_non_null(strstr(text, "[######                  ] work, 25 %, 1 s"));
	close(master);
	close(slave);
}

static void progress__elsewhere(void **state)
{
	int ends[2];
	char byte;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	show_for(ends[1], 1200);
	close(ends[1]);
	assert_int_equal(read(ends[0], &byte, 1), 0);
	close(ends[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nearest__of_a_letter_too_many_too_few_wrong_or_swapped),
		cmocka_unit_test(nearest__is_the_nearest_one),
		cmocka_unit_test(nearest__of_another_word),
		cmocka_unit_test(bar__has_one_width),
		cmocka_unit_test(progress__on_a_terminal),
		cmocka_unit_test(progress__elsewhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
