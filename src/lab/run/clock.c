// SPDX-License-Identifier: MIT
/*
 * Time: the CPU and each GPU have a clock of their own; a link makes one copy a direction at a time; and what moved
 * is not there before it came.
 */
#include <string.h>

#include "engine.h"

/* ---- clocks -------------------------------------------------------------------------------------------------- */

void lab_clock_settle(struct psim_lab_engine *e, unsigned int who)
{
	struct clock *clock = &e->clocks[who];
	struct lab_result *r = e->result;

	for (int where = 0; where < 4; where++)
		clock->ps += clock->hits[where] * e->access_ps[who != 0][where];
	if (who) {
		r->far += clock->hits[0];
		r->near += clock->hits[1];
		r->peer += clock->hits[2];
	} else {
		r->cpu += clock->hits[0] + clock->hits[1];
	}
	memset(clock->hits, 0, sizeof(clock->hits));
}

void lab_clock_of(struct psim_lab_engine *e, unsigned int who)
{
	lab_clock_settle(e, who);
	e->clock = &e->clocks[who];
}

uint64_t lab_clock_latest(const struct psim_lab_engine *e)
{
	uint64_t latest = 0;

	for (unsigned int who = 0; who <= e->nr_gpus; who++)
		latest = e->clocks[who].ps > latest ? e->clocks[who].ps : latest;
	return latest;
}

/* ---- links ----------------------------------------------------------------------------------------------------- */

/*
 * A copy waits for the one that the link makes meanwhile. Clocks differ, so one may be asked for later that is made
 * earlier: one that ends before the last one began is not held up by it.
 */
static uint64_t link_from(const struct link *link, uint64_t from, uint64_t ps)
{
	return from < link->end && from + ps > link->begin ? link->end : from;
}

static void link_take(struct link *link, uint64_t from, uint64_t ps)
{
	if (from + ps <= link->begin)
		return;
	link->begin = from;
	link->end = from + ps;
}

static void copy(struct psim_lab_engine *e, struct link *link, struct link *other, double ns)
{
	uint64_t ps = to_ps(ns), from = link_from(link, e->clock->ps, ps);

	if (other) {
		from = link_from(other, from, ps);
		from = link_from(link, from, ps);
		link_take(other, from, ps);
	}
	link_take(link, from, ps);
	e->clock->ps = from + ps;
	e->copy_ps += ps;
}

/* Whose memory the first of the pages that are on a GPU is in; @gpu: in none. */
static unsigned int source_of(const struct psim_lab_engine *e, unsigned int gpu,
			      unsigned long first, unsigned int pages)
{
	for (unsigned long page = first; page < first + pages; page++) {
		if (e->piece_at[page])
			return e->pieces[e->piece_at[page] - 1].gpu;
	}
	return gpu;
}

void lab_charge_moved(struct psim_lab_engine *e, unsigned int gpu, unsigned long first,
		      unsigned int pages, const struct psim_view_moved *moved)
{
	const struct lab_cost *cost = &e->run->experiment->cost;
	const unsigned long long page = PSIM_LAB_PAGE;
	struct lab_result *r = e->result;
	struct link *to = e->links[gpu], *from = to;

	if (moved->out || moved->peer)
		from = e->links[source_of(e, gpu, first, pages)];
	if (moved->in) {
		r->bytes_in += moved->in * page;
		r->copies_in++;
		copy(e, &to[LINK_IN], NULL, lab_cost_copy(cost, moved->in * page, false));
	}
	if (moved->out) {
		r->bytes_out += moved->out * page;
		r->copies_out++;
		copy(e, &from[LINK_OUT], NULL, lab_cost_copy(cost, moved->out * page, true));
	}
	if (moved->peer) {
		r->bytes_peer += moved->peer * page;
		copy(e, &to[LINK_PEER_IN], &from[LINK_PEER_OUT],
		     cost->peer_copy_ns + moved->peer * page * 1000 / cost->peer_speed);
	}
	if (moved->cleared) {
		r->bytes_cleared += moved->cleared * page;
		e->clock->ps += to_ps(moved->cleared * page * 1000 / cost->clear_speed);
	}
}

/* ---- page tables -------------------------------------------------------------------------------------------------- */

static unsigned int entries(unsigned long first, unsigned int pages)
{
	static const unsigned int sizes[] = {PSIM_LAB_REGION_PAGES, PSIM_LAB_BLOCK_PAGES, 1};
	unsigned long end = first + pages;
	unsigned int n = 0;

	for (; first < end; n++) {
		unsigned int i = 0;

		while (first % sizes[i] || end - first < sizes[i])
			i++;
		first += sizes[i];
	}
	return n;
}

void lab_charge_mapped(struct psim_lab_engine *e, unsigned long first, unsigned int pages)
{
	const struct lab_cost *cost = &e->run->experiment->cost;

	if (cost->bind_ns > 0)
		lab_spend(e, cost->bind_ns);
	if (cost->entry_ns > 0)
		lab_spend(e, cost->entry_ns * (e->piece_at[first] ? entries(first, pages) : pages));
}

unsigned int lab_mapped_for(const struct psim_lab_engine *e, unsigned long first,
			    unsigned int pages)
{
	unsigned int n = 0;

	if (e->run->experiment->cost.invalidate_ns <= 0)
		return 0;
	for (unsigned int gpu = 0; gpu < e->nr_gpus; gpu++) {
		unsigned long page = first;

		while (page < first + pages && !e->tables[1 + gpu][page])
			page++;
		n += page < first + pages;
	}
	return n;
}

/* ---- what moved ---------------------------------------------------------------------------------------------------- */

void lab_block_await(struct psim_lab_engine *e, unsigned long first, unsigned int pages)
{
	unsigned long last = (first + pages - 1) / PSIM_LAB_BLOCK_PAGES;

	for (unsigned long i = first / PSIM_LAB_BLOCK_PAGES; i <= last; i++)
		lab_clock_until(e, e->places[i].since_ps);
}

void lab_block_moved(struct psim_lab_engine *e, unsigned long first, unsigned int pages)
{
	unsigned long last = (first + pages - 1) / PSIM_LAB_BLOCK_PAGES;

	for (unsigned long i = first / PSIM_LAB_BLOCK_PAGES; i <= last; i++) {
		if (e->places[i].since_ps < e->clock->ps)
			e->places[i].since_ps = e->clock->ps;
	}
}
