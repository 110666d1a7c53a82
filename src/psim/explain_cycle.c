// SPDX-License-Identifier: MIT
/* psim explain: what happens again and again in the same way is told once. */
#include <stdlib.h>
#include <string.h>

#include "explain.h"

#define LONGEST_CYCLE 16
#define MOST_RANGES   24 /* addresses that are listed; what lies between more of them is joined */

static int same_shape(const struct chapter *a, const struct chapter *b)
{
	if (a->nr_paragraphs != b->nr_paragraphs || strcmp(a->task_name, b->task_name) != 0)
		return 0;
	for (unsigned int i = 0; i < a->nr_paragraphs; i++) {
		if (a->paragraphs[i].step != b->paragraphs[i].step)
			return 0;
	}
	/* who starts whom, and what is broken, is told each time */
	if (a->paragraphs[0].step == STEP_TASK)
		return !strcmp(a->title, b->title);
	return a->paragraphs[0].step != STEP_REPORT;
}

static size_t times_of(const struct story *story, size_t first, size_t length)
{
	size_t at = first + length;

	while (at < story->n && same_shape(&story->chapters[at], &story->chapters[at - length]))
		at++;
	return (at - first) / length;
}

struct cycle story_cycle(const struct story *story, size_t first)
{
	struct cycle best = {first, 1, 1};

	for (size_t length = 1; length <= LONGEST_CYCLE; length++) {
		size_t times = times_of(story, first, length);

		/* the shortest that covers most */
		if (times > 1 && (times - 1) * length > (best.times - 1) * best.length)
			best = (struct cycle){first, length, times};
	}
	return best;
}

static int by_address(const void *a, const void *b)
{
	const struct span *x = a, *y = b;

	if (x->mm != y->mm)
		return x->mm < y->mm ? -1 : 1;
	return x->from < y->from ? -1 : x->from > y->from;
}

/* Sorted, and what touches is one. Return: how many are left. */
static size_t join(struct span *spans, size_t n, number gap)
{
	size_t out = 0;

	qsort(spans, n, sizeof(*spans), by_address);
	for (size_t i = 0; i < n; i++) {
		if (out && spans[out - 1].mm == spans[i].mm &&
		    spans[i].from <= spans[out - 1].to + gap) {
			if (spans[i].to > spans[out - 1].to)
				spans[out - 1].to = spans[i].to;
		} else {
			spans[out++] = spans[i];
		}
	}
	return out;
}

static char *write_spans(struct span *spans, size_t n)
{
	char *text = NULL;
	size_t length;
	FILE *file = open_memstream(&text, &length);

	if (!file)
		abort();
	for (size_t i = 0; i < n; i++) {
		fprintf(file, "%s%#llx", i ? ", " : "", spans[i].from);
		if (spans[i].to > spans[i].from + PSIM_PAGE_SIZE)
			fprintf(file, " to %#llx", spans[i].to);
	}
	fclose(file);
	return text;
}

char *cycle_addresses(const struct story *story, const struct cycle *cycle)
{
	size_t end = cycle->first + cycle->length * cycle->times, n = 0;
	struct span *spans = calloc(2 * (end - cycle->first), sizeof(*spans));
	char *text;

	if (!spans)
		abort();
	for (size_t i = cycle->first; i < end; i++) {
		for (unsigned int j = 0; j < story->chapters[i].nr_spans; j++)
			spans[n++] = story->chapters[i].spans[j];
	}
	n = join(spans, n, 0);
	for (number gap = PSIM_PAGE_SIZE; n > MOST_RANGES && gap; gap *= 2)
		n = join(spans, n, gap);
	text = write_spans(spans, n);
	free(spans);
	return text;
}
