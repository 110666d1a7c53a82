// SPDX-License-Identifier: MIT
/*
 * The two copy callbacks: arrays of pages and addresses become as few copy-engine descriptors as
 * possible, and the call returns when the last one is done.
 */
#include <linux/err.h>
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
 */
struct batch {
	struct simgpu_device *gpu;
	struct simgpu_desc desc[BATCH];
	unsigned int n;
	struct dma_fence *last;
	int error;
};

static void submit(struct batch *batch)
{
	struct dma_fence *fence;

	if (!batch->n || batch->error)
		return;
	fence = simgpu_ring_submit(&batch->gpu->copy, batch->desc, batch->n);
	batch->n = 0;
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

/* One piece; grows the last descriptor if it goes on where that ends. */
static void add(struct batch *batch, u32 opcode, u64 memory, u64 source, u64 bytes)
{
	struct simgpu_desc *d = batch->n ? &batch->desc[batch->n - 1] : NULL;

	if (d && d->opcode == opcode && d->address + d->bytes == memory &&
	    (opcode == SIMGPU_OP_CLEAR || d->source + d->bytes == source)) {
		d->bytes += bytes;
		return;
	}
	if (batch->n == BATCH)
		submit(batch);
	batch->desc[batch->n++] = (struct simgpu_desc){
		.opcode = opcode, .address = memory, .source = source, .bytes = bytes};
}

/* The device whose memory the pages are; one call has pages of one device only (C8.3). */
static struct simgpu_device *device_of(struct page **pages, unsigned long npages)
{
	for (unsigned long i = 0; i < npages; i++) {
		if (pages[i])
			return container_of(page_pgmap(pages[i]), struct simgpu_device, pagemap);
	}
	return NULL;
}

static u64 offset_of(struct simgpu_device *gpu, struct page *page)
{
	return (u64)(page_to_pfn(page) - gpu->first_pfn) << PAGE_SHIFT;
}

static int start(struct batch *batch, struct page **pages, unsigned long npages,
		 struct dma_fence *pre_migrate_fence)
{
	batch->gpu = device_of(pages, npages);
	batch->n = 0;
	batch->last = NULL;
	batch->error = pre_migrate_fence ? dma_fence_wait(pre_migrate_fence, false) : 0;
	return batch->error;
}

int simgpu_copy_to_devmem(struct page **pages, struct drm_pagemap_addr *addr, unsigned long npages,
			  struct dma_fence *pre_migrate_fence)
{
	unsigned long copied = 0, i, n;
	struct batch batch;
	int err;

	err = start(&batch, pages, npages, pre_migrate_fence);
	if (err || !batch.gpu)
		return err;
	for (i = 0; i < npages; i += n) {
		u32 opcode = addr[i].proto == DRM_INTERCONNECT_SYSTEM ? SIMGPU_OP_COPY_IN
								      : SIMGPU_OP_MOVE;

		n = addr[i].addr ? NR_PAGES(addr[i].order) : 1;
		if (!pages[i])
			continue;
		if (!addr[i].addr)
			opcode = SIMGPU_OP_CLEAR; /* a hole: it must read as zeros (C3.5) */
		else
			copied += n;
		add(&batch, opcode, offset_of(batch.gpu, pages[i]), addr[i].addr, n << PAGE_SHIFT);
	}
	err = finish(&batch);
	if (!err)
		atomic_long_add(copied, &batch.gpu->pages_to_device);
	return err;
}

int simgpu_copy_to_ram(struct page **pages, struct drm_pagemap_addr *addr, unsigned long npages,
		       struct dma_fence *pre_migrate_fence)
{
	unsigned long copied = 0, i, n;
	struct batch batch;
	int err;

	err = start(&batch, pages, npages, pre_migrate_fence);
	if (err || !batch.gpu)
		return err;
	for (i = 0; i < npages; i += n) {
		n = addr[i].addr ? NR_PAGES(addr[i].order) : 1;
		if (!pages[i] || !addr[i].addr)
			continue;
		copied += n;
		add(&batch, SIMGPU_OP_COPY_OUT, offset_of(batch.gpu, pages[i]), addr[i].addr,
		    n << PAGE_SHIFT);
	}
	err = finish(&batch);
	if (!err)
		atomic_long_add(copied, &batch.gpu->pages_to_ram);
	return err;
}
