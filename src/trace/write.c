// SPDX-License-Identifier: MIT
/* Writing what the ring holds to a file: which formats there are, and the file itself. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "writer.h"

/* A format a line; each in a file of its own. */
static const struct {
	const char *name;
	int (*write)(FILE *out);
} formats[] = {
	{"text", psim_trace_write_text},
	{"perfetto", psim_trace_write_perfetto},
	{"html", psim_trace_write_html},
};

static int complain(int err, const char *path)
{
	fprintf(stderr, "psim: cannot write the trace to '%s': %s\n", path, strerror(-err));
	return err;
}

static int write_file(const char *path, int (*write)(FILE *out))
{
	FILE *out = fopen(path, "w");
	int err;

	if (!out)
		return complain(-errno, path);
	err = write(out);
	if (!err && (fflush(out) || ferror(out)))
		err = errno ? -errno : -EIO;
	if (fclose(out) && !err)
		err = -errno;
	return err ? complain(err, path) : 0;
}

int psim_trace_write(const char *path, const char *format)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		if (!strcmp(formats[i].name, format))
			return write_file(path, formats[i].write);
	}
	fprintf(stderr, "psim: there is no trace format '%s'\n", format);
	return -EINVAL;
}
