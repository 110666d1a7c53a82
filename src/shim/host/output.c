// SPDX-License-Identifier: MIT
/* Files, standard error, backtraces, the end of the process. */
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "host.h"
#include "steer.h"

#define MAX_FRAMES 64

int psim_host_write(int fd, const char *bytes, unsigned long n)
{
	if (fd == STDERR_FILENO && psim_host_muted)
		return 0;
	while (n) {
		ssize_t done = write(fd, bytes, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return done ? -errno : -EIO;
		bytes += done;
		n -= done;
	}
	return 0;
}

int psim_host_create(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

	return fd < 0 ? -errno : fd;
}

int psim_host_close(int fd)
{
	return close(fd) ? -errno : 0;
}

void psim_host_backtrace(int skip, int max)
{
	void *frames[MAX_FRAMES];
	char line[160];
	int n;

	if (psim_host_muted)
		return;
	n = backtrace(frames, MAX_FRAMES);
	skip++; /* this function itself */
	for (int i = skip; i < n && i < skip + max; i++) {
		char name[120];

		if (psim_host_symbol((unsigned long)frames[i] - 1, name, sizeof(name), 1))
			snprintf(line, sizeof(line), "  %s\n", name);
		else
			snprintf(line, sizeof(line), "  ?\n");
		psim_host_write(STDERR_FILENO, line, strlen(line));
	}
}

#ifdef PSIM_COVERAGE
void __gcov_dump(void);
#endif

static void (*last_words[PSIM_LAST_WORDS_COUNT])(void);

void psim_host_last_words(enum psim_last_words who, void (*fn)(void))
{
	last_words[who] = fn;
}

void psim_host_say_last_words(void)
{
	for (int who = 0; who < PSIM_LAST_WORDS_COUNT; who++) {
		void (*fn)(void) = last_words[who];

		last_words[who] = NULL;
		if (fn)
			fn();
	}
}

void psim_host_exit(int code)
{
	psim_host_say_last_words();
#ifdef PSIM_COVERAGE
	__gcov_dump(); /* _exit() would lose what this process counted */
#endif
	_exit(code);
}
