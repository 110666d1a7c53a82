// SPDX-License-Identifier: MIT
/*
 * The ring as a page for a browser: one file with all it needs (docs/watching.md).
 *
 * The page itself is made of src/trace/page when psim is built. Here its two holes are filled: what there
 * is to know beforehand, as JSON, and the events in blocks (html_block.c), last of all, so that a file that
 * was cut off still has what comes before the cut.
 */
#include <errno.h>
#include <jansson.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "html.h"
#include "writer.h"

__asm__(".section .rodata\n"
	"psim_trace_page: .incbin \"" PSIM_TRACE_PAGE "\"\n"
	".byte 0\n"
	".previous\n");

extern const char page[] __asm__("psim_trace_page");

#define HOLE_META "@PSIM_META@"
#define HOLE_DATA "@PSIM_DATA@"

/* A word that a value of some kind stands for */
struct word {
	unsigned int kind, i;
	unsigned long long value;
};

/* Everything that both walks over the ring need */
struct survey {
	struct psim_html html;
	void *tasks, *words; /* tsearch() trees */
	json_t *task_list, *kinds;
	const char *title;
	unsigned int title_task;
	unsigned long long events, first;
	int err;
};

/* A string that JSON can hold: names are cut at a byte, maybe within a letter. */
static json_t *json_name(const char *text)
{
	json_t *name = json_string(text);
	char *copy;

	if (name)
		return name;
	copy = strdup(text);
	if (!copy)
		return NULL;
	for (char *c = copy; *c; c++)
		if (*c & 0x80)
			*c = '?';
	name = json_string(copy);
	free(copy);
	return name;
}

/* ---- the first walk: who is there, and which words ----------------------------------------------- */

static int order_of_tasks(const void *a, const void *b)
{
	const struct psim_html_task *x = a, *y = b;

	if (x->number != y->number)
		return x->number < y->number ? -1 : 1;
	return strcmp(x->name, y->name);
}

/* The task's place in the list; a new one gets the next. */
static int task_index(struct survey *s, const struct psim_trace_event *event, unsigned int *index)
{
	struct psim_html_task key = {.number = event->task, .name = (char *)event->task_name};
	struct psim_html_task **found = tfind(&key, &s->tasks, order_of_tasks), *task;

	if (found) {
		*index = (*found)->index;
		return 0;
	}
	task = malloc(sizeof(*task));
	if (task) {
		task->number = event->task;
		task->index = json_array_size(s->task_list);
		task->name = strdup(event->task_name);
	}
	if (!task || !task->name || !tsearch(task, &s->tasks, order_of_tasks)) {
		if (task)
			free(task->name);
		free(task);
		return -ENOMEM;
	}
	if (json_array_append_new(s->task_list, json_pack("{s:i, s:o}", "number", (int)task->number,
							  "name", json_name(task->name))))
		return -ENOMEM;
	if (task->number && (!s->title || task->number < s->title_task)) {
		s->title = task->name;
		s->title_task = task->number;
	}
	*index = task->index;
	return 0;
}

static int order_of_words(const void *a, const void *b)
{
	const struct word *x = a, *y = b;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (x->i != y->i)
		return x->i < y->i ? -1 : 1;
	return x->value == y->value ? 0 : x->value < y->value ? -1 : 1;
}

static int note_word(struct survey *s, const struct psim_trace_event *event, unsigned int i)
{
	const char *text = psim_trace_value_word(event->kind, i, event->value[i]);
	struct word key = {event->kind, i, event->value[i]}, *word;
	json_t *value, *words;
	char number[24];

	if (!text || tfind(&key, &s->words, order_of_words))
		return 0;
	word = malloc(sizeof(*word));
	if (!word)
		return -ENOMEM;
	*word = key;
	if (!tsearch(word, &s->words, order_of_words)) {
		free(word);
		return -ENOMEM;
	}
	value = json_array_get(json_object_get(json_array_get(s->kinds, event->kind), "values"), i);
	words = json_object_get(value, "words");
	if (!words) {
		words = json_object();
		if (json_object_set_new(value, "words", words))
			return -ENOMEM;
	}
	snprintf(number, sizeof(number), "%llu", event->value[i]);
	return json_object_set_new(words, number, json_name(text)) ? -ENOMEM : 0;
}

static int survey_event(const struct psim_trace_event *event, void *arg)
{
	struct survey *s = arg;
	unsigned int index;

	if (!s->events++)
		s->first = event->number;
	s->err = task_index(s, event, &index);
	for (unsigned int i = 0; !s->err && i < s->html.widths[event->kind]; i++)
		s->err = note_word(s, event, i);
	return s->err;
}

/* ---- what there is to know beforehand --------------------------------------------------------------- */

static json_t *describe_kind(unsigned int kind, unsigned char *width)
{
	json_t *values = json_array();
	const char *name;

	for (*width = 0; *width < PSIM_TRACE_VALUES; ++*width) {
		name = psim_trace_value_name(kind, *width);
		if (!name)
			break;
		json_array_append_new(values,
				      json_pack("{s:s, s:b, s:b}", "name", name, "hex",
						psim_trace_value_hex(kind, *width), "signed",
						psim_trace_value_signed(kind, *width)));
	}
	return json_pack("{s:s, s:s, s:s, s:o}", "name", psim_trace_name(kind), "group",
			 psim_trace_group(kind), "about", psim_trace_about(kind), "values", values);
}

static int describe_kinds(struct survey *s)
{
	unsigned int count = psim_trace_kinds();

	s->kinds = json_array();
	s->task_list = json_array();
	s->html.widths = calloc(count, 1);
	if (!s->kinds || !s->task_list || !s->html.widths)
		return -ENOMEM;
	for (unsigned int kind = 0; kind < count; kind++)
		if (json_array_append_new(s->kinds, describe_kind(kind, &s->html.widths[kind])))
			return -ENOMEM;
	s->html.kinds = count;
	return 0;
}

/* JSON inside of a script element: no '<' may show, or the browser could take it for markup. */
static int write_meta(struct survey *s, FILE *out)
{
	json_t *meta =
		json_pack("{s:i, s:s, s:o, s:I, s:I, s:O, s:O}", "format", PSIM_HTML_FORMAT,
			  "program", PSIM_VERSION, "title",
			  json_name(s->title ? s->title : "a run"), "events", (json_int_t)s->events,
			  "first", (json_int_t)s->first, "kinds", s->kinds, "tasks", s->task_list);
	char *text = meta ? json_dumps(meta, JSON_COMPACT | JSON_ENSURE_ASCII) : NULL;

	json_decref(meta);
	if (!text)
		return -ENOMEM;
	for (const char *c = text; *c; c++) {
		if (*c == '<')
			fputs("\\u003c", out);
		else
			fputc(*c, out);
	}
	free(text);
	return 0;
}

/* ---- the file ---------------------------------------------------------------------------------------- */

static int write_event(const struct psim_trace_event *event, void *arg)
{
	struct survey *s = arg;
	unsigned int task;

	s->err = task_index(s, event, &task);
	if (!s->err)
		s->err = psim_html_event(&s->html, event, task);
	return s->err;
}

static int write_page(struct survey *s, FILE *out)
{
	const char *meta = strstr(page, HOLE_META), *data = strstr(page, HOLE_DATA);
	int err;

	fwrite(page, meta - page, 1, out);
	err = write_meta(s, out);
	if (err)
		return err;
	meta += strlen(HOLE_META);
	fwrite(meta, data - meta, 1, out);
	s->html.out = out;
	psim_trace_each(write_event, s);
	err = s->err ? s->err : psim_html_flush(&s->html);
	fputs(data + strlen(HOLE_DATA), out);
	return err;
}

static void free_task(void *node)
{
	free(((struct psim_html_task *)node)->name);
	free(node);
}

int psim_trace_write_html(FILE *out)
{
	struct survey s = {0};
	int err = describe_kinds(&s);

	if (!err) {
		psim_trace_each(survey_event, &s);
		err = s.err ? s.err : write_page(&s, out);
	}
	psim_html_free(&s.html);
	free(s.html.widths);
	json_decref(s.kinds);
	json_decref(s.task_list);
	tdestroy(s.tasks, free_task);
	tdestroy(s.words, free);
	return err;
}
