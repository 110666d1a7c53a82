// SPDX-License-Identifier: MIT
/*
 * The events of one run, as the lines of its trace: the last of each task for whoever wants to see what led
 * to a failure, and a stop before one of them for a debugger. Kept is what happens in the part that is
 * explored, up to the first report.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "explore.h"

#define KEPT	    256 /* events, of all tasks */
#define MOST_TASKS  4 /* columns */
#define MOST_EACH   6 /* events in a column */
#define WIDTH	    40
#define LINE_LENGTH 160

/* Numbers are those of the trace's lines, from 1. */
struct event {
	unsigned long long number;
	unsigned int task;
	char line[LINE_LENGTH];
};

static struct {
	struct event *kept;
	unsigned long long n, seen, stop_at; /* how many are kept, and happened */
	bool reported;
} now;

void psimx_events_begin(unsigned long long stop_at)
{
	now.n = now.seen = 0;
	now.reported = false;
	now.stop_at = stop_at;
	now.kept = calloc(KEPT, sizeof(*now.kept));
	if (!now.kept)
		abort();
}

unsigned long long psimx_events_end(void)
{
	free(now.kept);
	now.kept = NULL;
	return now.seen;
}

/* For "break psim_stopped_before_event", and to look at: a frame with a name. */
__attribute__((noinline)) void psim_stopped_before_event(unsigned long long number,
							 const char *line)
{
	fprintf(stderr, "psim: before event %llu: %s\n", number, line);
	fprintf(stderr, "psim: one back: --stop-at %llu\n", number > 1 ? number - 1 : 1);
	raise(SIGTRAP);
}

/* "  12345   1 fault/6 set_pte: mm=1 ..." */
static const char *task_of(const struct event *event, int *length)
{
	const char *at = event->line + strspn(event->line, " ");

	for (int columns = 0; columns < 2; columns++) {
		at += strcspn(at, " ");
		at += strspn(at, " ");
	}
	*length = strcspn(at, " ");
	return at;
}

static const char *what_of(const struct event *event)
{
	int length;
	const char *at = task_of(event, &length) + length;

	return at + strspn(at, " ");
}

void psimx_events_happened(unsigned int task, const char *line, unsigned int bytes)
{
	struct event event = {.number = ++now.seen, .task = task};

	snprintf(event.line, sizeof(event.line), "%.*s", (int)bytes, line);
	if (psim_steer_inside && !now.reported)
		now.kept[now.n++ % KEPT] = event;
	if (!strncmp(what_of(&event), "report:", 7))
		now.reported = true;
	if (now.seen == now.stop_at)
		psim_stopped_before_event(now.seen, event.line);
}

/* ---- side by side ------------------------------------------------------------------------------------------ */

static struct event *back(unsigned long long i)
{
	return &now.kept[(now.n - 1 - i) % KEPT];
}

/* The tasks with the latest events, a column each. */
struct columns {
	struct event *last[MOST_TASKS];
	unsigned int shown[MOST_TASKS];
	unsigned int n;
};

/* Return: -1: it has none. */
static int column_of(struct columns *columns, struct event *event)
{
	for (unsigned int i = 0; i < columns->n; i++) {
		if (columns->last[i]->task == event->task)
			return i;
	}
	if (columns->n == MOST_TASKS)
		return -1;
	columns->last[columns->n] = event;
	return columns->n++;
}

char *psimx_events_side_by_side(void)
{
	unsigned long long have = now.n < KEPT ? now.n : KEPT;
	struct columns columns = {0};
	bool show[KEPT] = {false};
	char *text = NULL;
	size_t bytes;
	FILE *out;

	for (unsigned long long i = 0; i < have; i++) {
		int column = column_of(&columns, back(i));

		show[i] = column >= 0 && columns.shown[column]++ < MOST_EACH;
	}
	out = have ? open_memstream(&text, &bytes) : NULL;
	if (!out)
		return NULL;
	fprintf(out, "%8s", "event");
	for (unsigned int i = 0; i < columns.n; i++) {
		int length;
		const char *name = task_of(columns.last[i], &length);

		fprintf(out, "  %-*.*s", i + 1 < columns.n ? WIDTH : 0, length, name);
	}
	fputc('\n', out);
	for (unsigned long long i = have; i-- > 0;) {
		if (show[i])
			fprintf(out, "%8llu  %*s%.*s\n", back(i)->number,
				column_of(&columns, back(i)) * (WIDTH + 2), "", WIDTH,
				what_of(back(i)));
	}
	fclose(out);
	return text;
}
