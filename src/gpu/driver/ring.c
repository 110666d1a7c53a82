// SPDX-License-Identifier: MIT
/*
 * Rings of descriptors and the fences of what was submitted. The device finishes descriptors in order,
 * counts them in a register, and interrupts; the interrupt signals the fences that are due.
 *
 * A fence stands for its descriptor and all before it back to the fence before; it carries the first
 * error among them.
 */
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "simgpu.h"

static const char *driver_name(struct dma_fence *fence)
{
	return "simgpu";
}

static const char *timeline_name(struct dma_fence *fence)
{
	return "ring";
}

static const struct dma_fence_ops fence_ops = {
	.get_driver_name = driver_name,
	.get_timeline_name = timeline_name,
};

int simgpu_ring_init(struct simgpu_device *gpu, struct simgpu_ring *ring, unsigned int first_reg)
{
	ring->gpu = gpu;
	mutex_init(&ring->submit);
	spin_lock_init(&ring->lock);
	INIT_LIST_HEAD(&ring->pending);
	init_waitqueue_head(&ring->room);
	ring->context = dma_fence_context_alloc(1);
	ring->tail_reg = first_reg + 0x10;
	ring->done_reg = first_reg + 0x18;
	ring->desc = dmam_alloc_coherent(gpu->drm.dev, SIMGPU_RING_SIZE * sizeof(*ring->desc),
					 &ring->bus, GFP_KERNEL);
	if (!ring->desc)
		return -ENOMEM;
	simgpu_write(gpu, first_reg, ring->bus);
	simgpu_write(gpu, first_reg + 0x08, SIMGPU_RING_SIZE);
	return 0;
}

static bool has_room(struct simgpu_ring *ring)
{
	bool room;

	spin_lock_irq(&ring->lock);
	room = ring->tail - ring->seen < SIMGPU_RING_SIZE;
	spin_unlock_irq(&ring->lock);
	return room;
}

/* Under ring->submit. @fence: belongs to this descriptor, or NULL. */
static void push(struct simgpu_ring *ring, const struct simgpu_desc *desc,
		 struct simgpu_fence *fence)
{
	wait_event(ring->room, has_room(ring));
	memcpy(&ring->desc[ring->tail % SIMGPU_RING_SIZE], desc, sizeof(*desc));
	dma_wmb();
	spin_lock_irq(&ring->lock);
	ring->tail++;
	if (fence) {
		dma_fence_init(&fence->base, &fence_ops, &ring->lock, ring->context, ring->tail);
		dma_fence_get(&fence->base); /* the interrupt's */
		list_add_tail(&fence->link, &ring->pending);
	}
	simgpu_write(ring->gpu, ring->tail_reg, ring->tail);
	spin_unlock_irq(&ring->lock);
}

struct dma_fence *simgpu_ring_submit(struct simgpu_ring *ring, const struct simgpu_desc *desc,
				     unsigned int n)
{
	struct simgpu_fence *fence = kzalloc(sizeof(*fence), GFP_KERNEL);

	if (!fence)
		return ERR_PTR(-ENOMEM);
	mutex_lock(&ring->submit);
	for (unsigned int i = 0; i < n; i++)
		push(ring, &desc[i], i == n - 1 ? fence : NULL);
	mutex_unlock(&ring->submit);
	return &fence->base;
}

/* One descriptor has ended. Return: the fence that is due, taken off the list, or NULL. */
static struct simgpu_fence *one_done(struct simgpu_ring *ring)
{
	struct simgpu_desc *desc = &ring->desc[ring->seen++ % SIMGPU_RING_SIZE];
	struct simgpu_fence *fence =
		list_first_entry_or_null(&ring->pending, struct simgpu_fence, link);

	if (desc->status && !ring->error)
		ring->error = desc->status;
	if (!fence || fence->base.seqno != ring->seen)
		return NULL;
	list_del(&fence->link);
	memcpy(fence->result, desc->result, sizeof(fence->result));
	if (ring->error)
		dma_fence_set_error(&fence->base, ring->error);
	ring->error = 0;
	return fence;
}

void simgpu_ring_interrupt(struct simgpu_ring *ring)
{
	u64 done = simgpu_read(ring->gpu, ring->done_reg);
	struct simgpu_fence *fence, *next;
	LIST_HEAD(due);

	spin_lock(&ring->lock);
	dma_rmb();
	while (ring->seen < done) {
		fence = one_done(ring);
		if (!fence)
			continue;
		dma_fence_signal_locked(&fence->base);
		list_add_tail(&fence->link, &due);
	}
	spin_unlock(&ring->lock);
	list_for_each_entry_safe(fence, next, &due, link)
		dma_fence_put(&fence->base);
	wake_up(&ring->room);
}

int simgpu_fence_finish(struct dma_fence *fence, u8 *result)
{
	int err;

	if (IS_ERR(fence))
		return PTR_ERR(fence);
	err = dma_fence_wait(fence, false);
	if (!err && fence->error)
		err = fence->error;
	if (result)
		memcpy(result, container_of(fence, struct simgpu_fence, base)->result, 32);
	dma_fence_put(fence);
	return err;
}
