// SPDX-License-Identifier: MIT
/*
 * The files that a run leaves. What the ring holds is written when the machine has stopped; or before, when
 * a report ends the process, or a signal that can be caught.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <psim/trace.h>

#include "psim.h"
#include "traces.h"

/* Counts tell a page's story; locks would push all else out of the ring. */
#define PAGE	     "all,-lock"
#define LAST_SECONDS 20 /* for writing from a signal's handler */

static struct traces wanted;
static int pending;

static const int signals[] = {SIGTERM, SIGINT, SIGHUP, SIGABRT};

static int check(const char *option, const char *path)
{
	int fd;

	if (!path)
		return 0;
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd < 0)
		return usage_error("%s '%s': %s; a file that can be written is needed", option,
				   path, strerror(errno));
	close(fd);
	return 0;
}

int traces_check(const struct traces *traces)
{
	int ring = traces->perfetto || traces->html;

	if (traces->events && !ring)
		return usage_error("--events is the ring's: --perfetto or --html write it");
	if (traces->filter && !ring && !traces->text)
		return usage_error("--filter needs a --trace, --perfetto or --html to filter");
	if (check("--trace", traces->text) || check("--perfetto", traces->perfetto) ||
	    check("--html", traces->html))
		return EXIT_USAGE;
	return 0;
}

static void last_words(void)
{
	traces_write();
}

/*
 * What was interrupted may have had the allocator's lock: a second signal, or the alarm, ends a handler
 * that hangs.
 */
static void on_signal(int number)
{
	signal(SIGALRM, SIG_DFL);
	alarm(LAST_SECONDS);
	psim_trace_flush();
	traces_write();
	raise(number);
}

static void watch(void)
{
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESETHAND};

	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaction(signals[i], &action, NULL);
	psim_trace_last_words(last_words);
}

int traces_start(const struct traces *traces)
{
	const struct psim_trace_config config = {.events = traces->events};

	wanted = *traces;
	if (!wanted.filter && wanted.html)
		wanted.filter = PAGE;
	if (wanted.filter && psim_trace_filter(wanted.filter))
		return EXIT_USAGE;
	if (traces->text && psim_trace_to(traces->text))
		return EXIT_USAGE;
	if ((traces->perfetto || traces->html) && psim_trace_start(&config))
		return EXIT_USAGE;
	/* a page without a run: a process that dies without a word leaves what says so */
	if (traces->html && psim_trace_write(traces->html, "html"))
		return EXIT_USAGE;
	pending = traces->perfetto || traces->html;
	if (pending || traces->text)
		watch();
	return 0;
}

int traces_write(void)
{
	int err = wanted.text ? psim_trace_flush() : 0;

	if (!pending)
		return err ? EXIT_USAGE : 0;
	pending = 0;
	if (wanted.perfetto)
		err |= psim_trace_write(wanted.perfetto, "perfetto");
	if (wanted.html)
		err |= psim_trace_write(wanted.html, "html");
	return err ? EXIT_USAGE : 0;
}
