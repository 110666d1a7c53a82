// SPDX-License-Identifier: MIT
/* psim run --html: the run as a page for a browser. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <psim/machine.h>
#include <psim/trace.h>

#include "psim.h"

/* Counts tell a page's story; locks would push all else out of the ring. */
#define WHAT "all,-lock"

int watch_begin(const char *path)
{
	struct psim_trace_config config = {.filter = WHAT};
	FILE *out;
	int err = 0;

	if (!path)
		return 0;
	/* now, not when all is over */
	out = fopen(path, "w");
	if (!out)
		err = usage_error("cannot write the page to '%s': %s", path, strerror(errno));
	else
		fclose(out);
	if (!err && psim_trace_start(&config))
		err = EXIT_USAGE;
	if (err)
		psim_stop();
	return err;
}

int watch_end(const char *path)
{
	return path && psim_trace_write(path, "html") ? EXIT_USAGE : 0;
}
