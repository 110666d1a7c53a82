// SPDX-License-Identifier: MIT
/*
 * Perfetto's JSON: the records. A file is an array, a record a line; one that breaks off opens all the same,
 * for the format does without the array's end. Times are in microseconds.
 */
#include <inttypes.h>
#include <jansson.h>

#include "perfetto.h"

#define MOST_BYTES 8192 /* of a record; the longest has a report's text */

/* A record in one piece: a stream takes its lock for each call. */
static void put(struct perfetto *p, json_t *record)
{
	char text[MOST_BYTES];
	size_t n = 0;

	if (record)
		n = json_dumpb(record, text, sizeof(text),
			       JSON_COMPACT | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(15));
	json_decref(record);
	if (!n || n > sizeof(text)) {
		p->failed = true;
		return;
	}
	fputs(p->records++ ? ",\n" : "[\n", p->out);
	fwrite(text, n, 1, p->out);
}

void psim_perfetto_begin(struct perfetto *p)
{
	psim_perfetto_name(p, GROUP_TASKS, -1, "tasks");
	psim_perfetto_name(p, GROUP_DEVICES, -1, "devices");
	psim_perfetto_name(p, GROUP_PAGES, -1, "pages in use");
}

void psim_perfetto_end(struct perfetto *p)
{
	fputs("\n]\n", p->out);
	if (ferror(p->out))
		p->failed = true;
}

/* A line's number is one more than the task's: 0 is a track that Perfetto keeps for idle CPUs. */
static json_int_t number_of(unsigned int line)
{
	return (json_int_t)line + 1;
}

void psim_perfetto_name(struct perfetto *p, enum group group, long long line, const char *name)
{
	if (line < 0)
		put(p, json_pack("{ss ss si s{ss}}", "ph", "M", "name", "process_name", "pid",
				 group, "args", "name", name));
	else
		put(p, json_pack("{ss ss si sI s{ss}}", "ph", "M", "name", "thread_name", "pid",
				 group, "tid", number_of(line), "args", "name", name));
}

static json_t *record(char phase, const struct place *place, const char *name, const char *category)
{
	const char ph[2] = {phase, 0};

	return json_pack("{ss ss ss sf si sI}", "ph", ph, "name", name, "cat", category, "ts",
			 place->time / 1e3, "pid", place->group, "tid", number_of(place->line));
}

static json_t *value_of(const struct psim_trace_event *event, unsigned int i)
{
	unsigned long long value = event->value[i];
	const char *word = psim_trace_value_word(event->kind, i, value);
	char text[32];

	if (word)
		return json_string(word);
	if (psim_trace_value_hex(event->kind, i) ||
	    (value > INT64_MAX && !psim_trace_value_signed(event->kind, i))) {
		snprintf(text, sizeof(text), "0x%llx", value);
		return json_string(text);
	}
	return json_integer((json_int_t)value);
}

static json_t *arguments(const struct psim_trace_event *event)
{
	json_t *args = json_pack("{sI}", "number", (json_int_t)event->number);
	const char *name;

	for (unsigned int i = 0; (name = psim_trace_value_name(event->kind, i)); i++)
		json_object_set_new(args, name, value_of(event, i));
	if (event->cpu >= 0)
		json_object_set_new(args, "cpu", json_integer(event->cpu));
	return args;
}

void psim_perfetto_event(struct perfetto *p, char phase, const struct place *place,
			 const struct psim_trace_event *event)
{
	json_t *made =
		record(phase, place, psim_trace_name(event->kind), psim_trace_group(event->kind));

	if (phase == 'i')
		json_object_set_new(made, "s", json_string("t"));
	json_object_set_new(made, "args", arguments(event));
	put(p, made);
}

void psim_perfetto_close(struct perfetto *p, const struct place *place, unsigned int kind,
			 const struct psim_trace_event *event)
{
	json_t *made = record('E', place, psim_trace_name(kind), psim_trace_group(kind));

	if (event)
		json_object_set_new(made, "args", json_pack("{so}", "end", arguments(event)));
	put(p, made);
}

void psim_perfetto_mark(struct perfetto *p, char phase, const struct place *place, const char *name)
{
	put(p, record(phase, place, name, "arrow"));
}

void psim_perfetto_arrow(struct perfetto *p, char phase, const struct place *place,
			 const char *name, unsigned long long arrow)
{
	json_t *made = record(phase, place, name, "arrow");

	json_object_set_new(made, "id", json_integer((json_int_t)arrow));
	if (phase == 'f')
		json_object_set_new(made, "bp", json_string("e"));
	put(p, made);
}

void psim_perfetto_counter(struct perfetto *p, unsigned long long time, unsigned int side,
			   long long value)
{
	char name[32] = "RAM";

	if (side)
		snprintf(name, sizeof(name), "device memory %u", side);
	put(p, json_pack("{ss ss sf si s{sI}}", "ph", "C", "name", name, "ts", time / 1e3, "pid",
			 GROUP_PAGES, "args", "pages", (json_int_t)value));
}
