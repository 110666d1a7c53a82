// SPDX-License-Identifier: MIT
/*
 * Filters of the event stream (docs/tracing.md has the grammar): terms with commas between them. A name
 * takes events, or, with a minus, leaves them out; FIELD=VALUE is a condition on those that are taken.
 *
 * Which kinds are taken is known beforehand; conditions are looked at event by event.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/kstrtox.h>
#include <linux/string.h>

#include "sim/trace.h"

#define MOST_CONDITIONS 16
#define TEXT_BYTES	64

/* Fields that every event has, behind its values. */
enum place {
	IN_START_END = PSIM_TRACE_VALUES, /* an address, between values "start" and "end" */
	IN_TASK,
	IN_CPU,
	IN_TIME,
	NOWHERE
};

/**
 * struct condition - FIELD=VALUE
 * @field: number of the first condition with this field: one of them has to hold
 * @number: the value is a number, or a range of them
 * @from, @to: that
 * @text: what it says
 * @place: where events have the field, by their kind
 */
struct condition {
	unsigned int field;
	bool number;
	u64 from, to;
	char name[TEXT_BYTES], text[TEXT_BYTES];
	u8 place[PSIM_EV_COUNT];
};

static __psim_scratch struct condition conditions[MOST_CONDITIONS]; /* as many as: */
unsigned int psim_trace_conditions;

/* '*': any characters, '?': one. */
static bool matches(const char *pattern, const char *text)
{
	if (*pattern == '*')
		return matches(pattern + 1, text) || (*text && matches(pattern, text + 1));
	if (!*pattern || !*text)
		return *pattern == *text;
	return (*pattern == '?' || *pattern == *text) && matches(pattern + 1, text + 1);
}

/* ---- event by event -------------------------------------------------------------------------------------- */

static bool within(const struct condition *c, u64 value)
{
	return c->number && value >= c->from && value <= c->to;
}

static bool task_is(const struct condition *c, const struct psim_context *context)
{
	char text[TEXT_BYTES];

	if (c->number)
		return within(c, context->task);
	if (matches(c->text, context->name))
		return true;
	scnprintf(text, sizeof(text), "%s/%u", context->name, context->task);
	return matches(c->text, text);
}

/* As far as the task tells. */
static bool context_is(const struct condition *c, enum place place)
{
	struct psim_context context = {.cpu = -1, .name = "main"};

	psim_context_now(&context);
	if (place == IN_TASK)
		return task_is(c, &context);
	if (place == IN_TIME)
		return within(c, context.time);
	return context.cpu >= 0 ? within(c, context.cpu) : matches(c->text, "-");
}

static int value_called(unsigned int kind, const char *name)
{
	const char *have;

	for (unsigned int i = 0; (have = psim_trace_value_name(kind, i)); i++) {
		if (!strcmp(have, name))
			return i;
	}
	return -1;
}

static bool overlaps(const struct condition *c, enum psim_event kind, const u64 *value)
{
	u64 start = value[value_called(kind, "start")], end = value[value_called(kind, "end")];

	return c->number && c->from < end && c->to >= start;
}

static bool word_is(const struct condition *c, enum psim_event kind, unsigned int i, u64 value)
{
	const char *word = psim_trace_value_word(kind, i, value);

	return word && matches(c->text, word);
}

static bool holds(const struct condition *c, enum psim_event kind, const u64 *value)
{
	enum place place = c->place[kind];

	if (place < IN_START_END)
		return c->number ? within(c, value[place]) : word_is(c, kind, place, value[place]);
	if (place == IN_START_END)
		return overlaps(c, kind, value);
	return place != NOWHERE && context_is(c, place);
}

bool psim_trace_conditions_hold(enum psim_event kind, const u64 value[PSIM_TRACE_VALUES])
{
	u32 asked = 0, held = 0;

	for (unsigned int i = 0; i < psim_trace_conditions; i++) {
		asked |= 1u << conditions[i].field;
		if (holds(&conditions[i], kind, value))
			held |= 1u << conditions[i].field;
	}
	return held == asked;
}

/* ---- reading a filter ------------------------------------------------------------------------------------- */

/* Return: where events of this kind have the field. */
static enum place place_of(unsigned int kind, const char *name)
{
	int i = value_called(kind, name);

	if (!strcmp(name, "task") && i < 0)
		return IN_TASK;
	if (!strcmp(name, "cpu"))
		return IN_CPU;
	if (!strcmp(name, "time"))
		return IN_TIME;
	if (i < 0 && !strcmp(name, "address") && value_called(kind, "start") >= 0)
		return IN_START_END;
	return i < 0 ? NOWHERE : i;
}

/* "12", "0x1f", "a..b", or neither. */
static void read_number(struct condition *c)
{
	char from[TEXT_BYTES];
	const char *dots = strstr(c->text, "..");

	strscpy(from, c->text, sizeof(from));
	if (dots)
		from[dots - c->text] = 0;
	c->number = !kstrtoull(from, 0, &c->from) &&
		    !kstrtoull(dots ? dots + 2 : c->text, 0, &c->to) && c->from <= c->to;
}

static int mistake(const char *filter, const char *term, const char *what)
{
	return psim_misuse(-EINVAL, "filter '%s': '%s' %s", filter, term, what);
}

static int read_condition(const char *filter, const char *term, const char *equals)
{
	struct condition *c = &conditions[psim_trace_conditions];
	bool anywhere = false;

	if (psim_trace_conditions == MOST_CONDITIONS)
		return mistake(filter, term, "is one condition too many: 16 are allowed");
	memset(c, 0, sizeof(*c));
	strscpy(c->name, term, min_t(size_t, sizeof(c->name), equals - term + 1));
	strscpy(c->text, equals + 1, sizeof(c->text));
	if (!c->text[0])
		return mistake(filter, term, "has no value behind its =");
	read_number(c);
	if (strstr(c->text, "..") && !c->number)
		return mistake(filter, term, "is no range of numbers, as in 0x1000..0x1fff");
	for (unsigned int kind = 0; kind < PSIM_EV_COUNT; kind++) {
		c->place[kind] = place_of(kind, c->name);
		anywhere |= c->place[kind] != NOWHERE;
	}
	if (!anywhere)
		return mistake(filter, term, "names a field that no event has");
	while (strcmp(conditions[c->field].name, c->name))
		c->field++;
	psim_trace_conditions++;
	return 0;
}

/* Kinds without a field that is asked for need not be looked at when they happen. */
static void drop_hopeless(bool kinds[PSIM_EV_COUNT])
{
	for (unsigned int kind = 0; kind < PSIM_EV_COUNT; kind++) {
		u32 asked = 0, somewhere = 0;

		for (unsigned int i = 0; i < psim_trace_conditions; i++) {
			asked |= 1u << conditions[i].field;
			if (conditions[i].place[kind] != NOWHERE)
				somewhere |= 1u << conditions[i].field;
		}
		kinds[kind] = kinds[kind] && somewhere == asked;
	}
}

/* Return: a negative errno: nothing is called so. */
static int read_pattern(const char *filter, const char *term, bool kinds[PSIM_EV_COUNT])
{
	const char *pattern = term + (*term == '-');
	bool all = !strcmp(pattern, "all"), any = false;

	for (unsigned int kind = 0; kind < PSIM_EV_COUNT; kind++) {
		if (!all && !matches(pattern, psim_trace_name(kind)) &&
		    !matches(pattern, psim_trace_group(kind)))
			continue;
		kinds[kind] = *term != '-';
		any = true;
	}
	return any ? 0 : mistake(filter, term, "is no event and no group of events");
}

static int read_term(const char *filter, const char *term, bool kinds[PSIM_EV_COUNT], bool *first)
{
	const char *equals = strchr(term, '=');

	if (!*term)
		return mistake(filter, term, "is no term: there is a comma too many");
	if (equals)
		return read_condition(filter, term, equals);
	/* what is taken by name is all there is */
	if (*first && *term != '-')
		memset(kinds, 0, PSIM_EV_COUNT * sizeof(*kinds));
	*first = false;
	return read_pattern(filter, term, kinds);
}

int psim_trace_filter_set(const char *filter, bool kinds[PSIM_EV_COUNT])
{
	static __psim_scratch struct condition before[MOST_CONDITIONS];
	unsigned int nr_before = psim_trace_conditions;
	char text[1024], *at = text, *term;
	bool first = true;
	int err = 0;

	for (unsigned int kind = 0; kind < PSIM_EV_COUNT; kind++)
		kinds[kind] = psim_trace_by_default(kind);
	if (filter && strscpy(text, filter, sizeof(text)) < 0)
		return psim_misuse(-EINVAL, "a filter of more than %zu characters",
				   sizeof(text) - 1);
	memcpy(before, conditions, sizeof(before));
	psim_trace_conditions = 0;
	while (!err && filter && *filter && (term = strsep(&at, ",")))
		err = read_term(filter, term, kinds, &first);
	drop_hopeless(kinds);
	if (err) {
		memcpy(conditions, before, sizeof(before));
		psim_trace_conditions = nr_before;
	}
	return err;
}
