// SPDX-License-Identifier: MIT
/*
 * Traces as CSV: "who,address,bytes,op" or with a fifth column "stream"; who: cpu, gpu0, gpu1, ...; address:
 * decimal, or hexadecimal after 0x; op: r or w. A first line with the columns' names may stand above; lines that
 * begin with # are skipped. After a line "wait" comes an access that waits for all before it.
 */
#include <stdlib.h>
#include <string.h>

#include "workload.h"

#define MAX_LINE 256

static void *csv_open(const double *values, const char *file, unsigned long long seed, char *error,
		      size_t length)
{
	struct source *source = calloc(1, sizeof(*source));

	(void)values, (void)seed;
	if (!source)
		return NULL;
	if (!source_open(source, file, error, length))
		return source;
	free(source);
	return NULL;
}

static void csv_close(void *state)
{
	source_close(state);
	free(state);
}

static const char *parse_who(const char *at, struct psim_lab_access *access)
{
	uint64_t number;

	if (!strncmp(at, "cpu", 3)) {
		access->who = 0;
		return at + 3;
	}
	if (strncmp(at, "gpu", 3))
		return NULL;
	at = source_number(at + 3, 10, &number);
	if (!at || number >= LAB_MAX_GPUS)
		return NULL;
	access->who = 1 + number;
	return at;
}

/* Return: what is expected where it is wrong, or NULL. */
static const char *parse(const char *at, struct psim_lab_access *access)
{
	bool hex;
	uint64_t number;

	*access = (struct psim_lab_access){0};
	at = parse_who(at, access);
	if (!at || *at++ != ',')
		return "cpu, or gpu0 to gpu7, and a comma, or \"wait\" alone, expected";
	hex = at[0] == '0' && (at[1] == 'x' || at[1] == 'X');
	at = source_number(hex ? at + 2 : at, hex ? 16 : 10, &number);
	if (!at || *at++ != ',')
		return "an address of up to 64 bits and a comma expected in column 2";
	access->address = number;
	at = source_number(at, 10, &number);
	if (!at || *at++ != ',' || !number || number > 65535 ||
	    access->address + number < access->address)
		return "1 to 65535 bytes and a comma expected in column 3";
	access->bytes = number;
	if (*at != 'r' && *at != 'w')
		return "r or w expected in column 4";
	access->flags = *at++ == 'w' ? PSIM_LAB_WRITE : 0;
	if (!*at)
		return NULL;
	number = 65536;
	at = *at == ',' ? source_number(at + 1, 10, &number) : NULL;
	if (!at || *at || number > 65535)
		return "the line's end, or a stream from 0 to 65535, expected in column 5";
	access->stream = number;
	return NULL;
}

static long csv_next(void *state, struct psim_lab_access *list, size_t max, char *error,
		     size_t length)
{
	struct source *source = state;
	char line[MAX_LINE];
	unsigned int wait = 0;
	size_t n = 0;

	while (n < max) {
		long got = source_line(source, line, sizeof(line));
		const char *wrong = NULL;

		if (got == -1 && source_broken(source, error, length))
			return -1;
		if (got == -1)
			break;
		if (got == -2)
			wrong = "a line of text of up to 255 characters expected";
		else if (!got || *line == '#' || (source->line == 1 && !strncmp(line, "who,", 4)))
			continue;
		else if (strcmp(line, "wait"))
			wrong = parse(line, &list[n]);
		else if (wait)
			wrong = "an access expected behind \"wait\"";
		else {
			wait = PSIM_LAB_WAIT;
			continue;
		}
		if (wrong) {
			source_line_error(source, wrong, error, length);
			return -1;
		}
		list[n++].flags |= wait;
		wait = 0;
	}
	return n;
}

const struct psim_lab_workload lab_workload_csv = {
	.version = PSIM_LAB_VERSION,
	.name = "csv",
	.about = "a trace as lines of who,address,bytes,op[,stream]",
	.open = csv_open,
	.next = csv_next,
	.close = csv_close,
};
