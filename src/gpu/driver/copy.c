// SPDX-License-Identifier: MIT
/*
 * The two copy callbacks: arrays of pages and addresses become as few copy-engine descriptors as
 * possible, and the call returns when the last one is done.
 */
#include <linux/err.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "simgpu.h"

/* Descriptors put together before they are submitted. */
#define BATCH 16

/**
 * struct batch - a copy on its way
 * @gpu: whose copy engine
 * @desc: descriptors not yet submitted; the last one may still grow
 * @n: how many
 * @last: fence of what was submitted, or NULL
 * @error: first error
 * @within, @peer, @system: pages that it moves, by the road they take
 */
struct batch {
	struct simgpu_device *gpu;
	struct simgpu_desc desc[BATCH];
	unsigned int n;
	struct dma_fence *last;
	int error;
	unsigned long within, peer, system;
};

static void submit(struct batch *batch)
{
	struct dma_fence *fence;

	unsigned int n = batch->n;

	batch->n = 0;
	if (!n || batch->error)
		return;
	fence = simgpu_ring_submit(&batch->gpu->copy, batch->desc, n);
	/* Each fence carries the errors of its own descriptors, so each is waited for. */
	if (batch->last)
		batch->error = simgpu_fence_finish(batch->last, NULL);
	batch->last = IS_ERR(fence) ? NULL : fence;
	if (IS_ERR(fence) && !batch->error)
		batch->error = PTR_ERR(fence);
}

static int finish(struct batch *batch)
{
	int err;

	submit(batch);
	if (batch->last) {
		err = simgpu_fence_finish(batch->last, NULL);
		if (!batch->error)
			batch->error = err;
	}
	return batch->error;
}

/* One block; grows the last descriptor if it goes on where that ends. */
static inline void add(struct batch *batch, u32 opcode, u64 memory, u64 source, u32 bytes)
{
	struct simgpu_desc *d = batch->n ? &batch->desc[batch->n - 1] : NULL;

	if (d && d->opcode == opcode && d->block_bytes == bytes &&
	    d->address + d->bytes == memory &&
	    (opcode == SIMGPU_OP_CLEAR || d->source + d->bytes == source)) {
		d->bytes += bytes;
		return;
	}
	if (batch->n == BATCH)
		submit(batch);
	batch->desc[batch->n++] = (struct simgpu_desc){
		.opcode = opcode,
		.address = memory,
		.source = source,
		.bytes = bytes,
		.block_bytes = bytes,
	};
}

/*
 * The device whose memory the pages are; one call has pages of one device only (C8.3). On their way out those
 * without an address stay.
 */
struct simgpu_device *simgpu_device_of(struct page **pages, const struct drm_pagemap_addr *addr,
				       unsigned long npages, bool in)
{
	for (unsigned long i = 0; i < npages; i++) {
		if (pages[i] && (in || addr[i].addr))
			return simgpu_memory_of(pages[i])->gpu;
	}
	return NULL;
}

/* What is queued on our own ring before is done before; anything else is waited for here. */
static int start(struct batch *batch, struct simgpu_device *gpu, struct dma_fence *before)
{
	batch->gpu = gpu;
	batch->n = 0;
	batch->last = NULL;
	batch->error = 0;
	batch->within = batch->peer = batch->system = 0;
	if (before && before->context != gpu->copy.context)
		batch->error = dma_fence_wait(before, false);
	return batch->error;
}

/* The copies are done, and so is what had to be done before; both must have gone well. */
static int end(struct batch *batch, struct dma_fence *before)
{
	int err = finish(batch);

	if (before) {
		dma_fence_wait(before, false);
		if (!err)
			err = min(dma_fence_get_status(before), 0);
	}
	return err;
}

/* The copy engine's opcode and its second address, for memory that the engine reads or writes. */
static u32 by_road(const struct drm_pagemap_addr *addr, bool in, u64 *source)
{
	*source = addr->addr;
	switch ((unsigned int)addr->proto) {
	case DRM_INTERCONNECT_SYSTEM:
		return in ? SIMGPU_OP_COPY_IN : SIMGPU_OP_COPY_OUT;
	case SIMGPU_ROAD_LINK:
		return in ? SIMGPU_OP_PEER_IN : SIMGPU_OP_PEER_OUT;
	default:
		*source = addr->addr & SIMGPU_LINK_OFFSET;
		return SIMGPU_OP_MOVE;
	}
}

/* One block, in whichever direction. */
static void add_block(struct batch *batch, struct page *page, const struct drm_pagemap_addr *addr,
		      bool in)
{
	u64 memory = simgpu_offset(page), source;
	u32 opcode = by_road(addr, in, &source);

	/* Within our own memory it is always the address that says where to. */
	if (opcode == SIMGPU_OP_MOVE && !in)
		swap(memory, source);
	add(batch, opcode, memory, source, (u64)PAGE_SIZE << addr->order);
	if (addr->proto == SIMGPU_ROAD_LOCAL)
		batch->within += NR_PAGES(addr->order);
	else if (addr->proto == SIMGPU_ROAD_LINK)
		batch->peer += NR_PAGES(addr->order);
	else
		batch->system += NR_PAGES(addr->order);
}

static void count(const struct batch *batch, bool in)
{
	struct simgpu_device *gpu = batch->gpu;

	if (batch->within)
		atomic_long_add(batch->within, &gpu->pages_within);
	if (batch->peer)
		atomic_long_add(batch->peer, in ? &gpu->pages_from_peer : &gpu->pages_to_peer);
	if (batch->system)
		atomic_long_add(batch->system, in ? &gpu->pages_to_device : &gpu->pages_to_ram);
}

static int copy(struct page **pages, struct drm_pagemap_addr *addr, unsigned long npages,
		struct dma_fence *before, bool in)
{
	struct simgpu_device *gpu = simgpu_device_of(pages, addr, npages, in);
	struct batch batch;
	unsigned long i;
	int err;

	if (!gpu)
		return 0;
	err = start(&batch, gpu, before);
	if (err)
		return err;
	for (i = 0; i < npages; i += addr[i].addr ? NR_PAGES(addr[i].order) : 1) {
		if (!pages[i])
			continue;
		if (addr[i].addr)
			add_block(&batch, pages[i], &addr[i], in);
		else if (in && !before) /* a hole: it must read as zeros (C3.5) */
			add(&batch, SIMGPU_OP_CLEAR, simgpu_offset(pages[i]), 0, PAGE_SIZE);
	}
	err = end(&batch, before);
	if (!err)
		count(&batch, in);
	return err;
}

/* With a fence the memory is fresh and being cleared: what has no source is right already. */
int simgpu_copy_to_devmem(struct page **pages, struct drm_pagemap_addr *addr,
			  unsigned long npages SIMGPU_FENCE_PARAMETER)
{
	return copy(pages, addr, npages, SIMGPU_FENCE, true);
}

int simgpu_copy_to_ram(struct page **pages, struct drm_pagemap_addr *addr,
		       unsigned long npages SIMGPU_FENCE_PARAMETER)
{
	return copy(pages, addr, npages, SIMGPU_FENCE, false);
}
