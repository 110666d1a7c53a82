// SPDX-License-Identifier: MIT
/* Plots of many policies: a map of how many times the least each takes. */
#include <math.h>
#include <string.h>

#include "report.h"

#define LINES_AT_MOST 12 /* of policies; and they repeat colours from the ninth on */
#define WHITE_FROM    1.5 /* of the colour's logarithm: writing on it is white */

bool report_is_heat(const struct plot *plot)
{
	return plot->metric && plot->report->policies.n > LINES_AT_MOST &&
	       plot->report->sizes.n > 1;
}

static double value_of(const struct plot *plot, unsigned int size, unsigned int policy)
{
	return report_mean(report_cell(plot->report, plot->workload, plot->cost, size, policy),
			   plot->metric);
}

/* The least that is more than nothing; 0: there is none. */
static double least_of(const struct plot *plot, unsigned int size)
{
	double least = 0;

	for (unsigned int p = 0; p < plot->report->policies.n; p++) {
		double value = value_of(plot, size, p);

		if (value > 0 && (least <= 0 || value < least))
			least = value;
	}
	return least;
}

/* Column, row, logarithm, what is written on it. */
void report_heat_write(const struct plot *plot, FILE *file)
{
	const struct report *r = plot->report;

	for (unsigned int s = 0; s < r->sizes.n; s++) {
		double least = least_of(plot, s);

		for (unsigned int p = 0; p < r->policies.n; p++) {
			double value = value_of(plot, s, p), times = least > 0 ? value / least : 0;

			if (value < 0)
				continue;
			fprintf(file, "%u %u %.4g ", s, p, times > 1 ? log10(times) : 0);
			if (times >= 10000)
				fprintf(file, "\"%.0fk\"\n", times / 1000);
			else
				fprintf(file, "\"%.*f\"\n", times < 9.95 ? 1 : 0, times);
		}
	}
}

void report_heat_set(const struct plot *plot, FILE *gnuplot)
{
	const struct report *r = plot->report;

	fputs("unset key\nunset grid\nset border 0\nset tics scale 0\n"
	      "set palette defined (0 '#ffffe5', 1 '#fec44f', 2 '#cc4c02', 3 '#662506')\n"
	      "set cbrange [0:3]\nset cbtics ('1' 0, '10' 1, '100' 2, '1000' 3)\n"
	      "set colorbox\nset cblabel ",
	      gnuplot);
	fprintf(gnuplot, "'%.*s: times the least of the column'\n",
		(int)strcspn(plot->metric->title, ","), plot->metric->title);
	fprintf(gnuplot, "set xrange [-0.5:%u.5]\nset yrange [%u.5:-0.5]\nset xlabel '%s'\n",
		r->sizes.n - 1, r->policies.n - 1,
		r->ratios ? "over-subscription: footprint by device memory, %"
			  : "device memory, MiB");
	fputs("set xtics (", gnuplot);
	for (unsigned int s = 0; s < r->sizes.n; s++)
		fprintf(gnuplot, "%s'%s' %u", s ? ", " : "", r->sizes.list[s], s);
	fputs(")\nset ytics noenhanced (", gnuplot);
	for (unsigned int p = 0; p < r->policies.n; p++) {
		fputs(p ? ", " : "", gnuplot);
		report_quote(gnuplot, r->policies.list[p]);
		fprintf(gnuplot, " %u", p);
	}
	fputs(")\n", gnuplot);
}

/* Boxes, and on them what they say, in black or white. */
void report_heat_plot(FILE *gnuplot, const char *data)
{
	fputs("plot ", gnuplot);
	report_quote(gnuplot, data);
	fprintf(gnuplot,
		" using 1:2:($1-0.5):($1+0.5):($2-0.5):($2+0.5):3 with boxxyerror fs solid 1 lc palette,"
		" '' using ($3<%g?$1:NaN):2:4 with labels tc rgb '#000000',"
		" '' using ($3<%g?NaN:$1):2:4 with labels tc rgb '#ffffff'\n",
		WHITE_FROM, WHITE_FROM);
}
