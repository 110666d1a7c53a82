// SPDX-License-Identifier: MIT
/*
 * One run: the workload's accesses, one after another. An access that finds what it needs in its table is a
 * count; one of a GPU that does not waits with its batch of faults, as others go on for a while.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine.h"

#define WHERE(state) ((state) >> 2 & 3) /* 0: far, 1: near, 2: with a peer */

int lab_engine_fail(struct psim_lab_engine *e, int err, const char *fmt, ...)
{
	va_list args;

	if (e->error[0])
		return err;
	va_start(args, fmt);
	vsnprintf(e->error, e->error_length, fmt, args);
	va_end(args);
	return err;
}

/* ---- residency over time --------------------------------------------------------------------------------- */

static unsigned long resident(const struct psim_lab_engine *e)
{
	unsigned long pages = 0;

	for (unsigned int i = 0; i < e->nr_gpus; i++)
		pages += e->stacks[i].world.memory_pages - psim_view_free(e->view, i);
	return pages;
}

/* As many points as the experiment wants, up to twice as many; then every second goes. */
static void sample(struct psim_lab_engine *e)
{
	struct lab_result *r = e->result;
	uint64_t now = lab_clock_latest(e);

	if (now < e->next_sample_ps)
		return;
	if (r->nr_samples == 2 * e->run->experiment->samples) {
		for (unsigned int i = 0; i < r->nr_samples / 2; i++)
			r->samples[i] = r->samples[2 * i + 1];
		r->nr_samples /= 2;
		e->sample_ps *= 2;
	}
	r->samples[r->nr_samples].time_ns = now / 1000.0;
	r->samples[r->nr_samples++].pages = resident(e);
	if (e->next_sample_ps <= now)
		e->next_sample_ps += ((now - e->next_sample_ps) / e->sample_ps + 1) * e->sample_ps;
}

/* ---- accesses ------------------------------------------------------------------------------------------------ */

static int access_slow(struct psim_lab_engine *e, const struct psim_lab_access *access,
		       unsigned long page);

static int serve(struct psim_lab_engine *e, unsigned int gpu);

/* It found what it needs. */
static inline int hit(struct psim_lab_engine *e, const struct psim_lab_access *access,
		      unsigned long page, unsigned char state)
{
	unsigned char write = access->flags & PSIM_LAB_WRITE;

	e->clocks[access->who].hits[WHERE(state)]++;
	e->flags[page] |= PAGE_USED | (write ? PAGE_WRITTEN : 0);
	if (e->wants) {
		e->touched[page].last = e->number;
		e->touched[page].times++;
		if (e->wants & PSIM_LAB_COUNTS) {
			struct region_touched *region =
				&e->touched_regions[page / PSIM_LAB_REGION_PAGES];

			region->times++;
			region->written |= write;
		}
	}
	return e->reference ? lab_machine_verify(e, access, page) : 0;
}

/* A GPU's access from afar: its policy may want to know. Return: 1: it wants to be asked. */
static int far_wants(struct psim_lab_engine *e, unsigned int gpu, unsigned long page)
{
	struct block *block = &e->blocks[gpu][page / PSIM_LAB_BLOCK_PAGES];

	block->far++;
	return block->ask && !--block->ask;
}

static inline int access_page(struct psim_lab_engine *e, const struct psim_lab_access *access,
			      unsigned long page)
{
	unsigned char need = PSIM_VIEW_READ << (access->flags & PSIM_LAB_WRITE);
	unsigned char state = e->tables[access->who][page];

	if (__builtin_expect(!(state & need) || (access->who && !(state & PSIM_VIEW_NEAR)) ||
				     e->flags[page] & PAGE_WAITS,
			     0))
		return access_slow(e, access, page);
	return hit(e, access, page, state);
}

/* Return: 1: the page waited for another accessor's batch, which was served; 0: it does not; -errno. */
static int serve_others(struct psim_lab_engine *e, unsigned int who, unsigned long page)
{
	for (unsigned int gpu = 0; gpu < e->nr_gpus; gpu++) {
		if (gpu + 1 != who && lab_faults_has(&e->batches[gpu], page))
			return serve(e, gpu) ?: 1;
	}
	return 0;
}

static int access_slow(struct psim_lab_engine *e, const struct psim_lab_access *access,
		       unsigned long page)
{
	unsigned char need = PSIM_VIEW_READ << (access->flags & PSIM_LAB_WRITE);
	unsigned char state = e->tables[access->who][page];
	const struct batch *batch;
	bool mapped = state & need;
	int err = 0;

	if (e->flags[page] & PAGE_WAITS) {
		/* pages are accessed in the list's order, whoever does */
		int others = serve_others(e, access->who, page);

		if (others)
			return others < 0 ? others : access_page(e, access, page);
	}
	if (!access->who) {
		err = lab_fault_cpu(e, page, access->flags & PSIM_LAB_WRITE);
		sample(e);
		return err ? err : hit(e, access, page, PSIM_VIEW_NEAR);
	}
	/* behind one that waits for the page nobody overtakes */
	if (mapped && !(e->flags[page] & PAGE_WAITS) && !far_wants(e, access->who - 1, page))
		return hit(e, access, page, state);
	err = lab_faults_add(e, access, page, mapped);
	batch = &e->batches[access->who - 1];
	if (!err && (batch->nr_waiting == e->max_waiting || batch->nr_stalled == e->max_stalled))
		err = serve(e, access->who - 1);
	return err;
}

/* An access that goes over pages is one on each; @who and the like are checked. */
static int access_any(struct psim_lab_engine *e, const struct psim_lab_access *access)
{
	uint64_t at = access->address, end = access->address + access->bytes;

	while (at < end) {
		uint64_t next = (at | (PSIM_LAB_PAGE - 1)) + 1;
		struct psim_lab_access part = *access;
		unsigned long page = lab_space_page(e->space, at);
		int err;

		if (page == LAB_NOWHERE)
			return lab_engine_fail(
				e, -EINVAL,
				"access %llu: %#llx was not there when the workload was surveyed",
				(unsigned long long)e->number, (unsigned long long)at);
		part.flags &= ~PSIM_LAB_VALUE;
		part.address = at;
		part.bytes = (next < end ? next : end) - at;
		err = access_page(e, &part, page);
		if (err)
			return err;
		at = next;
	}
	return 0;
}

/*
 * Serve the batch, then let those that waited go on. What one of them needs may have left again meanwhile, so they
 * may wait once more; whatever is brought last is there, so each round ends for one of them at least.
 */
static int serve(struct psim_lab_engine *e, unsigned int gpu)
{
	struct batch *b = &e->batches[gpu];

	while (b->nr_waiting) {
		unsigned int n = b->nr_stalled;
		struct psim_lab_access again[n];
		int err = lab_faults_serve(e, gpu);

		sample(e);
		memcpy(again, b->stalled, n * sizeof(*again));
		b->nr_stalled = 0;
		for (unsigned int i = 0; !err && i < n; i++)
			err = access_page(e, &again[i], lab_space_page(e->space, again[i].address));
		if (err)
			return err;
	}
	return 0;
}

/* Everything that stands before in the list has been done, at the latest clock. */
static int serve_all(struct psim_lab_engine *e)
{
	int err = 0;

	for (unsigned int gpu = 0; !err && gpu < e->nr_gpus; gpu++)
		err = serve(e, gpu);
	for (unsigned int who = 0; who <= e->nr_gpus; who++)
		lab_clock_settle(e, who);
	return err;
}

/* Before an access that waits, or while a batch does. */
static int access_after(struct psim_lab_engine *e, const struct psim_lab_access *access)
{
	int err = 0;

	if (access->flags & PSIM_LAB_WAIT) {
		err = serve_all(e);
		e->clocks[access->who].ps = lab_clock_latest(e);
	} else if (access->who) {
		struct batch *b = &e->batches[access->who - 1];

		if (b->nr_waiting && !--b->left)
			err = serve(e, access->who - 1);
	}
	return err;
}

static int check(struct psim_lab_engine *e, const struct psim_lab_access *access)
{
	if (access->who > e->nr_gpus)
		return lab_engine_fail(e, -EINVAL, "access %llu is by gpu%u: the experiment has %u",
				       (unsigned long long)e->number, access->who - 1, e->nr_gpus);
	if (!access->bytes || access->address + access->bytes < access->address)
		return lab_engine_fail(
			e, -EINVAL,
			"access %llu: %u bytes at %#llx: at least one within 64 bits expected",
			(unsigned long long)e->number, access->bytes,
			(unsigned long long)access->address);
	return 0;
}

static int access_list(struct psim_lab_engine *e, const struct psim_lab_access *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct psim_lab_access *access = &list[i];
		unsigned long page;
		int err = 0;

		e->number++;
		if (__builtin_expect(access->who > e->nr_gpus || !access->bytes, 0))
			err = check(e, access);
		if (__builtin_expect((access->flags & PSIM_LAB_WAIT) | e->nr_batches, 0) && !err)
			err = access_after(e, access);
		if (err)
			return err;
		page = lab_space_page(e->space, access->address);
		if (__builtin_expect(page == LAB_NOWHERE ||
					     (access->address % PSIM_LAB_PAGE) + access->bytes >
						     PSIM_LAB_PAGE,
				     0))
			err = check(e, access) ?: access_any(e, access);
		else
			err = access_page(e, access, page);
		if (err)
			return err;
	}
	return 0;
}

/* ---- the run ----------------------------------------------------------------------------------------------------- */

/* The workload's next accesses. A plug-in's count is not to be believed. */
static long fetch(const struct lab_workload *w, void *state, struct psim_lab_access *list,
		  char *error, size_t length)
{
	long n = w->kind->next(state, list, LAB_BATCH, error, length);

	if (n >= -1 && n <= LAB_BATCH && (n >= 0 || error[0]))
		return n;
	if (n >= 0)
		snprintf(error, length, "%s: its next() gave %ld accesses: at most %d expected",
			 w->name, n, LAB_BATCH);
	else if (!error[0])
		snprintf(error, length, "%s: its next() failed without a word", w->name);
	return -1;
}

static int go_through(struct psim_lab_engine *e)
{
	const struct lab_workload *w = e->run->workload;
	struct psim_lab_access list[LAB_BATCH];
	void *state = w->kind->open(w->values, w->file, e->run->seed, e->error, e->error_length);
	long n;
	int err = 0;

	if (!state)
		return lab_engine_fail(e, -EINVAL, "%s: no memory", w->name);
	while (!err && (n = fetch(w, state, list, e->error, e->error_length)) > 0)
		err = access_list(e, list, n);
	if (!err && n < 0)
		err = -EINVAL;
	if (!err)
		err = serve_all(e);
	w->kind->close(state);
	return err;
}

static int prepare(struct psim_lab_engine *e)
{
	const struct lab_cost *cost = &e->run->experiment->cost;

	e->access_ps[0][0] = e->access_ps[0][1] = to_ps(cost->cpu_ns);
	e->access_ps[1][0] = to_ps(cost->far_ns);
	e->access_ps[1][1] = to_ps(cost->near_ns);
	e->access_ps[1][2] = to_ps(cost->peer_ns);
	e->sample_ps = 1000000;
	e->guard = ~0ull;
	e->max_waiting = cost->batch_faults;
	e->max_stalled = cost->batch_faults > 1 ? cost->window : 1;
	e->clock = e->clocks;
	for (unsigned int i = 0; i < e->run->experiment->nr_gpus; i++) {
		struct batch *batch = &e->batches[i];

		batch->waiting = calloc(e->max_waiting, sizeof(*batch->waiting));
		batch->stalled = calloc(e->max_stalled, sizeof(*batch->stalled));
		if (!batch->waiting || !batch->stalled)
			return -ENOMEM;
	}
	return 0;
}

int lab_run(const struct lab_run *run, struct lab_result *result, char *error, size_t length)
{
	struct psim_lab_engine e = {.run = run,
				    .result = result,
				    .space = run->space,
				    .error = error,
				    .error_length = length};
	int err, stopped;

	error[0] = 0;
	*result = (struct lab_result){0};
	err = prepare(&e);
	if (!err)
		err = lab_machine_start(&e);
	if (!err)
		err = go_through(&e);
	if (!err) {
		e.next_sample_ps = 0;
		sample(&e);
		for (unsigned long page = 0; page < e.space->nr_pages; page++)
			result->prefetched_used +=
				e.piece_at[page] && (e.flags[page] & AHEAD_USED) == AHEAD_USED;
		result->accesses = e.number;
		result->time_ns = lab_clock_latest(&e) / 1000.0;
		result->stall_ns = e.stall_ps / 1000.0;
		result->copy_ns = e.copy_ps / 1000.0;
	}
	stopped = lab_machine_stop(&e);
	for (unsigned int i = 0; i < LAB_MAX_GPUS; i++) {
		free(e.batches[i].waiting);
		free(e.batches[i].stalled);
	}
	free(e.wishes);
	if (err == -ENOMEM)
		lab_engine_fail(&e, err, "no memory");
	if (!err && stopped)
		err = lab_engine_fail(&e, stopped, "the machine reported that a law was broken");
	return err;
}

int lab_survey(const struct lab_workload *workload, unsigned long long seed,
	       struct lab_space *space, char *error, size_t length)
{
	struct psim_lab_access list[LAB_BATCH];
	void *state;
	long n = 0;
	int err = 0;

	error[0] = 0;
	state = workload->kind->open(workload->values, workload->file, seed, error, length);
	if (!state) {
		if (!error[0])
			snprintf(error, length, "%s: it does not open", workload->name);
		return -EINVAL;
	}
	while (!err && (n = fetch(workload, state, list, error, length)) > 0) {
		for (long i = 0; !err && i < n; i++)
			err = lab_space_add(space, list[i].address, list[i].bytes);
		space->accesses += n;
	}
	workload->kind->close(state);
	if (!err && n < 0)
		return -EINVAL;
	err = err ? err : lab_space_seal(space);
	if (!err && !space->nr_pages) {
		snprintf(error, length, "%s: at least one access expected", workload->name);
		return -EINVAL;
	}
	if (err)
		snprintf(error, length, "%s: no memory", workload->name);
	return err;
}
