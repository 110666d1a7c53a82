// SPDX-License-Identifier: MIT
/*
 * Device memory as a binary buddy system: a block is split until it fits, and halves that are both free
 * become one again. Blocks are found in constant time by order, lowest address first freed last.
 *
 * The caller holds simgpu_device.memory_lock; nothing here sleeps.
 */
#include <linux/errno.h>
#include <linux/fault-inject.h>
#include <linux/log2.h>
#include <linux/slab.h>

#include "simgpu.h"

static DECLARE_FAULT_ATTR(fail_device_memory);

static struct simgpu_block *new_block(struct simgpu_block *parent, u64 offset, unsigned int order)
{
	struct simgpu_block *block = kzalloc(sizeof(*block), GFP_ATOMIC);

	if (!block)
		return NULL;
	INIT_LIST_HEAD(&block->link);
	block->parent = parent;
	block->offset = offset;
	block->order = order;
	return block;
}

static void make_free(struct simgpu_buddy *buddy, struct simgpu_block *block)
{
	block->free = true;
	list_add(&block->link, &buddy->free[block->order]);
}

static void take(struct simgpu_block *block)
{
	block->free = false;
	list_del_init(&block->link);
}

/* Memory of any size: one root block for each bit of its length in pages. */
int simgpu_buddy_init(struct simgpu_buddy *buddy, u64 bytes)
{
	u64 offset = 0;

	for (unsigned int i = 0; i <= SIMGPU_MAX_ORDER; i++)
		INIT_LIST_HEAD(&buddy->free[i]);
	buddy->free_bytes = bytes;
	while (offset < bytes) {
		unsigned int order = min_t(unsigned int, ilog2((bytes - offset) >> PAGE_SHIFT),
					   SIMGPU_MAX_ORDER);
		struct simgpu_block *root = new_block(NULL, offset, order);

		if (!root) {
			simgpu_buddy_fini(buddy);
			return -ENOMEM;
		}
		make_free(buddy, root);
		offset += (u64)PAGE_SIZE << order;
	}
	return 0;
}

/* Everything is free again, so only root blocks are left. */
void simgpu_buddy_fini(struct simgpu_buddy *buddy)
{
	for (unsigned int i = 0; i <= SIMGPU_MAX_ORDER; i++) {
		struct simgpu_block *block, *next;

		list_for_each_entry_safe(block, next, &buddy->free[i], link) {
			list_del(&block->link);
			kfree(block);
		}
	}
}

/* The lower half is handed on, the upper half becomes free. */
static struct simgpu_block *split(struct simgpu_buddy *buddy, struct simgpu_block *block)
{
	unsigned int order = block->order - 1;
	struct simgpu_block *low = new_block(block, block->offset, order);
	struct simgpu_block *high =
		new_block(block, block->offset + ((u64)PAGE_SIZE << order), order);

	if (!low || !high) {
		kfree(low);
		kfree(high);
		return NULL;
	}
	low->buddy = high;
	high->buddy = low;
	make_free(buddy, high);
	return low;
}

/* Make it free, together with every buddy that is. */
static void give_back(struct simgpu_buddy *buddy, struct simgpu_block *block)
{
	while (block->buddy && block->buddy->free) {
		struct simgpu_block *parent = block->parent;

		take(block->buddy);
		kfree(block->buddy);
		kfree(block);
		block = parent;
	}
	make_free(buddy, block);
}

struct simgpu_block *simgpu_buddy_alloc(struct simgpu_buddy *buddy, unsigned int order)
{
	struct simgpu_block *block = NULL;

	if (should_fail(&fail_device_memory, (ssize_t)PAGE_SIZE << order))
		return NULL;
	for (unsigned int i = order; !block && i <= SIMGPU_MAX_ORDER; i++)
		block = list_first_entry_or_null(&buddy->free[i], struct simgpu_block, link);
	if (!block)
		return NULL;
	take(block);
	while (block->order > order) {
		struct simgpu_block *half = split(buddy, block);

		if (!half) {
			give_back(buddy, block);
			return NULL;
		}
		block = half;
	}
	WRITE_ONCE(buddy->free_bytes, buddy->free_bytes - ((u64)PAGE_SIZE << order));
	return block;
}

void simgpu_buddy_free(struct simgpu_buddy *buddy, struct simgpu_block *block)
{
	WRITE_ONCE(buddy->free_bytes, buddy->free_bytes + ((u64)PAGE_SIZE << block->order));
	give_back(buddy, block);
}
