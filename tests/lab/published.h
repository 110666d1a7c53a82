/* SPDX-License-Identifier: MIT */
/*
 * The programs that others measured, as the order in which they go through their memory: one access for each page
 * (or less: grain) and direction that a step of a published algorithm touches. What the CPU does before and between
 * is left out. An array begins at 2 MiB, as allocations do.
 */
#ifndef PUBLISHED_H
#define PUBLISHED_H

#include "../../src/lab/random.h"
#include "lab_test.h"

#define MIB (1ul << 20)

/* What one access stands for, in bytes. */
static unsigned long grain = PSIM_LAB_PAGE;
static unsigned long next_page;

/**
 * struct array - an array of the program
 * @first: its first page
 * @bytes: its size
 * @last: what was touched last, so that one step touches it once
 */
struct array {
	unsigned long first;
	unsigned long bytes;
	unsigned long last;
};

static inline struct array array_of(unsigned long bytes)
{
	struct array a = {.first = next_page, .bytes = bytes, .last = ~0ul};
	unsigned long pages = (bytes + PSIM_LAB_PAGE - 1) / PSIM_LAB_PAGE;

	next_page +=
		(pages + PSIM_LAB_REGION_PAGES - 1) / PSIM_LAB_REGION_PAGES * PSIM_LAB_REGION_PAGES;
	return a;
}

/* Outside the array there is nothing: stencils need not look at their borders. */
static inline void touch(struct array *a, long offset, bool write)
{
	unsigned long now = offset / grain * 2 + write;

	if (offset < 0 || (unsigned long)offset >= a->bytes || now == a->last)
		return;
	a->last = now;
	add(1, a->first + offset / PSIM_LAB_PAGE, write);
	accesses[nr_accesses - 1].address += offset / grain * grain % PSIM_LAB_PAGE;
}

static inline void update(struct array *a, long offset)
{
	touch(a, offset, false);
	touch(a, offset, true);
}

static inline void program_begin(void)
{
	nr_accesses = 0;
	next_page = 0;
}

/* ---- regular ------------------------------------------------------------------------------------------------ */

/*
 * A layer of a neural network, trained once (Rodinia): forward, the weights of 16 units and the bias are read with the
 * input; then backward, each weight and its last change are updated.
 */
static inline void backprop(unsigned long pages)
{
	const unsigned long n = pages * PSIM_LAB_PAGE / 144, row = 17 * 4;
	struct array input, weights, changes, sums;

	program_begin();
	input = array_of(4 * n);
	weights = array_of(row * n);
	sums = array_of(4 * n);
	changes = array_of(row * n);
	for (unsigned long at = 0; at < weights.bytes; at += grain) {
		touch(&input, at / 17, false);
		update(&weights, at);
		touch(&sums, at / 17, true);
	}
	for (unsigned long at = 0; at < weights.bytes; at += grain) {
		touch(&input, at / 17, false);
		update(&weights, at);
		update(&changes, at);
	}
}

/* Electric and magnetic fields on a grid, in turns (Polybench fdtd-2d): three sweeps an iteration. */
static inline void fdtd(unsigned long pages, unsigned int rounds)
{
	const unsigned long bytes = pages * PSIM_LAB_PAGE / 3;
	unsigned long side = 1;
	struct array ex, ey, hz;

	while (side * side * 4 < bytes)
		side++;
	program_begin();
	ex = array_of(bytes);
	ey = array_of(bytes);
	hz = array_of(bytes);
	for (unsigned int t = 0; t < rounds; t++) {
		for (unsigned long at = 0; at < bytes; at += grain) {
			touch(&hz, at - 4 * side, false);
			touch(&hz, at, false);
			update(&ey, at);
		}
		for (unsigned long at = 0; at < bytes; at += grain) {
			touch(&hz, at, false);
			update(&ex, at);
		}
		for (unsigned long at = 0; at < bytes; at += grain) {
			touch(&ex, at, false);
			touch(&ey, at + 4 * side, false);
			touch(&ey, at, false);
			update(&hz, at);
		}
	}
}

/* Heat of a chip (Rodinia): five points of one temperature and the power make the other temperature, in turns. */
static inline void hotspot(unsigned long pages, unsigned int rounds)
{
	const unsigned long bytes = pages * PSIM_LAB_PAGE / 3;
	struct array temperature[2], power;
	unsigned long side = 1;

	while (side * side * 4 < bytes)
		side++;
	program_begin();
	power = array_of(bytes);
	temperature[0] = array_of(bytes);
	temperature[1] = array_of(bytes);
	for (unsigned int t = 0; t < rounds; t++) {
		struct array *from = &temperature[t % 2], *to = &temperature[1 - t % 2];

		for (unsigned long at = 0; at < bytes; at += grain) {
			touch(&power, at, false);
			touch(from, at - 4 * side, false);
			touch(from, at, false);
			touch(from, at + 4 * side, false);
			touch(to, at, true);
		}
	}
}

/* ---- irregular ---------------------------------------------------------------------------------------------- */

/**
 * struct graph - a drawn one, as compressed rows
 * @nodes, @degree: how many, and each one's edges
 * @target: of each edge
 */
struct graph {
	unsigned int nodes;
	unsigned int degree;
	uint32_t *target;
};

static inline struct graph graph_of(unsigned int nodes, unsigned int degree)
{
	struct graph g = {.nodes = nodes, .degree = degree};
	struct random random;

	random_seed(&random, 7);
	g.target = malloc(sizeof(*g.target) * nodes * degree);
	assert_non_null(g.target);
	for (unsigned long i = 0; i < (unsigned long)nodes * degree; i++)
		g.target[i] = random_below(&random, nodes);
	return g;
}

/* Pages of an array that a block of threads has met: a block's threads run at once, so it goes to each once. */
struct met {
	unsigned long block[4096];
};

static inline void touch_once(struct met *met, struct array *a, unsigned long offset, bool write,
			      unsigned long block)
{
	unsigned long *last = &met->block[offset / PSIM_LAB_PAGE % 4096];

	if (*last == block)
		return;
	*last = block;
	a->last = ~0ul;
	touch(a, offset, write);
}

/*
 * Breadth first (Rodinia): for each level all nodes' marks are looked at; the marked ones go through their edges and
 * mark, elsewhere, whom they find new; a second sweep makes these the next level.
 */
static inline unsigned int bfs(unsigned int nodes, unsigned int degree)
{
	static struct met met_visited, met_cost, met_updating;
	struct array row, edges, mask, updating, visited, cost;
	struct graph g = graph_of(nodes, degree);
	unsigned char *level = calloc(nodes, 1); /* 0: not yet */
	unsigned long block = 0, found = 1;
	unsigned int now = 0;

	assert_non_null(level);
	memset(&met_visited, 0xff, sizeof(met_visited));
	memset(&met_cost, 0xff, sizeof(met_cost));
	memset(&met_updating, 0xff, sizeof(met_updating));
	program_begin();
	row = array_of(8ul * nodes);
	edges = array_of(4ul * nodes * degree);
	mask = array_of(nodes);
	updating = array_of(nodes);
	visited = array_of(nodes);
	cost = array_of(4ul * nodes);
	level[0] = 1;
	while (found) {
		found = 0;
		now++;
		for (unsigned long v = 0; v < nodes; v++) {
			block += v % 256 == 0;
			touch(&mask, v, false);
			if (level[v] != now)
				continue;
			touch(&mask, v, true);
			touch(&row, 8 * v, false);
			touch(&cost, 4 * v, false);
			for (unsigned long i = v * degree; i < (v + 1) * degree; i++) {
				uint32_t to = g.target[i];

				touch(&edges, 4 * i, false);
				touch_once(&met_visited, &visited, to, false, block);
				if (level[to])
					continue;
				level[to] = now + 1;
				found++;
				touch_once(&met_cost, &cost, 4ul * to, true, block);
				touch_once(&met_updating, &updating, to, true, block);
			}
		}
		for (unsigned long v = 0; v < nodes; v++) {
			touch(&updating, v, false);
			if (level[v] == now + 1) {
				touch(&mask, v, true);
				touch(&visited, v, true);
				touch(&updating, v, true);
			}
		}
	}
	free(level);
	free(g.target);
	return now;
}

/*
 * Shortest paths (Lonestar's kind, by rounds): all nodes are looked at; whoever's distance fell since the last round goes
 * through its edges and their weights, and lowers the distances at their ends.
 */
static inline unsigned int sssp(unsigned int nodes, unsigned int degree)
{
	static struct met met_distance;
	struct array row, target, weight, distance, active;
	struct graph g = graph_of(nodes, degree);
	unsigned int *far = malloc(sizeof(*far) * nodes), rounds = 0;
	unsigned char *mark = calloc(2, nodes);
	unsigned long block = 0, changed = 1;

	assert_non_null(far);
	assert_non_null(mark);
	memset(&met_distance, 0xff, sizeof(met_distance));
	memset(far, 0xff, sizeof(*far) * nodes);
	program_begin();
	row = array_of(4ul * nodes);
	target = array_of(4ul * nodes * degree);
	weight = array_of(4ul * nodes * degree);
	distance = array_of(4ul * nodes);
	active = array_of(nodes);
	far[0] = 0;
	mark[0] = 1;
	for (; changed; rounds++) {
		unsigned char *now = mark + rounds % 2 * nodes;
		unsigned char *next = mark + (rounds + 1) % 2 * nodes;

		changed = 0;
		for (unsigned long v = 0; v < nodes; v++) {
			block += v % 256 == 0;
			touch(&active, v, false);
			if (!now[v])
				continue;
			now[v] = 0;
			touch(&active, v, true);
			touch(&row, 4 * v, false);
			touch(&distance, 4 * v, false);
			for (unsigned long i = v * degree; i < (v + 1) * degree; i++) {
				uint32_t to = g.target[i];
				unsigned int length = far[v] + 1 + i * 2654435761u % 16;

				touch(&target, 4 * i, false);
				touch(&weight, 4 * i, false);
				touch_once(&met_distance, &distance, 4ul * to, true, block);
				if (length >= far[to])
					continue;
				far[to] = length;
				next[to] = 1;
				changed++;
			}
		}
	}
	free(far);
	free(mark);
	free(g.target);
	return rounds;
}

/* Words of a table anywhere are updated (HPC Challenge's RandomAccess). */
static inline void random_access(unsigned long pages, unsigned long updates)
{
	struct random random;
	struct array table;

	program_begin();
	random_seed(&random, 11);
	table = array_of(pages * PSIM_LAB_PAGE);
	for (unsigned long i = 0; i < updates; i++) {
		table.last = ~0ul;
		update(&table, random_below(&random, pages) * PSIM_LAB_PAGE);
	}
}

/* ---- in columns and diagonals ---------------------------------------------------------------------------------- */

/*
 * Alignment of two sequences (Rodinia nw): two square matrices, tiles of 16 by 16 words, diagonal by diagonal; a tile's
 * rows lie on pages of their own.
 */
static inline void nw(unsigned long pages)
{
	struct array reference, items;
	long side = 16, tiles;

	while (2 * (side + 16) * (side + 16) * 4 <= (long)(pages * PSIM_LAB_PAGE))
		side += 16;
	tiles = side / 16;
	program_begin();
	reference = array_of(side * side * 4);
	items = array_of(side * side * 4);
	for (long diagonal = 0; diagonal < 2 * tiles - 1; diagonal++) {
		for (long y = 0; y < tiles; y++) {
			long x = diagonal - y;

			for (long row = 0; x >= 0 && x < tiles && row < 16; row++) {
				touch(&reference, ((y * 16 + row) * side + x * 16) * 4, false);
				update(&items, ((y * 16 + row) * side + x * 16) * 4);
			}
		}
	}
}

/*
 * Two products of a square matrix and a vector (Polybench mvt): a thread for each row goes along it, so that all rows'
 * pages are in use at once; then one for each column, so that rows come one after another.
 */
static inline void mvt(unsigned long side, unsigned long step)
{
	struct array a;

	program_begin();
	a = array_of(side * side * 4);
	for (unsigned long column = 0; column < side * 4; column += step) {
		for (unsigned long row = 0; row < side; row++) {
			a.last = ~0ul;
			touch(&a, row * side * 4 + column, false);
		}
	}
	for (unsigned long at = 0; at < a.bytes; at += grain)
		touch(&a, at, false);
}

/* A product of matrices: for each band of rows of the result, its rows of the left one, and all of the right one. */
static inline void gemm(unsigned long side, unsigned long band)
{
	struct array a, b, c;

	program_begin();
	a = array_of(side * side * 4);
	b = array_of(side * side * 4);
	c = array_of(side * side * 4);
	for (unsigned long row = 0; row < side; row += band) {
		for (unsigned long k = 0; k < side; k++) {
			if (k % (PSIM_LAB_PAGE / 4) == 0) {
				for (unsigned long i = 0; i < band; i++)
					touch(&a, ((row + i) * side + k) * 4, false);
			}
			for (unsigned long at = 0; at < side * 4; at += grain)
				touch(&b, k * side * 4 + at, false);
		}
		for (unsigned long at = 0; at < band * side * 4; at += grain)
			touch(&c, row * side * 4 + at, true);
	}
}

/* ---- more regular ones ------------------------------------------------------------------------------------------ */

/* a = b + s * c */
static inline void triad(unsigned long pages, unsigned int rounds)
{
	const unsigned long bytes = pages * PSIM_LAB_PAGE / 3;
	struct array a, b, c;

	program_begin();
	a = array_of(bytes);
	b = array_of(bytes);
	c = array_of(bytes);
	for (unsigned int t = 0; t < rounds; t++) {
		for (unsigned long at = 0; at < bytes; at += grain) {
			touch(&b, at, false);
			touch(&c, at, false);
			touch(&a, at, true);
		}
	}
}

/* Five points of one grid make the other, which is copied back (Polybench jacobi-2d). */
static inline void jacobi(unsigned long pages, unsigned int rounds)
{
	const unsigned long bytes = pages * PSIM_LAB_PAGE / 2;
	struct array grid[2];
	unsigned long side = 1;

	while (side * side * 4 < bytes)
		side++;
	program_begin();
	grid[0] = array_of(bytes);
	grid[1] = array_of(bytes);
	for (unsigned int t = 0; t < 2 * rounds; t++) {
		for (unsigned long at = 0; at < bytes; at += grain) {
			touch(&grid[t % 2], at + 4 * side, false);
			touch(&grid[1 - t % 2], at, true);
		}
	}
}

/* Each point of one grid from its neighbours, in place. */
static inline void gauss_seidel(unsigned long pages, unsigned int rounds)
{
	const unsigned long bytes = pages * PSIM_LAB_PAGE;
	unsigned long side = 1;
	struct array grid;

	while (side * side * 4 < bytes)
		side++;
	program_begin();
	grid = array_of(bytes);
	for (unsigned int t = 0; t < rounds; t++) {
		for (unsigned long at = 0; at < bytes; at += grain) {
			touch(&grid, at + 4 * side, false);
			update(&grid, at);
		}
	}
}

/* Pages that the program touches: counted once. */
static inline unsigned long footprint(void)
{
	static size_t counted;
	static unsigned long pages;
	unsigned char *seen;

	if (counted == nr_accesses)
		return pages;
	seen = calloc(next_page, 1);
	counted = nr_accesses;
	pages = 0;
	assert_non_null(seen);
	for (size_t i = 0; i < nr_accesses; i++) {
		unsigned long page = (accesses[i].address - BASE) / PSIM_LAB_PAGE;

		pages += !seen[page];
		seen[page] = 1;
	}
	free(seen);
	return pages;
}

/* ---- runs --------------------------------------------------------------------------------------------------------- */

static struct lab_result result;

/* The program that was emitted last, with memory for a share of its footprint; 0: for all of it. Return: us. */
static inline double run_at(const struct lab_experiment *e, const struct lab_policy *policy,
			    double ratio)
{
	unsigned long long memory = next_page * PSIM_LAB_PAGE;
	char error[LAB_ERROR];

	if (ratio > 0)
		memory = (unsigned long long)(footprint() * PSIM_LAB_PAGE / ratio) >> 16 << 16;
	if (run_list(e, policy, memory, &result, error))
		fail_msg("%s", error);
	return result.time_ns / 1000;
}

static inline void within_factor(const char *what, double here, double published, double factor)
{
	if (here > published * factor || here < published / factor)
		fail_msg("%s: %g, published %g, wanted within %g times", what, here, published,
			 factor);
}

/* A row of the study: its table is what the tests print. */
#define ROW(...) (getenv("LAB_ROWS") ? printf(__VA_ARGS__) : 0)

#endif /* PUBLISHED_H */
