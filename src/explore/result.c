// SPDX-License-Identifier: MIT
/* Results: gathering failures and end states, and joining the parts of a search; none depends on order. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "explore.h"

void psimx_result_init(struct result *result)
{
	memset(result, 0, sizeof(*result));
	result->shards = 1;
}

void psimx_result_forget(struct result *result)
{
	for (unsigned int i = 0; i < result->nr_failures; i++) {
		free(result->failures[i].steps);
		free(result->failures[i].plan);
		free(result->failures[i].events);
	}
	result->nr_failures = result->nr_states = 0;
	result->schedules = result->asked = result->failed = 0;
	memset(result->failures, 0, sizeof(result->failures));
}

void psimx_result_free(struct result *result)
{
	psimx_result_forget(result);
	free(result->states);
	free(result->position);
	psimx_result_init(result);
}

/* ---- states: a set, sorted ------------------------------------------------------------------------------- */

void psimx_result_state(struct result *result, uint64_t state)
{
	unsigned int from = 0, to = result->nr_states;

	while (from < to) {
		unsigned int middle = from + (to - from) / 2;

		if (result->states[middle] == state)
			return;
		if (result->states[middle] < state)
			from = middle + 1;
		else
			to = middle;
	}
	if (result->nr_states == MOST_STATES)
		return;
	if (result->nr_states == result->states_room) {
		result->states_room = result->states_room ? 2 * result->states_room : 64;
		result->states =
			realloc(result->states, result->states_room * sizeof(*result->states));
		if (!result->states)
			abort();
	}
	memmove(result->states + from + 1, result->states + from,
		(result->nr_states++ - from) * sizeof(*result->states));
	result->states[from] = state;
}

/* ---- failures ------------------------------------------------------------------------------------------------ */

/* Fewer steps first, then by seed, then in lexical order. */
static bool comes_before(const struct step *a, unsigned int na, unsigned long long seed_a,
			 const struct failure *b)
{
	if (na != b->nr_steps)
		return na < b->nr_steps;
	if (seed_a != b->seed)
		return seed_a < b->seed;
	for (unsigned int i = 0; i < na; i++) {
		if (a[i].at != b->steps[i].at)
			return a[i].at < b->steps[i].at;
		if (a[i].option != b->steps[i].option)
			return a[i].option < b->steps[i].option;
	}
	return false;
}

static void keep(struct failure *f, const char *text, int result, const struct step *steps,
		 unsigned int n, unsigned long long seed)
{
	free(f->steps);
	f->steps = malloc((n + 1) * sizeof(*steps));
	if (!f->steps)
		abort();
	if (n)
		memcpy(f->steps, steps, n * sizeof(*steps));
	f->nr_steps = n;
	f->seed = seed;
	f->result = result;
	snprintf(f->text, sizeof(f->text), "%s", text);
}

/* The failure of this text, or a new one, or NULL: there are too many different ones. */
static struct failure *failure_of(struct result *result, const char *text)
{
	for (unsigned int i = 0; i < result->nr_failures; i++) {
		if (psimx_texts_same(result->failures[i].text, text))
			return &result->failures[i];
	}
	if (result->nr_failures == MOST_FAILURES)
		return NULL;
	return &result->failures[result->nr_failures++];
}

static void add_failure(struct result *result, const char *text, int value, unsigned long long n,
			const struct step *steps, unsigned int nr_steps, unsigned long long seed)
{
	struct failure *f = failure_of(result, text);

	result->failed += n;
	if (!f)
		return;
	f->count += n;
	if (f->count == n || comes_before(steps, nr_steps, seed, f))
		keep(f, text, value, steps, nr_steps, seed);
}

void psimx_result_failure(struct result *result, const struct outcome *outcome,
			  const struct step *steps, unsigned int nr_steps, unsigned long long seed)
{
	char text[256];

	if (outcome->reports)
		snprintf(text, sizeof(text), "%s", outcome->report);
	else
		snprintf(text, sizeof(text), "the scenario returned %s%s",
			 outcome->result < 0 ? "-" : "",
			 strerrorname_np(abs(outcome->result)) ?: "no errno");
	add_failure(result, text, outcome->result, 1, steps, nr_steps, seed);
}

static int failure_order(const void *a, const void *b)
{
	return strcmp(((const struct failure *)a)->text, ((const struct failure *)b)->text);
}

/* ---- JSON -------------------------------------------------------------------------------------------------------- */

static json_t *steps_to_json(const struct step *steps, unsigned int n)
{
	json_t *array = json_array();

	for (unsigned int i = 0; i < n; i++)
		json_array_append_new(array,
				      json_pack("[ii]", (int)steps[i].at, (int)steps[i].option));
	return array;
}

static json_t *failures_to_json(const struct result *result, bool whole)
{
	struct failure sorted[MOST_FAILURES];
	json_t *array = json_array();

	memcpy(sorted, result->failures, sizeof(sorted));
	qsort(sorted, result->nr_failures, sizeof(sorted[0]), failure_order);
	for (unsigned int i = 0; i < result->nr_failures; i++) {
		const struct failure *f = &sorted[i];
		json_t *one = json_pack("{sssisI}", "text", f->text, "result", f->result, "count",
					(json_int_t)f->count);

		json_object_set_new(one, "plan", f->plan ? json_string(f->plan) : json_null());
		if (whole) {
			json_object_set_new(one, "seed", json_integer(f->seed));
			json_object_set_new(one, "steps", steps_to_json(f->steps, f->nr_steps));
		}
		json_array_append_new(array, one);
	}
	return array;
}

static json_t *parts_to_json(const struct result *result)
{
	json_t *array = json_array();

	for (unsigned int i = 0; i < result->shards; i++) {
		if (result->parts[i / 8] >> i % 8 & 1)
			json_array_append_new(array, json_integer(i));
	}
	return array;
}

json_t *psimx_result_to_json(const struct result *r, bool whole)
{
	json_t *json = json_pack("{ssssssssss}", "scenario", r->scenario, "settings", r->settings,
				 "points", r->points, "strategy", r->strategy, "bound", r->bound);
	json_t *states = json_array();

	json_object_set_new(json, "schedules", json_integer(r->schedules));
	json_object_set_new(json, "pruned", json_integer(r->pruned));
	json_object_set_new(json, "choices", json_integer(r->asked));
	json_object_set_new(json, "left", json_integer(r->left));
	json_object_set_new(json, "states", json_integer(r->nr_states));
	json_object_set_new(json, "complete", json_boolean(r->complete));
	json_object_set_new(json, "failed", json_integer(r->failed));
	json_object_set_new(json, "failures", failures_to_json(r, whole));
	json_object_set_new(json, "shards", json_integer(r->shards));
	json_object_set_new(json, "parts", parts_to_json(r));
	if (!whole) {
		json_decref(states);
		return json;
	}
	for (unsigned int i = 0; i < r->nr_states; i++)
		json_array_append_new(states, json_integer((json_int_t)r->states[i]));
	json_object_set_new(json, "end_states", states);
	json_object_set_new(json, "position", steps_to_json(r->position, r->nr_position));
	json_object_set_new(json, "seconds", json_real(r->seconds));
	return json;
}

/* Return: an array to be freed, or NULL when the JSON is not one of steps. */
static struct step *steps_from_json(const json_t *json, unsigned int *n)
{
	struct step *steps = calloc(json_array_size(json) + 1, sizeof(*steps));
	size_t i;
	json_t *one;

	if (!steps || !json_is_array(json)) {
		free(steps);
		return NULL;
	}
	json_array_foreach(json, i, one)
	{
		steps[i].at = json_integer_value(json_array_get(one, 0));
		steps[i].option = json_integer_value(json_array_get(one, 1));
	}
	*n = i;
	return steps;
}

static int failures_from_json(struct result *result, const json_t *json)
{
	size_t i;
	json_t *one;

	json_array_foreach(json, i, one)
	{
		const char *text = json_string_value(json_object_get(one, "text"));
		unsigned int n;
		struct step *steps = steps_from_json(json_object_get(one, "steps"), &n);
		unsigned long long failed = result->failed;

		if (!text || !steps) {
			free(steps);
			return -1;
		}
		add_failure(result, text, json_integer_value(json_object_get(one, "result")),
			    json_integer_value(json_object_get(one, "count")), steps, n,
			    json_integer_value(json_object_get(one, "seed")));
		result->failed = failed;
		free(steps);
	}
	return 0;
}

static int texts_from_json(struct result *r, const json_t *json)
{
	const char *scenario, *settings, *points, *strategy, *bound;

	if (json_unpack((json_t *)json, "{ssssssssss}", "scenario", &scenario, "settings",
			&settings, "points", &points, "strategy", &strategy, "bound", &bound))
		return -1;
	snprintf(r->scenario, sizeof(r->scenario), "%s", scenario);
	snprintf(r->settings, sizeof(r->settings), "%s", settings);
	snprintf(r->points, sizeof(r->points), "%s", points);
	snprintf(r->strategy, sizeof(r->strategy), "%s", strategy);
	snprintf(r->bound, sizeof(r->bound), "%s", bound);
	return 0;
}

int psimx_result_from_json(struct result *r, const json_t *json, char *error, size_t bytes)
{
	json_int_t schedules, pruned, asked, left, failed, shards;
	json_t *states, *position, *parts, *failures, *one;
	int complete;
	size_t i;

	psimx_result_init(r);
	if (texts_from_json(r, json) ||
	    json_unpack((json_t *)json, "{sIsIsIsIsIsIsbsFsosososo}", "schedules", &schedules,
			"pruned", &pruned, "choices", &asked, "left", &left, "failed", &failed,
			"shards", &shards, "complete", &complete, "seconds", &r->seconds,
			"end_states", &states, "position", &position, "parts", &parts, "failures",
			&failures) ||
	    shards < 1 || shards > (json_int_t)sizeof(r->parts) * 8) {
		snprintf(error, bytes, "it is not the saved result of an exploration");
		return -1;
	}
	r->schedules = schedules;
	r->pruned = pruned;
	r->asked = asked;
	r->left = left;
	r->failed = failed;
	r->shards = shards;
	r->complete = complete;
	json_array_foreach(states, i, one) psimx_result_state(r, json_integer_value(one));
	json_array_foreach(parts, i, one)
	{
		json_int_t part = json_integer_value(one);

		if (part >= 0 && part < shards)
			r->parts[part / 8] |= 1 << part % 8;
	}
	r->position = steps_from_json(position, &r->nr_position);
	if (!r->position || failures_from_json(r, failures)) {
		psimx_result_free(r);
		snprintf(error, bytes, "its failures or its position are damaged");
		return -1;
	}
	return 0;
}

/* ---- joining ------------------------------------------------------------------------------------------------------- */

static bool all_parts(const struct result *r)
{
	for (unsigned int i = 0; i < r->shards; i++) {
		if (!(r->parts[i / 8] >> i % 8 & 1))
			return false;
	}
	return true;
}

int psimx_result_merge(struct result *whole, const struct result *part, char *error, size_t bytes)
{
	unsigned long long failed = whole->failed + part->failed;

	if (strcmp(whole->scenario, part->scenario) || strcmp(whole->settings, part->settings) ||
	    strcmp(whole->points, part->points) || strcmp(whole->strategy, part->strategy) ||
	    strcmp(whole->bound, part->bound) || whole->shards != part->shards) {
		snprintf(error, bytes, "it is of another exploration: %s %s, %s, %u parts",
			 part->scenario, part->settings, part->bound, part->shards);
		return -1;
	}
	for (unsigned int i = 0; i < sizeof(whole->parts); i++) {
		if (whole->parts[i] & part->parts[i]) {
			snprintf(error, bytes, "its part is there already");
			return -1;
		}
		whole->parts[i] |= part->parts[i];
	}
	whole->schedules += part->schedules;
	whole->pruned += part->pruned;
	whole->asked += part->asked;
	whole->left += part->left;
	whole->complete = whole->complete && part->complete;
	if (part->seconds > whole->seconds)
		whole->seconds = part->seconds;
	for (unsigned int i = 0; i < part->nr_states; i++)
		psimx_result_state(whole, part->states[i]);
	for (unsigned int i = 0; i < part->nr_failures; i++) {
		const struct failure *f = &part->failures[i];

		add_failure(whole, f->text, f->result, f->count, f->steps, f->nr_steps, f->seed);
	}
	whole->failed = failed;
	return 0;
}

bool psimx_result_is_whole(const struct result *result)
{
	return result->complete && all_parts(result);
}

/* ---- JUnit ----------------------------------------------------------------------------------------------------------- */

static void xml(FILE *out, const char *text)
{
	for (; *text; text++) {
		switch (*text) {
		case '&':
			fputs("&amp;", out);
			break;
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		default:
			fputc((unsigned char)*text < ' ' ? ' ' : *text, out);
		}
	}
}

int psimx_result_junit(const struct result *r, const char *path)
{
	FILE *out = fopen(path, "w");
	unsigned int n = r->nr_failures ? r->nr_failures : 1;
	bool open_end = !r->nr_failures && !psimx_result_is_whole(r);

	if (!out)
		return -1;
	fprintf(out,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"psim %s %s\" "
		"tests=\"%u\" failures=\"%u\" errors=\"%d\" time=\"%.3f\">\n",
		r->strategy, r->scenario, n, r->nr_failures, open_end, r->seconds);
	for (unsigned int i = 0; i < n; i++) {
		fprintf(out, "  <testcase classname=\"%s\" name=\"", r->scenario);
		xml(out, r->nr_failures ? r->failures[i].text : r->bound);
		fputs("\">", out);
		if (r->nr_failures) {
			fputs("<failure message=\"", out);
			xml(out, r->failures[i].text);
			fputs("\">psim replay '", out);
			xml(out, r->failures[i].plan ? r->failures[i].plan : "");
			fputs("'</failure>", out);
		} else if (open_end) {
			fputs("<error message=\"the bound was not completed\"/>", out);
		}
		fputs("</testcase>\n", out);
	}
	fputs("</testsuite>\n", out);
	return fclose(out);
}
