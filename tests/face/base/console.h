/* SPDX-License-Identifier: MIT */
/* What reaches the console: standard error, read back through a pipe. Only where the host has one. */
#ifndef TESTS_FACE_BASE_CONSOLE_H
#define TESTS_FACE_BASE_CONSOLE_H

#include <kunit/test.h>
#include <linux/printk.h>
#include <linux/string.h>

/* The host's. */
int pipe(int ends[2]);
int dup(int fd);
int dup2(int from, int to);
int close(int fd);
ssize_t read(int fd, void *buf, size_t n);

#define STDERR 2

static char said[8192];
static int kept, ends[2], level;

/* Messages more important than @shown are kept until heard(). */
static inline void listen_at(struct kunit *test, int shown)
{
	KUNIT_ASSERT_EQ(test, pipe(ends), 0);
	kept = dup(STDERR);
	KUNIT_ASSERT_GE(test, kept, 0);
	dup2(ends[1], STDERR);
	level = console_loglevel;
	console_loglevel = shown;
}

static inline void listen_to(struct kunit *test)
{
	listen_at(test, LOGLEVEL_DEBUG);
}

/* Fills in said[] and takes the times out of it. */
static inline void heard(struct kunit *test)
{
	char *to = said, *stamp;
	ssize_t n;

	console_loglevel = level;
	dup2(kept, STDERR);
	close(kept);
	close(ends[1]);
	n = read(ends[0], said, sizeof(said) - 1);
	close(ends[0]);
	said[n > 0 ? n : 0] = 0;
	for (char *from = said; *from; from++) {
		stamp = *from == '[' && (from[1] == ' ' || (from[1] >= '0' && from[1] <= '9'))
				? strstr(from, "] ")
				: NULL;
		if (stamp)
			from = stamp + 2;
		*to++ = *from;
		if (!*from)
			return;
	}
	*to = 0;
}

#endif /* TESTS_FACE_BASE_CONSOLE_H */
