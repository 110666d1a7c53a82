// SPDX-License-Identifier: MIT
/* What the faults of an allocation look like. */
#include "pattern.h"

#define LINEAR 0.8

int patterns_init(struct patterns *p, const struct psim_lab_world *world, unsigned int window)
{
	unsigned long n = (world->nr_pages + REGION - 1) / REGION;
	unsigned int allocation = 0;

	p->window = window;
	p->allocation = calloc(n, sizeof(*p->allocation));
	p->has_left = calloc(n, sizeof(*p->has_left));
	p->list = calloc(n, sizeof(*p->list));
	if (!p->allocation || !p->has_left || !p->list)
		return -1;
	for (unsigned long i = 1; i < n; i++) {
		allocation +=
			!world->exists(world, i * REGION - 1) || !world->exists(world, i * REGION);
		p->allocation[i] = allocation;
	}
	return 0;
}

void patterns_free(struct patterns *p)
{
	free(p->allocation);
	free(p->has_left);
	free(p->list);
}

static bool is_line(const struct pattern *one)
{
	double n = one->n, x = n * (n - 1) / 2, xx = (n - 1) * n * (2 * n - 1) / 6;
	double xy = n * one->xy - x * one->y;
	double spread = (n * xx - x * x) * (n * one->yy - one->y * one->y);

	/* one page again and again is a line, too */
	return !(spread > 0) || xy * xy > LINEAR * spread;
}

static void look(struct patterns *p, struct pattern *one)
{
	p->nr_random -= one->known && !one->linear;
	p->nr_reused -= one->known && one->linear && one->reused;
	*one = (struct pattern){.known = true, .linear = is_line(one), .reused = one->again != 0};
	p->nr_random += !one->linear;
	p->nr_reused += one->linear && one->reused;
}

const struct pattern *patterns_fault(struct patterns *p, const struct psim_lab_fault *fault)
{
	struct pattern *one = &p->list[p->allocation[fault->page / REGION]];
	double y;

	if (fault->mapped)
		return one;
	if (!one->n)
		one->first = fault->page;
	y = (double)fault->page - (double)one->first;
	one->y += y;
	one->xy += one->n * y;
	one->yy += y * y;
	one->again += p->has_left[fault->page / REGION];
	if (++one->n >= p->window)
		look(p, one);
	return one;
}

void patterns_left(struct patterns *p, unsigned long first)
{
	p->has_left[first / REGION] = true;
}
