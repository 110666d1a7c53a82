// SPDX-License-Identifier: MIT
/*
 * psim new: a folder with a start of your own: source, test, CMakeLists.txt. The templates lie in the
 * program; in them the name stands between '@'.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "psim.h"

#define MAX_NAME 40

#define TEMPLATE(name, file)                                                         \
	__asm__(".section .rodata\n"                                                 \
		"psim_template_" #name ": .incbin \"" PSIM_TEMPLATES "/" file "\"\n" \
		".byte 0\n"                                                          \
		".previous\n");                                                      \
	extern const char template_##name[] __asm__("psim_template_" #name)

TEMPLATE(driver, "driver.c");
TEMPLATE(driver_test, "driver_test.c");
TEMPLATE(driver_cmake, "driver.cmake");
TEMPLATE(scenario, "scenario.c");
TEMPLATE(scenario_test, "scenario_test.c");
TEMPLATE(scenario_cmake, "scenario.cmake");
TEMPLATE(policy, "policy.c");
TEMPLATE(policy_test, "policy.yaml");
TEMPLATE(workload, "workload.c");
TEMPLATE(workload_test, "workload.yaml");
TEMPLATE(lab_cmake, "lab.cmake");

/* @source: NAME.c; @test: NAME with @suffix; @cmake: CMakeLists.txt */
static const struct kind {
	const char *name;
	const char *what;
	const char *source;
	const char *test;
	const char *suffix;
	const char *cmake;
} kinds[] = {
	{"driver", "a kernel driver, and the device that it drives", template_driver,
	 template_driver_test, "_test.c", template_driver_cmake},
	{"scenario", "a scenario to explore, sweep and replay", template_scenario,
	 template_scenario_test, "_test.c", template_scenario_cmake},
	{"policy", "a migration policy for psim lab, and an experiment that runs it",
	 template_policy, template_policy_test, ".yaml", template_lab_cmake},
	{"workload", "accesses of your own for psim lab, and an experiment that runs them",
	 template_workload, template_workload_test, ".yaml", template_lab_cmake},
};

#define NR_KINDS (sizeof(kinds) / sizeof(kinds[0]))

static int help(void)
{
	printf("usage: psim new KIND NAME\n\n"
	       "Makes a folder NAME with a start of your own that compiles: NAME.c, a test of it\n"
	       "and CMakeLists.txt. A driver and a scenario need psim installed.\n\n"
	       "kinds:\n");
	for (unsigned int i = 0; i < NR_KINDS; i++)
		printf("  %-9s %s\n", kinds[i].name, kinds[i].what);
	printf("\nNAME: a small letter, then small letters, digits and '_', up to %d\n\n"
	       "exit codes: 0 made, 2 bad usage, or it cannot be written\n\n"
	       "examples:\n"
	       "  psim new scenario my_race\n"
	       "  psim new driver frob && cmake -S frob -B frob/build && cmake --build frob/build\n",
	       MAX_NAME);
	return EXIT_CLEAN;
}

/* What stands between two '@'. NULL: it is none of ours. */
static const char *meaning(const char *word, size_t length, const char *name)
{
	static char text[MAX_NAME + 1];
	int (*turn)(int) = length == 5 && !memcmp(word, "UPPER", 5) ? toupper : NULL;
	size_t i;

	if (length == 4 && !memcmp(word, "NAME", 4))
		return name;
	if (!turn && (length != 6 || memcmp(word, "DASHED", 6) != 0))
		return NULL;
	for (i = 0; name[i]; i++)
		text[i] = turn ? turn((unsigned char)name[i]) : name[i] == '_' ? '-' : name[i];
	text[i] = 0;
	return text;
}

static void render(FILE *file, const char *template, const char *name)
{
	while (*template) {
		const char *at = strchr(template, '@'), *end = at ? strchr(at + 1, '@') : NULL;
		const char *text = end ? meaning(at + 1, end - at - 1, name) : NULL;

		if (text) {
			fprintf(file, "%.*s%s", (int)(at - template), template, text);
			template = end + 1;
		} else if (at) {
			fprintf(file, "%.*s", (int)(at + 1 - template), template);
			template = at + 1;
		} else {
			fputs(template, file);
			break;
		}
	}
}

static int write_file(const char *template, const char *name, const char *suffix)
{
	char path[2 * MAX_NAME + 32];
	FILE *file;

	if (*suffix == '/')
		snprintf(path, sizeof(path), "%s%s", name, suffix);
	else
		snprintf(path, sizeof(path), "%s/%s%s", name, name, suffix);
	file = fopen(path, "wx");
	if (!file)
		return usage_error("cannot write %s: %s", path, strerror(errno));
	render(file, template, name);
	if (ferror(file) | fclose(file))
		return usage_error("cannot write %s: %s", path, strerror(errno));
	printf("%s\n", path);
	return EXIT_CLEAN;
}

static int check_name(const char *name)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789_";
	size_t length = strlen(name);

	if (!length || length > MAX_NAME || name[strspn(name, allowed)] ||
	    !islower((unsigned char)name[0]))
		return usage_error("name '%s': a small letter, then small letters, digits and '_', "
				   "up to %d, are allowed",
				   name, MAX_NAME);
	return EXIT_CLEAN;
}

int command_new(int argc, char **argv)
{
	static const struct option options[] = {{"help", no_argument, NULL, 'h'}, {0}};
	const struct kind *kind = NULL;
	const char *name;
	int option, code;

	while ((option = next_option(argc, argv, options)) != -1) {
		if (option == 'h')
			return help();
		return EXIT_USAGE;
	}
	if (argc - optind != 2)
		return usage_error("a kind and a name are wanted: psim new driver frob");
	for (unsigned int i = 0; i < NR_KINDS; i++) {
		if (!strcmp(argv[optind], kinds[i].name))
			kind = &kinds[i];
	}
	if (!kind)
		return usage_error(
			"unknown kind '%s': driver, scenario, policy and workload are allowed",
			argv[optind]);
	name = argv[optind + 1];
	code = check_name(name);
	if (code)
		return code;
	if (mkdir(name, 0777))
		return usage_error("cannot make the folder %s: %s", name, strerror(errno));
	code = write_file(kind->source, name, ".c");
	if (!code)
		code = write_file(kind->test, name, kind->suffix);
	if (!code)
		code = write_file(kind->cmake, name, "/CMakeLists.txt");
	return code;
}
