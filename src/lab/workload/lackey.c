// SPDX-License-Identifier: MIT
/*
 * Traces of valgrind's lackey, --trace-mem=yes: a line an access, " L 1ffeffe7e0,8". Instructions are left out; a
 * modification is a read and a write. Lines of valgrind's own are skipped.
 */
#include <stdlib.h>
#include <string.h>

#include "workload.h"

#define MAX_LINE 256

static const struct psim_lab_option options[] = {
	{"who", "who accesses: 0: the CPU; 1: the first GPU", 1, 0, LAB_MAX_GPUS},
	{"streams", "accesses go round so many streams", 1, 1, 65535},
	{"others",
	 "1: lines that are none of lackey's are skipped (the program's own output); 0: an error",
	 0, 0, 1},
	{0},
};

struct lackey {
	struct source source;
	double values[3];
	struct psim_lab_access held; /* the write of a modification */
	bool holds;
	unsigned long long number;
};

static void *lackey_open(const double *values, const char *file, unsigned long long seed,
			 char *error, size_t length)
{
	struct lackey *l = calloc(1, sizeof(*l));

	(void)seed;
	if (!l)
		return NULL;
	memcpy(l->values, values, sizeof(l->values));
	if (!source_open(&l->source, file, error, length))
		return l;
	free(l);
	return NULL;
}

static void lackey_close(void *state)
{
	source_close(&((struct lackey *)state)->source);
	free(state);
}

/* Return: 1: an access; 0: a line to skip; -1: neither. */
static int parse(const char *line, struct psim_lab_access *access, bool *both)
{
	const char *at = line;
	uint64_t address, bytes;
	char kind;

	if (!*line || !strncmp(line, "==", 2) || !strncmp(line, "--", 2) ||
	    !strncmp(line, "SB ", 3))
		return 0;
	if (*at == 'I' && at[1] == ' ' && at[2] == ' ')
		kind = 'I';
	else if (*at == ' ' && at[1] && strchr("LSM", at[1]) && at[2] == ' ')
		kind = at[1];
	else
		return -1;
	at = source_number(at + 3, 16, &address);
	if (!at || *at != ',')
		return -1;
	at = source_number(at + 1, 10, &bytes);
	if (!at || *at || !bytes || bytes > 65535 || address + bytes < address)
		return -1;
	*access = (struct psim_lab_access){
		.address = address, .bytes = bytes, .flags = kind == 'S' ? PSIM_LAB_WRITE : 0};
	*both = kind == 'M';
	return kind != 'I';
}

static long lackey_next(void *state, struct psim_lab_access *list, size_t max, char *error,
			size_t length)
{
	struct lackey *l = state;
	char line[MAX_LINE];
	size_t n = 0;

	while (n < max) {
		bool both = false;
		long got;
		int what;

		if (l->holds) {
			list[n++] = l->held;
			l->holds = false;
			continue;
		}
		got = source_line(&l->source, line, sizeof(line));
		if (got == -1 && source_broken(&l->source, error, length))
			return -1;
		if (got == -1)
			break;
		what = got < 0 ? -1 : parse(line, &list[n], &both);
		if (what < 0 && l->values[2] == 0) {
			source_line_error(
				&l->source,
				"\" L ADDRESS,BYTES\", with L, S or M, or \"I  ADDRESS,BYTES\" expected",
				error, length);
			return -1;
		}
		if (what <= 0)
			continue;
		list[n].who = l->values[0];
		list[n].stream = l->number++ % (unsigned int)l->values[1];
		l->held = list[n++];
		l->held.flags = PSIM_LAB_WRITE;
		l->holds = both;
	}
	return n;
}

const struct psim_lab_workload lab_workload_lackey = {
	.version = PSIM_LAB_VERSION,
	.name = "lackey",
	.about = "a trace of valgrind --tool=lackey --trace-mem=yes",
	.options = options,
	.open = lackey_open,
	.next = lackey_next,
	.close = lackey_close,
};
