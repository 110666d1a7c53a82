/* SPDX-License-Identifier: MIT */
/* What a format's writer offers to write.c. */
#ifndef PSIM_TRACE_WRITER_H
#define PSIM_TRACE_WRITER_H

#include <stdio.h>

#include <psim/trace.h>

/* Writes what the ring holds, by psim_trace_each(). Return: 0, or a negative errno; @out tells of its own. */
int psim_trace_write_text(FILE *out);
int psim_trace_write_perfetto(FILE *out);
int psim_trace_write_html(FILE *out);

#endif /* PSIM_TRACE_WRITER_H */
