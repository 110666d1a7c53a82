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

#endif /* PUBLISHED_H */
