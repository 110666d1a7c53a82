// SPDX-License-Identifier: MIT
/*
 * Register windows: ioremap() gives an address where no host memory is, which only readl(), writel() and
 * their kin understand; each access goes to the device's model.
 *
 * Not modelled: posted writes, write combining, windows that hold plain memory.
 */
#include <linux/device.h>
#include <linux/io.h>
#include <linux/ioport.h>
#include <linux/unaligned.h>
#include <psim/hw.h>
#include "dma/bus.h"
#include "host/race.h"
#include "sched/engine.h"
#include "sim/sim.h"

/* The place on the bus that an address belongs to, and the offset in its window; NULL if none. */
static struct psim_bus_slot *find(u64 base, u64 address, u64 *offset)
{
	u64 i = (address - base) >> PSIM_WINDOW_SHIFT;

	if (address < base || i >= __atomic_load_n(&psim_bus_used, __ATOMIC_ACQUIRE))
		return NULL;
	*offset = (address - base) & (PSIM_WINDOW_BYTES - 1);
	return &psim_bus[i];
}

/* The device that answers, or NULL: it was unplugged. Reports what no driver may do. */
static struct psim_hw *target(const volatile void __iomem *addr, unsigned int size,
			      const char *what, u64 *offset)
{
	struct psim_bus_slot *slot = find(PSIM_IOMEM_BASE, (u64)addr, offset);
	struct psim_hw *hw;

	if (!slot)
		psim_fatal("MMIO", "a %s of %u bytes at an address that no ioremap() gave", what,
			   size);
	hw = __atomic_load_n(&slot->hw, __ATOMIC_ACQUIRE);
	if (!hw)
		return NULL;
	if (!__atomic_load_n(&slot->mapped, __ATOMIC_RELAXED))
		psim_report("MMIO", "%s: a %s at offset %#llx after iounmap()", hw->name, what,
			    *offset);
	if (*offset + size > hw->mmio_bytes || *offset % size) {
		psim_report("MMIO", "%s: a %s of %u bytes at offset %#llx: %s", hw->name, what,
			    size, *offset,
			    *offset % size ? "not aligned" : "beyond the end of the window");
		return NULL;
	}
	return hw;
}

u64 __psim_mmio_read(const volatile void __iomem *addr, unsigned int size)
{
	struct psim_hw *hw;
	u64 offset;

	psim_point(PSIM_POINT_ACCESS);
	hw = target(addr, size, "read", &offset);
	psim_edge_in(hw);
	return hw ? hw->read(hw->device, offset, size) : ~0ull;
}

void __psim_mmio_write(volatile void __iomem *addr, unsigned int size, u64 value)
{
	struct psim_hw *hw;
	u64 offset;

	psim_point(PSIM_POINT_ACCESS);
	hw = target(addr, size, "write", &offset);
	psim_edge_out(hw);
	if (hw)
		hw->write(hw->device, offset, size, value);
}

/* The widest piece that is aligned in the window. */
static unsigned int piece(const volatile void __iomem *at, size_t left)
{
	unsigned int n = 8;

	while (n > left || (unsigned long)at % n)
		n /= 2;
	return n;
}

void memcpy_fromio(void *to, const volatile void __iomem *from, size_t count)
{
	while (count) {
		unsigned int n = piece(from, count);
		u64 value = __psim_mmio_read(from, n);

		__builtin_memcpy(to, &value, n);
		to += n;
		from += n;
		count -= n;
	}
}

void memcpy_toio(volatile void __iomem *to, const void *from, size_t count)
{
	while (count) {
		unsigned int n = piece(to, count);
		u64 value = 0;

		__builtin_memcpy(&value, from, n);
		__psim_mmio_write(to, n, value);
		to += n;
		from += n;
		count -= n;
	}
}

void memset_io(volatile void __iomem *addr, int value, size_t count)
{
	while (count) {
		unsigned int n = piece(addr, count);

		__psim_mmio_write(addr, n, (u8)value * 0x0101010101010101ull);
		addr += n;
		count -= n;
	}
}

/* ---- windows -------------------------------------------------------------------------------------------- */

void __iomem *__psim_ioremap(phys_addr_t phys, size_t size, const char *site)
{
	struct psim_bus_slot *slot;
	struct psim_hw *hw;
	u64 offset;

	might_sleep();
	slot = find(PSIM_WINDOW_BASE, phys, &offset);
	hw = slot ? __atomic_load_n(&slot->hw, __ATOMIC_ACQUIRE) : NULL;
	if (!hw || !size || offset + size > hw->mmio_bytes)
		return NULL;
	__atomic_add_fetch(&slot->mapped, 1, __ATOMIC_RELAXED);
	return (void __iomem *)(PSIM_IOMEM_BASE + (phys - PSIM_WINDOW_BASE));
}

void iounmap(volatile void __iomem *addr)
{
	struct psim_bus_slot *slot;
	u64 offset;

	if (!addr)
		return;
	might_sleep();
	slot = find(PSIM_IOMEM_BASE, (u64)addr, &offset);
	if (slot && __atomic_load_n(&slot->mapped, __ATOMIC_RELAXED) > 0)
		__atomic_sub_fetch(&slot->mapped, 1, __ATOMIC_RELAXED);
	else
		psim_report("MMIO", "iounmap() of what no ioremap() gave, or more often than that");
}

static void release_window(struct device *dev, void *res)
{
	iounmap(*(void __iomem **)res);
}

static int match_window(struct device *dev, void *res, void *addr)
{
	return *(void __iomem **)res == addr;
}

void __iomem *devm_ioremap(struct device *dev, resource_size_t offset, resource_size_t size)
{
	void __iomem **window = devres_alloc(release_window, sizeof(*window), GFP_KERNEL);

	if (!window)
		return NULL;
	*window = ioremap(offset, size);
	if (!*window) {
		devres_free(window);
		return NULL;
	}
	devres_add(dev, window);
	return *window;
}

void devm_iounmap(struct device *dev, void __iomem *addr)
{
	WARN_ON(devres_release(dev, release_window, match_window, (void *)addr));
}

/* The kernel also owns the region meanwhile; windows are nobody else's here. */
void __iomem *devm_ioremap_resource(struct device *dev, const struct resource *res)
{
	void __iomem *window;

	if (!res || resource_type(res) != IORESOURCE_MEM) {
		dev_err(dev, "no such memory resource\n");
		return IOMEM_ERR_PTR(-EINVAL);
	}
	window = devm_ioremap(dev, res->start, resource_size(res));
	if (!window) {
		dev_err(dev, "ioremap failed for resource %pR\n", res);
		return IOMEM_ERR_PTR(-ENOMEM);
	}
	return window;
}
