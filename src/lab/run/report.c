// SPDX-License-Identifier: MIT
/*
 * The report of an experiment: one HTML file with tables and plots, and beside it the plots as SVG and PNG and the
 * tables as CSV. gnuplot draws.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "results.h"

#define MAX_NAMES 256

/* What is shown: a member of the results, and how it is called. */
static const struct metric {
	const char *name;
	const char *title;
	double unit;
} metrics[] = {
	{"time_ns", "virtual time, ms", 1e6},
	{"faults", "pages that faulted", 1},
	{"refaults", "of them: pages that were there before", 1},
	{"bytes_in", "MiB to the device", 1 << 20},
	{"bytes_out", "MiB to RAM", 1 << 20},
	{"evictions", "pieces evicted", 1},
};
#define NR_METRICS (sizeof(metrics) / sizeof(metrics[0]))

/* Names, or numbers as text, in the order in which they were met. */
struct names {
	const char *list[MAX_NAMES];
	unsigned int n;
};

struct report {
	const char *folder;
	const json_t *lines;
	struct names workloads, policies, sizes;
	char size_texts[MAX_NAMES][32];
	bool ratios; /* sizes are ratios of over-subscription */
	FILE *html;
};

static int find(const struct names *names, const char *name)
{
	for (unsigned int i = 0; i < names->n; i++) {
		if (!strcmp(names->list[i], name))
			return i;
	}
	return -1;
}

static const json_t *part(const json_t *line, const char *section)
{
	return json_object_get(json_object_get(line, "config"), section);
}

static const char *name_in(const json_t *line, const char *section)
{
	const char *name = json_string_value(json_object_get(part(line, section), "name"));

	return name ? name : "?";
}

/* The memory size, as a share of over-subscription if that was given. */
static void size_of(const json_t *line, char *text, size_t length)
{
	double ratio = json_real_value(json_object_get(part(line, "machine"), "oversubscription"));

	if (ratio > 0)
		snprintf(text, length, "%g", ratio * 100);
	else
		snprintf(text, length, "%g",
			 json_integer_value(json_object_get(line, "memory_bytes")) /
				 (double)(1 << 20));
}

static void collect(struct report *r)
{
	const json_t *line;
	size_t i;

	json_array_foreach(r->lines, i, line)
	{
		const char *workload = name_in(line, "workload"), *policy = name_in(line, "policy");
		char size[32];

		size_of(line, size, sizeof(size));
		r->ratios = json_real_value(
				    json_object_get(part(line, "machine"), "oversubscription")) > 0;
		if (find(&r->workloads, workload) < 0 && r->workloads.n < MAX_NAMES)
			r->workloads.list[r->workloads.n++] = workload;
		if (find(&r->policies, policy) < 0 && r->policies.n < MAX_NAMES)
			r->policies.list[r->policies.n++] = policy;
		if (find(&r->sizes, size) < 0 && r->sizes.n < MAX_NAMES) {
			strcpy(r->size_texts[r->sizes.n], size);
			r->sizes.list[r->sizes.n] = r->size_texts[r->sizes.n];
			r->sizes.n++;
		}
	}
}

/* Over seeds. Return: -1 without any. */
static double mean(const struct report *r, const char *workload, const char *policy,
		   const char *size, const struct metric *metric)
{
	const json_t *line;
	double sum = 0;
	unsigned int n = 0;
	size_t i;

	json_array_foreach(r->lines, i, line)
	{
		char here[32];

		size_of(line, here, sizeof(here));
		if (strcmp(here, size) || strcmp(name_in(line, "workload"), workload) ||
		    strcmp(name_in(line, "policy"), policy))
			continue;
		sum += json_number_value(
			json_object_get(json_object_get(line, "result"), metric->name));
		n++;
	}
	return n ? sum / n / metric->unit : -1;
}

/* ---- tables ---------------------------------------------------------------------------------------------------- */

static void escape(FILE *file, const char *text)
{
	for (; *text; text++) {
		if (*text == '<' || *text == '&' || *text == '>' || *text == '"')
			fprintf(file, "&#%d;", *text);
		else
			fputc(*text, file);
	}
}

static void table(struct report *r, const char *workload, const struct metric *metric)
{
	fprintf(r->html, "<table><tr><th>%s</th>", metric->title);
	for (unsigned int s = 0; s < r->sizes.n; s++)
		fprintf(r->html, "<th>%s %s</th>", r->sizes.list[s], r->ratios ? "%" : "MiB");
	fputs("</tr>\n", r->html);
	for (unsigned int p = 0; p < r->policies.n; p++) {
		fputs("<tr><th>", r->html);
		escape(r->html, r->policies.list[p]);
		fputs("</th>", r->html);
		for (unsigned int s = 0; s < r->sizes.n; s++) {
			double value =
				mean(r, workload, r->policies.list[p], r->sizes.list[s], metric);

			if (value < 0)
				fputs("<td></td>", r->html);
			else
				fprintf(r->html, "<td>%.*f</td>", value < 100 ? 2 : 0, value);
		}
		fputs("</tr>\n", r->html);
	}
	fputs("</table>\n", r->html);
}

/* ---- plots ------------------------------------------------------------------------------------------------------- */

/* What gnuplot reads: a block a policy. */
static int write_data(struct report *r, const char *workload, const struct metric *metric,
		      const char *path)
{
	FILE *file = fopen(path, "w");

	if (!file)
		return -errno;
	for (unsigned int p = 0; p < r->policies.n; p++) {
		fprintf(file, "\"%s\"\n", r->policies.list[p]);
		for (unsigned int s = 0; s < r->sizes.n; s++) {
			double value =
				mean(r, workload, r->policies.list[p], r->sizes.list[s], metric);

			if (value >= 0)
				fprintf(file, "%s %.6g\n", r->sizes.list[s], value);
		}
		fputs("\n\n", file);
	}
	return fclose(file) ? -errno : 0;
}

/* Residency over time: of the last memory size and the first seed. */
static int write_residency(struct report *r, const char *workload, const char *path)
{
	FILE *file = fopen(path, "w");
	const json_t *line;
	size_t i, j;

	if (!file)
		return -errno;
	for (unsigned int p = 0; p < r->policies.n; p++) {
		fprintf(file, "\"%s\"\n", r->policies.list[p]);
		json_array_foreach(r->lines, i, line)
		{
			json_t *sample;
			char here[32];

			size_of(line, here, sizeof(here));
			if (strcmp(here, r->sizes.list[r->sizes.n - 1]) ||
			    strcmp(name_in(line, "workload"), workload) ||
			    strcmp(name_in(line, "policy"), r->policies.list[p]))
				continue;
			json_array_foreach(
				json_object_get(json_object_get(line, "result"), "residency"), j,
				sample) fprintf(file, "%.6g %.6g\n",
						json_number_value(json_array_get(sample, 0)) / 1e6,
						json_number_value(json_array_get(sample, 1)) / 256);
			break;
		}
		fputs("\n\n", file);
	}
	return fclose(file) ? -errno : 0;
}

/* The path stands in quotes of gnuplot's, in which a quote is doubled. */
static void quote(FILE *file, const char *text)
{
	fputc('\'', file);
	for (; *text; text++) {
		if (*text == '\'')
			fputc('\'', file);
		fputc(*text, file);
	}
	fputc('\'', file);
}

/* The same plot for papers, twice as large; where gnuplot has no PNG, there is none. */
static void draw_png(FILE *gnuplot, const char *png)
{
	fputs("set output\n"
	      "if (strstrt(GPVAL_TERMINALS, ' pngcairo')) {\n"
	      "set terminal pngcairo size 1520,840 fontscale 2 linewidth 2 background '#ffffff'\n"
	      "} else { if (strstrt(GPVAL_TERMINALS, ' png ')) {\n"
	      "set terminal png size 1520,840 background '#ffffff'\n"
	      "} else { exit } }\nset output ",
	      gnuplot);
	quote(gnuplot, png);
	fputs("\nreplot\n", gnuplot);
}

static int draw(struct report *r, const char *data, const char *svg, const char *png, const char *x,
		const char *title, bool log)
{
	FILE *gnuplot = popen("gnuplot 2>/dev/null", "w");

	if (!gnuplot)
		return -errno;
	fputs("set terminal svg size 760,420 dynamic font 'sans-serif,12' background '#ffffff'\nset output ",
	      gnuplot);
	quote(gnuplot, svg);
	fprintf(gnuplot,
		"\nset xlabel '%s'\nset ylabel '%s'\nset key outside right top noenhanced\n"
		"set grid\n%sset yrange [*:*]\nplot for [i=0:%u] ",
		x, title, log ? "set logscale y\n" : "", r->policies.n - 1);
	quote(gnuplot, data);
	fprintf(gnuplot, " index i using 1:2 with %s title columnheader(1)\n",
		log ? "linespoints" : "lines");
	draw_png(gnuplot, png);
	return pclose(gnuplot) ? -EIO : 0;
}

static void embed(FILE *html, const char *path)
{
	FILE *file = fopen(path, "r");
	char line[4096];
	bool inside = false;

	if (!file)
		return;
	while (fgets(line, sizeof(line), file)) {
		inside |= !strncmp(line, "<svg", 4);
		if (inside)
			fputs(line, html);
	}
	fclose(file);
}

static int plot(struct report *r, unsigned int workload, const struct metric *metric)
{
	char data[4096], svg[4096], png[4096];
	const char *name = metric ? metric->name : "residency";
	int err;

	snprintf(data, sizeof(data), "%s/plots/%u-%s.dat", r->folder, workload, name);
	snprintf(svg, sizeof(svg), "%s/plots/%u-%s.svg", r->folder, workload, name);
	snprintf(png, sizeof(png), "%s/plots/%u-%s.png", r->folder, workload, name);
	if (metric)
		err = write_data(r, r->workloads.list[workload], metric, data);
	else
		err = write_residency(r, r->workloads.list[workload], data);
	if (!err)
		err = draw(r, data, svg, png,
			   !metric     ? "virtual time, ms"
			   : r->ratios ? "over-subscription, %"
				       : "device memory, MiB",
			   metric ? metric->title : "MiB on the GPUs", metric && metric->unit > 1);
	if (!err)
		embed(r->html, svg);
	return err;
}

/* ---- all of it ------------------------------------------------------------------------------------------------------ */

static int write_all(struct report *r)
{
	const char *revision =
		json_string_value(json_object_get(json_array_get(r->lines, 0), "revision"));
	int err = 0;

	fputs("<!DOCTYPE html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>psim lab</title>\n<style>"
	      "body{font:15px sans-serif;max-width:60em;margin:2em auto;padding:0 1em}"
	      "table{border-collapse:collapse;margin:1em 0}th,td{border:1px solid #bbb;padding:.2em .5em}"
	      "td{text-align:right}th{text-align:left}svg{max-width:100%;height:auto}</style>\n<h1>",
	      r->html);
	escape(r->html, r->folder);
	fprintf(r->html, "</h1>\n<p>%zu runs at revision ", json_array_size(r->lines));
	escape(r->html, revision ? revision : "?");
	fputs("; means over seeds. The rows behind it: results.csv, residency.csv.</p>\n", r->html);
	for (unsigned int w = 0; w < r->workloads.n; w++) {
		fputs("<h2>", r->html);
		escape(r->html, r->workloads.list[w]);
		fputs("</h2>\n", r->html);
		for (unsigned int m = 0; m < NR_METRICS; m++) {
			table(r, r->workloads.list[w], &metrics[m]);
			if (!err && (m == 0 || m == 1 || m == 3))
				err = plot(r, w, &metrics[m]);
		}
		if (!err)
			err = plot(r, w, NULL);
	}
	fputs("</html>\n", r->html);
	if (err)
		fprintf(stderr, "psim: no plots: gnuplot is wanted for them\n");
	return ferror(r->html) ? -EIO : 0;
}

int lab_report(const char *folder)
{
	struct report r = {.folder = folder};
	char path[4096];
	json_t *lines;
	int err;

	snprintf(path, sizeof(path), "%s/results.json", folder);
	lines = json_load_file(path, 0, NULL);
	if (!json_array_size(lines)) {
		fprintf(stderr, "psim: %s: results of psim lab run expected\n", path);
		json_decref(lines);
		return 2;
	}
	r.lines = lines;
	collect(&r);
	snprintf(path, sizeof(path), "%s/plots", folder);
	mkdir(path, 0777);
	snprintf(path, sizeof(path), "%s/report.html", folder);
	r.html = fopen(path, "w");
	err = r.html ? write_all(&r) : -errno;
	if (r.html && fclose(r.html))
		err = -errno;
	if (err)
		fprintf(stderr, "psim: %s cannot be written: %s\n", path, strerror(-err));
	else
		printf("%s\n", path);
	json_decref(lines);
	return err ? 1 : 0;
}
