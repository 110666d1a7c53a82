/* SPDX-License-Identifier: MIT */
/* Walking over the plain fences inside chains of arrays, and merging fences into a flat array. */
#ifndef __LINUX_DMA_FENCE_UNWRAP_H
#define __LINUX_DMA_FENCE_UNWRAP_H

#include <linux/array_size.h>

struct dma_fence;

/**
 * struct dma_fence_unwrap - where the walk is
 * @chain: the link, with a reference while the walk lasts
 * @array: what it carries
 * @index: the member
 */
struct dma_fence_unwrap {
	struct dma_fence *chain;
	struct dma_fence *array;
	unsigned int index;
};

/** dma_fence_unwrap_first() - begin a walk over the fences inside of arrays and chains */
struct dma_fence *dma_fence_unwrap_first(struct dma_fence *head, struct dma_fence_unwrap *cursor);
/** dma_fence_unwrap_next() - the next fence of that walk, or NULL */
struct dma_fence *dma_fence_unwrap_next(struct dma_fence_unwrap *cursor);
/* No references; leaving early leaves cursor->chain to put. */
#define dma_fence_unwrap_for_each(fence, cursor, head)              \
	for (fence = dma_fence_unwrap_first(head, cursor); (fence); \
	     fence = dma_fence_unwrap_next(cursor))

/*
 * Of each context keep the latest fence; drops the references of the others. Return: how many are left, in
 * ascending order of context.
 */
int dma_fence_dedup_array(struct dma_fence **array, int num_fences);
struct dma_fence *__dma_fence_unwrap_merge(unsigned int num_fences, struct dma_fence **fences,
					   struct dma_fence_unwrap *cursors);
/**
 * dma_fence_unwrap_merge() - one fence for everything that its arguments wait for
 * Return: a reference to an array, to the only fence that is not signalled yet, or to a signalled one with
 * the latest time; NULL without memory. The arguments' references stay the caller's.
 */
#define dma_fence_unwrap_merge(...)                                                \
	({                                                                         \
		struct dma_fence *__psim_fences[] = {__VA_ARGS__};                 \
		struct dma_fence_unwrap __psim_cursors[ARRAY_SIZE(__psim_fences)]; \
                                                                                   \
		__dma_fence_unwrap_merge(ARRAY_SIZE(__psim_fences), __psim_fences, \
					 __psim_cursors);                          \
	})

#endif /* __LINUX_DMA_FENCE_UNWRAP_H */
