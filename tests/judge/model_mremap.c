// SPDX-License-Identifier: MIT
/*
 * The reference model's mremap, as Linux 6.17 and later do it: a move that changes no length may take
 * several mappings and the holes between them along; everything else wants one mapping.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "model.h"

#define ROUND_UP(n) (((n) + PAGE - 1) & ~(PAGE - 1))
#define KNOWN	    (MREMAP_FIXED | MREMAP_MAYMOVE | MREMAP_DONTUNMAP)
#define NOWHERE	    (1ul << 62) /* a place outside of the arena: where Linux found room */
#define INDEX(a)    (((a)-ARENA) / PAGE)

/**
 * struct remap - one mremap
 * @placed: the caller says where to (or wishes)
 * @there: where to, if it is in the arena; else 0
 */
struct remap {
	struct model_process *process;
	unsigned long old, old_length, new_length, target;
	int flags;
	bool placed;
};

static long check_arguments(const struct remap *remap)
{
	if (remap->flags & ~KNOWN || remap->old % PAGE || !remap->new_length ||
	    remap->new_length > TASK_TOP)
		return -EINVAL;
	if (!remap->placed)
		return 0;
	if (remap->target > TASK_TOP - remap->new_length || remap->target % PAGE)
		return -EINVAL;
	if (!(remap->flags & MREMAP_MAYMOVE))
		return -EINVAL;
	if (remap->flags & MREMAP_DONTUNMAP && remap->old_length != remap->new_length)
		return -EINVAL;
	if (remap->old + remap->old_length > remap->target &&
	    remap->target + remap->new_length > remap->old)
		return -EINVAL;
	return 0;
}

static bool in_arena(unsigned long at)
{
	return at >= ARENA && at < ARENA_END;
}

static struct model_page *mapped_at(struct model_process *process, unsigned long address)
{
	struct model_page *page;

	if (!in_arena(address))
		return NULL;
	page = &process->pages[INDEX(address)];
	return page->mapped ? page : NULL;
}

static bool alike(const struct model_page *a, const struct model_page *b)
{
	return a->prot == b->prot && a->shared == b->shared && a->private == b->private &&
	       a->locked == b->locked && a->on_fault == b->on_fault &&
	       a->dont_fork == b->dont_fork && a->wipe_on_fork == b->wipe_on_fork &&
	       (!a->shared || a->offset + 1 == b->offset);
}

/* Is [old, old + length) one mapping? SAYS_NOTHING: it hangs on what Linux merged. */
static enum says one_mapping(struct model_process *process, unsigned long old, unsigned long length)
{
	struct model_page *page = mapped_at(process, old), *next;

	if (length > ARENA_PAGES * PAGE)
		return SAYS_NO;
	for (unsigned long at = old + PAGE; at < old + length; at += PAGE, page = next) {
		next = mapped_at(process, at);
		if (!next || !alike(page, next))
			return SAYS_NO;
	}
	return length <= PAGE ? SAYS_YES : SAYS_NOTHING;
}

/* ---- moving ----------------------------------------------------------------------------------------- */

struct moved {
	struct model_page page;
	unsigned char bytes[PAGE];
};

/* Take the page at @at out, or leave an untouched one there. */
static void take(struct remap *remap, unsigned long at, struct moved *moved)
{
	unsigned int index = INDEX(at);
	struct model_page *page = &remap->process->pages[index];

	moved->page = *page;
	memcpy(moved->bytes, remap->process->bytes[index], PAGE);
	if (page->shared)
		page->shared->users++; /* the moved one's */
	if (remap->flags & MREMAP_DONTUNMAP) {
		model_page_clear(remap->process, index);
		page->locked = page->on_fault = page->guard = false;
	} else {
		model_unmap(remap->process, at, at + PAGE);
	}
}

/* Put it down at @at; outside of the arena it is lost. */
static void give(struct remap *remap, unsigned long at, const struct moved *moved)
{
	unsigned int index = INDEX(at);
	struct shared *shared = moved->page.shared;

	if (!in_arena(at)) {
		if (shared && !--shared->users)
			free(shared);
		return;
	}
	model_unmap(remap->process, at, at + PAGE);
	remap->process->pages[index] = moved->page;
	memcpy(remap->process->bytes[index], moved->bytes, PAGE);
}

/* New pages behind those that were moved or stayed, like @model but untouched. */
static void grow(struct remap *remap, unsigned long from, unsigned long to,
		 const struct model_page *model, unsigned long offset)
{
	for (unsigned long at = from; at < to && in_arena(at); at += PAGE) {
		struct model_page *page = &remap->process->pages[INDEX(at)];

		model_unmap(remap->process, at, at + PAGE);
		*page = *model;
		page->present = SAYS_NO;
		page->copied = page->guard = false;
		page->taint_present = page->taint_exclusive = page->written = false;
		page->offset = offset + (at - from) / PAGE;
		if (page->shared)
			page->shared->users++;
	}
	if (model->locked)
		model_populate(remap->process, from, to);
}

/*
 * Move what is at [old, old + length) to @target. What would come to lie outside of the arena is lost: a
 * mapping that is not all in it is undone anyway.
 */
static long move(struct remap *remap, unsigned long old, unsigned long length, unsigned long target,
		 unsigned long new_length)
{
	struct model_page model = remap->process->pages[INDEX(old)];
	unsigned long keep = length < new_length ? length : new_length;
	struct moved *moved = calloc(ARENA_PAGES, sizeof(*moved));

	for (unsigned long done = 0; done < keep; done += PAGE)
		take(remap, old + done, &moved[done / PAGE]);
	if (model.shared)
		model.shared->users++; /* keep it for grow() */
	model_unmap(remap->process, target, target + new_length);
	for (unsigned long done = 0; done < keep; done += PAGE)
		give(remap, target + done, &moved[done / PAGE]);
	grow(remap, target + keep, target + new_length, &model, model.offset + keep / PAGE);
	if (model.shared && !--model.shared->users)
		free(model.shared);
	free(moved);
	return target;
}

/* A fixed move of one length: mapping by mapping, holes stay where they are. */
static long move_all(struct remap *remap)
{
	unsigned long old = remap->old, end = old + remap->old_length, target = remap->target;

	if (!mapped_at(remap->process, old))
		return -EFAULT;
	if (target < LOW_ADDRESS)
		return -EPERM;
	for (unsigned long at = old; at < end && at < ARENA_END; at += PAGE)
		if (mapped_at(remap->process, at))
			move(remap, at, PAGE, target + (at - old), PAGE);
	return target;
}

/* ---- one call ------------------------------------------------------------------------------------------ */

static long expand(struct remap *remap)
{
	unsigned long end = remap->old + remap->old_length,
		      new_end = remap->old + remap->new_length;
	struct model_page model = *mapped_at(remap->process, remap->old);

	if (remap->old_length && new_end <= TASK_TOP && model_hole(remap->process, end, new_end)) {
		grow(remap, end, new_end, &model, model.offset + remap->old_length / PAGE);
		return remap->old;
	}
	if (!(remap->flags & MREMAP_MAYMOVE))
		return -ENOMEM;
	return move(remap, remap->old, remap->old_length, NOWHERE, remap->new_length);
}

static long resize(struct remap *remap, struct outcome *out, const struct outcome *other)
{
	struct model_page *page = mapped_at(remap->process, remap->old);
	unsigned long old_end = remap->old + remap->old_length;
	unsigned long new_end = remap->old + remap->new_length;
	enum says one;

	if (!page)
		return -EFAULT;
	if (!remap->placed && remap->new_length <= remap->old_length && remap->old_length) {
		if (remap->new_length == remap->old_length)
			return remap->old;
		if (old_end < remap->old || old_end > TASK_TOP)
			return -EINVAL;
		model_unmap(remap->process, new_end, old_end);
		return remap->old;
	}
	if (!remap->old_length && !model_is_shared(page))
		return -EINVAL;
	/* what is cut off may be anything */
	one = one_mapping(remap->process, remap->old,
			  remap->old_length < remap->new_length ? remap->old_length
								: remap->new_length);
	if (one == SAYS_NOTHING) {
		out->any = true;
		one = other && other->result == -EFAULT ? SAYS_NO : SAYS_YES;
	}
	if (one == SAYS_NO)
		return -EFAULT;
	if (remap->new_length > (1ul << 26) && other && other->result < 0) {
		out->any = true; /* how much there is, hosts differ in */
		if (remap->flags & MREMAP_FIXED && other->result == -ENOMEM)
			model_unmap(remap->process, remap->target,
				    remap->target + remap->new_length);
		return other->result;
	}
	if (!remap->placed)
		return expand(remap);
	if (!(remap->flags & MREMAP_FIXED) &&
	    !model_hole(remap->process, remap->target, remap->target + remap->new_length))
		return move(remap, remap->old, remap->old_length, NOWHERE, remap->new_length);
	if (remap->new_length < remap->old_length) {
		model_unmap(remap->process, remap->target, remap->target + remap->new_length);
		if (old_end < remap->old || old_end > TASK_TOP)
			return -EINVAL;
		model_unmap(remap->process, new_end, old_end);
	}
	if (remap->flags & MREMAP_FIXED) {
		model_unmap(remap->process, remap->target, remap->target + remap->new_length);
		/* of no length, and onto itself */
		if (!mapped_at(remap->process, remap->old))
			return -EFAULT;
		if (remap->target < LOW_ADDRESS)
			return -EPERM;
	}
	return move(remap, remap->old, remap->old_length, remap->target, remap->new_length);
}

bool model_hangs_on_merging(const struct op *op)
{
	struct model_process *process = &model_processes[op->process];
	unsigned long length = ROUND_UP(op->length);

	return op->kind == OP_MREMAP && process->migrated && op->address % PAGE == 0 &&
	       mapped_at(process, op->address) &&
	       one_mapping(process, op->address, length) == SAYS_NOTHING;
}

bool model_mremap_loses_track(struct model_process *process, const struct op *op)
{
	unsigned long start = op->address, end = start + ROUND_UP(op->length);
	struct model_page *before, *after;

	if (!(op->flags & MREMAP_DONTUNMAP))
		return false;
	before = mapped_at(process, start - PAGE);
	after = mapped_at(process, end);
	if ((before && before->locked) || (after && after->locked))
		return true;
	/* the old and the new place become one mapping, perhaps */
	return op->target == end || op->target + (end - start) == start;
}

long model_mremap(struct model_process *process, const struct op *op, struct outcome *out,
		  const struct outcome *other)
{
	struct remap remap = {
		.process = process,
		.old = op->address,
		.old_length = ROUND_UP(op->length),
		.new_length = ROUND_UP(op->target_length),
		.target = op->target,
		.flags = op->flags,
		.placed = op->flags & (MREMAP_FIXED | MREMAP_DONTUNMAP),
	};
	long result = check_arguments(&remap);
	unsigned long end;

	if (result)
		return result;
	if (remap.flags & MREMAP_FIXED && remap.old_length == remap.new_length)
		result = move_all(&remap);
	else
		result = resize(&remap, out, other);
	end = result + remap.new_length;
	if (result < 0 || (in_arena(result) && end <= ARENA_END))
		return result;
	model_unmap(process, result, end);
	return ELSEWHERE;
}
