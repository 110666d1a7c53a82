/* SPDX-License-Identifier: MIT */
/*
 * The event stream: what the machine does, as events with their virtual time, task and CPU.
 *
 * Events are recorded into a ring, in binary; text and other formats are made when somebody reads them.
 * docs/tracing.md lists every event with its values, and the filters.
 */
#ifndef PSIM_TRACE_H
#define PSIM_TRACE_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PSIM_TRACE_VALUES 4

/**
 * struct psim_trace_event - one event
 * @number: from 1, in the order in which they happened; those that a filter leaves out are not counted
 * @time: virtual nanoseconds since the machine's start
 * @task: number of the task that ran; 0: the main task
 * @cpu: the task's CPU; -1: a device
 * @task_name: the task's name at that moment
 * @kind: which event: psim_trace_name() tells
 * @value: psim_trace_value_name() tells what they are; those without a name are 0
 */
struct psim_trace_event {
	unsigned long long number, time;
	unsigned int task;
	int cpu;
	const char *task_name;
	unsigned int kind;
	unsigned long long value[PSIM_TRACE_VALUES];
};

/**
 * struct psim_trace_config - how to record; zero in a member means its default
 * @events: how many the ring keeps, the newest; 1 to 2^28; default 1048576, 48 bytes each
 * @filter: which events, as psim_trace_filter() takes it; NULL: the filter stays as it is
 */
struct psim_trace_config {
	unsigned long long events;
	const char *filter;
};

/**
 * psim_trace_start() - from now on, record events into an empty ring
 * @config: NULL for all defaults
 *
 * Return: 0; -ESRCH if no machine is running; -EINVAL for a value out of range or a filter with a mistake
 * in it; -ENOMEM. Each is explained in one line on standard error.
 */
int psim_trace_start(const struct psim_trace_config *config);

/**
 * psim_trace_stop() - record no more; what the ring holds stays, until the next start of a machine
 *
 * psim_stop() does this too. Return: 0; -ESRCH if nothing is recorded.
 */
int psim_trace_stop(void);

/**
 * psim_trace_filter() - which events of the machine's stream are recorded and written from now on
 * @filter: terms with commas between them, as "migrate*,page_fault_user,-lock,mm=1,task=app/2";
 *	docs/tracing.md has the grammar; NULL or "": what is on by default; "all": every event
 *
 * Return: 0; -ESRCH if no machine is running; -EINVAL for a mistake, which one line on standard error
 * explains, and the filter stays as it was.
 */
int psim_trace_filter(const char *filter);

/**
 * psim_trace_each() - look at what the ring holds, oldest first
 * @fn: called with each event, which is gone when it returns; what it returns but 0 ends the walk
 * @arg: for @fn
 *
 * Also after psim_trace_stop() and psim_stop(), until the next machine starts. Not while other tasks run.
 *
 * Return: 0, or what @fn returned.
 */
int psim_trace_each(int (*fn)(const struct psim_trace_event *event, void *arg), void *arg);

/**
 * psim_trace_watch() - be told of each event that the filter takes, at the moment when it happens
 * @fn: called in the context of who did it, in the middle of it: it may look (psim_page_counts()), and do
 *	nothing that makes an event or waits; NULL: nobody is told any more
 * @arg: for @fn
 *
 * Events are numbered from 1 on. Until the machine stops.
 *
 * Return: 0; -ESRCH if no machine is running.
 */
int psim_trace_watch(void (*fn)(const struct psim_trace_event *event, void *arg), void *arg);

/* How many events were recorded since psim_trace_start(); the ring holds the newest of them. */
unsigned long long psim_trace_recorded(void);

/* ---- what events there are --------------------------------------------------------------------- */

/* Kinds are numbered from 0 to one less than this. */
unsigned int psim_trace_kinds(void);
/* "page_fault_user": the kernel's tracepoint where there is one; NULL: there is no such kind. */
const char *psim_trace_name(unsigned int kind);
/* "fault": the events that belong together; a filter may name them. */
const char *psim_trace_group(unsigned int kind);
/* One line: what it means. */
const char *psim_trace_about(unsigned int kind);
/* Whether it is recorded without a filter. */
int psim_trace_by_default(unsigned int kind);
/* Return: the kind of that name, or -1. */
int psim_trace_kind(const char *name);
/* "mm", "address"; NULL when the event has no value number @i. */
const char *psim_trace_value_name(unsigned int kind, unsigned int i);
/* Whether the value is shown in hexadecimal: an address, a page frame number, flags. */
int psim_trace_value_hex(unsigned int kind, unsigned int i);
/* Whether the value is a signed number. */
int psim_trace_value_signed(unsigned int kind, unsigned int i);
/**
 * psim_trace_value_word() - values that stand for words: "device-write", the name of a lock
 * @kind: of the event
 * @i: which value
 * @value: the number that the event has there
 * Return: the word, or NULL: it is a number like any other.
 */
const char *psim_trace_value_word(unsigned int kind, unsigned int i, unsigned long long value);

/* ---- text ---------------------------------------------------------------------------------------- */

/**
 * psim_trace_line() - an event as a line of text, without its end
 * @event: the event
 * @line: gets at most @bytes with the final 0; PSIM_TRACE_LINE are enough for any
 *
 * Columns: virtual time in ns, CPU (- for a device), task as name/number, event, its values.
 *
 * Return: the line's length.
 */
int psim_trace_line(const struct psim_trace_event *event, char *line, size_t bytes);
#define PSIM_TRACE_LINE 512

/**
 * psim_trace_to() - from now on, write each event as a line of text to @path, ring or not
 * @path: a file to create or overwrite; NULL ends the trace
 *
 * The lines are psim_trace_line()'s. The same run gives the same bytes, always.
 *
 * Return: 0; -ESRCH if no machine is running; the errno of a file that cannot be written.
 */
int psim_trace_to(const char *path);

/**
 * psim_trace_flush() - hand the lines that psim_trace_to() still keeps to the host
 *
 * Any context; also after psim_stop(), which has done that.
 *
 * Return: 0; the errno of the first write that failed, for which one line on standard error told that
 * the trace breaks off.
 */
int psim_trace_flush(void);

/**
 * psim_trace_write() - write what the ring holds to a file; link with psim_trace
 * @path: a file to create or overwrite
 * @format: "text": psim_trace_line()'s lines; "perfetto": JSON that ui.perfetto.dev opens
 *
 * When psim_trace_each() may be called.
 *
 * Return: 0; -EINVAL: there is no such format; the errno of a file that cannot be written. Each is
 * explained in one line on standard error.
 */
int psim_trace_write(const char *path, const char *format);

/**
 * psim_trace_last_words() - what to do before the process ends with the machine inside of it
 * @fn: called once, when a report or a wild pointer ends the process, since no task is left to go on;
 *	NULL: nothing
 *
 * For programs that want to write the ring out. It stays through starts of machines.
 */
void psim_trace_last_words(void (*fn)(void));

#ifdef __cplusplus
}
#endif

#endif /* PSIM_TRACE_H */
