// SPDX-License-Identifier: MIT
/*
 * Synthetic workloads of several GPUs: they work at the same time, each in a part of its own or all in a common one;
 * or they take turns and hand over. Functions of their settings and the seed, as the others are.
 */
#include <stdio.h>
#include <stdlib.h>

#include "workload.h"

#define BASE  0x100000000ull /* where the memory begins: any aligned address */
#define LINE  128u /* bytes of an access */
#define LINES (PSIM_LAB_PAGE / LINE)

/* What both have first. */
enum {
	SIZE,
	ACCESSES,
	GPUS,
	OWN
};
#define COMMON                                                            \
	{"size", "bytes of memory", 64 << 20, 4096 * 64, 1ull << 40},     \
		{"accesses", "how many, of 128 bytes", 1 << 20, 1, 1e15}, \
	{                                                                 \
		"gpus", "that work", 2, 1, LAB_MAX_GPUS                   \
	}

/* Where a GPU is: a page, and how many accesses to it are to come. */
struct worker {
	uint64_t page;
	uint64_t left;
};

struct gpus {
	double values[LAB_MAX_OPTIONS];
	struct random random;
	uint64_t done, total, pages;
	unsigned int nr;
	struct worker workers[LAB_MAX_GPUS];
};

static void *open_gpus(const double *values, const char *file, unsigned long long seed, char *error,
		       size_t length)
{
	struct gpus *g;

	if (file) {
		snprintf(error, length, "%s: this workload reads no file", file);
		return NULL;
	}
	g = calloc(1, sizeof(*g));
	if (!g)
		return NULL;
	for (unsigned int i = 0; i < LAB_MAX_OPTIONS; i++)
		g->values[i] = values[i];
	g->total = values[ACCESSES];
	g->nr = values[GPUS];
	g->pages = values[SIZE] / PSIM_LAB_PAGE;
	random_seed(&g->random, seed);
	return g;
}

static struct psim_lab_access make(unsigned int gpu, uint64_t line, bool write)
{
	return (struct psim_lab_access){.address = BASE + line * LINE,
					.bytes = LINE,
					.who = 1 + gpu,
					.flags = write ? PSIM_LAB_WRITE : 0};
}

#define WORKLOAD(ident, title, text)                                                        \
	static long next_##ident(void *state, struct psim_lab_access *list, size_t max,     \
				 char *error, size_t length)                                \
	{                                                                                   \
		struct gpus *g = state;                                                     \
		size_t n = 0;                                                               \
                                                                                            \
		(void)error, (void)length;                                                  \
		for (; n < max && g->done < g->total; g->done++)                            \
			list[n++] = one_##ident(g);                                         \
		return n;                                                                   \
	}                                                                                   \
	const struct psim_lab_workload lab_workload_##ident = {.version = PSIM_LAB_VERSION, \
							       .name = title,               \
							       .about = text,               \
							       .options = ident##_options,  \
							       .open = open_gpus,           \
							       .next = next_##ident,        \
							       .close = free}

/* ---- at the same time ------------------------------------------------------------------------------------------- */

static const struct psim_lab_option share_options[] = {
	COMMON,
	{"shared", "share of the pages that all use, and how often they do", 0, 0, 1},
	{"run", "accesses to a page, one after another", 32, 1, 1e6},
	{"writes", "share of the accesses that write, to a GPU's own part", 0.5, 0, 1},
	{"writers", "GPUs that write to the common part", 0, 0, LAB_MAX_GPUS},
	{"common-writes", "share of a writer's accesses that write there", 0.5, 0, 1},
	{0},
};
enum {
	SHARED = OWN,
	RUN,
	WRITES,
	WRITERS,
	COMMON_WRITES
};

/* The common part comes first, then one for each GPU. */
static uint64_t common_pages(const struct gpus *g)
{
	return g->pages * g->values[SHARED];
}

static uint64_t draw_page(struct gpus *g, unsigned int gpu)
{
	uint64_t common = common_pages(g), own = (g->pages - common) / g->nr;

	if (!own || random_real(&g->random) < g->values[SHARED])
		return random_below(&g->random, common ? common : 1);
	return common + gpu * own + random_below(&g->random, own);
}

static struct psim_lab_access one_share(struct gpus *g)
{
	unsigned int gpu = g->done % g->nr;
	struct worker *w = &g->workers[gpu];
	double writes = g->values[WRITES];

	if (!w->left) {
		w->page = draw_page(g, gpu);
		w->left = g->values[RUN];
	}
	w->left--;
	if (w->page < common_pages(g))
		writes = gpu < g->values[WRITERS] ? g->values[COMMON_WRITES] : 0;
	return make(gpu, w->page * LINES + w->left % LINES, random_real(&g->random) < writes);
}
WORKLOAD(share, "share", "GPUs work at the same time, in parts of their own and a common one");

/* ---- one after another ------------------------------------------------------------------------------------------- */

static const struct psim_lab_option handover_options[] = {
	COMMON,
	{"chunk", "bytes that are handed over", 1 << 20, 4096, 1ull << 40},
	{"rounds", "times that who has a chunk goes through it", 1, 1, 1e6},
	{"turns", "of each chunk, before the next one", 2, 1, 1e6},
	{"writers", "of a chunk's turns, from the first on; the others read", 1, 0, 1e6},
	{0},
};
enum {
	CHUNK = OWN,
	ROUNDS,
	TURNS,
	TURN_WRITERS
};

/* Chunk by chunk; each GPU's turn begins when all that stands before it has been done. */
static struct psim_lab_access one_handover(struct gpus *g)
{
	uint64_t chunk = g->values[CHUNK] / PSIM_LAB_PAGE, turns = g->values[TURNS];
	uint64_t lines, turn, at, place;
	struct psim_lab_access access;

	chunk = chunk < g->pages ? chunk : g->pages;
	lines = chunk * LINES;
	turn = g->done / (lines * (uint64_t)g->values[ROUNDS]);
	at = g->done % (lines * (uint64_t)g->values[ROUNDS]);
	place = turn / turns % (g->pages / chunk);
	access = make((turn + turn / turns) % g->nr, place * lines + at % lines,
		      turn % turns < g->values[TURN_WRITERS]);
	access.flags |= at ? 0 : PSIM_LAB_WAIT;
	return access;
}
WORKLOAD(handover, "handover", "GPUs take turns with a part of the memory, then with the next");
