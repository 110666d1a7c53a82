/* SPDX-License-Identifier: MIT */
/* Between the page's writer (html.c) and its blocks of events (html_block.c). */
#ifndef PSIM_TRACE_HTML_H
#define PSIM_TRACE_HTML_H

#include <stddef.h>
#include <stdio.h>

#include <psim/trace.h>

/* Of the data in the page; a page reads its own alone */
#define PSIM_HTML_FORMAT 1
/* Events in a block: what is lost, at most, where a file was cut off */
#define PSIM_HTML_BLOCK 4096

/* In the order in which they stand in a block */
enum psim_html_column {
	PSIM_HTML_KIND,
	PSIM_HTML_TASK,
	PSIM_HTML_CPU,
	PSIM_HTML_NUMBER,
	PSIM_HTML_TIME,
	PSIM_HTML_VALUES,
	PSIM_HTML_COLUMNS
};

struct psim_html_bytes {
	unsigned char *data;
	size_t length, room;
};

struct psim_html_task {
	unsigned int number, index;
	char *name;
};

/**
 * struct psim_html - the blocks of one file
 * @out: where they go
 * @kinds, @widths: how many values events of each kind have
 * @last: each kind's values in the block's newest event of it, allocated at the first event
 */
struct psim_html {
	FILE *out;
	unsigned int kinds;
	unsigned char *widths;
	struct psim_html_bytes column[PSIM_HTML_COLUMNS], packed, text;
	unsigned int count;
	unsigned long long number, time, *last;
};

/* One event more; writes the block when it is full. @task: its place in the list of tasks. */
int psim_html_event(struct psim_html *html, const struct psim_trace_event *event,
		    unsigned int task);
/* Write what the last block has. */
int psim_html_flush(struct psim_html *html);
void psim_html_free(struct psim_html *html);

#endif /* PSIM_TRACE_HTML_H */
