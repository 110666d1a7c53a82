// SPDX-License-Identifier: MIT
/*
 * The copy engine: takes one descriptor after another, each takes set-up time plus its bytes at the
 * link's speed, and moves the bytes at the end of that time, page by page through the IOMMU.
 */
#include <errno.h>
#include <string.h>

#include "simgpu_hw.h"

#define PAGE 4096ull

static int move_ram(struct simgpu_hw *gpu, const struct simgpu_desc *d, uint64_t block)
{
	int out = d->opcode == SIMGPU_OP_COPY_OUT;
	unsigned char *memory = simhw_store_at(&gpu->memory, d->address, d->bytes, !out);

	if (!memory)
		return -EINVAL;
	return psim_hw_dma_blocks(&gpu->bus, d->source, memory, d->bytes, block, out);
}

static int move_page(struct simgpu_hw *gpu, const struct simgpu_desc *d, uint64_t done, uint64_t n)
{
	int in = d->opcode != SIMGPU_OP_PEER_OUT;
	unsigned char *memory = simhw_store_at(&gpu->memory, d->address + done, n, in);

	if (!memory)
		return -EINVAL;
	switch (d->opcode) {
	case SIMGPU_OP_CLEAR:
		memset(memory, 0, n);
		return 0;
	case SIMGPU_OP_PEER_IN:
	case SIMGPU_OP_PEER_OUT: {
		unsigned char *there = simhw_link_at(gpu, d->source + done, n, !in);

		if (!there)
			return -EINVAL;
		memcpy(in ? memory : there, in ? there : memory, n);
		return 0;
	}
	case SIMGPU_OP_MOVE: {
		unsigned char *from = simhw_store_at(&gpu->memory, d->source + done, n, 0);

		if (!from)
			return -EINVAL;
		memmove(memory, from, n);
		return 0;
	}
	default:
		return -EOPNOTSUPP;
	}
}

static int move(struct simgpu_hw *gpu, const struct simgpu_desc *d)
{
	uint64_t done = 0, block = d->block_bytes ? d->block_bytes : PAGE;

	if (!gpu->has_bytes)
		return 0;
	if (d->opcode == SIMGPU_OP_COPY_IN || d->opcode == SIMGPU_OP_COPY_OUT)
		return move_ram(gpu, d, block);
	while (done < d->bytes) {
		uint64_t n = block - done % block;
		int err;

		if (n > d->bytes - done)
			n = d->bytes - done;
		err = move_page(gpu, d, done, n);
		if (err)
			return err;
		done += n;
	}
	return 0;
}

static uint64_t cost(struct simgpu_hw *gpu, const struct simgpu_desc *d)
{
	const struct link *link = NULL;

	if (d->opcode == SIMGPU_OP_PEER_IN || d->opcode == SIMGPU_OP_PEER_OUT)
		link = simhw_link_of(gpu, d->source);
	return link ? simhw_link_cost(link, d->bytes)
		    : gpu->copy_setup_ns + d->bytes * 1000 / gpu->bytes_per_us;
}

int simhw_copy_engine(void *arg)
{
	struct simgpu_hw *gpu = arg;
	struct ring *ring = &gpu->copy;
	struct simgpu_desc d;
	int err;

	while ((err = simhw_ring_next(gpu, ring, &d)) > 0) {
		psim_hw_trace(PSIM_HW_COPY, gpu->bus.id, d.bytes, d.opcode, ring->done + 1);
		psim_hw_busy(cost(gpu, &d));
		d.status = psim_hw_copy_fails() ? -EIO : move(gpu, &d);
		psim_hw_trace(PSIM_HW_COPY_END, gpu->bus.id, d.bytes, ring->done + 1, -d.status);
		simhw_ring_finish(gpu, ring, &d, SIMGPU_IRQ_COPY);
	}
	return err;
}
