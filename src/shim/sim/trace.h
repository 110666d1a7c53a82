/* SPDX-License-Identifier: MIT */
/* What the files of the event stream ask of each other. */
#ifndef PSIM_SIM_TRACE_H
#define PSIM_SIM_TRACE_H

#include <psim/trace.h>

#include "sim/guard.h"

/* The strings of this machine's events: nothing without memory. */
int psim_trace_strings_start(void);
/* "?" for a number that is none. */
const char *psim_trace_string_text(u64 number);
/* As psim_trace_string() for a task's name, where it was found last for a task of this number. */
u32 psim_trace_task_name(unsigned int task, const char *name);

/* Called under the guard of the stream. Whether the filter takes the event of a kind that it wants. */
bool psim_trace_filter_takes(const struct psim_trace_event *event);
/* Return: 0, and @kinds are those that it wants; a negative errno after a message. */
int psim_trace_filter_set(const char *filter, bool kinds[PSIM_EV_COUNT]);

/* The text stream. psim_trace_text_event() is called under the guard of the stream. */
void psim_trace_text_event(const struct psim_trace_event *event);
bool psim_trace_text_open(void);
void psim_trace_text_close(void);

/* Somebody began or ended to take events, or takes others. */
void psim_trace_wants_changed(void);

#endif /* PSIM_SIM_TRACE_H */
