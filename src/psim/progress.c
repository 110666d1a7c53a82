// SPDX-License-Identifier: MIT
/*
 * How far a run is, on a terminal, once it has taken a second. A thread of its own writes the line; the
 * machine is not asked anything, so a run is the same with it and without.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#include "show.h"

static struct {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t ended;
	int running, over, shown;
	const char *what;
	const volatile unsigned long long *done, *total;
} meter = {.lock = PTHREAD_MUTEX_INITIALIZER};

#define BAR_WIDTH 24

const char *progress_bar(double part)
{
	static char text[BAR_WIDTH + 3];
	int filled = part > 0 ? (part < 1 ? BAR_WIDTH * part : BAR_WIDTH) : 0;

	memset(text + 1, '#', filled);
	memset(text + 1 + filled, ' ', BAR_WIDTH - filled);
	text[0] = '[';
	text[BAR_WIDTH + 1] = ']';
	return text;
}

/* The cursor goes back to the line's start, so that a report overwrites the line. */
static void show(unsigned int seconds)
{
	unsigned long long total = meter.total ? *meter.total : 0;
	double part = total ? (double)*meter.done / total : 0;

	meter.shown = 1;
	if (total)
		fprintf(stderr, "\r%s %s, %2.0f %%, %u s\033[K\r", progress_bar(part), meter.what,
			part * 100, seconds);
	else
		fprintf(stderr, "\r%s, %u s\033[K\r", meter.what, seconds);
}

static void *tick(void *unused)
{
	struct timespec until;

	(void)unused;
	clock_gettime(CLOCK_MONOTONIC, &until);
	pthread_mutex_lock(&meter.lock);
	for (unsigned int seconds = 0; !meter.over; seconds++) {
		if (seconds)
			show(seconds);
		until.tv_sec++;
		while (!meter.over &&
		       pthread_cond_timedwait(&meter.ended, &meter.lock, &until) != ETIMEDOUT)
			;
	}
	pthread_mutex_unlock(&meter.lock);
	return NULL;
}

void progress_begin(const char *what, const volatile unsigned long long *done,
		    const volatile unsigned long long *total)
{
	pthread_condattr_t clock;
	sigset_t all, before;

	if (!on_terminal(stderr))
		return;
	meter.what = what;
	meter.done = done;
	meter.total = done ? total : NULL;
	meter.over = meter.shown = 0;
	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_cond_init(&meter.ended, &clock);
	pthread_condattr_destroy(&clock);
	sigfillset(&all); /* signals are for the run */
	pthread_sigmask(SIG_SETMASK, &all, &before);
	meter.running = !pthread_create(&meter.thread, NULL, tick, NULL);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void progress_end(void)
{
	if (!meter.running)
		return;
	pthread_mutex_lock(&meter.lock);
	meter.over = 1;
	pthread_cond_signal(&meter.ended);
	pthread_mutex_unlock(&meter.lock);
	pthread_join(meter.thread, NULL);
	pthread_cond_destroy(&meter.ended);
	meter.running = 0;
	if (meter.shown)
		fputs("\r\033[K", stderr);
}
