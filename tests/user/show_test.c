// SPDX-License-Identifier: MIT
/* What psim's commands share to show things: the nearest name, bars, and progress on a terminal alone. */
#include <fcntl.h>
#include <pty.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
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

/* Ten pieces, one every three seconds: it counts down from one to the next. */
static void pace__of_steady_work(void **state)
{
	struct pace pace = {0};

	(void)state;
	for (int second = 1; second < 30; second++) {
		double left = pace_left(&pace, second, second / 3, 10);

		if (second < 3)
			assert_true(left < 0);
		else
			assert_float_equal(left, 30 - second, 1e-9);
	}
	assert_float_equal(pace_left(&pace, 30, 10, 10), 0, 0);
}

/* A piece that takes longer than the others did: never less than what the pieces behind it take at best. */
static void pace__of_work_that_slows_down(void **state)
{
	struct pace pace = {0};
	double before = 0;

	(void)state;
	assert_float_equal(pace_left(&pace, 10, 5, 10), 10, 1e-9);
	for (int second = 13; second < 1000; second++) {
		double left = pace_left(&pace, second, 5, 10);

		assert_true(left > before && left < second);
		before = left;
	}
}

static void pace__without_a_base(void **state)
{
	struct pace pace = {0};

	(void)state;
	assert_true(pace_left(&pace, 100, 0, 10) < 0); /* nothing done */
	assert_true(pace_left(&pace, 0, 0, 0) < 0);
	assert_true(pace_left(&pace, 2, 5, 10) < 0); /* just begun */
	assert_true(pace_left(&pace, 5, 1, 1000) < 0); /* a thousandth */
	assert_true(pace_left(&pace, 10, 1, 1000) > 0); /* for a while */
}

static void pace__as_text(void **state)
{
	(void)state;
	assert_string_equal(pace_text(-1), "");
	assert_string_equal(pace_text(0.4), "about 1 s left");
	assert_string_equal(pace_text(99), "about 99 s left");
	assert_string_equal(pace_text(100), "about 2 min left");
	assert_string_equal(pace_text(5400), "about 90 min left");
	assert_string_equal(pace_text(7260), "about 2 h 1 min left");
	assert_string_equal(pace_text(1e30), "");
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

/* What is left, and what it is at by now; a line no wider than the terminal. */
static void progress__goes_on(void **state)
{
	static unsigned long long done = 1, total = 4;
	struct winsize size = {.ws_row = 24, .ws_col = 60};
	struct timespec time = {.tv_sec = 3, .tv_nsec = 300000000};
	char text[1024] = "";
	int master, slave, before = dup(STDERR_FILENO);
	ssize_t got;

	(void)state;
	setenv("TERM", "xterm", 1);
	assert_int_equal(openpty(&master, &slave, NULL, NULL, &size), 0);
	dup2(slave, STDERR_FILENO);
	progress_begin("this", &done, &total);
	progress_say("that");
	nanosleep(&time, NULL);
	size.ws_col = 50;
	ioctl(slave, TIOCSWINSZ, &size);
	time = (struct timespec){.tv_sec = 1};
	nanosleep(&time, NULL);
	progress_end();
	dup2(before, STDERR_FILENO);
	close(before);
	fcntl(master, F_SETFL, O_NONBLOCK);
	for (size_t n = 0; (got = read(master, text + n, sizeof(text) - 1 - n)) > 0;)
		n += got;
	assert_null(strstr(text, "this"));
	assert_non_null(strstr(text, "] that, 25 %, 2 s\033[K"));
	assert_non_null(strstr(text, "] that, 25 %, 3 s, about 3 s left\033[K"));
	assert_non_null(strstr(text, "] that, 25 %, 4 s, about\033[K"));
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
		cmocka_unit_test(pace__of_steady_work),
		cmocka_unit_test(pace__of_work_that_slows_down),
		cmocka_unit_test(pace__without_a_base),
		cmocka_unit_test(pace__as_text),
		cmocka_unit_test(progress__on_a_terminal),
		cmocka_unit_test(progress__goes_on),
		cmocka_unit_test(progress__elsewhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
