// SPDX-License-Identifier: MIT
/* Several policies take turns; whose victims come again is blamed, and who is blamed too often retires. */
#include "part.h"

extern const struct psim_lab_policy lab_part_lru, lab_part_lfu, lab_part_cyclic;

static const struct psim_lab_policy *const members[] = {&lab_part_lru, &lab_part_lfu,
							&lab_part_cyclic};
#define MEMBERS (sizeof(members) / sizeof(members[0]))
#define NOBODY	0xff

/**
 * struct tournament - state
 * @active: who has not retired, and how many these are
 * @turn: whose turn it was
 * @evicting: whose it is now, or NOBODY
 * @blames, @nr_blames: of each, and together
 * @limit: blames together from which on somebody retires
 * @by: of each 2 MiB: 1 + who evicted them
 */
struct tournament {
	void *states[MEMBERS];
	bool active[MEMBERS];
	unsigned int nr_active;
	unsigned int turn;
	unsigned int evicting;
	unsigned int blames[MEMBERS], nr_blames;
	double limit;
	unsigned char *by;
};

static void destroy(void *state)
{
	struct tournament *t = state;

	for (unsigned int i = 0; i < MEMBERS; i++) {
		if (t->states[i])
			members[i]->destroy(t->states[i]);
	}
	free(t->by);
	free(t);
}

static void *create(const struct psim_lab_world *world, const double *values)
{
	struct tournament *t = calloc(1, sizeof(*t));
	bool whole = true;

	if (!t)
		return NULL;
	t->limit = values[0];
	t->evicting = NOBODY;
	t->turn = MEMBERS - 1;
	t->nr_active = MEMBERS;
	t->by = calloc((world->nr_pages + REGION - 1) / REGION, 1);
	for (unsigned int i = 0; i < MEMBERS; i++) {
		const struct psim_lab_option *options = members[i]->options;
		double defaults[4] = {0};

		for (unsigned int j = 0; options && options[j].name; j++)
			defaults[j] = options[j].value;
		t->active[i] = true;
		t->states[i] = members[i]->create(world, defaults);
		whole &= t->states[i] != NULL;
	}
	if (whole && t->by)
		return t;
	destroy(t);
	return NULL;
}

static void victim(void *state, unsigned long pages, struct psim_lab_plan *plan)
{
	struct tournament *t = state;

	do
		t->turn = (t->turn + 1) % MEMBERS;
	while (!t->active[t->turn]);
	t->evicting = t->turn;
	members[t->turn]->victim(t->states[t->turn], pages, plan);
	t->evicting = NOBODY;
}

/* Who has more than 1.2 of an equal share of the blames retires. */
static void retire(struct tournament *t)
{
	double share = 1.2 * t->nr_blames / t->nr_active;

	for (unsigned int i = 0; i < MEMBERS; i++) {
		if (t->active[i] && t->blames[i] > share) {
			t->active[i] = false;
			t->nr_active--;
		}
		t->blames[i] = 0;
	}
	t->nr_blames = 0;
}

static void arrived(void *state, unsigned long first, unsigned int pages)
{
	struct tournament *t = state;
	unsigned char *by = &t->by[first / REGION];

	for (unsigned int i = 0; i < MEMBERS; i++)
		members[i]->arrived(t->states[i], first, pages);
	if (!*by)
		return;
	if (t->active[*by - 1]) {
		t->blames[*by - 1]++;
		if (++t->nr_blames > t->limit)
			retire(t);
	}
	*by = 0;
}

static void left(void *state, unsigned long first, unsigned int pages, int why)
{
	struct tournament *t = state;

	if (why == PSIM_LAB_EVICTED && t->evicting != NOBODY)
		t->by[first / REGION] = 1 + t->evicting;
	for (unsigned int i = 0; i < MEMBERS; i++)
		members[i]->left(t->states[i], first, pages, why);
}

static const struct psim_lab_option options[] = {
	{"blames", "after more than so many somebody may retire", 16, 1, 1e6},
	{0},
};

PART(tournament, "tournament", "lru, lfu and cyclic take turns; whose victims come again retires",
     "B54", .options = options, .wants = PSIM_LAB_RECENCY | PSIM_LAB_COUNTS, .create = create,
     .destroy = destroy, .victim = victim, .arrived = arrived, .left = left);
