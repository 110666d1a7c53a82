// SPDX-License-Identifier: MIT
/* Faults: collected into batches, answered as the policy says; and those of the CPU. */
#include <errno.h>
#include <string.h>

#include "engine.h"

int lab_faults_add(struct psim_lab_engine *e, const struct psim_lab_access *access,
		   unsigned long page, bool mapped)
{
	struct batch *b = &e->batches[access->who - 1];
	bool write = access->flags & PSIM_LAB_WRITE;

	if (!b->nr_waiting) {
		e->nr_batches++;
		b->left = e->max_stalled;
	}
	b->stalled[b->nr_stalled++] = *access;
	if (e->flags[page] & PAGE_WAITS) {
		/* the same page again: what one of them wants, the fault wants */
		for (unsigned int i = 0; write && i < b->nr_waiting; i++)
			b->waiting[i].write |= b->waiting[i].page == page;
		return 0;
	}
	e->flags[page] |= PAGE_WAITS;
	b->waiting[b->nr_waiting++] = (struct waiting){
		.page = page, .stream = access->stream, .write = write, .mapped = mapped};
	return 0;
}

bool lab_faults_has(const struct batch *batch, unsigned long page)
{
	for (unsigned int i = 0; i < batch->nr_waiting; i++) {
		if (batch->waiting[i].page == page)
			return true;
	}
	return false;
}

/* ---- one fault ---------------------------------------------------------------------------------------------- */

static bool reaches(const struct psim_lab_engine *e, unsigned int gpu, const struct waiting *w)
{
	unsigned char need = w->write ? PSIM_VIEW_WRITE : PSIM_VIEW_READ;

	return e->tables[1 + gpu][w->page] & need;
}

static int map_where_it_is(struct psim_lab_engine *e, unsigned int gpu, unsigned long first,
			   unsigned int pages, bool write)
{
	const struct lab_cost *cost = &e->run->experiment->cost;
	struct psim_view_moved moved;
	unsigned int mapped;
	int err = lab_fill(e, first, pages);

	if (err)
		return err;
	lab_block_await(e, first, pages);
	mapped = lab_mapped_for(e, first, pages);
	err = psim_view_map(e->view, gpu, first, pages, write, &moved);
	if (err)
		return lab_engine_fail(e, -EIO, "page %lu cannot be mapped for gpu%u: error %d",
				       first, gpu, err);
	lab_charge_moved(e, gpu, first, pages, &moved);
	if (moved.out)
		lab_spend(e, mapped * cost->invalidate_ns);
	lab_reap(e, PSIM_LAB_FETCHED);
	if (!lab_is_on(e, gpu, first)) {
		e->result->mapped += pages;
		lab_spend(e, pages * cost->map_ns);
		lab_charge_mapped(e, first, pages);
	}
	return 0;
}

/* Pages are mapped where they are; without those it may write, if the policy wants to be asked about that. */
static int map_run(struct psim_lab_engine *e, unsigned int gpu, const struct waiting *w,
		   bool read_only, unsigned long first, unsigned int pages)
{
	int err = map_where_it_is(e, gpu, first, pages, !read_only || w->write);

	for (; !err && read_only && !w->write && pages; pages--)
		e->tables[1 + gpu][first++] &= ~PSIM_VIEW_WRITE;
	return err;
}

/* It can be reached where it is, in RAM or with a linked GPU. */
static bool stays(const struct psim_lab_engine *e, unsigned int gpu, unsigned long page)
{
	if (!(e->flags[page] & PAGE_EXISTS))
		return false;
	return !e->piece_at[page] || (e->run->experiment->linked && !lab_is_on(e, gpu, page));
}

/* The page stays where it is, and what is around it within 64 KiB and stays, too, is mapped with it. */
static int map_block(struct psim_lab_engine *e, unsigned int gpu, const struct waiting *w,
		     bool read_only)
{
	unsigned long first = w->page, last = w->page, block = w->page / PSIM_LAB_BLOCK_PAGES;

	while (first > block * PSIM_LAB_BLOCK_PAGES && stays(e, gpu, first - 1))
		first--;
	while (last + 1 < (block + 1) * PSIM_LAB_BLOCK_PAGES && stays(e, gpu, last + 1))
		last++;
	return map_run(e, gpu, w, read_only, first, last - first + 1);
}

/* What a fault brings: for whom, and to whose memory. */
struct errand {
	const struct waiting *w;
	unsigned int gpu;
	unsigned int target;
	const struct psim_lab_plan *plan;
};

/* Of a wish what exists and is not there yet, run by run, each within a region. */
static int bring_wish(struct psim_lab_engine *e, const struct errand *errand, struct wish wish)
{
	unsigned long end = wish.first + wish.pages, at = wish.first;
	unsigned int target = errand->target;
	int err = 0;

	if (end > e->space->nr_pages)
		end = e->space->nr_pages;
	while (!err && at < end) {
		unsigned long first = at, stop;

		if (!(e->flags[at] & PAGE_EXISTS) || lab_is_on(e, target, at)) {
			at++;
			continue;
		}
		stop = (at | (PSIM_LAB_REGION_PAGES - 1)) + 1;
		stop = stop < end ? stop : end;
		while (at < stop && (e->flags[at] & PAGE_EXISTS) && !lab_is_on(e, target, at))
			at++;
		err = lab_bring(e, target, first, at - first, errand->plan->timeslice_ms);
		if (!err && target != errand->gpu)
			err = map_run(e, errand->gpu, errand->w, errand->plan->read_only, first,
				      at - first);
	}
	/* what finds no room stays away; who faulted sees to itself */
	return err == -ENOSPC || err == -EBUSY ? 0 : err;
}

static int migrate(struct psim_lab_engine *e, unsigned int gpu, const struct waiting *w,
		   const struct psim_lab_fault *fault, struct psim_lab_plan *plan)
{
	struct errand errand = {.w = w, .gpu = gpu, .target = gpu, .plan = plan};
	int err = 0;

	e->nr_wishes = 0;
	lab_stack_span(&e->stacks[gpu], fault, plan);
	if (e->run->experiment->linked && plan->gpu < e->nr_gpus)
		errand.target = plan->gpu;
	for (unsigned int i = 0; !err && i < e->nr_wishes; i++)
		err = bring_wish(e, &errand, e->wishes[i]);
	if (!err && !lab_is_on(e, errand.target, w->page))
		err = bring_wish(e, &errand, (struct wish){w->page, 1});
	if (!err && errand.target != gpu && !reaches(e, gpu, w))
		err = map_block(e, gpu, w, plan->read_only);
	return err;
}

static int serve_one(struct psim_lab_engine *e, unsigned int gpu, const struct waiting *w)
{
	unsigned long number = w->page / PSIM_LAB_BLOCK_PAGES;
	struct block *block = &e->blocks[gpu][number];
	struct psim_lab_plan plan = lab_plan(e, gpu);
	const struct psim_lab_fault fault = {.page = w->page,
					     .write = w->write,
					     .stream = w->stream,
					     .mapped = w->mapped,
					     .now = e->clock->ps / 1000,
					     .touches = block->far,
					     .trips = e->places[number].trips};
	int err = 0;

	/* it came with another one's, or was only looked away from */
	if (reaches(e, gpu, w) && !w->mapped)
		return 0;
	if (e->flags[w->page] & PAGE_BEFORE && !lab_is_on(e, gpu, w->page))
		e->result->refaults++;
	e->guard = e->order + 1;
	if (!lab_is_on(e, gpu, w->page)) {
		if (lab_stack_when(&e->stacks[gpu], &fault, &plan) != PSIM_LAB_REMOTE)
			err = migrate(e, gpu, w, &fault, &plan);
		else
			err = map_block(e, gpu, w, plan.read_only);
	}
	if (!err && !reaches(e, gpu, w))
		err = map_where_it_is(e, gpu, w->page, 1, w->write);
	block->ask = lab_is_on(e, gpu, w->page) ? 0 : plan.ask_after;
	if (block->ask && w->mapped && block->far) {
		/* the access that asked again was counted, and will be when it is made */
		block->far--;
		block->ask++;
	}
	e->guard = ~0ull;
	return err;
}

/* ---- a batch --------------------------------------------------------------------------------------------------- */

static unsigned int regions_of(const struct batch *b)
{
	unsigned int n = 0;

	/* a batch is short, and its faults lie side by side more often than not */
	for (unsigned int i = 0; i < b->nr_waiting; i++) {
		unsigned int j = i;

		while (j-- && b->waiting[j].page / PSIM_LAB_REGION_PAGES !=
				      b->waiting[i].page / PSIM_LAB_REGION_PAGES)
			;
		n += j == ~0u;
	}
	return n;
}

/* What the policy evicts as a batch begins leaves beside it, from @from on. */
static void begin_beside(struct psim_lab_engine *e, unsigned int gpu, uint64_t from)
{
	struct clock beside = {.ps = from}, *own = e->clock;
	unsigned long before = psim_view_free(e->view, gpu);

	e->clock = &beside;
	lab_stack_batch(e, &e->stacks[gpu]);
	e->clock = own;
	e->beside_ps = beside.ps;
	e->beside_pages = psim_view_free(e->view, gpu) - before;
	e->beside_gpu = gpu;
}

/* The batch ends when both have. */
static void end_beside(struct psim_lab_engine *e)
{
	lab_clock_until(e, e->beside_ps);
	e->beside_pages = 0;
	e->beside_ps = 0;
}

int lab_faults_serve(struct psim_lab_engine *e, unsigned int gpu)
{
	const struct lab_cost *cost = &e->run->experiment->cost;
	struct batch *b = &e->batches[gpu];
	unsigned int n = b->nr_waiting;
	uint64_t before;
	int err = 0;

	lab_clock_of(e, 1 + gpu);
	before = e->clock->ps;
	e->result->batches++;
	e->result->faults += n;
	lab_spend(e, cost->batch_ns + n * cost->fault_ns);
	if (cost->region_ns > 0)
		lab_spend(e, regions_of(b) * cost->region_ns);
	begin_beside(e, gpu, before);
	for (unsigned int i = 0; !err && i < n; i++)
		err = serve_one(e, gpu, &b->waiting[i]);
	for (unsigned int i = 0; i < n; i++)
		e->flags[b->waiting[i].page] &= ~PAGE_WAITS;
	b->nr_waiting = 0;
	e->nr_batches--;
	end_beside(e);
	e->stall_ps += e->clock->ps - before;
	return err;
}

/* ---- the CPU ------------------------------------------------------------------------------------------------------ */

/* It faults again and again until the time slice has ended. */
static void sit_out_slice(struct psim_lab_engine *e, const struct piece *piece)
{
	if (!piece->until_ps)
		return;
	lab_clock_until(e, piece->until_ps);
	if (piece->until_ns > psim_now())
		psim_sleep(piece->until_ns - psim_now());
}

int lab_fault_cpu(struct psim_lab_engine *e, unsigned long page, bool write)
{
	const struct lab_cost *cost = &e->run->experiment->cost;
	uint32_t at = e->piece_at[page];
	unsigned int gpu = at ? e->pieces[at - 1].gpu : 0, mapped = 0;
	struct psim_view_moved moved;
	uint64_t before;
	int err;

	lab_clock_of(e, 0);
	before = e->clock->ps;
	lab_block_await(e, page, 1);
	if (at) {
		const struct piece *piece = &e->pieces[at - 1];

		sit_out_slice(e, piece);
		mapped = lab_mapped_for(e, piece->first, piece->pages);
	}
	err = psim_view_touch(e->view, page, write, &moved);
	if (err)
		return lab_engine_fail(e, -EIO, "the CPU cannot touch page %lu: error %d", page,
				       err);
	e->flags[page] |= PAGE_FILLED;
	if (at) {
		e->result->cpu_faults++;
		lab_spend(e, cost->cpu_fault_ns + cost->piece_ns + moved.out * cost->page_ns +
				     mapped * cost->invalidate_ns);
		lab_charge_moved(e, gpu, page, 1, &moved);
		lab_reap(e, PSIM_LAB_FETCHED);
		e->stall_ps += e->clock->ps - before;
	}
	lab_block_moved(e, page, 1);
	return 0;
}
