// SPDX-License-Identifier: MIT
/* psim run --html: the run as a page for a browser. */
#include <psim/machine.h>
#include <psim/trace.h>

#include "psim.h"

/* Counts tell a page's story; locks would push all else out of the ring. */
#define WHAT "all,-lock"

int watch_begin(const char *path)
{
	struct psim_trace_config config = {.filter = WHAT};

	if (!path)
		return 0;
	/* a page without a run: the path is known to be good, and a process that dies leaves what says so */
	if (!psim_trace_start(&config) && !psim_trace_write(path, "html"))
		return 0;
	psim_stop();
	return EXIT_USAGE;
}

int watch_end(const char *path)
{
	return path && psim_trace_write(path, "html") ? EXIT_USAGE : 0;
}
