// SPDX-License-Identifier: MIT
/* Kernels that follow indices: sparse matrix-vector, BFS, hash join, pointer chase. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernel.h"

#define NONE 0xffffffffu

/* ---- sparse matrix-vector ------------------------------------------------------------------------------------ */

static const struct psim_lab_option spmv_options[] = {
	{"n", "rows and columns", 16384, 1, 1ull << 28},
	{"degree", "numbers in a row that are not zero", 16, 1, 65536},
	{"rounds", "how often", 1, 1, 1e6},
	{0},
};

/* y = A x; the rows' columns, then the numbers, then x, then y. A's numbers and x are small whole ones. */
static int run_spmv(struct kernel *k)
{
	uint64_t n = k->values[0], degree = k->values[1], entries = n * degree, wrong = 0;
	uint64_t numbers = (entries * 4 + 7) / 8 * 8, x = numbers + entries * 8, y = x + n * 8;
	double *plain = kernel_scratch(k, n, sizeof(*plain));

	if (!plain || kernel_memory(k, y + n * 8))
		return -1;
	k->who = 0;
	for (uint64_t i = 0; i < n; i++)
		store_f64(k, x + i * 8, i % 10);
	for (uint64_t i = 0; i < entries; i++) {
		uint32_t column = random_below(&k->random, n);

		store_u32(k, i * 4, column);
		store_f64(k, numbers + i * 8, i % 5 + 1);
		plain[i / degree] += (i % 5 + 1.0) * (column % 10);
	}
	k->who = 1;
	for (unsigned int round = 0; round < k->values[2]; round++) {
		for (uint64_t i = 0; i < n; i++) {
			double sum = 0;

			for (uint64_t j = i * degree; j < (i + 1) * degree; j++) {
				uint32_t column = load_u32(k, j * 4);

				sum += load_f64(k, numbers + j * 8) *
				       load_f64(k, x + column * 8ull);
			}
			store_f64(k, y + i * 8, sum);
		}
	}
	k->who = 0;
	for (uint64_t i = 0; i < n; i++)
		wrong += load_f64(k, y + i * 8) != plain[i];
	return wrong ? kernel_wrong(k, "spmv: %llu rows are wrong", (unsigned long long)wrong) : 0;
}
KERNEL(spmv, "spmv", "a sparse matrix times a vector", spmv_options);

/* ---- breadth-first search ---------------------------------------------------------------------------------------- */

#define MAX_VERTICES (1ull << 28)

static const struct psim_lab_option bfs_options[] = {
	{"n", "vertices, without a file", 16384, 1, MAX_VERTICES},
	{"degree", "edges of a vertex, without a file", 8, 1, 65536},
	{"rewired", "share of its edges that lead anywhere, not to its neighbours", 1, 0, 1},
	{0},
};

/* Offsets of each vertex's edges, the edges' ends, levels, and two lists of the vertices of a level. */
struct graph {
	uint32_t n;
	uint64_t edges;
	uint32_t *offsets;
	uint32_t *ends;
};

/* "FROM TO" a line, vertices from 0; lines that begin with # or % are skipped. */
static int read_edge(struct kernel *k, struct source *source, uint64_t *from, uint64_t *to)
{
	char line[256];

	for (;;) {
		long got = source_line(source, line, sizeof(line));
		const char *at;

		if (got == -1)
			return source_broken(source, k->wrong, sizeof(k->wrong)) ? -1 : 1;
		if (got >= 0 && (!*line || *line == '#' || *line == '%'))
			continue;
		at = got < 0 ? NULL : source_number(line, 10, from);
		at = at && (*at == ' ' || *at == '\t') ? source_number(at + 1, 10, to) : NULL;
		if (at && !*at && *from < MAX_VERTICES && *to < MAX_VERTICES)
			return 0;
		source_line_error(source, "two numbers of vertices below 268435456 expected",
				  k->wrong, sizeof(k->wrong));
		return -1;
	}
}

/* Twice through the file: to count each vertex's edges, then to put them where they belong. */
static int read_graph_once(struct kernel *k, struct graph *g, bool count)
{
	struct source source = {0};
	uint64_t from, to;
	int got;

	if (source_open(&source, k->file, k->wrong, sizeof(k->wrong)))
		return -1;
	while (!(got = read_edge(k, &source, &from, &to))) {
		if (count) {
			g->n = from >= g->n ? from + 1 : g->n;
			g->n = to >= g->n ? to + 1 : g->n;
			g->edges++;
		} else if (from >= g->n || to >= g->n ||
			   (g->ends && g->offsets[from] >= g->edges)) {
			got = kernel_wrong(k, "%s: it changes while it is read", k->file);
			break;
		} else if (g->ends) {
			g->ends[g->offsets[from]++] = to;
		} else {
			g->offsets[from + 1]++;
		}
	}
	source_close(&source);
	return got < 0 ? -1 : 0;
}

static int read_graph(struct kernel *k, struct graph *g)
{
	if (read_graph_once(k, g, true))
		return -1;
	if (!g->n || g->edges >= NONE)
		return kernel_wrong(k, "%s: 1 to 4294967294 edges expected", k->file);
	g->offsets = kernel_scratch(k, g->n + 1ul, 4);
	if (!g->offsets || read_graph_once(k, g, false))
		return -1;
	for (uint32_t i = 0; i < g->n; i++)
		g->offsets[i + 1] += g->offsets[i];
	g->ends = kernel_scratch(k, g->edges, 4);
	if (!g->ends || read_graph_once(k, g, false))
		return -1;
	/* each has moved to where the next begins */
	memmove(g->offsets + 1, g->offsets, g->n * 4ul);
	g->offsets[0] = 0;
	return 0;
}

/* Anywhere, or, as in a graph of Watts and Strogatz, on a ring one of the neighbours on both sides. */
static uint32_t draw_end(struct kernel *k, uint32_t n, uint32_t from, uint32_t edge)
{
	uint64_t away = (edge / 2 + 1) % n;

	if (k->values[2] >= 1 || random_real(&k->random) < k->values[2])
		return random_below(&k->random, n);
	return (from + (edge % 2 ? n - away : away)) % n;
}

static int draw_graph(struct kernel *k, struct graph *g)
{
	uint32_t degree = k->values[1];

	g->n = k->values[0];
	g->edges = (uint64_t)g->n * degree;
	if (g->edges >= NONE)
		return kernel_wrong(k, "up to 4294967294 edges expected");
	g->offsets = kernel_scratch(k, g->n + 1ul, 4);
	g->ends = kernel_scratch(k, g->edges, 4);
	if (!g->offsets || !g->ends)
		return -1;
	for (uint32_t i = 0; i <= g->n; i++)
		g->offsets[i] = i * degree;
	for (uint64_t i = 0; i < g->edges; i++)
		g->ends[i] = draw_end(k, g->n, i / degree, i % degree);
	return 0;
}

/* Levels by a queue, in memory of our own. */
static uint32_t *plain_levels(struct kernel *k, const struct graph *g)
{
	uint32_t *levels = kernel_scratch(k, g->n, 4), *queue = kernel_scratch(k, g->n, 4);
	uint32_t head = 0, tail = 1;

	if (!levels || !queue)
		return NULL;
	memset(levels, 0xff, g->n * 4ul);
	levels[0] = queue[0] = 0;
	for (; head < tail; head++) {
		uint32_t at = queue[head];

		for (uint32_t i = g->offsets[at]; i < g->offsets[at + 1]; i++) {
			if (levels[g->ends[i]] != NONE)
				continue;
			levels[g->ends[i]] = levels[at] + 1;
			queue[tail++] = g->ends[i];
		}
	}
	return levels;
}

/* Level by level: each vertex of a level marks those that it leads to. */
static void search(struct kernel *k, uint64_t ends, uint64_t levels, uint64_t lists[2])
{
	uint32_t here = 1, level = 0;

	store_u32(k, lists[0], 0);
	store_u32(k, levels, 0);
	while (here) {
		uint32_t there = 0;

		for (uint32_t i = 0; i < here; i++) {
			uint32_t at = load_u32(k, lists[level % 2] + i * 4ull);
			uint32_t edge = load_u32(k, at * 4ull), stop = load_u32(k, at * 4ull + 4);

			for (; edge < stop; edge++) {
				uint32_t end = load_u32(k, ends + edge * 4ull);

				if (load_u32(k, levels + end * 4ull) != NONE)
					continue;
				store_u32(k, levels + end * 4ull, level + 1);
				store_u32(k, lists[(level + 1) % 2] + there++ * 4ull, end);
			}
		}
		here = there;
		level++;
	}
}

static int run_bfs(struct kernel *k)
{
	struct graph g = {0};
	uint64_t ends, levels, lists[2], wrong = 0;
	uint32_t *plain;

	if (k->file ? read_graph(k, &g) : draw_graph(k, &g))
		return -1;
	ends = (g.n + 1ull) * 4;
	levels = ends + g.edges * 4;
	lists[0] = levels + g.n * 4ull;
	lists[1] = lists[0] + g.n * 4ull;
	plain = plain_levels(k, &g);
	if (!plain || kernel_memory(k, lists[1] + g.n * 4ull))
		return -1;
	k->who = 0;
	for (uint32_t i = 0; i <= g.n; i++)
		store_u32(k, i * 4ull, g.offsets[i]);
	for (uint64_t i = 0; i < g.edges; i++)
		store_u32(k, ends + i * 4, g.ends[i]);
	for (uint32_t i = 0; i < g.n; i++)
		store_u32(k, levels + i * 4ull, NONE);
	k->who = 1;
	search(k, ends, levels, lists);
	k->who = 0;
	for (uint32_t i = 0; i < g.n; i++)
		wrong += load_u32(k, levels + i * 4ull) != plain[i];
	return wrong ? kernel_wrong(k, "bfs: %llu levels are wrong", (unsigned long long)wrong) : 0;
}
KERNEL(bfs, "bfs",
       "levels of a graph from its first vertex; of a file with lines \"FROM TO\", or drawn",
       bfs_options);

/* ---- hash join --------------------------------------------------------------------------------------------------------- */

static const struct psim_lab_option join_options[] = {
	{"n", "rows of the smaller table", 1 << 15, 1, 1ull << 30},
	{"m", "rows of the larger table", 1 << 17, 1, 1ull << 32},
	{0},
};

/* Keys of the smaller table are 1 to n, its values three times that; the larger one's keys go up to 2 n. */
static int run_join(struct kernel *k)
{
	uint64_t n = k->values[0], m = k->values[1], slots = 2, wanted = 0, found = 0;
	uint64_t large = n * 8, table, sum;

	while (slots < 2 * n)
		slots *= 2;
	table = large + m * 8;
	sum = table + slots * 16;
	if (kernel_memory(k, sum + 8))
		return -1;
	k->who = 0;
	for (uint64_t i = 0; i < n; i++)
		store_u64(k, i * 8, i + 1);
	for (uint64_t i = 0; i < m; i++) {
		uint64_t key = random_below(&k->random, 2 * n) + 1;

		store_u64(k, large + i * 8, key);
		wanted += key <= n ? 3 * key : 0;
	}
	k->who = 1;
	for (uint64_t i = 0; i < n; i++) {
		uint64_t key = load_u64(k, i * 8), at = key * 0x9e3779b97f4a7c15ull % slots;

		while (load_u64(k, table + at * 16))
			at = (at + 1) % slots;
		store_u64(k, table + at * 16, key);
		store_u64(k, table + at * 16 + 8, 3 * key);
	}
	for (uint64_t i = 0; i < m; i++) {
		uint64_t key = load_u64(k, large + i * 8), at = key * 0x9e3779b97f4a7c15ull % slots,
			 got;

		while ((got = load_u64(k, table + at * 16)) && got != key)
			at = (at + 1) % slots;
		if (got == key)
			found += load_u64(k, table + at * 16 + 8);
	}
	store_u64(k, sum, found);
	k->who = 0;
	return load_u64(k, sum) == wanted ? 0 : kernel_wrong(k, "join: the sum is wrong");
}
KERNEL(join, "join", "a hash join of two tables", join_options);

/* ---- pointer chase ---------------------------------------------------------------------------------------------------------- */

static const struct psim_lab_option chase_options[] = {
	{"n", "cells of a cache line each", 1 << 16, 1, 1ull << 32},
	{"steps", "how many", 1 << 17, 1, 1e12},
	{0},
};

/* A ring through all cells in an order that is drawn: each cell holds the number of the next. */
static int run_chase(struct kernel *k)
{
	uint64_t n = k->values[0], steps = k->values[1], at = 0, plain = 0;
	uint32_t *next = kernel_scratch(k, n, 4);

	if (n >= NONE)
		return kernel_wrong(k, "chase: fewer than 4294967295 cells expected");
	if (!next || kernel_memory(k, n * 64))
		return -1;
	for (uint64_t i = 0; i < n; i++)
		next[i] = i;
	/* Sattolo's shuffle leaves one ring */
	for (uint64_t i = n - 1; i > 0; i--) {
		uint64_t j = random_below(&k->random, i);
		uint32_t other = next[i];

		next[i] = next[j];
		next[j] = other;
	}
	k->who = 0;
	for (uint64_t i = 0; i < n; i++)
		store_u64(k, i * 64, next[i]);
	k->who = 1;
	for (uint64_t i = 0; i < steps; i++) {
		at = load_u64(k, at * 64);
		plain = next[plain];
	}
	store_u64(k, 8, at);
	k->who = 0;
	return load_u64(k, 8) == plain ? 0 : kernel_wrong(k, "chase: it ended elsewhere");
}
KERNEL(chase, "chase", "from cell to cell in an order that is drawn", chase_options);
