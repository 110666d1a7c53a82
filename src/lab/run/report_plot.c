// SPDX-License-Identifier: MIT
/* The plots of a report, drawn by gnuplot: as SVG for the report, and as PNG beside it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"

/* What the data say about how to draw them. */
struct extent {
	double least, most; /* of y; of residency, of the runs' times */
	double memory_mib;
};

void report_quote(FILE *file, const char *text)
{
	fputc('\'', file);
	for (; *text; text++) {
		if (*text == '\'')
			fputc('\'', file);
		fputc(*text, file);
	}
	fputc('\'', file);
}

static void extend(struct extent *extent, double value)
{
	extent->least = value < extent->least ? value : extent->least;
	extent->most = value > extent->most ? value : extent->most;
}

/* ---- what gnuplot reads: a block a policy ---------------------------------------------------------------- */

static void write_metric(const struct plot *plot, FILE *file, struct extent *extent)
{
	const struct report *r = plot->report;

	for (unsigned int p = 0; p < r->policies.n; p++) {
		fprintf(file, "# %s\n", r->policies.list[p]);
		for (unsigned int s = 0; s < r->sizes.n; s++) {
			double value = report_mean(report_cell(r, plot->workload, plot->cost, s, p),
						   plot->metric);

			if (value < 0) {
				fputs("NaN NaN\n", file);
				continue;
			}
			extend(extent, value);
			/* of a single memory size: bars, side by side */
			if (r->sizes.n == 1)
				fprintf(file, "%u %.6g\n", p, value);
			else
				fprintf(file, "%s %.6g\n", r->sizes.list[s], value);
		}
		fputs("\n\n", file);
	}
}

/* Of the last memory size and the first seed. */
static void write_residency(const struct plot *plot, FILE *file, struct extent *extent)
{
	const struct report *r = plot->report;

	for (unsigned int p = 0; p < r->policies.n; p++) {
		const struct cell *cell =
			report_cell(r, plot->workload, plot->cost, r->sizes.n - 1, p);
		const json_t *samples = json_object_get(cell->first, "residency"), *sample;
		double ms = 0;
		size_t i;

		fprintf(file, "# %s\n", r->policies.list[p]);
		if (!json_array_size(samples))
			fputs("NaN NaN\n", file);
		json_array_foreach(samples, i, sample)
		{
			ms = json_number_value(json_array_get(sample, 0)) / 1e6;
			fprintf(file, "%.6g %.6g\n", ms,
				json_number_value(json_array_get(sample, 1)) / 256);
		}
		if (ms > 0)
			extend(extent, ms);
		if (cell->runs)
			extent->memory_mib = cell->memory_mib;
		fputs("\n\n", file);
	}
}

/* ---- how it draws --------------------------------------------------------------------------------------------- */

static unsigned int height_of(const struct plot *plot)
{
	unsigned int n = plot->report->policies.n;

	return n > 18 ? 100 + 18 * n : 420;
}

/* Eight colours that the colour-blind tell apart; then they come again, dashed. */
static void set_up(const struct plot *plot, FILE *gnuplot)
{
	static const char *const colours[] = {"#0072b2", "#d55e00", "#009e73", "#cc79a7",
					      "#e69f00", "#56b4e9", "#000000", "#8c6d31"};
	unsigned int n = plot->report->policies.n;

	fprintf(gnuplot,
		"set terminal svg size 860,%u dynamic font 'sans-serif,12' background '#ffffff'\n"
		"set key outside right top Left reverse noenhanced\nset grid back lc rgb '#cccccc'\n"
		"set border 3\nset tics nomirror\n",
		height_of(plot));
	for (unsigned int i = 0; i < n; i++)
		fprintf(gnuplot, "set linetype %u lc rgb '%s' dt %u pt %u lw 1.5\n", i + 1,
			colours[i % 8], i / 8 % 4 + 1, i % 15 + 1);
}

static void set_metric(const struct plot *plot, FILE *gnuplot, const struct extent *extent)
{
	const struct report *r = plot->report;
	double first = atof(r->sizes.list[0]), last = atof(r->sizes.list[r->sizes.n - 1]);
	bool log = extent->least > 0 && extent->most > 10 * extent->least;

	fprintf(gnuplot, "set ylabel '%s%s'\n%s", plot->metric->title, log ? " (log scale)" : "",
		log ? "set logscale y\n" : "set yrange [0:*]\n");
	if (r->sizes.n == 1) {
		fputs("set style fill solid 0.8\nset boxwidth 0.7\nunset xtics\nset xlabel ''\n"
		      "set xrange [-0.6:",
		      gnuplot);
		fprintf(gnuplot, "%g]\n", r->policies.n - 0.4);
		/* a bar stands on a power of ten */
		if (log)
			fprintf(gnuplot, "set yrange [%g:*]\n", extent->least / 2);
		return;
	}
	fprintf(gnuplot, "set xlabel '%s'\nset offsets graph 0.03, graph 0.03, 0, 0\nset xtics (",
		r->ratios ? "over-subscription: footprint by device memory, %"
			  : "device memory, MiB");
	for (unsigned int s = 0; s < r->sizes.n; s++)
		fprintf(gnuplot, "%s'%s' %s", s ? ", " : "", r->sizes.list[s], r->sizes.list[s]);
	fputs(")\n", gnuplot);
	if (first > 16 * last || last > 16 * first)
		fputs("set logscale x 2\n", gnuplot);
}

static void set_residency(FILE *gnuplot, const struct extent *extent)
{
	bool log = extent->least > 0 && extent->most > 10 * extent->least;

	fprintf(gnuplot,
		"set xlabel 'virtual time, ms%s'\nset ylabel 'MiB on the GPUs'\nset yrange [0:*]\n%s",
		log ? " (log scale)" : "", log ? "set logscale x\n" : "");
}

static void plot_lines(const struct plot *plot, FILE *gnuplot, const char *data,
		       const struct extent *extent)
{
	const struct report *r = plot->report;

	fputs("plot ", gnuplot);
	for (unsigned int p = 0; p < r->policies.n; p++) {
		report_quote(gnuplot, data);
		fprintf(gnuplot, " index %u using 1:2 with %s lt %u title ", p,
			!plot->metric	  ? "lines"
			: r->sizes.n == 1 ? "boxes"
					  : "linespoints",
			p + 1);
		report_quote(gnuplot, r->policies.list[p]);
		fputs(p + 1 < r->policies.n ? ", " : "", gnuplot);
	}
	if (!plot->metric && extent->memory_mib > 0)
		fprintf(gnuplot, ", %g with lines lc rgb '#888888' dt 3 title 'memory of one GPU'",
			extent->memory_mib);
	fputc('\n', gnuplot);
}

/* The same plot for papers, twice as large; where gnuplot has no PNG, there is none. */
static void draw_png(const struct plot *plot, FILE *gnuplot, const char *png)
{
	unsigned int height = 2 * height_of(plot);

	fprintf(gnuplot,
		"set output\n"
		"if (strstrt(GPVAL_TERMINALS, ' pngcairo')) {\n"
		"set terminal pngcairo size 1720,%u fontscale 2 linewidth 2 background '#ffffff'\n"
		"} else { if (strstrt(GPVAL_TERMINALS, ' png ')) {\n"
		"set terminal png size 1720,%u background '#ffffff'\n"
		"} else { exit } }\nset output ",
		height, height);
	report_quote(gnuplot, png);
	fputs("\nreplot\n", gnuplot);
}

static int write_data(const struct plot *plot, const char *path, struct extent *extent)
{
	FILE *file = fopen(path, "w");

	if (!file)
		return -errno;
	if (report_is_heat(plot))
		report_heat_write(plot, file);
	else if (plot->metric)
		write_metric(plot, file, extent);
	else
		write_residency(plot, file, extent);
	return fclose(file) ? -errno : 0;
}

int report_draw(const struct plot *plot, char svg[4096])
{
	char data[4096], png[4096], name[64];
	const struct report *r = plot->report;
	struct extent extent = {.least = 1e300};
	bool heat = report_is_heat(plot);
	FILE *gnuplot;
	int n, err;

	n = snprintf(name, sizeof(name), "%u-%s", plot->workload,
		     plot->metric ? plot->metric->name : "residency");
	if (plot->cost)
		snprintf(name + n, sizeof(name) - n, "-%u", plot->cost);
	snprintf(data, sizeof(data), "%s/plots/%s.dat", r->folder, name);
	snprintf(svg, 4096, "%s/plots/%s.svg", r->folder, name);
	snprintf(png, sizeof(png), "%s/plots/%s.png", r->folder, name);
	err = write_data(plot, data, &extent);
	gnuplot = err ? NULL : popen("gnuplot 2>/dev/null", "w");
	if (!gnuplot)
		return err ? err : -errno;
	set_up(plot, gnuplot);
	if (heat)
		report_heat_set(plot, gnuplot);
	else if (plot->metric)
		set_metric(plot, gnuplot, &extent);
	else
		set_residency(gnuplot, &extent);
	fputs("set output ", gnuplot);
	report_quote(gnuplot, svg);
	fputc('\n', gnuplot);
	if (heat)
		report_heat_plot(gnuplot, data);
	else
		plot_lines(plot, gnuplot, data, &extent);
	draw_png(plot, gnuplot, png);
	return pclose(gnuplot) ? -EIO : 0;
}
