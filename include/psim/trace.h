/* SPDX-License-Identifier: MIT */
/* The event stream: recorded into a ring, written out as text. */
#ifndef PSIM_TRACE_H
#define PSIM_TRACE_H

#ifdef __cplusplus
extern "C" {
#endif

/**
 * psim_trace_to() - from now on, write each event as a line of text to @path
 * @path: a file to create or overwrite; NULL ends the trace
 *
 * Columns: virtual time in ns, CPU (- for a device), task as name/number, event, its values. The same
 * run gives the same bytes, always.
 *
 * Return: 0; -ESRCH if no machine is running; the errno of a file that cannot be written.
 */
int psim_trace_to(const char *path);

#ifdef __cplusplus
}
#endif

#endif /* PSIM_TRACE_H */
