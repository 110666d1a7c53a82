// SPDX-License-Identifier: MIT
/*
 * The report of an experiment: one HTML file with tables and plots that needs nothing beside it. The same results
 * give the same bytes.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nettle/base64.h>

#include "report.h"
#include "results.h"

const struct metric report_metrics[REPORT_METRICS] = {
	{"time_ns", "virtual time, ms", 1e6, true},
	{"faults", "pages that faulted", 1, true},
	{"refaults", "pages that faulted and had been on the GPU before", 1, false},
	{"bytes_in", "MiB to the device", 1 << 20, true},
	{"bytes_out", "MiB to RAM", 1 << 20, false},
	{"evictions", "pieces evicted", 1, false},
};

/* ---- what there is ----------------------------------------------------------------------------------------- */

/* Return: its place; -1: there are too many. */
static int place_of(struct names *names, const char *name)
{
	for (unsigned int i = 0; i < names->n; i++) {
		if (!strcmp(names->list[i], name))
			return i;
	}
	if (names->n == REPORT_NAMES)
		return -1;
	names->list[names->n] = strdup(name);
	return names->list[names->n] ? (int)names->n++ : -1;
}

static void free_names(struct names *names)
{
	while (names->n)
		free(names->list[--names->n]);
}

static const json_t *part(const json_t *line, const char *section)
{
	return json_object_get(json_object_get(line, "config"), section);
}

static const char *name_in(const json_t *line, const char *section)
{
	return json_string_value(json_object_get(part(line, section), "name"));
}

static double memory_mib(const json_t *line)
{
	return json_integer_value(json_object_get(line, "memory_bytes")) / (double)(1 << 20);
}

/* The memory size, as a share of over-subscription if that was given. Return: whether it was. */
static bool size_of(const json_t *line, char text[32])
{
	double ratio =
		json_number_value(json_object_get(part(line, "machine"), "oversubscription"));

	snprintf(text, 32, "%.6g", ratio > 0 ? ratio * 100 : memory_mib(line));
	return ratio > 0;
}

static struct cell *cell_at(const struct report *r, unsigned int workload, unsigned int cost,
			    unsigned int size, unsigned int policy)
{
	return &r->cells[((workload * r->costs.n + cost) * r->sizes.n + size) * r->policies.n +
			 policy];
}

const struct cell *report_cell(const struct report *r, unsigned int workload, unsigned int cost,
			       unsigned int size, unsigned int policy)
{
	return cell_at(r, workload, cost, size, policy);
}

double report_mean(const struct cell *cell, const struct metric *metric)
{
	return cell->runs ? cell->sum[metric - report_metrics] / cell->runs / metric->unit : -1;
}

/* Where the line belongs: workload, cost, size, policy. Return: 0, -E2BIG. */
static int places(struct report *r, const json_t *line, int at[4])
{
	char size[32];

	r->ratios = size_of(line, size);
	at[0] = place_of(&r->workloads, name_in(line, "workload"));
	at[1] = place_of(&r->costs, name_in(line, "cost"));
	at[2] = place_of(&r->sizes, size);
	at[3] = place_of(&r->policies, name_in(line, "policy"));
	return at[0] < 0 || at[1] < 0 || at[2] < 0 || at[3] < 0 ? -E2BIG : 0;
}

static void add(struct cell *cell, const json_t *line)
{
	const json_t *result = json_object_get(line, "result");
	double first = json_number_value(json_object_get(result, report_metrics[0].name));

	for (unsigned int m = 0; m < REPORT_METRICS; m++)
		cell->sum[m] += json_number_value(json_object_get(result, report_metrics[m].name));
	if (!cell->runs++) {
		cell->first = result;
		cell->memory_mib = memory_mib(line);
		cell->least = cell->most = first;
	}
	cell->least = first < cell->least ? first : cell->least;
	cell->most = first > cell->most ? first : cell->most;
}

static int collect(struct report *r, const json_t *lines)
{
	const json_t *line;
	int at[4];
	size_t i;

	json_array_foreach(lines, i, line)
	{
		if (!lab_is_result(line))
			return -EINVAL;
		if (places(r, line, at))
			return -E2BIG;
	}
	r->cells = calloc((size_t)r->workloads.n * r->costs.n * r->sizes.n * r->policies.n,
			  sizeof(*r->cells));
	if (!r->cells)
		return -ENOMEM;
	json_array_foreach(lines, i, line)
	{
		places(r, line, at);
		add(cell_at(r, at[0], at[1], at[2], at[3]), line);
	}
	return 0;
}

/* ---- tables ---------------------------------------------------------------------------------------------------- */

static void escape(FILE *file, const char *text)
{
	for (; *text; text++) {
		if (strchr("<&>\"'", *text))
			fprintf(file, "&#%d;", *text);
		else
			fputc(*text, file);
	}
}

static const char *size_unit(const struct report *r)
{
	return r->ratios ? " %" : " MiB";
}

/* Three digits at least, and none behind the point of what is counted. */
static void number(FILE *html, double value, bool counted)
{
	int digits = counted || value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 3;

	fprintf(html, "%.*f", digits, value);
}

static void head(const struct report *r, const char *caption, const char *first)
{
	fputs("<table><caption>", r->html);
	escape(r->html, caption);
	fprintf(r->html, "</caption>\n<thead><tr><th scope=\"col\">%s</th>", first);
}

static void sizes_head(const struct report *r)
{
	for (unsigned int s = 0; s < r->sizes.n; s++)
		fprintf(r->html, "<th scope=\"col\">%s%s</th>", r->sizes.list[s], size_unit(r));
	fputs("</tr></thead>\n<tbody>\n", r->html);
}

static void row_head(const struct report *r, const char *name)
{
	fputs("<tr><th scope=\"row\">", r->html);
	escape(r->html, name);
	fputs("</th>", r->html);
}

/* Whose virtual time is the least; -1: nobody's. */
static int fastest(const struct report *r, unsigned int workload, unsigned int cost,
		   unsigned int size)
{
	double least = -1;
	int best = -1;

	for (unsigned int p = 0; p < r->policies.n; p++) {
		double time = report_mean(cell_at(r, workload, cost, size, p), report_metrics);

		if (time < 0 || (best >= 0 && time >= least))
			continue;
		least = time;
		best = p;
	}
	return best;
}

static void value_cell(const struct report *r, const struct cell *cell, const struct metric *metric,
		       bool best)
{
	double value = report_mean(cell, metric), spread;

	if (value < 0) {
		fputs("<td>–</td>", r->html);
		return;
	}
	fputs(best ? "<td class=\"best\">" : "<td>", r->html);
	number(r->html, value, metric->unit == 1 && cell->runs == 1);
	spread = metric == report_metrics && cell->sum[0] > 0
			 ? 50 * (cell->most - cell->least) * cell->runs / cell->sum[0]
			 : 0;
	if (spread >= 0.05)
		fprintf(r->html, " <small>±%.1f %%</small>", spread);
	fputs("</td>", r->html);
}

static void table(const struct report *r, unsigned int workload, unsigned int cost,
		  const struct metric *metric)
{
	head(r, metric->title, r->ratios ? "over-subscription" : "device memory");
	sizes_head(r);
	for (unsigned int p = 0; p < r->policies.n; p++) {
		row_head(r, r->policies.list[p]);
		for (unsigned int s = 0; s < r->sizes.n; s++)
			value_cell(r, cell_at(r, workload, cost, s, p), metric,
				   metric == report_metrics && r->policies.n > 1 &&
					   fastest(r, workload, cost, s) == (int)p);
		fputs("</tr>\n", r->html);
	}
	fputs("</tbody></table>\n", r->html);
}

/* Which policy is the fastest where. */
static void overview(const struct report *r)
{
	head(r, "the policy of the least virtual time, and the time in ms", "workload");
	sizes_head(r);
	for (unsigned int w = 0; w < r->workloads.n; w++) {
		row_head(r, r->workloads.list[w]);
		for (unsigned int s = 0; s < r->sizes.n; s++) {
			int best = fastest(r, w, 0, s);

			fputs("<td>", r->html);
			if (best < 0) {
				fputs("–", r->html);
			} else {
				escape(r->html, r->policies.list[best]);
				fputc(' ', r->html);
				number(r->html,
				       report_mean(cell_at(r, w, 0, s, best), report_metrics),
				       false);
			}
			fputs("</td>", r->html);
		}
		fputs("</tr>\n", r->html);
	}
	fputs("</tbody></table>\n", r->html);
}

/* How much a workload's times depend on the cost: one table a memory size. */
static void compare_costs(const struct report *r, unsigned int workload)
{
	for (unsigned int s = 0; s < r->sizes.n; s++) {
		char caption[256];

		snprintf(caption, sizeof(caption),
			 "virtual time at %s%s, as a share of that under %s", r->sizes.list[s],
			 size_unit(r), r->costs.list[0]);
		head(r, caption, "policy");
		for (unsigned int c = 0; c < r->costs.n; c++) {
			fputs("<th scope=\"col\">", r->html);
			escape(r->html, r->costs.list[c]);
			fputs("</th>", r->html);
		}
		fputs("</tr></thead>\n<tbody>\n", r->html);
		for (unsigned int p = 0; p < r->policies.n; p++) {
			double base = report_mean(cell_at(r, workload, 0, s, p), report_metrics);

			row_head(r, r->policies.list[p]);
			for (unsigned int c = 0; c < r->costs.n; c++) {
				double time =
					report_mean(cell_at(r, workload, c, s, p), report_metrics);

				if (time < 0 || base <= 0)
					fputs("<td>–</td>", r->html);
				else
					fprintf(r->html, "<td>%.1f %%</td>", 100 * time / base);
			}
			fputs("</tr>\n", r->html);
		}
		fputs("</tbody></table>\n", r->html);
	}
}

/* ---- plots ------------------------------------------------------------------------------------------------------- */

/* As an image within the file: each has its own names, and colours that no style sheet of a reader turns dark. */
static int embed(FILE *html, const char *path)
{
	FILE *file = fopen(path, "rb");
	uint8_t bytes[3 * 1024];
	char text[BASE64_ENCODE_RAW_LENGTH(sizeof(bytes))];
	size_t n;

	if (!file)
		return -errno;
	fputs("<img src=\"data:image/svg+xml;base64,", html);
	while ((n = fread(bytes, 1, sizeof(bytes), file))) {
		base64_encode_raw(text, n, bytes);
		fwrite(text, 1, BASE64_ENCODE_RAW_LENGTH(n), html);
	}
	fclose(file);
	return 0;
}

static int figure(const struct report *r, const struct plot *plot)
{
	const char *workload = r->workloads.list[plot->workload];
	char svg[4096], what[256];
	int err = report_draw(plot, svg);

	if (err)
		return err;
	if (plot->metric)
		snprintf(what, sizeof(what), "%s by %s", plot->metric->title,
			 r->ratios ? "over-subscription" : "device memory");
	else
		snprintf(what, sizeof(what),
			 "MiB on the GPUs over time, at %s%s, of the first seed",
			 r->sizes.list[r->sizes.n - 1], size_unit(r));
	fputs("<figure>", r->html);
	err = embed(r->html, svg);
	fputs("\" alt=\"", r->html);
	escape(r->html, workload);
	fprintf(r->html, ": %s, a line a policy\">\n<figcaption>", what);
	escape(r->html, workload);
	fprintf(r->html, ": %s</figcaption></figure>\n", what);
	return err;
}

/* ---- all of it ------------------------------------------------------------------------------------------------------ */

static const char style[] =
	":root{color-scheme:light dark}"
	"body{font:15px/1.45 system-ui,sans-serif;max-width:62em;margin:2em auto;padding:0 1em}"
	"table{border-collapse:collapse;margin:1.2em 0;display:block;overflow-x:auto;"
	"font-variant-numeric:tabular-nums}"
	"caption{text-align:left;font-weight:600;padding:.2em 0}"
	"th,td{border:1px solid #8888;padding:.2em .6em;white-space:nowrap}"
	"td{text-align:right}th{text-align:left;font-weight:500}thead th{text-align:right}"
	"thead th:first-child{text-align:left}.best{font-weight:700;background:#3a91}"
	"small{opacity:.7}figure{margin:1.2em 0;break-inside:avoid}"
	"figcaption{opacity:.8}img{max-width:100%;height:auto;background:#fff}"
	"nav a{margin-right:1em}"
	"@media print{table{display:table;break-inside:avoid}nav{display:none}"
	"h2{break-before:page}h2,h3{break-after:avoid}body{max-width:none;margin:0;font-size:11px}}";

static void write_top(const struct report *r, const char *name, const json_t *lines)
{
	const char *revision =
		json_string_value(json_object_get(json_array_get(lines, 0), "revision"));
	FILE *html = r->html;

	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width\"><title>",
	      html);
	escape(html, name);
	fprintf(html, "</title>\n<style>%s</style></head>\n<body>\n<h1>", style);
	escape(html, name);
	fprintf(html,
		"</h1>\n<p>runs: %zu; workloads: %u; policies: %u; memory sizes: %u; costs: %u; revision ",
		json_array_size(lines), r->workloads.n, r->policies.n, r->sizes.n, r->costs.n);
	escape(html, revision);
	fputs(". Numbers are means over seeds, ± half of what lies between the least and the most. "
	      "All rows: results.csv, residency.csv; the plots as SVG and PNG: plots/.</p>\n<nav>",
	      html);
	for (unsigned int w = 0; r->workloads.n > 1 && w < r->workloads.n; w++) {
		fprintf(html, "<a href=\"#w%u\">", w);
		escape(html, r->workloads.list[w]);
		fputs("</a>", html);
	}
	fputs("</nav>\n", html);
}

/* Return: 0; an error of the plots', without which the tables are there all the same. */
static int write_section(const struct report *r, unsigned int workload, unsigned int cost, int err)
{
	struct plot plot = {.report = r, .workload = workload, .cost = cost};

	if (r->costs.n > 1) {
		fputs("<h3>", r->html);
		escape(r->html, r->workloads.list[workload]);
		fputs(", ", r->html);
		escape(r->html, r->costs.list[cost]);
		fputs("</h3>\n", r->html);
	}
	for (unsigned int m = 0; m < REPORT_METRICS; m++) {
		table(r, workload, cost, &report_metrics[m]);
		plot.metric = &report_metrics[m];
		if (!err && plot.metric->plotted)
			err = figure(r, &plot);
	}
	plot.metric = NULL;
	return err ? err : figure(r, &plot);
}

static int write_all(const struct report *r, const char *name, const json_t *lines)
{
	int err = 0;

	write_top(r, name, lines);
	overview(r);
	for (unsigned int w = 0; w < r->workloads.n; w++) {
		fprintf(r->html, "<h2 id=\"w%u\">", w);
		escape(r->html, r->workloads.list[w]);
		fputs("</h2>\n", r->html);
		if (r->costs.n > 1)
			compare_costs(r, w);
		for (unsigned int c = 0; c < r->costs.n; c++)
			err = write_section(r, w, c, err);
	}
	fputs("</body></html>\n", r->html);
	if (err == -EIO)
		fprintf(stderr, "psim: no plots: gnuplot is wanted for them\n");
	else if (err)
		fprintf(stderr, "psim: no plots: %s/plots: %s\n", r->folder, strerror(-err));
	return ferror(r->html) ? -EIO : 0;
}

static int write_report(struct report *r, const json_t *lines)
{
	char path[4096], *whole = realpath(r->folder, NULL);
	const char *slash = whole ? strrchr(whole, '/') : NULL;
	int err;

	signal(SIGPIPE, SIG_IGN); /* of a gnuplot that is not there */
	snprintf(path, sizeof(path), "%s/plots", r->folder);
	mkdir(path, 0777);
	snprintf(path, sizeof(path), "%s/report.html", r->folder);
	r->html = fopen(path, "w");
	err = r->html ? write_all(r, slash ? slash + 1 : r->folder, lines) : -errno;
	if (r->html && fclose(r->html))
		err = -errno;
	if (err)
		fprintf(stderr, "psim: %s cannot be written: %s\n", path, strerror(-err));
	else
		printf("%s\n", path);
	free(whole);
	return err ? 1 : 0;
}

int lab_report(const char *folder)
{
	struct report r = {.folder = folder};
	char path[4096];
	json_t *lines;
	int err;

	snprintf(path, sizeof(path), "%s/results.json", folder);
	lines = json_load_file(path, 0, NULL);
	err = json_array_size(lines) ? collect(&r, lines) : -EINVAL;
	if (err == -E2BIG)
		fprintf(stderr, "psim: %s: at most %d names of each kind expected\n", path,
			REPORT_NAMES);
	else if (err)
		fprintf(stderr, "psim: %s: results of psim lab run expected\n", path);
	err = err ? 2 : write_report(&r, lines);
	free_names(&r.workloads);
	free_names(&r.costs);
	free_names(&r.sizes);
	free_names(&r.policies);
	free(r.cells);
	json_decref(lines);
	return err;
}
