// SPDX-License-Identifier: MIT
/*
 * The logs of a simulator, row by row: four programs at the footprints it had, under its policies, with its costs.
 * docs/studies/validation.md has the table; LAB_ROWS=1 in the environment prints it.
 */
#include "published.h"

/* ---- prefetching until memory is full, then something smaller, for good ------------------------------------------ */

/**
 * struct turn - two parts, one after the other
 * @plan: of the first, to see what it would bring
 * @want: how many pages that is
 * @before, @after: their states
 * @full: it would not have fitted
 */
struct turn {
	struct psim_lab_plan plan;
	const struct psim_lab_world *world;
	unsigned long want;
	const struct psim_lab_policy *later;
	void *before, *after;
	bool full;
};

/* Where room is made ahead, memory is full from there on. */
static double kept_free;

static void count(struct psim_lab_plan *plan, unsigned long first, unsigned int pages)
{
	struct turn *turn = (struct turn *)plan;

	for (unsigned int i = 0; i < pages; i++)
		turn->want += turn->world->exists(turn->world, first + i) &&
			      !turn->world->resident(turn->world, first + i);
}

static void turn_span(void *state, const struct psim_lab_fault *fault, struct psim_lab_plan *plan)
{
	const struct psim_lab_policy *tree = lab_part_find("tree-simulator");
	struct turn *turn = state;

	if (!turn->full) {
		turn->plan = (struct psim_lab_plan){.engine = plan->engine, .bring = count};
		turn->want = 0;
		tree->span(turn->before, fault, &turn->plan);
		turn->full = turn->want + kept_free * turn->world->memory_pages >
			     turn->world->free_pages(turn->world);
	}
	if (turn->full)
		turn->later->span(turn->after, fault, plan);
	else
		tree->span(turn->before, fault, plan);
}

static void *turn_create(const struct psim_lab_world *world, const char *later)
{
	struct turn *turn = calloc(1, sizeof(*turn));

	assert_non_null(turn);
	turn->world = world;
	turn->later = lab_part_find(later);
	turn->before = lab_part_find("tree-simulator")->create(world, NULL);
	turn->after = turn->later->create(world, NULL);
	return turn;
}

static void turn_destroy(void *state)
{
	struct turn *turn = state;

	turn->later->destroy(turn->after);
	lab_part_find("tree-simulator")->destroy(turn->before);
	free(turn);
}

#define THEN(ident, later)                                                                    \
	static void *create_##ident(const struct psim_lab_world *world, const double *values) \
	{                                                                                     \
		(void)values;                                                                 \
		return turn_create(world, later);                                             \
	}                                                                                     \
	static const struct psim_lab_policy ident = {.version = PSIM_LAB_VERSION,             \
						     .name = #ident,                          \
						     .create = create_##ident,                \
						     .destroy = turn_destroy,                 \
						     .span = turn_span}

THEN(then_page, "page");
THEN(then_block, "block");
THEN(then_random, "random-page");

/* ---- the rows ------------------------------------------------------------------------------------------------------ */

enum {
	BACKPROP,
	BFS,
	FDTD,
	HOTSPOT,
	PROGRAMS
};

static const char *const names[] = {"backprop", "bfs", "fdtd", "hotspot"};

/* Rows that are ranked against one another. */
enum group {
	FITS,
	AT_110,
	AT_125,
	RESERVE,
	GROWS
};

/**
 * struct row - one of the logs
 * @about: its policy
 * @group: what it is ranked with
 * @ratio: footprint by memory; 0: it fits
 * @turn: what is brought, or NULL: @parts say
 * @parts: the policy
 * @value: of the setting that one of the parts has; 0: its default
 * @factor: the time is within it
 * @time_us: published, of each program; 0: none
 * @apart: of each program: a mismatch that the study names, only ranked
 */
struct row {
	const char *about;
	enum group group;
	double ratio;
	const struct psim_lab_policy *turn;
	const char *parts[4];
	double value;
	double factor;
	double time_us[PROGRAMS];
	bool apart[PROGRAMS];
};

#define TREE_TREE                              \
	{                                      \
		"tree-simulator", "tree-evict" \
	}
#define TREE_LRU                        \
	{                               \
		"tree-simulator", "lru" \
	}
#define RESERVED                                 \
	{                                        \
		"tree-simulator", "lru-reserved" \
	}
#define AHEAD                             \
	{                                 \
		"evict-ahead", "lru-page" \
	}

/* clang-format off */
static const struct row rows[] = {
	/* C01 to C04 */
	{"fits: on demand", FITS, 0, NULL, {"page"}, 0, 1.05, {317348, 116942, 198157, 144226}, {0}},
	{"fits: and a random page", FITS, 0, NULL, {"random-page"}, 0, 1.1, {224346, 82505, 144173, 102153}, {0}},
	{"fits: 64 KiB", FITS, 0, NULL, {"block"}, 0, 1.3, {23868, 8919, 15046, 10620}, {0}},
	{"fits: tree", FITS, 0, NULL, {"tree-simulator"}, 0, 1.3, {7321, 3845, 4884, 3398}, {0}},
	/* C05 to C11 */
	{"110 %: tree, then pages; page", AT_110, 1.1, &then_page, {"lru-page"}, 0, 2, {18774, 254615, 280049}, {1, 0, 1}},
	{"… with 5 % kept free", AT_110, 1.1, &then_page, AHEAD, .05, 2, {19012, 360816}, {1}},
	{"… with 10 % kept free", AT_110, 1.1, &then_page, AHEAD, .1, 2, {30809, 458503}, {1}},
	{"110 %: tree, then 64 KiB; 64 KiB", AT_110, 1.1, &then_block, {"lru-block"}, 0, 2, {7688, 22925, 24880, 10216}, {0, 0, 1, 1}},
	{"110 %: tree; tree", AT_110, 1.1, NULL, TREE_TREE, 0, 1.5, {7374, 11780, 18214, 6563}, {0, 0, 1}},
	{"110 %: tree; 2 MiB", AT_110, 1.1, NULL, TREE_LRU, 0, 1.5, {7321, 12865, 21061, 6756}, {0}},
	{"110 %: tree, then random; random", AT_110, 1.1, &then_random, {"random-evict"}, 0, 2, {15536, 104885, 200118, 84546}, {0}},
	/* C06, C12, C13 */
	{"125 %: tree, then pages; page", AT_125, 1.25, &then_page, {"lru-page"}, 0, 2, {42417, 471146}, {1}},
	{"125 %: tree; tree", AT_125, 1.25, NULL, TREE_TREE, 0, 1.5, {7462, 12760, 23003, 7655}, {0}},
	{"125 %: tree; 2 MiB", AT_125, 1.25, NULL, TREE_LRU, 0, 1.5, {7354, 14250, 25400, 9946}, {0}},
	{"150 %: tree; tree", GROWS, 1.5, NULL, TREE_TREE, 0, 1.5, {7398, 17086, 32911, 9173}, {0}},
	/* C14 */
	{"110 %: a reserve of 0 %", RESERVE, 1.1, NULL, RESERVED, 1e-9, 1.5, {7374, 11780, 18214, 6563}, {0}},
	{"… of 10 %", RESERVE, 1.1, NULL, RESERVED, .1, 1.5, {7374, 10826, 15880, 5978}, {0}},
	{"… of 20 %", RESERVE, 1.1, NULL, RESERVED, .2, 1.5, {7374, 7949, 14358, 6549}, {0}},
};
/* clang-format on */

#define ROWS (sizeof(rows) / sizeof(rows[0]))

static struct lab_result results[PROGRAMS][ROWS];

/* Pages that the log's memory size is a share of; fdtd touches 4224 of them (C01's faults). */
static const unsigned long footprints[] = {6800, 2496, 4624, 3072};

static void emit(unsigned int program)
{
	switch (program) {
	case BACKPROP:
		backprop(6800);
		break;
	case BFS:
		assert_in_range(bfs(262144, 6), 10, 12); /* launches: 11 */
		break;
	case FDTD:
		fdtd(4224, 5);
		break;
	default:
		hotspot(3072, 4); /* how often, the source does not say */
	}
}

static void run_row(const struct lab_experiment *e, const struct row *row, unsigned long pages,
		    struct lab_result *result)
{
	struct lab_policy policy = policy_of(row->parts);
	unsigned long long memory = 64 * MIB;
	char error[LAB_ERROR];

	kept_free = row->turn ? row->value : 0;
	if (row->turn)
		policy.parts[0] = (struct lab_part){.policy = row->turn};
	for (unsigned int i = 1; row->value > 0 && i < policy.nr_parts; i++) {
		if (policy.parts[i].policy->options)
			policy.parts[i].values[0] = row->value;
	}
	if (row->ratio > 0)
		memory = (unsigned long long)(pages * PSIM_LAB_PAGE / row->ratio) >> 16 << 16;
	if (run_list(e, &policy, memory, result, error))
		fail_msg("%s: %s", row->about, error);
}

static double time_us(unsigned int program, unsigned int row)
{
	return results[program][row].time_ns / 1000;
}

static int run_all(void **state)
{
	struct lab_experiment e = experiment_with("usm");

	(void)state;
	for (unsigned int p = 0; p < PROGRAMS; p++) {
		emit(p);
		for (unsigned int r = 0; r < ROWS; r++)
			run_row(&e, &rows[r], footprints[p], &results[p][r]);
	}
	lab_experiment_free(&e);
	if (!getenv("LAB_ROWS"))
		return 0;
	for (unsigned int r = 0; r < ROWS; r++) {
		printf("| %s |", rows[r].about);
		for (unsigned int p = 0; p < PROGRAMS; p++) {
			if (rows[r].time_us[p] > 0)
				printf(" %.1f, %s%.1f%s |", rows[r].time_us[p] / 1000,
				       rows[r].apart[p] ? "*" : "", time_us(p, r) / 1000,
				       rows[r].apart[p] ? "*" : "");
			else
				printf(" –, %.1f |", time_us(p, r) / 1000);
		}
		printf(" %g |\n", rows[r].factor);
	}
	return 0;
}

/* C01 to C14: how long each takes */
static void times__as_published(void **state)
{
	(void)state;
	for (unsigned int p = 0; p < PROGRAMS; p++) {
		for (unsigned int r = 0; r < ROWS; r++) {
			double published = rows[r].time_us[p], here = time_us(p, r);

			if (published <= 0 || rows[r].apart[p])
				continue;
			if (here > published * rows[r].factor || here < published / rows[r].factor)
				fail_msg("%s, %s: %.0f us, published %.0f, wanted within %g times",
					 names[p], rows[r].about, here, published, rows[r].factor);
		}
	}
}

/* C01 to C14: of two that differ by more than 2 % in the logs, the faster one is not the slower one here */
static void policies__rank_as_published(void **state)
{
	(void)state;
	for (unsigned int p = 0; p < PROGRAMS; p++) {
		for (unsigned int a = 0; a < ROWS; a++) {
			for (unsigned int b = 0; b < ROWS; b++) {
				if (rows[a].group != rows[b].group || rows[a].time_us[p] <= 0 ||
				    rows[a].time_us[p] > rows[b].time_us[p] * 0.98)
					continue;
				if (time_us(p, a) > time_us(p, b))
					fail_msg("%s: %s takes %.0f us, %s %.0f", names[p],
						 rows[a].about, time_us(p, a), rows[b].about,
						 time_us(p, b));
			}
		}
	}
}

/* C01: each page faults once; fdtd's are the log's to the page */
static void faults__as_many_as_pages(void **state)
{
	(void)state;
	for (unsigned int p = 0; p < PROGRAMS; p++)
		assert_in_range(results[p][0].faults, p == FDTD ? 4224 : footprints[p],
				p == FDTD ? 4224 : footprints[p] + 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times__as_published),
		cmocka_unit_test(policies__rank_as_published),
		cmocka_unit_test(faults__as_many_as_pages),
	};

	return cmocka_run_group_tests(tests, run_all, NULL);
}
