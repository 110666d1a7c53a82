/* SPDX-License-Identifier: MIT */
/*
 * How the program shows things: colours on terminals, JSON, how far it is, the nearest name to a
 * mistyped one.
 */
#ifndef PSIM_PROGRAM_SHOW_H
#define PSIM_PROGRAM_SHOW_H

#include <stdio.h>
#include <jansson.h>

enum paint {
	PAINT_OFF,
	PAINT_GOOD,
	PAINT_BAD,
	PAINT_DOUBTFUL,
	PAINT_STRONG
};

/* Is @file a terminal that understands more than letters? */
int on_terminal(FILE *file);
/* What turns the colour on; "" if @file is no such terminal, or NO_COLOR is set. */
const char *paint(FILE *file, enum paint paint);

/* On standard output, members in the order in which they were set; takes the reference. */
void print_json(json_t *json);

/**
 * progress_begin() - after a second, show how far a long run is, and how long it may go on
 * @what: "running eviction"
 * @done: how much of @total is done; NULL: only the seconds are shown
 * On standard error, and only if that is a terminal; otherwise nothing happens.
 */
void progress_begin(const char *what, const volatile unsigned long long *done,
		    const volatile unsigned long long *total);
/* It is at something else by now. */
void progress_say(const char *what);
void progress_end(void);
/* "[#####     ]" */
const char *progress_bar(double part);

/**
 * struct pace - how fast work is done; zeros at its beginning
 * @done: as far as it was told last
 * @ends: in seconds from the beginning, as it looked when @done had just changed
 */
struct pace {
	unsigned long long done;
	double ends;
};

/**
 * pace_left() - how many seconds work may go on
 * @now: seconds since it began
 * @done, @total: of this time alone, not of one before it
 * Counts down while nothing new is done, but not below what is left if the next piece is done this moment.
 * Return: below 0 as long as too little is done to tell.
 */
double pace_left(struct pace *pace, double now, unsigned long long done, unsigned long long total);
/* "about 42 s left"; "" as long as nobody can tell. */
const char *pace_text(double seconds);

/**
 * struct nearest - looks for the name that somebody may have meant
 * @word: what was written
 * @best, @distance: out: the nearest name so far, if it is near enough, and how many letters are wrong
 */
struct nearest {
	const char *word;
	const char *best;
	unsigned int distance;
};
void nearest_offer(struct nearest *nearest, const char *name);

#endif /* PSIM_PROGRAM_SHOW_H */
