/* SPDX-License-Identifier: MIT */
/* The report of an experiment, inside: what report.c writes, and report_plot.c draws. */
#ifndef LAB_REPORT_H
#define LAB_REPORT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#define REPORT_METRICS 6
#define REPORT_NAMES   256 /* of each dimension at most */

/* What is shown: a member of the results, how it is called, and what it is divided by for that. */
struct metric {
	const char *name;
	const char *title;
	double unit;
	bool plotted;
};

extern const struct metric report_metrics[REPORT_METRICS];

/* Names, or numbers as text, in the order in which they were met. */
struct names {
	char *list[REPORT_NAMES];
	unsigned int n;
};

/* All runs of one workload, cost, memory size and policy: sums over seeds. */
struct cell {
	unsigned int runs;
	double sum[REPORT_METRICS];
	double least, most; /* of the first metric */
	const json_t *first; /* result */
	double memory_mib; /* of the first */
};

struct report {
	const char *folder;
	struct names workloads, costs, sizes, policies;
	bool ratios; /* sizes are ratios of over-subscription */
	struct cell *cells;
	FILE *html;
};

/* One plot: of a workload under a cost. */
struct plot {
	const struct report *report;
	unsigned int workload, cost;
	const struct metric *metric; /* NULL: residency over time */
};

const struct cell *report_cell(const struct report *r, unsigned int workload, unsigned int cost,
			       unsigned int size, unsigned int policy);
/* The metric's mean over seeds; -1 without runs. */
double report_mean(const struct cell *cell, const struct metric *metric);

/*
 * Draw it as SVG and PNG in the folder's plots, whose names are WORKLOAD-METRIC or, of later costs,
 * WORKLOAD-METRIC-COST, all in numbers. Return: 0 and the SVG's path in @svg; -errno.
 */
int report_draw(const struct plot *plot, char svg[4096]);

/* Text in quotes of gnuplot's, in which a quote is doubled. */
void report_quote(FILE *file, const char *text);

/*
 * report_heat.c: of many policies, whose lines nobody tells apart, a row each and a column a memory size; the colour
 * says how many times the column's least.
 */
bool report_is_heat(const struct plot *plot);
/* The file of data; what is set before, and the plot itself. */
void report_heat_write(const struct plot *plot, FILE *file);
void report_heat_set(const struct plot *plot, FILE *gnuplot);
void report_heat_plot(FILE *gnuplot, const char *data);

#endif /* LAB_REPORT_H */
