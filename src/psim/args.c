// SPDX-License-Identifier: MIT
/* What every command needs to read its arguments and to complain about them in one line. */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <psim/explore.h>

#include "../shim/host/race.h"
#include "psim.h"

int usage_error(const char *fmt, ...)
{
	va_list args;

	fputs("psim: ", stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	return EXIT_USAGE;
}

const char *human_size(unsigned long long bytes)
{
	static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
	static char buffers[4][32];
	static unsigned int next;
	char *text = buffers[next++ % 4];
	double value = bytes;
	int unit = 0;

	while (value >= 1024 && unit < 4) {
		value /= 1024;
		unit++;
	}
	snprintf(text, sizeof(buffers[0]),
		 value == (unsigned long long)value ? "%.0f %s" : "%.1f %s", value, units[unit]);
	return text;
}

/* The digits; @end gets what follows. Return: -1 without digits or beyond 64 bits. */
static int digits(const char *text, unsigned long long *value, const char **end)
{
	char *after;

	if (!isdigit((unsigned char)text[0]))
		return -1;
	errno = 0;
	*value = strtoull(text, &after, 10);
	*end = after;
	return errno ? -1 : 0;
}

/* Return: the shift of a unit's suffix, or -1. */
static int suffix_shift(const char *suffix)
{
	static const char letters[] = "KMGT";
	const char *letter;

	if (!suffix[0] || !strcmp(suffix, "B"))
		return 0;
	letter = strchr(letters, toupper((unsigned char)suffix[0]));
	if (!letter)
		return -1;
	if (suffix[1] && strcmp(suffix + 1, "B") && strcmp(suffix + 1, "iB"))
		return -1;
	return 10 * (letter - letters + 1);
}

int parse_size(const char *option, const char *text, unsigned long long min, unsigned long long max,
	       unsigned long long *bytes)
{
	const char *suffix;
	int shift = -1;

	if (!digits(text, bytes, &suffix))
		shift = suffix_shift(suffix);
	if (shift < 0 || *bytes << shift >> shift != *bytes || *bytes << shift < min ||
	    *bytes << shift > max)
		return usage_error("%s '%s': a size from %s to %s is allowed, like 64K or 1G",
				   option, text, human_size(min), human_size(max));
	*bytes <<= shift;
	return 0;
}

int parse_number(const char *option, const char *text, unsigned long long min,
		 unsigned long long max, unsigned long long *number)
{
	const char *rest;

	if (digits(text, number, &rest) || *rest || *number < min || *number > max)
		return usage_error("%s '%s': a number from %llu to %llu is allowed", option, text,
				   min, max);
	return 0;
}

static void say_wrong(char **argv, int at, int found, const struct option *options)
{
	char allowed[512] = "";

	for (; options->name; options++) {
		size_t n = strlen(allowed);

		snprintf(allowed + n, sizeof(allowed) - n, "%s--%s", n ? ", " : "", options->name);
	}
	if (found == ':')
		usage_error("option '%s' needs a value", argv[at]);
	else
		usage_error("unknown option '%s': allowed are %s", argv[at], allowed);
}

int next_option(int argc, char **argv, const struct option *options)
{
	int at = optind ? optind : 1, found, jobs = 0;

	for (const struct option *o = options; o->name; o++)
		jobs |= o->val == 'j';
	opterr = 0;
	found = getopt_long(argc, argv, jobs ? "+:hj:" : "+:h", options, NULL);
	if (found != '?' && found != ':')
		return found;
	say_wrong(argv, at, found, options);
	return '?';
}

/* ---- a scenario's settings ------------------------------------------------------------------------------ */

int parse_setting(const struct psim_scenario *scenario, const char *text)
{
	const char *value = strchr(text, '=');
	unsigned long long number;
	char name[64], allowed[256] = "it takes none";

	for (const struct psim_option *o = scenario->options; o && o->name; o++) {
		size_t n = o == scenario->options ? 0 : strlen(allowed);

		snprintf(allowed + n, sizeof(allowed) - n, "%s%s", n ? ", " : "allowed are ",
			 o->name);
	}
	snprintf(name, sizeof(name), "%.*s", value ? (int)(value - text) : 63, text);
	if (parse_number(name, value ? value + 1 : "", 0, ~0ull, &number))
		return EXIT_USAGE;
	if (psim_option_set(scenario, name, number))
		return usage_error("%s has no setting '%s': %s", scenario->name, name, allowed);
	return 0;
}

int next_option_or_setting(int argc, char **argv, const struct option *options,
			   const struct psim_scenario *scenario)
{
	int option;

	while ((option = next_option(argc, argv, options)) == -1 && optind < argc &&
	       strchr(argv[optind], '=')) {
		if (parse_setting(scenario, argv[optind]))
			return '?';
		optind++;
	}
	return option;
}

int want_races(int wanted)
{
	if (wanted && !psim_race_linked)
		return usage_error("--races: this build has no detector of data races: it needs "
				   "-DPSIM_RACES=ON");
	psim_race_wanted = wanted;
	return 0;
}
