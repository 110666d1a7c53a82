// SPDX-License-Identifier: MIT
/*
 * GPU faults: bring the memory around the address to the device if it will come, else map it where it
 * is, and let the device go on.
 *
 * One fault at a time, on the device's own ordered work queue.
 */
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/hmm.h>
#include <linux/mm.h>
#include <linux/mmap_lock.h>
#include <linux/sched/mm.h>
#include <linux/string.h>
#include <drm/drm_drv.h>

#include "simgpu.h"

/* How often one fault is looked at again because something changed meanwhile. */
#define MAX_TRIES 64
/* A page that was brought here so often and was taken away each time before the device could use it. */
#define MAX_TAKEN 2

/**
 * struct fault - one fault being handled
 * @vm: the address space
 * @window: the window around @page
 * @page: page-aligned address
 * @start: of the chunk around it
 * @end: one past the chunk
 * @write: the device wants to write
 * @stay: map the page where it is: whoever else wants it would only take it away again
 */
struct fault {
	struct simgpu_vm *vm;
	struct simgpu_window *window;
	unsigned long page;
	unsigned long start;
	unsigned long end;
	bool write;
	bool stay;
};

static bool is_ours(struct simgpu_device *gpu, struct page *page)
{
	return is_device_private_page(page) && simgpu_memory_of(page)->gpu == gpu;
}

static bool is_a_peers(struct simgpu_device *gpu, struct page *page)
{
	return is_device_private_page(page) && simgpu_memory_of(page)->gpu != gpu;
}

/* Whatever is not in our memory: a page of RAM, or of a linked GPU. */
static int map_far(struct fault *fault, unsigned long address, struct page *page, u64 *pte)
{
	struct simgpu_device *gpu = fault->vm->gpu;
	struct simgpu_mapping *mapping =
		&fault->window->mapped[(address - fault->window->span.start) >> PAGE_SHIFT];
	int err = mapping->addr.addr ? 0 : simgpu_map_page(gpu, mapping, page);

	if (!err)
		*pte |= mapping->addr.addr |
			(mapping->dpagemap ? SIMGPU_PTE_PEER : SIMGPU_PTE_SYSTEM);
	return err;
}

/* Map one page that hmm found. Under vm->lock. */
static int map_one(struct fault *fault, unsigned long address, unsigned long pfn)
{
	struct simgpu_device *gpu = fault->vm->gpu;
	struct page *page = hmm_pfn_to_page(pfn);
	u64 pte = SIMGPU_PTE_VALID | (pfn & HMM_PFN_WRITE ? SIMGPU_PTE_WRITE : 0);

	if (is_ours(gpu, page)) {
		u64 offset = simgpu_offset(page);

		if (address == fault->page)
			simgpu_alloc_touch(gpu, offset);
		pte |= offset;
	} else {
		int err = map_far(fault, address, page, &pte);

		if (err)
			return err;
	}
	return simgpu_pt_set(gpu, fault->vm->root, address, pte);
}

/* The page itself, and what else of its chunk is on the device already. Under vm->lock. */
static int map_found(struct fault *fault, bool device_only)
{
	struct simgpu_vm *vm = fault->vm;
	unsigned long pfn = vm->pfns[(fault->page - fault->start) >> PAGE_SHIFT];
	int err;

	if (!(pfn & HMM_PFN_VALID) || (fault->write && !(pfn & HMM_PFN_WRITE)))
		return -ENOENT;
	if (device_only && !is_ours(vm->gpu, hmm_pfn_to_page(pfn)) &&
	    !(vm->gpu->peer_access && is_a_peers(vm->gpu, hmm_pfn_to_page(pfn))))
		return -ENOENT;
	err = map_one(fault, fault->page, pfn);
	for (unsigned long at = fault->start; !err && at < fault->end; at += PAGE_SIZE) {
		pfn = vm->pfns[(at - fault->start) >> PAGE_SHIFT];
		if (at != fault->page && (pfn & HMM_PFN_VALID) &&
		    is_ours(vm->gpu, hmm_pfn_to_page(pfn)))
			err = map_one(fault, at, pfn);
	}
	return err;
}

/*
 * Look at the chunk, and map what is there.
 * @request: what to ask of hmm for the page itself; 0: a snapshot. For that page alone: a request for a
 *	longer range faults every page behind the first that needs it, and so takes back what is on
 *	the device already (S7.31).
 * @owner: whose device pages count as present when asking
 * @device_only: map the page only if it is in our memory, or in a linked GPU's that is used from afar
 *
 * Return: 0 mapped; -ENOENT not there, not writable although asked, or not where it was wanted; -EBUSY it
 * changed meanwhile; hmm's other errors.
 */
static int map_chunk(struct fault *fault, unsigned long request, void *owner, bool device_only)
{
	struct simgpu_vm *vm = fault->vm;
	struct hmm_range range = {
		.notifier = &fault->window->notifier,
		.start = fault->page,
		.end = fault->page + PAGE_SIZE,
		.hmm_pfns = vm->pfns,
		.default_flags = request,
		.dev_private_owner = owner,
	};
	int err = 0;

	range.notifier_seq = mmu_interval_read_begin(range.notifier);
	mmap_read_lock(vm->mm);
	vm->pfns[0] = 0;
	if (request)
		err = hmm_range_fault(&range);
	if (!err) {
		range.start = fault->start;
		range.end = fault->end;
		range.default_flags = 0;
		range.dev_private_owner = vm->gpu->peer.owner;
		memset(vm->pfns, 0, sizeof(vm->pfns));
		err = hmm_range_fault(&range);
	}
	mmap_read_unlock(vm->mm);
	if (err)
		return err;
	mutex_lock(&vm->lock);
	if (mmu_interval_read_retry(range.notifier, range.notifier_seq))
		err = -EBUSY;
	else
		err = map_found(fault, device_only);
	mutex_unlock(&vm->lock);
	return err;
}

static int handle(struct fault *fault)
{
	struct simgpu_device *gpu = fault->vm->gpu;
	unsigned long request = HMM_PFN_REQ_FAULT | (fault->write ? HMM_PFN_REQ_WRITE : 0);
	int err = -EBUSY;

	for (int try = 0; try < MAX_TRIES && err == -EBUSY; try++) {
		err = map_chunk(fault, 0, gpu->peer.owner, !fault->stay);
		if (err != -ENOENT)
			continue;
		/* Best effort: what cannot come is mapped where it is. */
		if (!fault->stay)
			simgpu_migrate(gpu, fault->vm->mm, fault->start, fault->end);
		err = map_chunk(fault, request, gpu->peer.owner, false);
		if (err != -ENOENT)
			continue;
		/*
		 * Ours, but of the read kind (after a fork): only the CPU's fault path can make it
		 * writable, so take it back first by asking as if it were a stranger's, and leave it
		 * there until it is.
		 */
		fault->stay = true;
		err = map_chunk(fault, request, NULL, false);
		if (err == -ENOENT)
			err = -EBUSY;
	}
	return err;
}

/*
 * The device has one fault at a time, so the same one again and again means that it got no further. When
 * two devices, or a device and a CPU, take a page from each other, the page has to stay somewhere for both
 * to use: in RAM, or with one of them if they are linked.
 */
static bool is_being_taken(struct simgpu_device *gpu, u64 page, u64 info)
{
	bool again = gpu->last_fault == page && gpu->last_info == info;

	gpu->taken = again ? gpu->taken + 1 : 0;
	gpu->last_fault = page;
	gpu->last_info = info;
	return gpu->taken >= MAX_TAKEN;
}

static int resolve(struct simgpu_device *gpu, u64 address, u64 info)
{
	struct fault fault = {
		.vm = simgpu_vm_by_context(gpu, info >> 1),
		.page = ALIGN_DOWN(address, PAGE_SIZE),
		.write = info & 1,
	};
	int err;

	fault.stay = is_being_taken(gpu, fault.page, info);
	fault.start = ALIGN_DOWN(fault.page, gpu->chunk_bytes);
	fault.end = fault.start + gpu->chunk_bytes;
	if (!fault.vm)
		return -EINVAL;
	if (!mmget_not_zero(fault.vm->mm))
		return -EFAULT;
	fault.window = simgpu_window_get(fault.vm, fault.page);
	err = IS_ERR(fault.window) ? PTR_ERR(fault.window) : handle(&fault);
	mmput(fault.vm->mm);
	if (err == -ENOMEM || err == -EIO)
		WRITE_ONCE(fault.vm->fault_error, err);
	return err;
}

void simgpu_fault_work(struct work_struct *work)
{
	struct simgpu_device *gpu = container_of(work, struct simgpu_device, fault_work);
	u64 address = simgpu_read(gpu, SIMGPU_FAULT_ADDRESS);
	u64 info = simgpu_read(gpu, SIMGPU_FAULT_INFO);
	int err;

	atomic_long_inc(&gpu->nr_faults);
	err = resolve(gpu, address, info);
	/* Busy is no answer: it comes back if it is not settled then. */
	simgpu_write(gpu, SIMGPU_FAULT_RESUME, err && err != -EBUSY ? SIMGPU_CANCEL : SIMGPU_RETRY);
}
