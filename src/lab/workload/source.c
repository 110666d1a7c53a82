// SPDX-License-Identifier: MIT
/* Files that are read from their beginning to their end, a piece at a time. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "workload.h"

int source_open(struct source *source, const char *path, char *error, size_t length)
{
	if (!path) {
		snprintf(error, length, "a file is missing: file: PATH is expected");
		return -1;
	}
	errno = 0;
	source->file = gzopen(path, "rb");
	if (!source->file) {
		snprintf(error, length, "%s: cannot be read: %s", path, strerror(errno));
		return -1;
	}
	gzbuffer(source->file, 1 << 18);
	source->path = strdup(path);
	return source->path ? 0 : -1;
}

void source_close(struct source *source)
{
	if (source->file)
		gzclose(source->file);
	free(source->path);
}

long source_line(struct source *source, char *line, size_t max)
{
	size_t n = 0;
	int c = EOF;

	source->line++;
	while (n < max && (c = gzgetc(source->file)) != EOF && c != '\n')
		line[n++] = c;
	if (n == max)
		return -2;
	if (c == EOF && !n)
		return -1;
	if (n && line[n - 1] == '\r')
		n--;
	line[n] = 0;
	/* a zero byte would hide what follows it */
	return strlen(line) == n ? (long)n : -2;
}

bool source_broken(const struct source *source, char *error, size_t length)
{
	int code = Z_OK;

	gzerror(source->file, &code);
	if (code == Z_OK || code == Z_STREAM_END)
		return false;
	snprintf(error, length, "%s: a whole file, of gzip or plain, expected: %s", source->path,
		 code == Z_ERRNO ? strerror(errno) : "it is cut off or damaged");
	return true;
}

void source_line_error(const struct source *source, const char *what, char *error, size_t length)
{
	snprintf(error, length, "%s: line %llu: %s", source->path, source->line, what);
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : 99;
}

const char *source_number(const char *text, unsigned int base, uint64_t *number)
{
	const char *begin = text;

	for (*number = 0; digit(*text) < (int)base; text++) {
		if (*number > (UINT64_MAX - digit(*text)) / base)
			return NULL;
		*number = *number * base + digit(*text);
	}
	return text == begin ? NULL : text;
}
