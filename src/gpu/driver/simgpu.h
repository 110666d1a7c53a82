/* SPDX-License-Identifier: MIT */
/*
 * A model driver over drm_pagemap, for the simulated GPU: what its files share.
 *
 * It is written as a driver in the kernel tree would be, against the kernel face alone, so that it can
 * be copied as the start of your own. One struct simgpu_device a GPU, one struct simgpu_vm for each
 * address space that uses it, one struct simgpu_alloc for each block of device memory.
 *
 * Locks, outer to inner:
 *   mmap lock -> folio locks -> simgpu_vm.lock (also taken in notifier callbacks)
 *     -> simgpu_ring.lock, simgpu_device.memory_lock (spinlocks; the second also under page-table locks)
 */
#ifndef SIMGPU_H
#define SIMGPU_H

#include <linux/completion.h>
#include <linux/dma-fence.h>
#include <linux/interval_tree.h>
#include <linux/io.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/memremap.h>
#include <linux/mmu_notifier.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <drm/drm_device.h>

#include "../hw/regs.h"
#include "adapt.h"

#define SIMGPU_RING_SIZE    64u
#define SIMGPU_WINDOW_BYTES (2ul << 20)
#define SIMGPU_WINDOW_PAGES (SIMGPU_WINDOW_BYTES / PAGE_SIZE)

/* ---- device memory: a buddy allocator (buddy.c) ------------------------------------------------- */

#define SIMGPU_MAX_ORDER 28 /* 1 TiB of 4 KiB pages */

struct simgpu_block {
	struct list_head link; /* in its order's free list, while free */
	struct simgpu_block *parent;
	struct simgpu_block *buddy;
	u64 offset;
	unsigned int order;
	bool free;
};

struct simgpu_buddy {
	struct list_head free[SIMGPU_MAX_ORDER + 1];
	u64 free_bytes;
};

int simgpu_buddy_init(struct simgpu_buddy *buddy, u64 bytes);
void simgpu_buddy_fini(struct simgpu_buddy *buddy);
struct simgpu_block *simgpu_buddy_alloc(struct simgpu_buddy *buddy, unsigned int order);
void simgpu_buddy_free(struct simgpu_buddy *buddy, struct simgpu_block *block);

/* ---- rings and fences (ring.c) -------------------------------------------------------------------- */

/**
 * struct simgpu_fence - completion of one descriptor, and of all before it in the ring
 * @base: the dma_fence; its seqno is the descriptor's number in the ring
 * @link: in the ring's list of fences that wait
 * @result: what the device wrote into the descriptor
 */
struct simgpu_fence {
	struct dma_fence base;
	struct list_head link;
	u8 result[32];
};

/**
 * struct simgpu_ring - one engine's ring
 * @gpu: the device
 * @submit: one submission at a time
 * @lock: guards the counters and @pending; taken in the interrupt
 * @desc: the descriptors, in coherent memory at @bus
 * @tail: descriptors submitted ever
 * @seen: descriptors whose end the interrupt has seen
 * @error: first error since the last fence
 * @pending: fences in order
 * @room: woken when @seen moves
 * @tail_reg: doorbell
 * @done_reg: descriptors finished ever
 * @context: dma_fence context
 */
struct simgpu_ring {
	struct simgpu_device *gpu;
	struct mutex submit;
	spinlock_t lock;
	struct simgpu_desc *desc;
	dma_addr_t bus;
	u64 tail;
	u64 seen;
	int error;
	struct list_head pending;
	wait_queue_head_t room;
	unsigned int tail_reg;
	unsigned int done_reg;
	u64 context;
};

int simgpu_ring_init(struct simgpu_device *gpu, struct simgpu_ring *ring, unsigned int first_reg);
/* Queue @n descriptors. Return: the last one's fence, with a reference, or an error pointer. */
struct dma_fence *simgpu_ring_submit(struct simgpu_ring *ring, const struct simgpu_desc *desc,
				     unsigned int n);
void simgpu_ring_interrupt(struct simgpu_ring *ring);
/* Wait for the fence, put it. Return: 0 or the device's error. @result: 32 bytes, or NULL. */
int simgpu_fence_finish(struct dma_fence *fence, u8 *result);

/* ---- page tables (pagetable.c) ----------------------------------------------------------------------- */

/**
 * struct simgpu_tables - page-table memory: which of its pages are in use
 * @next: never used at or above this offset
 * @bytes: its size
 * @unused: pages that were used and are not: a stack threaded through the pages themselves; 0 ends it
 */
struct simgpu_tables {
	u64 next;
	u64 bytes;
	u64 unused;
};

/* All with simgpu_vm.lock of the table's owner held. */
int simgpu_pt_create(struct simgpu_device *gpu, u64 *root);
void simgpu_pt_destroy(struct simgpu_device *gpu, u64 root);
int simgpu_pt_set(struct simgpu_device *gpu, u64 root, unsigned long address, u64 pte);
u64 simgpu_pt_get(struct simgpu_device *gpu, u64 root, unsigned long address);

struct simgpu_view;

/* ---- the device ------------------------------------------------------------------------------------------- */

/**
 * struct simgpu_device - one GPU
 * @drm: the drm device
 * @regs: its register window
 * @serial: its number on the bus
 * @link: in the driver's list of devices
 * @memory_bytes: its memory
 * @peer: its place among the GPUs that are linked
 * @cache: where its pagemap is
 * @mappings: blocks of its memory that are mapped for some GPU now
 * @memory_lock: guards @buddy, @lru, @allocs and @tables; taken under page-table locks
 * @buddy: which memory is free
 * @lru: allocations, least recently used first
 * @nr_allocs: allocations on @lru
 * @allocs: allocations by their pages in device memory
 * @tables: page-table memory
 * @copy: the copy engine's ring
 * @cmd: the command processor's ring
 * @vms_lock: guards @vms and @next_context
 * @vms: address spaces that use the device
 * @next_context: id of the next one
 * @faults: the queue that faults are handled on, one at a time
 * @fault_work: handles the fault that waits
 * @last_fault, @last_info, @taken: the fault before, and how often it has come again; its handler's own
 * @chunk_bytes: unit of migration; a power of two
 * @timeslice_ms: given to every migration
 * @peer_copies: pages of a linked GPU are copied by that GPU
 * @peer_access: pages of a linked GPU are used where they are
 * @clear: fresh memory is cleared, while the migration that wants it goes on
 * @view: whose its memory is, or NULL (view.h); set under @memory_lock
 * @pages_to_device, @pages_to_ram, @pages_from_peer, @pages_to_peer, @pages_within,
 *	@nr_faults, @nr_evictions: counters
 */
struct simgpu_device {
	struct drm_device drm;
	void __iomem *regs;
	unsigned int serial;
	struct list_head link;
	u64 memory_bytes;
	struct drm_pagemap_peer peer;
	struct drm_pagemap_cache *cache;
	atomic_t mappings;
	spinlock_t memory_lock;
	struct simgpu_buddy buddy;
	struct list_head lru;
	unsigned long nr_allocs;
	struct rb_root_cached allocs;
	struct simgpu_tables tables;
	struct simgpu_ring copy;
	struct simgpu_ring cmd;
	struct mutex vms_lock;
	struct list_head vms;
	u32 next_context;
	struct workqueue_struct *faults;
	struct work_struct fault_work;
	u64 last_fault;
	u64 last_info;
	unsigned int taken;
	unsigned long chunk_bytes;
	unsigned long timeslice_ms;
	bool peer_copies;
	bool peer_access;
	bool clear;
	struct simgpu_view *view;
	atomic_long_t pages_to_device;
	atomic_long_t pages_to_ram;
	atomic_long_t pages_from_peer;
	atomic_long_t pages_to_peer;
	atomic_long_t pages_within;
	atomic_long_t nr_faults;
	atomic_long_t nr_evictions;
};

/* Return: the device with this number on the bus, with a reference on its drm device, or NULL. */
struct simgpu_device *simgpu_find(unsigned int serial);
/* Return: the GPU behind a device that is bound to this driver, or NULL. No reference is taken. */
struct simgpu_device *simgpu_by_device(struct device *dev);

static inline u64 simgpu_read(struct simgpu_device *gpu, unsigned int reg)
{
	return readq(gpu->regs + reg);
}

static inline void simgpu_write(struct simgpu_device *gpu, unsigned int reg, u64 value)
{
	writeq(value, gpu->regs + reg);
}

/* ---- its memory as pages (pagemap.c) ------------------------------------------------------------------ */

/**
 * struct simgpu_memory - device memory, registered as device-private pages
 * @pagemap: the pages, owned by the group of linked GPUs
 * @gpu: whose memory
 * @first_pfn: the first of them
 */
struct simgpu_memory {
	struct dev_pagemap pagemap;
	struct simgpu_device *gpu;
	unsigned long first_pfn;
};

/* By which road a GPU reaches GPU memory: what device_map() says besides the address. */
enum simgpu_road {
	SIMGPU_ROAD_LOCAL = DRM_INTERCONNECT_DRIVER, /* the GPU's own memory */
	SIMGPU_ROAD_LINK, /* a linked GPU's */
};

/* Of both roads: never 0, whatever the offset. */
#define SIMGPU_LINK_ADDRESS(serial, offset) (((u64)(serial) + 1) << SIMGPU_LINK_SHIFT | (offset))

static inline struct simgpu_memory *simgpu_memory_of(struct page *page)
{
	return container_of(page_pgmap(page), struct simgpu_memory, pagemap);
}

/* Where the page is in its GPU's memory. */
static inline u64 simgpu_offset(struct page *page)
{
	return (u64)(page_to_pfn(page) - simgpu_memory_of(page)->first_pfn) << PAGE_SHIFT;
}

static inline struct simgpu_device *simgpu_of(struct drm_pagemap *dpagemap)
{
	return container_of(simgpu_drm(dpagemap), struct simgpu_device, drm);
}

int simgpu_pagemap_init(struct simgpu_device *gpu);
int simgpu_pagemap_module_init(void);
void simgpu_pagemap_module_exit(void);
/* The pagemap with a reference, made if need be. Return: an error pointer; -ENODEV: unplugged. */
struct drm_pagemap *simgpu_pagemap_get(struct simgpu_device *gpu);
/* The same if anybody uses it; else NULL. */
struct drm_pagemap *simgpu_pagemap_if_active(struct simgpu_device *gpu);
unsigned long simgpu_first_pfn(struct drm_pagemap *dpagemap);
/* The callback for a pagemap that nobody holds. */
void simgpu_pagemap_destroy(struct drm_pagemap *dpagemap, bool is_atomic_or_reclaim);

/* ---- allocations (alloc.c), migration (migrate.c), copies (copy.c) ------------------------------------------ */

/**
 * struct simgpu_alloc - one block of device memory and the pages it became
 * @devmem: what drm_pagemap knows of it
 * @gpu: the device
 * @ref: one held by drm_pagemap until devmem_release, one by whoever works on it
 * @block: the memory
 * @first_pfn: its first page
 * @lru: in the device's list, from the end of a migration that filled it
 * @pages: in the device's tree of allocations, by page of device memory
 * @gone: devmem_release was called
 */
struct simgpu_alloc {
	struct drm_pagemap_devmem devmem;
	struct simgpu_device *gpu;
	struct kref ref;
	struct simgpu_block *block;
	unsigned long first_pfn;
	struct list_head lru;
	struct interval_tree_node pages;
	bool gone;
};

/* New memory for @bytes, evicting what was used least recently. Return: an error pointer without. */
struct simgpu_alloc *simgpu_alloc_create(struct drm_pagemap *dpagemap, struct mm_struct *mm,
					 size_t bytes);
void simgpu_alloc_get(struct simgpu_alloc *alloc);
void simgpu_alloc_put(struct simgpu_alloc *alloc);
/* A migration has filled it: eviction may choose it from now on. */
void simgpu_alloc_filled(struct simgpu_alloc *alloc);
/* The device used the page at @offset of its memory: its allocation is the most recently used. */
void simgpu_alloc_touch(struct simgpu_device *gpu, u64 offset);
/* Evict the least recently used allocation. Return: -ENOENT if there is none. */
int simgpu_evict_one(struct simgpu_device *gpu);
/* Evict until @bytes are free, or all if @bytes is ~0. */
int simgpu_evict(struct simgpu_device *gpu, u64 bytes);

int simgpu_populate_mm(struct drm_pagemap *dpagemap, unsigned long start, unsigned long end,
		       struct mm_struct *mm, unsigned long timeslice_ms);
/*
 * Migrate [start, end) to the device, chunk by chunk; what is in the way, in memory of GPUs that are
 * not linked, is fetched to RAM first. The caller holds a reference on mm_users.
 */
int simgpu_migrate(struct simgpu_device *gpu, struct mm_struct *mm, unsigned long start,
		   unsigned long end);

/* NULL: there is nothing to copy. */
struct simgpu_device *simgpu_device_of(struct page **pages, const struct drm_pagemap_addr *addr,
				       unsigned long npages, bool in);
int simgpu_copy_to_devmem(struct page **pages, struct drm_pagemap_addr *addr,
			  unsigned long npages SIMGPU_FENCE_PARAMETER);
int simgpu_copy_to_ram(struct page **pages, struct drm_pagemap_addr *addr,
		       unsigned long npages SIMGPU_FENCE_PARAMETER);

/* ---- address spaces (vm.c), faults (fault.c), commands (command.c) ---------------------------------------------- */

/**
 * struct simgpu_vm - one address space on one GPU
 * @gpu: the device
 * @mm: the address space; a reference on the structure, not on its users
 * @link: in the device's list
 * @dpagemap: the device's pagemap, kept for as long as the address space uses the device
 * @context: its id on the device
 * @commands: commands that run in it; guarded by the device's @vms_lock
 * @root: its top-level page table
 * @lock: guards the page table and every window's @mapped; taken in notifier callbacks
 * @windows: by address; changed by the fault handler alone
 * @pfns: the fault handler's: what hmm found in a chunk
 * @fault_error: -ENOMEM or -EIO when a fault was not resolved for want of something
 */
struct simgpu_vm {
	struct simgpu_device *gpu;
	struct mm_struct *mm;
	struct list_head link;
	struct drm_pagemap *dpagemap;
	u32 context;
	unsigned int commands;
	u64 root;
	struct mutex lock;
	struct rb_root_cached windows;
	unsigned long pfns[SIMGPU_WINDOW_PAGES];
	int fault_error;
};

/**
 * struct simgpu_mapping - a page that is not in the GPU's own memory, mapped for it
 * @addr: the address; 0: there is none
 * @dpagemap: of a linked GPU's page; NULL: a page of RAM
 */
struct simgpu_mapping {
	struct drm_pagemap_addr addr;
	struct drm_pagemap *dpagemap;
};

/**
 * struct simgpu_window - 2 MiB of an address space that the GPU has touched
 * @notifier: tells of every change in it
 * @vm: the address space
 * @span: in @vm's tree
 * @mapped: what the GPU has mapped of others' pages, by page
 */
struct simgpu_window {
	struct mmu_interval_notifier notifier;
	struct simgpu_vm *vm;
	struct interval_tree_node span;
	struct simgpu_mapping mapped[SIMGPU_WINDOW_PAGES];
};

/*
 * The address space's VM on the device for one command, made if need be; simgpu_vm_put() after the command.
 * Those of address spaces that are gone are destroyed on the way. Return: an error pointer without memory.
 */
struct simgpu_vm *simgpu_vm_get(struct simgpu_device *gpu, struct mm_struct *mm);
void simgpu_vm_put(struct simgpu_vm *vm);
struct simgpu_vm *simgpu_vm_by_context(struct simgpu_device *gpu, u32 context);
void simgpu_vm_destroy(struct simgpu_vm *vm);
/* The window around @address, made if need be. The mmap lock must not be held. */
struct simgpu_window *simgpu_window_get(struct simgpu_vm *vm, unsigned long address);

/* Map a page of RAM or of a linked GPU for the device. Under vm->lock. Return: 0 or -EFAULT. */
int simgpu_map_page(struct simgpu_device *gpu, struct simgpu_mapping *mapping, struct page *page);
void simgpu_unmap_page(struct simgpu_device *gpu, struct simgpu_mapping *mapping);

void simgpu_fault_work(struct work_struct *work);

/* Run one command and wait for its end. @result: 32 bytes, or NULL. */
int simgpu_command(struct simgpu_device *gpu, struct mm_struct *mm, struct simgpu_desc *desc,
		   const void *pattern, u8 *result);

#endif /* SIMGPU_H */
