// SPDX-License-Identifier: MIT
/* psim explain --json: the story as sections, for other front ends. */
#include <string.h>

#include "explain.h"

/* The words of @text, or its lines. */
static json_t *split(const char *text, const char *at)
{
	json_t *parts = json_array();

	for (; text && *text; text += strspn(text, at)) {
		size_t length = strcspn(text, at);

		json_array_append_new(parts, json_stringn(text, length));
		text += length;
	}
	return parts;
}

static json_t *paragraphs_of(const struct chapter *chapter)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < chapter->nr_paragraphs; i++) {
		const struct paragraph *paragraph = &chapter->paragraphs[i];
		const struct rule *rule = &rules[paragraph->step];

		json_array_append_new(list, json_pack("{ss so ss}", "step", rule->name, "rules",
						      split(rule->numbers, " "), "text",
						      paragraph->text));
	}
	return list;
}

static json_t *counts_of(const struct chapter *chapter)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < chapter->nr_counts; i++)
		json_array_append_new(list, json_string(chapter->counts[i]));
	return list;
}

static json_t *chapter_json(const struct chapter *chapter)
{
	json_t *spans = json_array();

	for (unsigned int i = 0; i < chapter->nr_spans; i++)
		json_array_append_new(spans, json_pack("[II]", (json_int_t)chapter->spans[i].from,
						       (json_int_t)chapter->spans[i].to));
	return json_pack("{ss si ss sI sI sI so si si so so so so ss?}", "title", chapter->title,
			 "task", (int)chapter->task, "task_name", chapter->task_name, "begin_ns",
			 (json_int_t)chapter->begin, "end_ns", (json_int_t)chapter->end,
			 "address_space", (json_int_t)chapter->mm, "addresses", spans, "faults",
			 (int)chapter->faults, "migrations", (int)chapter->migrations, "paragraphs",
			 paragraphs_of(chapter), "before", split(chapter->before, "\n"), "after",
			 split(chapter->after, "\n"), "counts", counts_of(chapter), "locks",
			 chapter->locks);
}

json_t *story_json(const struct story *story)
{
	json_t *chapters = json_array();

	for (size_t i = 0; i < story->n; i++)
		json_array_append_new(chapters, chapter_json(&story->chapters[i]));
	return chapters;
}
