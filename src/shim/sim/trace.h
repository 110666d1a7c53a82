/* SPDX-License-Identifier: MIT */
/* What the files of the event stream ask of each other. */
#ifndef PSIM_SIM_TRACE_H
#define PSIM_SIM_TRACE_H

#include <psim/trace.h>

#include "sim/guard.h"

/* The strings of this machine's events: nothing without memory. */
int psim_trace_strings_start(void);
/* Whether the value is such a number. */
bool psim_trace_value_string(unsigned int kind, unsigned int i);
/* "?" for a number that is none. */
const char *psim_trace_string_text(u64 number);
/* As psim_trace_string() for a task's name, of TASK_COMM_LEN bytes; under the guard of the stream. */
u32 psim_trace_task_name(unsigned int task, const char *name);

/* How many conditions the filter has. Whether an event that happens now meets them: under the guard. */
extern unsigned int psim_trace_conditions;
bool psim_trace_conditions_hold(enum psim_event kind, const u64 value[PSIM_TRACE_VALUES]);
/* Return: 0, and @kinds are those that it wants; a negative errno after a message. */
int psim_trace_filter_set(const char *filter, bool kinds[PSIM_EV_COUNT]);

/* The text stream, while it is open; under the guard of the stream. */
void psim_trace_text_event(const struct psim_trace_event *event);
bool psim_trace_text_open(void);
void psim_trace_text_close(void);

/* The first event of the text stream, or of the ring. */
void psim_trace_began(bool text);
/* Somebody began or ended to take events, or takes others. */
void psim_trace_wants_changed(void);

#endif /* PSIM_SIM_TRACE_H */
