// SPDX-License-Identifier: MIT
/* Colours on terminals, JSON, and the nearest name to a mistyped one. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "show.h"

int on_terminal(FILE *file)
{
	const char *terminal = getenv("TERM");

	return isatty(fileno(file)) && terminal && strcmp(terminal, "dumb") != 0;
}

const char *paint(FILE *file, enum paint paint)
{
	static const char *const sequences[] = {"\033[0m", "\033[32m", "\033[31m", "\033[33m",
						"\033[1m"};
	const char *no = getenv("NO_COLOR");

	return on_terminal(file) && !(no && *no) ? sequences[paint] : "";
}

void print_json(json_t *json)
{
	json_dumpf(json, stdout, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
	putchar('\n');
	json_decref(json);
}

#define MAX_WORD 40

static unsigned int least(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

/* How many letters to add, to drop, to change, or to swap with the next, to make @b of @a. */
static unsigned int distance(const char *a, const char *b)
{
	unsigned int rows[3][MAX_WORD + 1];
	size_t n = strlen(a), m = strlen(b);

	if (n > MAX_WORD || m > MAX_WORD)
		return ~0u;
	for (size_t j = 0; j <= m; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= n; i++) {
		unsigned int *row = rows[i % 3], *above = rows[(i + 2) % 3],
			     *two_above = rows[(i + 1) % 3];

		row[0] = i;
		for (size_t j = 1; j <= m; j++) {
			row[j] = least(above[j - 1] + (a[i - 1] != b[j - 1]),
				       least(above[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = least(row[j], two_above[j - 2] + 1);
		}
	}
	return rows[n % 3][m];
}

void nearest_offer(struct nearest *nearest, const char *name)
{
	unsigned int d = distance(nearest->word, name);
	/* more than every third letter wrong is another word */
	unsigned int most = 1 + strlen(nearest->word) / 4;

	if (d > most || (nearest->best && d >= nearest->distance))
		return;
	nearest->best = name;
	nearest->distance = d;
}
