/* SPDX-License-Identifier: MIT */
/* What dma_fence.c and fence_wait.c ask of each other. */
#ifndef PSIM_DMA_FENCE_INTERNAL_H
#define PSIM_DMA_FENCE_INTERNAL_H

#include <linux/dma-fence.h>

/* Report a fence that is not alive. Return: true if so. */
bool psim_fence_unusable(struct dma_fence *fence, const char *what);
/* Under the fence's lock; the first time the driver is asked. Return: false: it is signalled. */
bool psim_fence_enable_signaling(struct dma_fence *fence);

#endif /* PSIM_DMA_FENCE_INTERNAL_H */
