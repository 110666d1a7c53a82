/* SPDX-License-Identifier: MIT */
/* What psim explore, sweep and merge share: saved results, and showing them. */
#ifndef PSIM_PROGRAM_FOUND_H
#define PSIM_PROGRAM_FOUND_H

#include "../explore/explore.h"

/* The parts in a file that --save wrote, to be released with *file. Return: NULL after a message. */
json_t *open_saved(const char *path, json_t **file);
int save_parts(const char *path, const struct result *results, unsigned int n);
/* As text or JSON, and as JUnit into @junit, if that is not NULL. Return: the exit code. */
int show_result(const struct result *result, int json, const char *junit);

#endif /* PSIM_PROGRAM_FOUND_H */
