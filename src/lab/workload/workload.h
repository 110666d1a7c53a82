/* SPDX-License-Identifier: MIT */
/* What workloads share: numbers at random, and reading a file bit by bit. */
#ifndef LAB_WORKLOAD_H
#define LAB_WORKLOAD_H

#include <stdint.h>
#include <stdio.h>
#include <zlib.h>

#include "../lab.h"
#include "../random.h"

/**
 * struct source - a file that is read from its beginning to its end
 * @path: its name
 * @file: it; gzip's files are read as what is in them
 * @line: of text formats: the line that was read last, from 1
 * @offset: of binary formats: bytes taken
 */
struct source {
	char *path;
	gzFile file;
	unsigned long long line;
	unsigned long long offset;
};

/* Return: 0, or -1 with a line in @error. */
int source_open(struct source *source, const char *path, char *error, size_t length);
void source_close(struct source *source);

/* The next line without its end. Return: its length; -1: the file has ended; -2: it is longer than @max, or no text. */
long source_line(struct source *source, char *line, size_t max);
/* The file has ended because something is wrong with it. Return: false, or true with a line in @error. */
bool source_broken(const struct source *source, char *error, size_t length);
/* "FILE: line 7: WHAT" */
void source_line_error(const struct source *source, const char *what, char *error, size_t length);
/* A number of up to 64 bits; @base 10 or 16. Return: what follows it, or NULL. */
const char *source_number(const char *text, unsigned int base, uint64_t *number);

#endif /* LAB_WORKLOAD_H */
