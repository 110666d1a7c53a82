// SPDX-License-Identifier: MIT
/* Walks over the plain fences inside chains and arrays; merging fences of many timelines. */
#include <linux/dma-fence-array.h>
#include <linux/dma-fence-chain.h>
#include <linux/dma-fence-unwrap.h>
#include <linux/export.h>
#include <linux/slab.h>
#include <linux/sort.h>

/* The first fence of the link that the cursor has come to. */
static struct dma_fence *enter_link(struct dma_fence_unwrap *cursor)
{
	cursor->array = dma_fence_chain_contained(cursor->chain);
	cursor->index = 0;
	return dma_fence_array_first(cursor->array);
}

struct dma_fence *dma_fence_unwrap_first(struct dma_fence *head, struct dma_fence_unwrap *cursor)
{
	cursor->chain = dma_fence_get(head);
	return enter_link(cursor);
}
EXPORT_SYMBOL(dma_fence_unwrap_first);

struct dma_fence *dma_fence_unwrap_next(struct dma_fence_unwrap *cursor)
{
	struct dma_fence *member = dma_fence_array_next(cursor->array, ++cursor->index);

	if (member)
		return member;
	cursor->chain = dma_fence_chain_walk(cursor->chain);
	return enter_link(cursor);
}
EXPORT_SYMBOL(dma_fence_unwrap_next);

/* ---- merging --------------------------------------------------------------------------------------------- */

/* By timeline, the latest of each first. */
static int by_timeline(const void *a, const void *b)
{
	struct dma_fence *fa = *(struct dma_fence *const *)a, *fb = *(struct dma_fence *const *)b;

	if (fa->context != fb->context)
		return fa->context < fb->context ? -1 : 1;
	if (fa->seqno == fb->seqno)
		return 0;
	return dma_fence_is_later(fa, fb) ? -1 : 1;
}

int dma_fence_dedup_array(struct dma_fence **array, int num_fences)
{
	int kept = 0;

	sort(array, num_fences, sizeof(*array), by_timeline, NULL);
	for (int i = 0; i < num_fences; i++) {
		if (kept && array[kept - 1]->context == array[i]->context)
			dma_fence_put(array[i]);
		else
			array[kept++] = array[i];
	}
	return kept;
}
EXPORT_SYMBOL(dma_fence_dedup_array);

/*
 * struct found - what the arguments hold
 * @pending: how many are not signalled yet; @array: references to them, once there is room for @room
 * @latest: when the last of the signalled ones was signalled
 */
struct found {
	struct dma_fence **array;
	unsigned int room, pending;
	ktime_t latest;
};

static void look(struct found *found, struct dma_fence *head, struct dma_fence_unwrap *cursor)
{
	struct dma_fence *fence;

	dma_fence_unwrap_for_each(fence, cursor, head)
	{
		if (dma_fence_is_signaled(fence)) {
			ktime_t at = dma_fence_timestamp(fence);

			if (ktime_after(at, found->latest))
				found->latest = at;
		} else if (!found->array) {
			found->pending++;
		} else if (!WARN_ON(found->pending == found->room)) {
			found->array[found->pending++] = dma_fence_get(fence);
		}
	}
}

struct dma_fence *__dma_fence_unwrap_merge(unsigned int num_fences, struct dma_fence **fences,
					   struct dma_fence_unwrap *cursors)
{
	struct found found = {};
	struct dma_fence_array *merged;
	struct dma_fence *only = NULL;

	for (unsigned int i = 0; i < num_fences; i++)
		look(&found, fences[i], &cursors[i]);
	if (!found.pending)
		return dma_fence_allocate_private_stub(found.latest);

	/* between the two looks fences can be signalled, but none becomes pending */
	found.room = found.pending;
	found.pending = 0;
	found.array = kmalloc_array(found.room, sizeof(*found.array), GFP_KERNEL);
	if (!found.array)
		return NULL;
	for (unsigned int i = 0; i < num_fences; i++)
		look(&found, fences[i], &cursors[i]);
	found.pending = dma_fence_dedup_array(found.array, found.pending);

	if (found.pending > 1) {
		merged = dma_fence_array_create(found.pending, found.array,
						dma_fence_context_alloc(1), 1, false);
		if (merged)
			return &merged->base;
		for (unsigned int i = 0; i < found.pending; i++)
			dma_fence_put(found.array[i]);
	} else if (found.pending) {
		only = found.array[0];
	} else {
		only = dma_fence_allocate_private_stub(found.latest);
	}
	kfree(found.array);
	return only;
}
EXPORT_SYMBOL(__dma_fence_unwrap_merge);
