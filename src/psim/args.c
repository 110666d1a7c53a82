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
#include "show.h"

int usage_error(const char *fmt, ...)
{
	va_list args;
	char *text = NULL;

	va_start(args, fmt);
	if (vasprintf(&text, fmt, args) < 0)
		text = NULL;
	va_end(args);
	for (char *c = text; c && *c; c++) {
		if (iscntrl((unsigned char)*c))
			*c = '?'; /* one line, whatever the arguments were */
	}
	fprintf(stderr, "%spsim:%s %s\n", paint(stderr, PAINT_BAD), paint(stderr, PAINT_OFF),
		text ? text : fmt);
	free(text);
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

/* What getopt_long() stumbled over. */
static const char *culprit(char **argv)
{
	static char letter[3] = "-";

	if (!strncmp(argv[optind - 1], "--", 2))
		return argv[optind - 1];
	letter[1] = optopt;
	return letter;
}

static void say_wrong(const char *text, int found, const struct option *options)
{
	char allowed[1024] = "", bare[40];
	struct nearest nearest = {.word = bare};
	const char *name = text + strspn(text, "-");

	snprintf(bare, sizeof(bare), "%.*s", (int)strcspn(name, "="), name);
	for (; options->name; options++) {
		size_t n = strlen(allowed);

		nearest_offer(&nearest, options->name);
		snprintf(allowed + n, sizeof(allowed) - n, "%s--%s", n ? ", " : "", options->name);
	}
	if (found == ':')
		usage_error("option '%s' needs a value", text);
	else if (nearest.best && !nearest.distance)
		usage_error("option '%s': it takes no value", text);
	else if (nearest.best)
		usage_error("unknown option '%s': did you mean '--%s'?", text, nearest.best);
	else
		usage_error("unknown option '%s': allowed are %s", text, allowed);
}

/* @plus: "+": stop at the first argument that is no option; "": options may stand behind it. */
static int one_option(int argc, char **argv, const struct option *options, const char *plus)
{
	char letters[8];
	int found, jobs = 0;

	for (const struct option *o = options; o->name; o++)
		jobs |= o->val == 'j';
	snprintf(letters, sizeof(letters), "%s:h%s", plus, jobs ? "j:" : "");
	opterr = 0;
	found = getopt_long(argc, argv, letters, options, NULL);
	if (found != '?' && found != ':')
		return found;
	say_wrong(culprit(argv), found, options);
	return '?';
}

int next_option(int argc, char **argv, const struct option *options)
{
	return one_option(argc, argv, options, "");
}

enum name_found take_name(int argc, char **argv, const struct option *options)
{
	int at = 0, option;
	char *name;

	while ((option = one_option(argc, argv, options, "+")) != -1 || optind < argc) {
		if (option == '?')
			return NAME_WRONG;
		if (option == 'h')
			return NAME_HELP;
		if (option != -1)
			continue;
		/* a setting has a '=' and no blank, a plan both */
		if (!at && (!strchr(argv[optind], '=') || strchr(argv[optind], ' ')))
			at = optind;
		optind++;
	}
	optind = 0;
	if (!at)
		return NAME_MISSING;
	name = argv[at];
	memmove(&argv[2], &argv[1], (at - 1) * sizeof(*argv));
	argv[1] = name;
	return NAME_TAKEN;
}

const struct psim_scenario *find_scenario(const char *name)
{
	const struct psim_scenario *scenario = psim_scenario_find(name);
	struct nearest nearest = {.word = name};

	if (scenario)
		return scenario;
	for (const struct psim_scenario *s = psim_scenario_first(); s; s = s->next)
		nearest_offer(&nearest, s->name);
	if (nearest.best)
		usage_error("unknown scenario '%s': did you mean '%s'?", name, nearest.best);
	else
		usage_error("unknown scenario '%s': psim list shows what is allowed", name);
	return NULL;
}

/* ---- a scenario's settings ------------------------------------------------------------------------------ */

int parse_setting(const struct psim_scenario *scenario, const char *text)
{
	const char *value = strchr(text, '=');
	unsigned long long number;
	char name[64], allowed[256] = "it takes none";
	struct nearest nearest = {.word = name};

	snprintf(name, sizeof(name), "%.*s", value ? (int)(value - text) : 63, text);
	for (const struct psim_option *o = scenario->options; o && o->name; o++) {
		size_t n = o == scenario->options ? 0 : strlen(allowed);

		snprintf(allowed + n, sizeof(allowed) - n, "%s%s", n ? ", " : "allowed are ",
			 o->name);
		nearest_offer(&nearest, o->name);
	}
	if (parse_number(name, value ? value + 1 : "", 0, ~0ull, &number))
		return EXIT_USAGE;
	if (!psim_option_set(scenario, name, number))
		return 0;
	if (nearest.best)
		return usage_error("%s has no setting '%s': did you mean '%s'?", scenario->name,
				   name, nearest.best);
	return usage_error("%s has no setting '%s': %s", scenario->name, name, allowed);
}

int next_option_or_setting(int argc, char **argv, const struct option *options,
			   const struct psim_scenario *scenario)
{
	int option;

	while ((option = one_option(argc, argv, options, "+")) == -1 && optind < argc &&
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
