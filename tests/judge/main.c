// SPDX-License-Identifier: MIT
/* psim-judge: random sequences of operations from seeds, run by the machine and its judges. */
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "judge.h"

enum {
	EXIT_AGREE,
	EXIT_DIFFER,
	EXIT_USAGE
};

/**
 * struct settings - what the command line says
 * @seed: the first seed
 * @seeds: how many
 * @ops: operations of each
 */
struct settings {
	unsigned long long seed, seeds, ops, audit_every;
	unsigned int judges;
	bool shrink, print_c, list, apart;
};

static const char help[] =
	"usage: psim-judge [options]\n"
	"\n"
	"Draws sequences of memory operations from seeds, lets the machine run them, and compares errno,\n"
	"bytes and mappings with its judges after each operation. Silent but for one line a seed.\n"
	"\n"
	"  --seed N         first seed (default 1)\n"
	"  --seeds N        how many seeds (default 1)\n"
	"  --ops N          operations of each (default 5000)\n"
	"  --judges LIST    model, kernel, or model,kernel (default model)\n"
	"  --audit-every N  walk the whole machine after every Nth operation; 0: at the end (default 1)\n"
	"  --shrink         make a failing sequence short before it is printed\n"
	"  --print-c        print a failing sequence as a C test\n"
	"  --list           print every operation before it runs\n"
	"  --no-machine     let the model and the kernel judge each other\n"
	"  --in-process     run in this process, for a debugger\n"
	"  --help\n"
	"\n"
	"Exit: 0 all agree, 1 they differ, 2 bad usage.\n";

__attribute__((format(printf, 1, 2), noreturn)) static void usage(const char *fmt, ...)
{
	va_list args;

	fputs("psim-judge: ", stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	exit(EXIT_USAGE);
}

/* ---- the command line --------------------------------------------------------------------------------- */

static unsigned long long number(const char *option, const char *text, unsigned long long min,
				 unsigned long long max)
{
	unsigned long long value;
	char *end;

	errno = 0;
	value = strtoull(text, &end, 10);
	if (errno || !isdigit((unsigned char)text[0]) || *end || value < min || value > max)
		usage("--%s '%s': a number from %llu to %llu is allowed", option, text, min, max);
	return value;
}

static unsigned int judges(const char *text)
{
	char copy[64], *state = NULL;
	unsigned int found = 0;

	snprintf(copy, sizeof(copy), "%s", text);
	for (char *word = strtok_r(copy, ",", &state); word; word = strtok_r(NULL, ",", &state)) {
		if (!strcmp(word, "model"))
			found |= JUDGE_MODEL;
		else if (!strcmp(word, "kernel"))
			found |= JUDGE_KERNEL;
		else
			usage("--judges '%s': model, kernel and model,kernel are allowed", text);
	}
	if (!found)
		usage("--judges '%s': model, kernel and model,kernel are allowed", text);
	return found;
}

static void parse(int argc, char **argv, struct settings *settings)
{
	static const struct option options[] = {
		{"seed", 1, NULL, 's'},	       {"seeds", 1, NULL, 'n'},
		{"ops", 1, NULL, 'o'},	       {"judges", 1, NULL, 'j'},
		{"audit-every", 1, NULL, 'a'}, {"shrink", 0, NULL, 'S'},
		{"print-c", 0, NULL, 'c'},     {"list", 0, NULL, 'l'},
		{"in-process", 0, NULL, 'i'},  {"no-machine", 0, NULL, 'm'},
		{"help", 0, NULL, 'h'},	       {NULL, 0, NULL, 0},
	};
	int found, at = 1;

	for (; opterr = 0, (found = getopt_long(argc, argv, ":h", options, NULL)) != -1;
	     at = optind) {
		switch (found) {
		case 's':
			settings->seed = number("seed", optarg, 0, ~0ull);
			break;
		case 'n':
			settings->seeds = number("seeds", optarg, 1, 1ull << 32);
			break;
		case 'o':
			settings->ops = number("ops", optarg, 1, OPS_AT_MOST);
			break;
		case 'j':
			settings->judges = judges(optarg);
			break;
		case 'a':
			settings->audit_every = number("audit-every", optarg, 0, 1u << 31);
			break;
		case 'S':
			settings->shrink = true;
			break;
		case 'c':
			settings->print_c = true;
			break;
		case 'l':
			settings->list = true;
			break;
		case 'i':
			settings->apart = false;
			break;
		case 'm':
			settings->judges = JUDGE_MODEL | JUDGE_KERNEL | JUDGE_ALONE;
			break;
		case 'h':
			fputs(help, stdout);
			exit(EXIT_AGREE);
		case ':':
			usage("option '%s' needs a value", argv[at]);
		default:
			usage("unknown option '%s': --help lists what is allowed", argv[at]);
		}
	}
	if (optind < argc)
		usage("'%s': no arguments but options are allowed", argv[optind]);
}

/* ---- one seed ------------------------------------------------------------------------------------------- */

static void print_ops(const struct op *ops, size_t count)
{
	char text[OUTCOME_TEXT];

	for (size_t i = 0; i < count; i++) {
		op_print(&ops[i], text, sizeof(text));
		printf("%6zu  %s\n", i, text);
	}
	fflush(stdout);
}

static void say_failure(const struct settings *settings, unsigned long long seed, struct op *ops,
			size_t count, struct verdict *verdict)
{
	char text[OUTCOME_TEXT] = "the end";
	long *expected = calloc(count + 1, sizeof(*expected));

	if (settings->shrink) {
		count = shrink(ops, count, settings->judges, settings->audit_every);
		run_apart(ops, count, settings->judges, settings->audit_every, verdict);
	}
	if (verdict->at < count)
		op_print(&ops[verdict->at], text, sizeof(text));
	printf("seed %llu: operation %zu, %s: %s\n", seed, verdict->at, text, verdict->text);
	if (settings->shrink)
		print_ops(ops, count);
	if (settings->print_c) {
		struct verdict again;

		/* a crash has no expectations: what the judges say of it is not known */
		if (!strstr(verdict->text, "the program"))
			run_sequence(ops, count, settings->judges, settings->audit_every, &again,
				     expected);
		print_c(ops, count, verdict, expected);
	}
	printf("again: psim-judge --seed %llu --ops %llu --judges %s%s --audit-every %llu --shrink\n",
	       seed, settings->ops, settings->judges & JUDGE_MODEL ? "model" : "kernel",
	       settings->judges == (JUDGE_MODEL | JUDGE_KERNEL) ? ",kernel"
	       : settings->judges & JUDGE_ALONE			? ",kernel --no-machine"
								: "",
	       settings->audit_every);
	free(expected);
}

static bool run_seed(const struct settings *settings, unsigned long long seed, struct op *ops)
{
	struct source source = {.state = seed};
	size_t count = generate(&source, ops, settings->ops);
	struct timespec start, end;
	struct verdict verdict;
	double seconds;
	bool agree;

	if (settings->list)
		print_ops(ops, count);
	clock_gettime(CLOCK_MONOTONIC, &start);
	agree = (settings->apart
			 ? run_apart(ops, count, settings->judges, settings->audit_every, &verdict)
			 : run_sequence(ops, count, settings->judges, settings->audit_every,
					&verdict, NULL));
	clock_gettime(CLOCK_MONOTONIC, &end);
	seconds = end.tv_sec - start.tv_sec + (end.tv_nsec - start.tv_nsec) / 1e9;
	if (agree)
		printf("seed %llu: %zu operations agree, %zu of them skipped; %.2f s, %.0f operations a second\n",
		       seed, count, verdict.skipped, seconds, count / seconds);
	else
		say_failure(settings, seed, ops, count, &verdict);
	fflush(stdout);
	return agree;
}

int main(int argc, char **argv)
{
	struct settings settings = {.seed = 1,
				    .seeds = 1,
				    .ops = 5000,
				    .audit_every = 1,
				    .judges = JUDGE_MODEL,
				    .apart = true};
	struct op *ops;
	bool agree = true;

	parse(argc, argv, &settings);
	ops = calloc(settings.ops, sizeof(*ops));
	if (!ops)
		usage("--ops '%llu': not enough memory", settings.ops);
	for (unsigned long long i = 0; i < settings.seeds; i++)
		agree = run_seed(&settings, settings.seed + i, ops) && agree;
	free(ops);
	return agree ? EXIT_AGREE : EXIT_DIFFER;
}
