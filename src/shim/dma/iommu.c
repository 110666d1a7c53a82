// SPDX-License-Identifier: MIT
/*
 * The IOMMU's table: bus addresses are given out, found and taken back in constant time.
 *
 * A range of 2^k slots comes from the list of its size when enough of those rest there, so that a stale
 * address stays dead for a while; else from the end of what was ever used. The slots lie in an arena
 * that outlives the machine and is cleared only as far as it was used.
 *
 * Not modelled: the IOMMU's own TLB, page sizes, faults that a device could handle.
 */
#include <linux/align.h>
#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <asm/page.h>
#include "dma/iommu.h"
#include "drm/device.h"
#include "host/host.h"
#include "mm/page.h"
#include "sched/engine.h"

/* Devices that can emit 48 bits get addresses that no RAM has; the others, low ones. Never 0. */
#define HIGH_BASE (1ull << 47)
#define LOW_BASE  (1ull << 20)
#define WIDE_MASK ((1ull << 48) - 1)

#define ORDERS 21
/* Slots that rest before the first of them is used again. */
#define RESTING	  512
#define MIN_SLOTS (1ul << 20)
#define MAX_SLOTS (1ul << 28)

/*
 * @m.kind FREE: not the first slot of a mapping; @first then says which is, 0: none. @bus: the address of the
 * mapping that begins here, or 0. A cache line each.
 */
struct slot {
	struct psim_mapping m;
	u64 bus;
	u32 first;
	u32 next;
	u8 order;
	bool high;
} __attribute__((__aligned__(64)));

static struct slot *slots;
static u32 capacity;
static u32 used = 1; /* slot 0 is never given out */
static struct psim_raw lock;

static struct {
	u32 head, tail;
	u32 count;
} resting[ORDERS];

static u64 bus_of(u32 i)
{
	return (slots[i].high ? HIGH_BASE : LOW_BASE) + ((u64)i << PAGE_SHIFT) +
	       (slots[i].m.phys & ~PAGE_MASK);
}

/* The slot of a bus address, 0 if it has none. */
static u32 slot_of(u64 bus)
{
	bool high = bus >= HIGH_BASE;
	u64 i = (bus - (high ? HIGH_BASE : LOW_BASE)) >> PAGE_SHIFT;

	return bus >= LOW_BASE && i && i < used && slots[i].high == high ? i : 0;
}

/* The slot of the mapping that begins at this very address, or 0. */
static inline u32 slot_beginning(u64 bus)
{
	u32 i = bus >> PAGE_SHIFT;

	BUILD_BUG_ON(HIGH_BASE >> PAGE_SHIFT << 32);
	if (bus < HIGH_BASE)
		i -= LOW_BASE >> PAGE_SHIFT;
	return i && i < used && slots[i].bus == bus ? i : 0;
}

/* ---- ranges: under the lock ---------------------------------------------------------------------------- */

/* Whether a device that can emit the addresses of @mask reaches all @n slots from @i on. */
static bool fits(u32 i, u32 n, u64 mask)
{
	return mask >= WIDE_MASK || LOW_BASE + ((u64)(i + n) << PAGE_SHIFT) - 1 <= mask;
}

/* The one that rested longest of those within the mask: the first, but for a device that reaches little. */
static u32 range_reuse(unsigned int order, u64 mask)
{
	u32 before = 0, i = resting[order].head;

	for (; i && !fits(i, 1u << order, mask); i = slots[i].next)
		before = i;
	if (!i)
		return 0;
	if (before)
		slots[before].next = slots[i].next;
	else
		resting[order].head = slots[i].next;
	if (resting[order].tail == i)
		resting[order].tail = before;
	resting[order].count--;
	return i;
}

static u32 range_take(unsigned int order, u64 mask)
{
	u32 n = 1u << order, i = 0;

	if (resting[order].count > (RESTING >> min(order, 9u)))
		i = range_reuse(order, mask);
	if (!i && used + n <= capacity && fits(used, n, mask))
		used = (i = used) + n;
	return i ?: range_reuse(order, mask);
}

static void range_give(u32 i)
{
	unsigned int order = slots[i].order;

	slots[i].next = 0;
	if (resting[order].count++)
		slots[resting[order].tail].next = i;
	else
		resting[order].head = i;
	resting[order].tail = i;
}

static void set_first(u32 i, u32 n, u32 first)
{
	for (u32 k = 0; k < n; k++)
		slots[i + k].first = first;
}

/* Kinds behind which there is memory that a device can reach. */
static inline bool is_memory(unsigned int kind)
{
	const unsigned int kinds = BIT(PSIM_IOVA_PAGE) | BIT(PSIM_IOVA_SINGLE) |
				   BIT(PSIM_IOVA_COHERENT) | BIT(PSIM_IOVA_LINKED);

	return kinds >> kind & 1;
}

/* ---- mappings ------------------------------------------------------------------------------------------------ */

static u32 span(const struct psim_mapping *m)
{
	return ((m->phys & ~PAGE_MASK) + m->size + PAGE_SIZE - 1) >> PAGE_SHIFT;
}

/* The slots of a mapping behind its first, @n of them. */
static void fill_rest(u32 first, u32 n, bool high)
{
	for (u32 k = 0; k < n; k++) {
		slots[first + 1 + k].high = high;
		slots[first + 1 + k].first = first;
	}
}

/* A single slot, as range_take(0, mask): most mappings are of a page. */
static inline u32 single_take(u64 mask)
{
	u32 i = resting[0].head;

	if (unlikely(resting[0].count <= RESTING || mask < WIDE_MASK))
		return range_take(0, mask);
	resting[0].head = slots[i].next;
	resting[0].count--;
	return i;
}

u64 psim_iommu_map(const struct psim_mapping *m, u64 mask)
{
	u64 bus = PSIM_IOVA_NONE;
	unsigned int order = 0;
	u32 i, n;

	if (!m->size || m->size > 1ull << (ORDERS - 2 + PAGE_SHIFT))
		return bus;
	n = span(m);
	if (n > 1)
		order = order_base_2(n);
	psim_raw_lock(&lock);
	i = order ? range_take(order, mask) : single_take(mask);
	if (likely(i)) {
		struct slot *slot = &slots[i];

		slot->m = *m;
		slot->order = order;
		slot->high = mask >= WIDE_MASK;
		slot->first = i;
		if (n > 1)
			fill_rest(i, n - 1, mask >= WIDE_MASK);
		slot->bus = bus = bus_of(i);
	}
	psim_raw_unlock(&lock);
	return bus;
}

bool psim_iommu_find(u64 bus, struct psim_mapping *m, u64 *start)
{
	bool found = false;
	u32 i, first;

	psim_raw_lock(&lock);
	i = slot_of(bus);
	first = i ? slots[i].first : 0;
	if (first && slots[first].m.kind != PSIM_IOVA_FREE) {
		*m = slots[first].m;
		*start = bus_of(first);
		found = bus >= *start && bus - *start < m->size;
	} else {
		*m = (struct psim_mapping){.site = i ? slots[i].m.site : NULL};
	}
	psim_raw_unlock(&lock);
	return found;
}

int psim_iommu_access(u32 device, u64 bus, u64 length, bool write, struct psim_mapping *m,
		      u64 *offset)
{
	const unsigned int dir = write ? DMA_FROM_DEVICE : DMA_TO_DEVICE;
	bool reached = false;
	u32 i;

	/* from the beginning of a mapping on, as most are */
	psim_raw_lock(&lock);
	i = slot_beginning(bus);
	if (likely(i)) {
		*m = slots[i].m;
		reached = is_memory(m->kind) && m->device == device && length <= m->size &&
			  (m->dir == dir || m->dir == DMA_BIDIRECTIONAL);
	}
	psim_raw_unlock(&lock);
	if (unlikely(!reached || !(m->host || psim_iommu_references(m->phys >> PAGE_SHIFT))))
		return psim_iommu_access_within(device, bus, length, write, m, offset);
	*offset = 0;
	return 0;
}

static inline void forget_one(struct slot *slot, const char *site)
{
	slot->first = 0;
	slot->bus = 0;
	slot->m = (struct psim_mapping){.site = site};
}

static void forget(u32 first, u32 n, const char *site)
{
	for (u32 k = 0; k < n; k++)
		forget_one(&slots[first + k], site);
}

static inline bool is_as(const struct psim_mapping *m, const struct psim_mapping *as)
{
	return m->device == as->device && m->kind == as->kind && m->dir == as->dir &&
	       m->size == as->size;
}

bool psim_iommu_unmap(u64 bus, const struct psim_mapping *as, const char *site)
{
	bool there;
	u32 i;

	psim_raw_lock(&lock);
	i = slot_beginning(bus);
	there = i && (!as || is_as(&slots[i].m, as));
	if (likely(there)) {
		if (slots[i].order)
			forget(i + 1, span(&slots[i].m) - 1, site);
		forget_one(&slots[i], site);
		range_give(i);
	}
	psim_raw_unlock(&lock);
	return there;
}

/* ---- reserved ranges ------------------------------------------------------------------------------------------ */

/*
 * The first slot stands for the range, and is a guard that nothing is linked at; the pieces lie in the
 * slots behind it, whose @first is the range's until something is linked there.
 */
int psim_iommu_link(u64 range, u64 offset, const struct psim_mapping *piece)
{
	u32 i, at, n = span(piece);
	int err = 0;

	psim_raw_lock(&lock);
	i = slot_of(range);
	at = i + 1 + (offset >> PAGE_SHIFT);
	if (!i || slots[i].m.kind != PSIM_IOVA_RESERVED || slots[i].m.device != piece->device ||
	    !n || ((offset | piece->phys) & ~PAGE_MASK) ||
	    offset + piece->size > slots[i].m.size - PAGE_SIZE)
		err = -EINVAL;
	for (u32 k = 0; !err && k < n; k++)
		err = slots[at + k].first == i ? 0 : -EEXIST;
	if (!err) {
		slots[at].m = *piece;
		slots[at].bus = bus_of(at);
		set_first(at, n, at);
	}
	psim_raw_unlock(&lock);
	return err;
}

bool psim_iommu_unlink_all(u64 range, u64 *linked, const char *site)
{
	bool there;
	u32 i, n;

	*linked = 0;
	psim_raw_lock(&lock);
	i = slot_of(range);
	there = i && slots[i].m.kind == PSIM_IOVA_RESERVED;
	if (there) {
		n = span(&slots[i].m);
		for (u32 k = 1; k < n; k++)
			*linked +=
				slots[i + k].m.kind == PSIM_IOVA_LINKED ? slots[i + k].m.size : 0;
		forget(i, n, site);
		range_give(i);
	}
	psim_raw_unlock(&lock);
	return there;
}

/* ---- a machine's life ------------------------------------------------------------------------------------------- */

int psim_iommu_start(const struct psim_config *config)
{
	u64 wanted = clamp_t(u64, config->ram_bytes >> PAGE_SHIFT << 2, MIN_SLOTS, MAX_SLOTS);

	slots = psim_host_arena(PSIM_ARENA_IOMMU, wanted * sizeof(*slots));
	capacity = wanted;
	return slots ? 0 : -ENOMEM;
}

void psim_iommu_leftovers(void)
{
	for (u32 i = 1; i < used; i++) {
		const struct psim_mapping *m = &slots[i].m;

		if (m->kind == PSIM_IOVA_FREE || m->kind == PSIM_IOVA_LINKED)
			continue;
		psim_report("law 3", "DMA mapping %#llx of %s, %llu bytes, made by %s(), is left",
			    bus_of(i), psim_device_name(m->device), m->size, m->site);
	}
}

void psim_iommu_stop(void)
{
	if (slots)
		psim_host_clear(slots, used * sizeof(*slots));
	slots = NULL;
	used = 1;
}
