// SPDX-License-Identifier: MIT
/*
 * The command processor: reads, writes and computes over virtual ranges, a page at a time, through the
 * device's own translations. An address that does not translate stops the engine with a fault until the
 * driver says retry or cancel.
 */
#include <errno.h>
#include <string.h>
#include <nettle/sha2.h>
#include <zlib.h>

#include "simgpu_hw.h"

#define PAGE 4096ull
/* Compute throughput in bytes a microsecond: 100 GB/s, an assumption; it only scales virtual time. */
#define BYTES_PER_US 100000

/* Return: 0 when the driver wants a retry, -EFAULT when it gave up, or stopped the engine. */
static int fault(struct simgpu_hw *gpu, const struct simgpu_desc *d, uint64_t address, int write)
{
	uint64_t answer;

	psim_hw_trace(PSIM_HW_FAULT, gpu->bus.id, address & ~(PAGE - 1), write, 0);
	__atomic_store_n(&gpu->fault_address, address, __ATOMIC_RELEASE);
	__atomic_store_n(&gpu->fault_info, (uint64_t)d->context << 1 | write, __ATOMIC_RELEASE);
	__atomic_store_n(&gpu->fault_answer, 0, __ATOMIC_RELEASE);
	simhw_raise_irq(gpu, SIMGPU_IRQ_FAULT);
	while (!(answer = __atomic_load_n(&gpu->fault_answer, __ATOMIC_ACQUIRE))) {
		if (__atomic_load_n(&gpu->stop, __ATOMIC_ACQUIRE))
			return -EFAULT;
		psim_hw_wait();
	}
	psim_hw_trace(PSIM_HW_FAULT_END, gpu->bus.id, address & ~(PAGE - 1), answer != SIMGPU_RETRY,
		      0);
	return answer == SIMGPU_RETRY ? 0 : -EFAULT;
}

unsigned char *simhw_bytes_at(struct simgpu_hw *gpu, uint64_t pte, uint64_t at, uint64_t n,
			      int write)
{
	if (pte & SIMGPU_PTE_PEER)
		return simhw_link_at(gpu, at, n, write);
	if (pte & SIMGPU_PTE_SYSTEM)
		return psim_hw_dma_window(&gpu->bus, at, n, write);
	return simhw_store_at(&gpu->memory, at, n, write);
}

/*
 * The bytes at a virtual address, up to the page's end; good until the caller lets go of mmu_lock, which
 * a fault drops and takes again. With @bounce (a machine without bytes) that buffer stands for the page.
 */
static int reach(struct simgpu_hw *gpu, const struct simgpu_desc *d, uint64_t address, uint64_t n,
		 int write, unsigned char *bounce, unsigned char **bytes)
{
	for (;;) {
		uint64_t pte = simhw_mmu_translate(gpu, d->context, d->root, address, write);
		uint64_t at = (pte & SIMGPU_PTE_ADDRESS) + address % PAGE;

		if (!pte) {
			int err;

			mmu_unlock(gpu);
			err = fault(gpu, d, address, write);
			mmu_lock(gpu);
			if (err)
				return err;
			continue;
		}
		if (!gpu->has_bytes) {
			*bytes = memset(bounce, 0, n);
			return 0;
		}
		if (pte & SIMGPU_PTE_PEER) {
			const struct link *link = simhw_link_of(gpu, at);

			gpu->link_ns += link ? simhw_link_cost(link, n) : 0;
		}
		*bytes = simhw_bytes_at(gpu, pte, at, n, write);
		return *bytes ? 0 : -EFAULT;
	}
}

struct digests {
	struct sha256_ctx sha;
	unsigned long crc;
};

static void compute(const struct simgpu_desc *d, struct digests *digests, unsigned char *bytes,
		    uint64_t n, uint64_t done, const unsigned char *pattern)
{
	switch (d->opcode) {
	case SIMGPU_OP_FILL:
		memset(bytes, d->value, n);
		break;
	case SIMGPU_OP_XOR:
		for (uint64_t i = 0; i < n; i++)
			bytes[i] ^= pattern[(done + i) % d->pattern_bytes];
		break;
	case SIMGPU_OP_CRC32:
		digests->crc = crc32(digests->crc, bytes, n);
		break;
	case SIMGPU_OP_SHA256:
		sha256_update(&digests->sha, n, bytes);
		break;
	}
}

static int copy_piece(struct simgpu_hw *gpu, const struct simgpu_desc *d, uint64_t done, uint64_t n)
{
	unsigned char buffer[PAGE], bounce[PAGE], *bytes;
	int err;

	err = reach(gpu, d, d->source + done, n, 0, bounce, &bytes);
	if (err)
		return err;
	memcpy(buffer, bytes, n);
	err = reach(gpu, d, d->address + done, n, 1, bounce, &bytes);
	if (!err)
		memcpy(bytes, buffer, n);
	return err;
}

/* The longest stretch from @done on that stays within one page on each side. */
static uint64_t piece(const struct simgpu_desc *d, uint64_t done)
{
	uint64_t n = PAGE - (d->address + done) % PAGE;

	if (d->opcode == SIMGPU_OP_COPY && PAGE - (d->source + done) % PAGE < n)
		n = PAGE - (d->source + done) % PAGE;
	return n < d->bytes - done ? n : d->bytes - done;
}

static int run(struct simgpu_hw *gpu, struct simgpu_desc *d)
{
	int write = d->opcode == SIMGPU_OP_FILL || d->opcode == SIMGPU_OP_XOR;
	unsigned char pattern[PAGE], bounce[PAGE], *bytes;
	struct digests digests = {.crc = crc32(0, NULL, 0)};
	uint64_t done = 0, n;
	int err = 0;

	if (d->opcode < SIMGPU_OP_FILL || d->opcode > SIMGPU_OP_SHA256)
		return -EOPNOTSUPP;
	sha256_init(&digests.sha);
	memset(pattern, 0, sizeof(pattern));
	if (d->opcode == SIMGPU_OP_XOR) {
		if (!d->pattern_bytes || d->pattern_bytes > PAGE)
			return -EINVAL;
		err = psim_hw_dma(&gpu->bus, d->pattern, pattern, d->pattern_bytes, 0);
	}
	for (; !err && done < d->bytes; done += n) {
		n = piece(d, done);
		mmu_lock(gpu);
		if (d->opcode == SIMGPU_OP_COPY) {
			err = copy_piece(gpu, d, done, n);
		} else {
			err = reach(gpu, d, d->address + done, n, write, bounce, &bytes);
			if (!err)
				compute(d, &digests, bytes, n, done, pattern);
		}
		mmu_unlock(gpu);
		psim_hw_busy(1 + n * 1000 / BYTES_PER_US + gpu->link_ns);
		gpu->link_ns = 0;
	}
	if (d->opcode == SIMGPU_OP_CRC32) {
		uint32_t crc = digests.crc;

		memcpy(d->result, &crc, sizeof(crc));
	} else if (d->opcode == SIMGPU_OP_SHA256) {
		sha256_digest(&digests.sha, SHA256_DIGEST_SIZE, d->result);
	}
	return err;
}

int simhw_cmd_engine(void *arg)
{
	struct simgpu_hw *gpu = arg;
	struct ring *ring = &gpu->cmd;
	struct simgpu_desc d;
	int err;

	while ((err = simhw_ring_next(gpu, ring, &d)) > 0) {
		psim_hw_trace(PSIM_HW_COMMAND, gpu->bus.id, d.opcode, d.address, d.bytes);
		d.status = run(gpu, &d);
		psim_hw_trace(PSIM_HW_COMMAND_END, gpu->bus.id, -d.status, 0, 0);
		simhw_ring_finish(gpu, ring, &d, SIMGPU_IRQ_CMD);
	}
	return err;
}
