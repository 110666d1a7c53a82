// SPDX-License-Identifier: MIT
/* What moves: pieces that come, pieces that leave, and what that costs. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine.h"

/* How often others' pages are fetched to RAM for one piece. */
#define MAX_FETCHES 4

int lab_fill(struct psim_lab_engine *e, unsigned long first, unsigned int pages)
{
	if (!e->run->experiment->start_in_ram)
		return 0;
	for (unsigned long page = first; page < first + pages; page++) {
		if (e->flags[page] & PAGE_FILLED)
			continue;
		if (psim_view_touch(e->view, page, 1, NULL))
			return lab_engine_fail(e, -EIO, "page %lu cannot be had in RAM", page);
		e->flags[page] |= PAGE_FILLED;
	}
	return 0;
}

/* ---- leaving ------------------------------------------------------------------------------------------------- */

/* A page leaves a GPU; of those of 64 KiB that leave together one is @counted. */
static void page_left(struct psim_lab_engine *e, unsigned long page, bool counted)
{
	unsigned long block = page / PSIM_LAB_BLOCK_PAGES;

	e->result->prefetched_used += (e->flags[page] & AHEAD_USED) == AHEAD_USED;
	e->flags[page] &= ~PAGE_AHEAD;
	if (!counted)
		return;
	e->places[block].trips++;
	lab_block_moved(e, page, 1);
	for (unsigned int i = 0; i < e->nr_gpus; i++)
		e->blocks[i][block].far = 0;
}

static void piece_left(struct psim_lab_engine *e, unsigned int number, int why)
{
	struct piece *piece = &e->pieces[number];
	unsigned long end = piece->first + piece->pages, first = piece->first;

	piece->order = 0;
	/* what others have taken is no longer ours */
	while (first < end) {
		unsigned long at = first;

		while (at < end && e->piece_at[at] == number + 1) {
			e->piece_at[at] = 0;
			page_left(e, at, at % PSIM_LAB_BLOCK_PAGES == 0 || at == first);
			at++;
		}
		if (at > first)
			lab_stack_left(e, piece->gpu, first, at - first, why);
		first = at > first ? at : at + 1;
	}
}

void lab_reap(struct psim_lab_engine *e, int why)
{
	unsigned int list[64], n;

	while ((n = psim_view_gone(e->view, list, 64))) {
		/* a piece that did not come at all is told, too: it has no order */
		for (unsigned int i = 0; i < n; i++) {
			if (list[i] < e->nr_pieces && e->pieces[list[i]].order)
				piece_left(e, list[i], why);
		}
	}
}

void lab_evict(struct psim_lab_engine *e, unsigned int gpu, unsigned long first, unsigned int pages)
{
	const struct lab_cost *cost = &e->run->experiment->cost;
	unsigned long end = first + pages;

	if (end > e->space->nr_pages)
		end = e->space->nr_pages;
	for (unsigned long page = first; page < end; page++) {
		struct psim_view_moved moved;
		unsigned int number = e->piece_at[page] - 1, mapped;

		if (!lab_is_on(e, gpu, page) || e->pieces[number].order >= e->guard)
			continue;
		mapped = lab_mapped_for(e, e->pieces[number].first, e->pieces[number].pages);
		if (psim_view_evict(e->view, number, &moved))
			continue;
		e->result->evictions++;
		e->evicted += moved.out;
		lab_spend(e, cost->evict_ns + mapped * cost->invalidate_ns);
		lab_charge_moved(e, gpu, page, 1, &moved);
		lab_reap(e, PSIM_LAB_EVICTED);
	}
}

/* ---- coming --------------------------------------------------------------------------------------------------- */

int lab_make_room(struct psim_lab_engine *e, unsigned int gpu, unsigned long pages)
{
	struct stack *stack = &e->stacks[gpu];

	if (pages > stack->world.memory_pages)
		return -ENOSPC;
	for (;;) {
		unsigned long there = psim_view_free(e->view, gpu);

		if (there >= pages)
			return 0;
		e->evicted = 0;
		lab_stack_victim(e, stack, pages - there);
		if (!e->evicted)
			return -ENOSPC;
	}
}

/* Of what is free some is made beside the batch: that is there when it has been made. */
static void await_room(struct psim_lab_engine *e, unsigned int gpu, unsigned long pages)
{
	if (!e->beside_pages || gpu != e->beside_gpu ||
	    psim_view_free(e->view, gpu) >= pages + e->beside_pages)
		return;
	lab_clock_until(e, e->beside_ps);
	e->beside_pages = 0;
}

/* Others' pages that are in the way go to RAM first. */
static void fetch(struct psim_lab_engine *e, unsigned long first, unsigned int pages)
{
	uint64_t guard = e->guard;

	e->guard = ~0ull;
	for (unsigned long page = first; page < first + pages; page++) {
		if (e->piece_at[page])
			lab_evict(e, e->pieces[e->piece_at[page] - 1].gpu, page, 1);
	}
	e->guard = guard;
}

static struct piece *piece_slot(struct psim_lab_engine *e, unsigned int number)
{
	while (number >= e->nr_pieces) {
		size_t n = e->nr_pieces ? 2 * e->nr_pieces : 256;
		struct piece *pieces = realloc(e->pieces, n * sizeof(*pieces));

		if (!pieces)
			return NULL;
		memset(pieces + e->nr_pieces, 0, (n - e->nr_pieces) * sizeof(*pieces));
		e->pieces = pieces;
		e->nr_pieces = n;
	}
	return &e->pieces[number];
}

static int piece_came(struct psim_lab_engine *e, unsigned int number, unsigned int gpu,
		      unsigned long first, unsigned int pages, unsigned long timeslice_ms)
{
	struct piece *piece = piece_slot(e, number);

	if (!piece)
		return -ENOMEM;
	*piece = (struct piece){.order = ++e->order, .first = first, .pages = pages, .gpu = gpu};
	if (timeslice_ms) {
		piece->until_ps = e->clock->ps + timeslice_ms * 1000000000ull;
		piece->until_ns = psim_now() + timeslice_ms * 1000000ull;
	}
	for (unsigned long page = first; page < first + pages; page++) {
		uint32_t old = e->piece_at[page];
		bool ahead = !(e->flags[page] & PAGE_WAITS);

		if (old) {
			/* from a linked GPU */
			page_left(e, page, page % PSIM_LAB_BLOCK_PAGES == 0 || page == first);
			lab_stack_left(e, e->pieces[old - 1].gpu, page, 1, PSIM_LAB_FETCHED);
		}
		e->piece_at[page] = number + 1;
		e->flags[page] &= ~(PAGE_USED | PAGE_WRITTEN | PAGE_AHEAD);
		e->flags[page] |= PAGE_BEFORE | PAGE_FILLED | (ahead ? PAGE_AHEAD : 0);
		e->result->prefetched += ahead;
		/* coming is a use: else what a batch brings would be the first to leave for it */
		if (e->wants)
			e->touched[page].last = e->number;
	}
	lab_stack_arrived(e, number);
	return 0;
}

int lab_bring(struct psim_lab_engine *e, unsigned int gpu, unsigned long first, unsigned int pages,
	      unsigned long timeslice_ms)
{
	const struct lab_cost *cost = &e->run->experiment->cost;
	struct psim_view_moved moved;
	unsigned int mapped = 0;
	long number = -EBUSY;
	int err = lab_fill(e, first, pages);

	if (err)
		return err;
	lab_block_await(e, first, pages);
	if (timeslice_ms && e->clock->ps / 1000 > psim_now())
		psim_sleep(e->clock->ps / 1000 - psim_now());
	for (int i = 0; number == -EBUSY && i < MAX_FETCHES; i++) {
		err = lab_make_room(e, gpu, pages);
		if (err)
			return err;
		await_room(e, gpu, pages);
		/* that the attempt failed does not map them again */
		mapped += lab_mapped_for(e, first, pages);
		number = psim_view_bring(e->view, gpu, first, pages, timeslice_ms, &moved);
		if (number == -EBUSY) {
			fetch(e, first, pages);
			lab_reap(e, PSIM_LAB_FETCHED);
		}
	}
	if (number < 0) {
		lab_reap(e, PSIM_LAB_FETCHED);
		return number;
	}
	e->result->pieces++;
	lab_spend(e, cost->piece_ns + pages * cost->page_ns + mapped * cost->invalidate_ns);
	lab_charge_moved(e, gpu, first, pages, &moved);
	lab_block_moved(e, first, pages);
	err = piece_came(e, number, gpu, first, pages, timeslice_ms);
	lab_charge_mapped(e, first, pages);
	/* what it came from, with a linked GPU, may be gone now */
	lab_reap(e, PSIM_LAB_FETCHED);
	return err;
}
