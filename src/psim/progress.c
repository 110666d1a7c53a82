// SPDX-License-Identifier: MIT
/*
 * How far a run is, on a terminal, once it has taken a second. A thread of its own writes the line; the
 * machine is not asked anything, so a run is the same with it and without.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>

#include "show.h"

static struct {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t ended;
	int running, over, shown;
	char what[64];
	const volatile unsigned long long *done, *total;
	struct pace pace;
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

/* ---- how long it goes on --------------------------------------------------------------------------------------- */

/* Three seconds and a hundredth of the work say something; ten seconds do with less. */
static bool can_tell(double now, unsigned long long done, unsigned long long total)
{
	return done && now >= 3 && (now >= 10 || done >= total / 100);
}

double pace_left(struct pace *pace, double now, unsigned long long done, unsigned long long total)
{
	double least;

	if (done >= total)
		return done ? 0 : -1;
	if (done != pace->done)
		pace->ends = now * total / done;
	pace->done = done;
	if (!can_tell(now, done, total))
		return -1;
	least = now * (total - done - 1) / (done + 1);
	return pace->ends - now > least ? pace->ends - now : least;
}

/* Nobody reads the seconds of an hour. */
const char *pace_text(double seconds)
{
	static char text[48];
	unsigned long minutes;

	if (seconds < 0 || seconds > 1e7)
		return "";
	minutes = seconds / 60 + 0.5;
	if (seconds < 99.5)
		snprintf(text, sizeof(text), "about %.0f s left", seconds < 1 ? 1 : seconds);
	else if (minutes < 100)
		snprintf(text, sizeof(text), "about %lu min left", minutes);
	else
		snprintf(text, sizeof(text), "about %lu h %lu min left", minutes / 60,
			 minutes % 60);
	return text;
}

/* ---- the line ---------------------------------------------------------------------------------------------------- */

/* A line that is longer than the terminal is wide would not be overwritten. */
static void cut(char *line)
{
	struct winsize size;
	size_t length = strlen(line), n;

	if (ioctl(fileno(stderr), TIOCGWINSZ, &size) || !size.ws_col || length < size.ws_col)
		return;
	for (n = size.ws_col - 1; n && ((unsigned char)line[n] & 0xc0) == 0x80; n--)
		; /* letters of several bytes stay whole */
	line[n] = 0;
}

/* The cursor goes back to the line's start, so that a report overwrites the line. */
static void show(unsigned int seconds)
{
	unsigned long long total = meter.total ? *meter.total : 0, done = total ? *meter.done : 0;
	double part = total ? (double)done / total : 0;
	const char *left = "";
	char line[256];

	meter.shown = 1;
	if (total) {
		left = pace_text(pace_left(&meter.pace, seconds, done, total));
		snprintf(line, sizeof(line), "%s %s, %2.0f %%, %u s%s%s", progress_bar(part),
			 meter.what, part * 100, seconds, *left ? ", " : "", left);
	} else {
		snprintf(line, sizeof(line), "%s, %u s", meter.what, seconds);
	}
	cut(line);
	fprintf(stderr, "\r%s\033[K\r", line);
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
	snprintf(meter.what, sizeof(meter.what), "%s", what);
	meter.pace = (struct pace){0};
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

void progress_say(const char *what)
{
	if (!meter.running)
		return;
	pthread_mutex_lock(&meter.lock);
	snprintf(meter.what, sizeof(meter.what), "%s", what);
	pthread_mutex_unlock(&meter.lock);
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
