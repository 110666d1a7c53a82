/* SPDX-License-Identifier: MIT */
/* A fence over several others: signalled when all of them are, or when the first one is. */
#ifndef __LINUX_DMA_FENCE_ARRAY_H
#define __LINUX_DMA_FENCE_ARRAY_H

#include <linux/dma-fence.h>
#include <linux/irq_work.h>

struct dma_fence_array;

struct dma_fence_array_cb {
	struct dma_fence_cb cb;
	struct dma_fence_array *array;
};

/**
 * struct dma_fence_array - the fence
 * @base: what others see; its error is the first error of a member
 * @lock: its lock
 * @num_fences, @fences: the members; their references and the memory are the array's
 * @num_pending: how many have to be signalled still
 * @work: signals it, outside of the members' locks
 * @callbacks: one a member, once somebody waits
 */
struct dma_fence_array {
	struct dma_fence base;
	spinlock_t lock;
	unsigned int num_fences;
	atomic_t num_pending;
	struct dma_fence **fences;
	struct irq_work work;
	struct dma_fence_array_cb callbacks[];
};

/** to_dma_fence_array() - the array that a fence is, or NULL */
static inline struct dma_fence_array *to_dma_fence_array(struct dma_fence *fence)
{
	if (!fence || !dma_fence_is_array(fence))
		return NULL;
	return container_of(fence, struct dma_fence_array, base);
}

/* The memory of an array of @num_fences; for dma_fence_array_init(). Return: NULL without memory. */
struct dma_fence_array *dma_fence_array_alloc(int num_fences);
/**
 * dma_fence_array_init() - make a fence of @fences
 * @array: from dma_fence_array_alloc()
 * @num_fences, @fences: a kmalloc()ed array of references, no containers; both become the fence's
 * @context, @seqno: of the new fence
 * @signal_on_any: the first member that is signalled signals it
 */
void dma_fence_array_init(struct dma_fence_array *array, int num_fences, struct dma_fence **fences,
			  u64 context, unsigned int seqno, bool signal_on_any);
/* Both. Return: NULL without memory: @fences are the caller's still. */
struct dma_fence_array *dma_fence_array_create(int num_fences, struct dma_fence **fences,
					       u64 context, unsigned int seqno, bool signal_on_any);
/* Whether the fence, or each member of an array, belongs to @context. */
bool dma_fence_match_context(struct dma_fence *fence, u64 context);

/* The members of an array, or a plain fence itself. No references are taken. */
struct dma_fence *dma_fence_array_first(struct dma_fence *head);
struct dma_fence *dma_fence_array_next(struct dma_fence *head, unsigned int index);
#define dma_fence_array_for_each(fence, index, head)                  \
	for (index = 0, fence = dma_fence_array_first(head); (fence); \
	     (index)++, fence = dma_fence_array_next(head, index))

#endif /* __LINUX_DMA_FENCE_ARRAY_H */
