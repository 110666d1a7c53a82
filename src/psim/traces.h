/* SPDX-License-Identifier: MIT */
/* --trace, --perfetto and --html: the files that a run leaves. */
#ifndef PSIM_TRACES_H
#define PSIM_TRACES_H

/**
 * struct traces - what to write; NULL: not that
 * @text: every event at once, as it happens
 * @perfetto, @html: what the ring holds in the end
 * @filter: which events
 * @events: how many the ring keeps; 0: the default
 */
struct traces {
	const char *text, *perfetto, *html, *filter;
	unsigned long long events;
};

/* Before a machine starts: can the files be written? Return: 0, or EXIT_USAGE after a message. */
int traces_check(const struct traces *traces);
/* The machine has started. Return: 0, or EXIT_USAGE after a message. */
int traces_start(const struct traces *traces);
/* It has stopped; or the process ends before. Return: 0, or EXIT_USAGE after a message. */
int traces_write(void);

#endif /* PSIM_TRACES_H */
