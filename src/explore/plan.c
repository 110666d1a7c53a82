// SPDX-License-Identifier: MIT
/*
 * Plans as text: "NAME pages=1 seed=1 points=all plan=cpu/3@folio_lock:lock#2>gpu/4,!gpu/4@probe:slab#1".
 *
 * A point is named by its task, the function that called the primitive, the primitive, and how many times
 * that task had been there: a plan stays valid while other lines of the code change.
 */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "explore.h"

/* ---- writing ------------------------------------------------------------------------------------------- */

/* Everything but letters, digits and a few marks as %xx. Return: what was appended. */
static const char *escaped(const char *text, char *to, size_t bytes)
{
	size_t n = 0;

	for (; *text && n + 4 < bytes; text++) {
		if (isalnum((unsigned char)*text) || strchr("_.-/", *text))
			to[n++] = *text;
		else
			n += snprintf(to + n, bytes - n, "%%%02x", (unsigned char)*text);
	}
	to[n] = 0;
	return to;
}

void psimx_departure_print(const struct departure *d, char *text, size_t bytes)
{
	char task[96], site[192], to[96], again[16] = "";

	escaped(d->task, task, sizeof(task));
	escaped(d->site, site, sizeof(site));
	escaped(d->to, to, sizeof(to));
	if (d->blocked > 1)
		snprintf(again, sizeof(again), ".%u", d->blocked);
	if (d->ordinal)
		snprintf(text, bytes, "%s%c%s:%s#%u%s>%s", task, d->blocked ? '+' : '@', site,
			 d->kind, d->ordinal, again, to);
	else
		snprintf(text, bytes, "%s+start%s>%s", task, again, to);
}

void psimx_fault_print(const struct fault *f, char *text, size_t bytes)
{
	char task[96], site[192];

	snprintf(text, bytes, "!%s@%s:%s#%u", escaped(f->task, task, sizeof(task)),
		 escaped(f->site, site, sizeof(site)), f->kind, f->ordinal);
}

char *psimx_plan_print(const struct plan *plan)
{
	const struct psim_scenario *s = plan->stage.scenario;
	char *line = NULL, part[512];
	size_t bytes = 0;
	const char *comma = "";
	FILE *out = open_memstream(&line, &bytes);

	if (!out)
		abort();
	fputs(s->name, out);
	for (const struct psim_option *o = s->options; o && o->name; o++)
		fprintf(out, " %s=%llu", o->name, psim_option_value(s, o->name));
	fprintf(out, " seed=%llu points=%s plan=", plan->stage.seed,
		psimx_points_name(plan->stage.points));
	for (unsigned int i = 0; i < plan->nr_departures; i++, comma = ",") {
		psimx_departure_print(&plan->departures[i], part, sizeof(part));
		fprintf(out, "%s%s", comma, part);
	}
	for (unsigned int i = 0; i < plan->nr_faults; i++, comma = ",") {
		psimx_fault_print(&plan->faults[i], part, sizeof(part));
		fprintf(out, "%s%s", comma, part);
	}
	if (!*comma)
		fputc('-', out);
	fclose(out);
	return line;
}

/* ---- making ---------------------------------------------------------------------------------------------- */

static void *grown(void *array, unsigned int n, size_t bytes)
{
	if (n & (n - 1))
		return array;
	array = realloc(array, (n ? 2 * n : 1) * bytes);
	if (!array)
		abort();
	return array;
}

void psimx_plan_add_departure(struct plan *plan, const struct departure *departure)
{
	plan->departures = grown(plan->departures, plan->nr_departures, sizeof(*departure));
	plan->departures[plan->nr_departures++] = *departure;
}

void psimx_plan_add_fault(struct plan *plan, const struct fault *fault)
{
	plan->faults = grown(plan->faults, plan->nr_faults, sizeof(*fault));
	plan->faults[plan->nr_faults++] = *fault;
}

void psimx_plan_free(struct plan *plan)
{
	free(plan->departures);
	free(plan->faults);
	plan->departures = NULL;
	plan->faults = NULL;
	plan->nr_departures = plan->nr_faults = 0;
}

/* ---- reading ----------------------------------------------------------------------------------------------- */

struct reader {
	const char *start, *at;
	char *error;
	size_t bytes;
};

static int wrong(struct reader *r, const char *fmt, ...)
{
	va_list args;
	int n;

	n = snprintf(r->error, r->bytes, "plan, position %zu: ", (size_t)(r->at - r->start) + 1);
	va_start(args, fmt);
	vsnprintf(r->error + n, r->bytes - n, fmt, args);
	va_end(args);
	return -1;
}

/* A name up to one of @ends. */
static int read_name(struct reader *r, const char *ends, char *to, size_t bytes, const char *what)
{
	size_t n = 0;

	for (; *r->at && !strchr(ends, *r->at); r->at++) {
		unsigned int code = (unsigned char)*r->at;

		if (code == '%') {
			if (!isxdigit((unsigned char)r->at[1]) ||
			    !isxdigit((unsigned char)r->at[2]) ||
			    sscanf(r->at + 1, "%2x", &code) != 1 || !code)
				return wrong(r, "two hexadecimal digits follow a '%%'");
			r->at += 2;
		} else if (!isalnum(code) && !strchr("_.-/", code)) {
			return wrong(r, "'%c' is not allowed in %s", code, what);
		}
		if (n + 1 >= bytes)
			return wrong(r, "%s is too long", what);
		to[n++] = code;
	}
	to[n] = 0;
	return n ? 0 : wrong(r, "%s is missing", what);
}

static int read_number(struct reader *r, unsigned int *number, const char *what)
{
	unsigned long long n;
	char *end;

	if (!isdigit((unsigned char)*r->at))
		return wrong(r, "%s is missing", what);
	n = strtoull(r->at, &end, 10);
	if (!n || n > 1u << 31)
		return wrong(r, "%s is from 1 to %u", what, 1u << 31);
	r->at = end;
	*number = n;
	return 0;
}

static int read_mark(struct reader *r, const char *marks)
{
	if (*r->at && strchr(marks, *r->at))
		return *r->at++;
	wrong(r, "one of \"%s\" is missing", marks);
	return 0;
}

static int read_point(struct reader *r, char *site, char *kind, unsigned int *ordinal)
{
	if (read_name(r, ":", site, 64, "a function") || !read_mark(r, ":") ||
	    read_name(r, "#", kind, 16, "a primitive") || !read_mark(r, "#"))
		return -1;
	return read_number(r, ordinal, "the ordinal");
}

static int read_fault(struct reader *r, struct plan *plan)
{
	struct fault fault = {0};
	const char *kind;
	int known = 0;

	r->at++;
	if (read_name(r, "@", fault.task, sizeof(fault.task), "a task") || !read_mark(r, "@"))
		return -1;
	kind = r->at;
	if (read_point(r, fault.site, fault.kind, &fault.ordinal))
		return -1;
	for (int i = 0; i < PSIM_FAIL_KINDS; i++)
		known |= !strcmp(psim_fail_name(i), fault.kind);
	if (!known) {
		r->at = kind;
		return wrong(r, "there is no kind of failure called '%s'", fault.kind);
	}
	psimx_plan_add_fault(plan, &fault);
	return 0;
}

static int read_departure(struct reader *r, struct plan *plan)
{
	struct departure d = {0};
	int mark;

	if (read_name(r, "@+", d.task, sizeof(d.task), "a task"))
		return -1;
	mark = read_mark(r, "@+");
	if (!mark)
		return -1;
	d.blocked = mark == '+';
	if (d.blocked && !strncmp(r->at, "start", 5) && strchr(".>", r->at[5]))
		r->at += 5;
	else if (read_point(r, d.site, d.kind, &d.ordinal))
		return -1;
	if (d.blocked && *r->at == '.') {
		r->at++;
		if (read_number(r, &d.blocked, "how often it blocked"))
			return -1;
	}
	if (!read_mark(r, ">") || read_name(r, ",", d.to, sizeof(d.to), "a task"))
		return -1;
	psimx_plan_add_departure(plan, &d);
	return 0;
}

static int read_plan(struct reader *r, struct plan *plan)
{
	unsigned int number = 0;

	if (!strcmp(r->at, "-"))
		return 0;
	if (!strncmp(r->at, "drawn:", 6)) {
		r->at += 6;
		if (read_number(r, &number, "the schedule's number"))
			return -1;
		plan->drawn = number;
		return *r->at ? wrong(r, "nothing follows a schedule that is drawn") : 0;
	}
	for (;;) {
		if (*r->at == '!' ? read_fault(r, plan) : read_departure(r, plan))
			return -1;
		if (!*r->at)
			return 0;
		if (!read_mark(r, ","))
			return -1;
	}
}

static int read_setting(struct reader *r, struct plan *plan, const char *key, const char *value)
{
	unsigned long long number;
	char *end;

	if (!strcmp(key, "points"))
		return psimx_points_parse(value, &plan->stage.points)
			       ? wrong(r, "there is no level of points called '%s'", value)
			       : 0;
	number = strtoull(value, &end, 10);
	if (!isdigit((unsigned char)*value) || *end)
		return wrong(r, "'%s' is not a number", value);
	if (!strcmp(key, "seed")) {
		plan->stage.seed = number;
		return number ? 0 : wrong(r, "the seed is at least 1");
	}
	if (psim_option_set(plan->stage.scenario, key, number))
		return wrong(r, "%s has no setting '%s'", plan->stage.scenario->name, key);
	return 0;
}

int psimx_plan_parse(const char *text, struct plan *plan, char *error, size_t bytes)
{
	struct reader r = {text, text, error, bytes};
	char name[64], key[32], value[64];
	int used;

	memset(plan, 0, sizeof(*plan));
	plan->stage.points = PSIM_POINTS_ALL;
	plan->stage.seed = 1;
	plan->stage.steps = EXPLORE_STEPS;
	if (sscanf(text, "%63[^ ]%n", name, &used) != 1)
		return wrong(&r, "it begins with a scenario's name");
	plan->stage.scenario = psim_scenario_find(name);
	if (!plan->stage.scenario)
		return wrong(&r, "there is no scenario '%s': psim list shows them", name);
	psim_options_reset(plan->stage.scenario);
	for (r.at += used; *r.at; r.at += used) {
		while (*r.at == ' ')
			r.at++;
		if (!strncmp(r.at, "plan=", 5)) {
			r.at += 5;
			if (!read_plan(&r, plan))
				return 0;
			psimx_plan_free(plan);
			return -1;
		}
		if (sscanf(r.at, "%31[a-z_]=%63[^ ]%n", key, value, &used) != 2)
			return wrong(&r, "NAME=VALUE is expected, and plan=... at the end");
		if (read_setting(&r, plan, key, value))
			return -1;
	}
	return wrong(&r, "plan=... is missing at the end");
}
