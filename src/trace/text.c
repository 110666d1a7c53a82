// SPDX-License-Identifier: MIT
/* The ring as text: the lines that psim_trace_to() would have written. */
#include "writer.h"

static int write_line(const struct psim_trace_event *event, void *out)
{
	char line[PSIM_TRACE_LINE + 1];
	int length = psim_trace_line(event, line, PSIM_TRACE_LINE);

	line[length++] = '\n';
	return fwrite(line, length, 1, out) == 1 ? 0 : 1;
}

int psim_trace_write_text(FILE *out)
{
	psim_trace_each(write_line, out);
	return 0;
}
