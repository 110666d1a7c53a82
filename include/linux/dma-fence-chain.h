/* SPDX-License-Identifier: MIT */
/* A timeline's fences, each linked to the one before: a link is signalled when it and all before it are. */
#ifndef __LINUX_DMA_FENCE_CHAIN_H
#define __LINUX_DMA_FENCE_CHAIN_H

#include <linux/dma-fence.h>
#include <linux/irq_work.h>
#include <linux/slab.h>

/**
 * struct dma_fence_chain - one link
 * @base: what others see
 * @prev: the link or fence before, NULL: it and everything before is signalled
 * @prev_seqno: the sequence number of @prev when this link was made
 * @fence: the fence it carries
 * @cb, @work: how it learns of the first fence that is not signalled yet, and looks for the next
 * @lock: its lock
 */
struct dma_fence_chain {
	struct dma_fence base;
	struct dma_fence __rcu *prev;
	u64 prev_seqno;
	struct dma_fence *fence;
	union {
		struct dma_fence_cb cb;
		struct irq_work work;
	};
	spinlock_t lock;
};

/** to_dma_fence_chain() - the chain link that a fence is, or NULL */
static inline struct dma_fence_chain *to_dma_fence_chain(struct dma_fence *fence)
{
	if (!fence || !dma_fence_is_chain(fence))
		return NULL;
	return container_of(fence, struct dma_fence_chain, base);
}

/* What a link carries; a plain fence is its own. */
static inline struct dma_fence *dma_fence_chain_contained(struct dma_fence *fence)
{
	struct dma_fence_chain *chain = to_dma_fence_chain(fence);

	return chain ? chain->fence : fence;
}

/** dma_fence_chain_alloc() - memory for a chain link; NULL without memory */
#define dma_fence_chain_alloc() \
	((struct dma_fence_chain *)kmalloc(sizeof(struct dma_fence_chain), GFP_KERNEL))

/* Of a link that was never initialised. */
static inline void dma_fence_chain_free(struct dma_fence_chain *chain)
{
	kfree(chain);
}

/**
 * dma_fence_chain_init() - a new link
 * @prev: the link before, or NULL; @fence: what it carries, no link itself: the references become the link's
 * @seqno: later than @prev's, or the link begins a timeline of its own
 */
void dma_fence_chain_init(struct dma_fence_chain *chain, struct dma_fence *prev,
			  struct dma_fence *fence, u64 seqno);
/* From a link to the one before, leaving out what is signalled. The reference to @fence ends; returns one. */
struct dma_fence *dma_fence_chain_walk(struct dma_fence *fence);
/* Put the reference @iter when leaving before the end. */
#define dma_fence_chain_for_each(iter, head) \
	for (iter = dma_fence_get(head); iter; iter = dma_fence_chain_walk(iter))
/**
 * dma_fence_chain_find_seqno() - the link to wait for, for @seqno to be reached
 * @pfence: in: the timeline's last link, a reference; out: that link, or NULL if it was reached already
 * Return: 0; -EINVAL: @seqno is later than the last link; @pfence stays.
 */
int dma_fence_chain_find_seqno(struct dma_fence **pfence, u64 seqno);

#endif /* __LINUX_DMA_FENCE_CHAIN_H */
