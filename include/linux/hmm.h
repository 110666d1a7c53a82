/* SPDX-License-Identifier: MIT */
/*
 * hmm_range_fault(): what an address range maps, for a device's page table.
 *
 * Modelled for slots of 4 KiB and leaves of 2 MiB.
 */
#ifndef _LINUX_HMM_H
#define _LINUX_HMM_H

#include <linux/completion.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mm.h>

struct mmu_interval_notifier;

/**
 * enum hmm_pfn_flags - bits of an entry of hmm_range.hmm_pfns (S7.1); the page frame is below them
 * @HMM_PFN_VALID: out: there is a page, it may be read
 * @HMM_PFN_WRITE: out: it may be written
 * @HMM_PFN_ERROR: out: not accessible
 * @HMM_PFN_DMA_MAPPED: the user's; kept from input to output, as the two below
 * @HMM_PFN_P2PDMA: the user's
 * @HMM_PFN_P2PDMA_BUS: the user's
 * @HMM_PFN_ORDER_SHIFT: where the order of the mapping stands, 5 bits
 * @HMM_PFN_REQ_FAULT: in: must be readable
 * @HMM_PFN_REQ_WRITE: in, with REQ_FAULT: must be writable
 * @HMM_PFN_INOUT_FLAGS: the bits that are kept
 * @HMM_PFN_FLAGS: everything but the page frame
 */
enum hmm_pfn_flags {
	HMM_PFN_VALID = 1ul << 63,
	HMM_PFN_WRITE = 1ul << 62,
	HMM_PFN_ERROR = 1ul << 61,
	HMM_PFN_DMA_MAPPED = 1ul << 60,
	HMM_PFN_P2PDMA = 1ul << 59,
	HMM_PFN_P2PDMA_BUS = 1ul << 58,
	HMM_PFN_ORDER_SHIFT = 53,
	HMM_PFN_REQ_FAULT = HMM_PFN_VALID,
	HMM_PFN_REQ_WRITE = HMM_PFN_WRITE,
	HMM_PFN_INOUT_FLAGS = HMM_PFN_DMA_MAPPED | HMM_PFN_P2PDMA | HMM_PFN_P2PDMA_BUS,
	HMM_PFN_FLAGS = ~((1ul << HMM_PFN_ORDER_SHIFT) - 1),
};

/* The page of an entry with HMM_PFN_VALID. */
static inline struct page *hmm_pfn_to_page(unsigned long hmm_pfn)
{
	return pfn_to_page(hmm_pfn & ~HMM_PFN_FLAGS);
}

/* Its physical address. */
static inline phys_addr_t hmm_pfn_to_phys(unsigned long hmm_pfn)
{
	return (phys_addr_t)(hmm_pfn & ~HMM_PFN_FLAGS) << PAGE_SHIFT;
}

/* The order of the CPU's mapping that the entry was found in. */
static inline unsigned int hmm_pfn_to_map_order(unsigned long hmm_pfn)
{
	return (hmm_pfn >> HMM_PFN_ORDER_SHIFT) & 0x1f;
}

/**
 * struct hmm_range - one question
 * @notifier: a subscription that covers the range
 * @notifier_seq: of mmu_interval_read_begin()
 * @start: first byte, page-aligned
 * @end: first byte after the range
 * @hmm_pfns: one entry a page: requests in, pages out
 * @default_flags: requests for every page
 * @pfn_flags_mask: which bits of the entries count as requests
 * @dev_private_owner: owner of the device-private pages that need no fault, or NULL
 */
struct hmm_range {
	struct mmu_interval_notifier *notifier;
	unsigned long notifier_seq;
	unsigned long start;
	unsigned long end;
	unsigned long *hmm_pfns;
	unsigned long default_flags;
	unsigned long pfn_flags_mask;
	void *dev_private_owner;
};

/* How long a driver tries again on -EBUSY, in milliseconds. */
#define HMM_RANGE_DEFAULT_TIMEOUT 1000

/**
 * hmm_range_fault() - snapshot a range, bringing in what is asked for
 *
 * No reference is taken on the pages: the result is good as long as mmu_interval_read_retry() says so,
 * asked under the lock that the invalidate callback takes.
 *
 * Context: mmap lock held; may sleep.
 * Return: 0; -EINVAL for an empty range; -EBUSY: an invalidation came in between; -EPERM: writing was
 * asked for where the VMA forbids it; -EFAULT: a page that was asked for cannot be had.
 */
int hmm_range_fault(struct hmm_range *range);

/**
 * hmm_range_fault_unlocked_timeout() - the same with read_begin, mmap lock and retries (S7.37)
 * @timeout: jiffies until it gives up with -EBUSY; 0: never
 *
 * Context: mmap lock not held; may sleep. Return: as hmm_range_fault(); -EINTR for a fatal signal.
 */
int hmm_range_fault_unlocked_timeout(struct hmm_range *range, unsigned long timeout);

#endif /* _LINUX_HMM_H */
