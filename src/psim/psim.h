/* SPDX-License-Identifier: MIT */
/* The command-line program: its exit codes, its errors, its commands. */
#ifndef PSIM_PROGRAM_H
#define PSIM_PROGRAM_H

#include <getopt.h>

/* Stable: docs/psim.1, EXIT STATUS. */
enum {
	EXIT_CLEAN = 0,
	EXIT_BROKEN = 1,
	EXIT_USAGE = 2,
	EXIT_BUDGET = 3
};

/* One line on standard error, "psim: ...". Return: EXIT_USAGE. */
int usage_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/**
 * parse_size() - "4096", "64K", "1M", "2G", "1T" (powers of 1024; "KiB" and "KB" are the same)
 * @option: the option's name, for the message
 * @min, @max: what is allowed, in bytes
 * Return: 0, or EXIT_USAGE after a message that names the value and what is allowed.
 */
int parse_size(const char *option, const char *text, unsigned long long min, unsigned long long max,
	       unsigned long long *bytes);
/* A plain decimal number; as parse_size(). */
int parse_number(const char *option, const char *text, unsigned long long min,
		 unsigned long long max, unsigned long long *number);
/* "1.5 MiB", into one of a few static buffers. */
const char *human_size(unsigned long long bytes);

/*
 * getopt_long() without messages of its own: says what is wrong in our way. Options may stand behind
 * arguments. Return: the option, -1, '?'.
 */
int next_option(int argc, char **argv, const struct option *options);

enum name_found {
	NAME_MISSING,
	NAME_TAKEN,
	NAME_HELP,
	NAME_WRONG
};
/*
 * Looks through all arguments for the first that is neither an option nor a setting, a scenario's name or a
 * plan, and puts it first, at argv[1]; so options may stand before it. NAME_HELP: help is asked
 * for; NAME_WRONG: an option is wrong, and that was said.
 */
enum name_found take_name(int argc, char **argv, const struct option *options);

struct psim_scenario;
/* Return: NULL after a message with the nearest name. */
const struct psim_scenario *find_scenario(const char *name);
/* As next_option(), and takes the scenario's settings ("pages=4") wherever they stand. */
int next_option_or_setting(int argc, char **argv, const struct option *options,
			   const struct psim_scenario *scenario);
/* "pages=4": Return: 0, or EXIT_USAGE after a message. */
int parse_setting(const struct psim_scenario *scenario, const char *text);

/* --races, --no-races. Return: 0, or EXIT_USAGE after a message: this build has no detector. */
int want_races(int wanted);

int command_list(int argc, char **argv);
int command_run(int argc, char **argv);
int command_explain(int argc, char **argv);
int command_explore(int argc, char **argv);
int command_sweep(int argc, char **argv);
int command_replay(int argc, char **argv);
int command_merge(int argc, char **argv);
int command_lab(int argc, char **argv);
int command_new(int argc, char **argv);

#endif /* PSIM_PROGRAM_H */
