// SPDX-License-Identifier: MIT
/* What the two engines share: the next descriptor by DMA, writing its end back, the interrupt. */
#include <errno.h>

#include "simgpu_hw.h"

int simhw_ring_next(struct simgpu_hw *gpu, struct ring *ring, struct simgpu_desc *desc)
{
	uint64_t at = ring->base + ring->done % ring->size * SIMGPU_DESC_BYTES;

	while (__atomic_load_n(&ring->tail, __ATOMIC_ACQUIRE) == ring->done) {
		if (__atomic_load_n(&gpu->stop, __ATOMIC_ACQUIRE))
			return 0;
		psim_hw_wait();
	}
	return psim_hw_dma(&gpu->bus, at, desc, sizeof(*desc), 0) ? -EFAULT : 1;
}

void simhw_ring_finish(struct simgpu_hw *gpu, struct ring *ring, const struct simgpu_desc *desc,
		       uint64_t irq)
{
	uint64_t at = ring->base + ring->done % ring->size * SIMGPU_DESC_BYTES;

	psim_hw_dma(&gpu->bus, at, (void *)desc, sizeof(*desc), 1);
	/* after the descriptor: a register shows it */
	__atomic_store_n(&ring->done, ring->done + 1, __ATOMIC_RELEASE);
	simhw_raise_irq(gpu, irq);
}

void simhw_raise_irq(struct simgpu_hw *gpu, uint64_t bits)
{
	__atomic_fetch_or(&gpu->irq_status, bits, __ATOMIC_SEQ_CST);
	psim_hw_interrupt(&gpu->bus);
}
