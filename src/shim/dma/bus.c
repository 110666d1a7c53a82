// SPDX-License-Identifier: MIT
/*
 * The bus that device models plug into (psim/hw.h): each gets a register window, an interrupt line and
 * a number, and appears to drivers as a platform device.
 *
 * Not modelled: configuration space, bridges, peer-to-peer traffic, hot reset.
 */
#include <linux/errno.h>
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/platform_device.h>
#include <linux/string.h>
#include <psim/hw.h>
#include "dma/bus.h"
#include "dma/fence_table.h"
#include "dma/iommu.h"
#include "drm/device.h"
#include "host/host.h"
#include "host/race.h"
#include "mm/page.h"
#include "sched/engine.h"
#include "sched/waits.h"

__psim_scratch struct psim_bus_slot psim_bus[PSIM_BUS_DEVICES];
unsigned int psim_bus_used;

static int nr_plugged;

static struct psim_raw lock;
static unsigned int next_slot;
/* Where accesses go that shall be harmless, in a machine without bytes. */
static char *scratch;

/* ---- plugging --------------------------------------------------------------------------------------- */

/* A place; not the one that became free last, so that stale windows stay dead. */
static int slot_take(struct psim_hw *hw)
{
	int i = -ENOSPC;

	psim_raw_lock(&lock);
	for (unsigned int n = 0; n < PSIM_BUS_DEVICES; n++) {
		unsigned int at = (next_slot + n) % PSIM_BUS_DEVICES;

		if (at == psim_bus_used) {
			psim_bus[at] = (struct psim_bus_slot){0};
			__atomic_store_n(&psim_bus_used, at + 1, __ATOMIC_RELEASE);
		}
		if (!psim_bus[at].hw) {
			__atomic_store_n(&psim_bus[at].hw, hw, __ATOMIC_RELEASE);
			psim_bus[at].mapped = 0;
			nr_plugged++;
			next_slot = at + 1;
			i = at;
			break;
		}
	}
	psim_raw_unlock(&lock);
	return i;
}

static void slot_give(int i)
{
	psim_raw_lock(&lock);
	psim_bus[i].pdev = NULL;
	nr_plugged--;
	__atomic_store_n(&psim_bus[i].hw, NULL, __ATOMIC_RELEASE);
	psim_raw_unlock(&lock);
}

static int slot_of(struct psim_hw *hw)
{
	int i = (int)((hw->bus_base - PSIM_WINDOW_BASE) >> PSIM_WINDOW_SHIFT);

	return hw->bus_base >= PSIM_WINDOW_BASE && i < (int)psim_bus_used && psim_bus[i].hw == hw
		       ? i
		       : -ENODEV;
}

/* Tell the kernel: a device has appeared. Drivers may bind before this returns. */
static int announce(struct psim_hw *hw, int slot)
{
	struct resource res[] = {
		DEFINE_RES_MEM_NAMED(hw->bus_base, hw->mmio_bytes, hw->name),
		DEFINE_RES_IRQ(hw->irq),
	};
	struct platform_device *pdev =
		__psim_platform_device_alloc(hw->compatible, slot, "psim_hw_plug");
	int err;

	if (!pdev)
		return -ENOMEM;
	hw->id = pdev->dev.__psim_id;
	psim_bus[slot].pdev = pdev;
	err = dev_set_name(&pdev->dev, "%s", hw->name);
	if (!err)
		err = platform_device_add_resources(pdev, res, ARRAY_SIZE(res));
	if (!err)
		err = platform_device_add(pdev);
	if (err)
		platform_device_put(pdev);
	return err;
}

int psim_hw_plug(struct psim_hw *hw)
{
	int slot, err;

	if (!psim_running())
		return psim_misuse(-ESRCH,
				   "psim_hw_plug: no machine is running: call psim_start() first");
	if (!hw || !hw->name || !hw->compatible || !hw->read || !hw->write)
		return psim_misuse(-EINVAL,
				   "psim_hw_plug: name, compatible, read and write are needed");
	if (!hw->mmio_bytes || hw->mmio_bytes > PSIM_WINDOW_BYTES)
		return psim_misuse(-ENOSPC,
				   "psim_hw_plug: a window of %lu bytes: 1 to %llu are allowed",
				   hw->mmio_bytes, PSIM_WINDOW_BYTES);
	slot = slot_take(hw);
	if (slot < 0)
		return psim_misuse(slot, "psim_hw_plug: the bus is full: %d devices",
				   PSIM_BUS_DEVICES);
	/* A line belongs to its place on the bus, and stays there for the next device. */
	if (!psim_bus[slot].irq) {
		err = psim_irq_alloc();
		if (err < 0) {
			slot_give(slot);
			return psim_misuse(err, "psim_hw_plug: no interrupt line is left");
		}
		psim_bus[slot].irq = err;
	}
	hw->bus_base = PSIM_WINDOW_BASE + ((u64)slot << PSIM_WINDOW_SHIFT);
	hw->irq = psim_bus[slot].irq;
	err = announce(hw, slot);
	if (err)
		slot_give(slot);
	return err;
}

void psim_hw_unplug(struct psim_hw *hw)
{
	int slot = hw ? slot_of(hw) : -ENODEV;

	if (slot < 0) {
		psim_misuse(slot, "psim_hw_unplug: the device is not plugged in");
		return;
	}
	platform_device_unregister(psim_bus[slot].pdev);
	slot_give(slot);
}

bool psim_bus_in_use(void)
{
	bool in_use;

	psim_raw_lock(&lock);
	in_use = nr_plugged;
	psim_raw_unlock(&lock);
	return in_use;
}

/* ---- memory, seen from the device ---------------------------------------------------------------------- */

#ifdef __SANITIZE_THREAD__
#define copy_bytes memcpy /* an access that is watched */
#else
#define copy_bytes psim_host_copy
#endif

#define STRETCH_BYTES 65536

/* Where a byte of a mapping is; NULL in RAM of a machine without bytes. */
static char *bytes_at(const struct psim_mapping *m, u64 offset)
{
	char *page;

	if (m->host)
		return (char *)m->host + offset;
	page = psim_page_bytes((m->phys + offset) >> PAGE_SHIFT);
	return page ? page + ((m->phys + offset) & ~PAGE_MASK) : NULL;
}

/* How many of the @length bytes at @offset lie one behind the other: all of a folio's, as a rule. */
static size_t run_length(const struct psim_mapping *m, u64 offset, size_t length)
{
	char *first = bytes_at(m, offset);

	if (first && bytes_at(m, offset + length - 1) == first + length - 1)
		return length;
	return min_t(size_t, length, PAGE_SIZE - ((m->phys + offset) & ~PAGE_MASK));
}

/* Bytes of RAM that lie one behind the other, not yet copied: one long copy is faster than many short ones. */
struct stretch {
	char *ram;
	char *buffer;
	size_t bytes;
	bool write;
};

static void copy_stretch(struct stretch *s)
{
	if (s->write)
		copy_bytes(s->ram, s->buffer, s->bytes);
	else
		copy_bytes(s->buffer, s->ram, s->bytes);
	s->bytes = 0;
}

/* @ram: NULL where a machine has no bytes. */
static void add_to_stretch(struct stretch *s, char *ram, char *buffer, size_t n)
{
	if (s->bytes && (ram != s->ram + s->bytes || s->bytes >= STRETCH_BYTES))
		copy_stretch(s);
	if (!ram) {
		if (!s->write)
			memset(buffer, 0, n);
		return;
	}
	if (!s->bytes) {
		s->ram = ram;
		s->buffer = buffer;
	}
	s->bytes += n;
}

static int add_mapping(struct stretch *s, struct psim_hw *hw, u64 bus, char *buffer, size_t length)
{
	struct psim_mapping m;
	u64 offset;
	int err = psim_iommu_access(hw->id, bus, length, s->write, &m, &offset);

	/* within one page, as most are */
	if (likely(!err && length <= PAGE_SIZE - ((m.phys + offset) & ~PAGE_MASK))) {
		add_to_stretch(s, bytes_at(&m, offset), buffer, length);
		return 0;
	}
	for (size_t done = 0, n; !err && done < length; done += n) {
		n = run_length(&m, offset + done, min_t(size_t, length - done, STRETCH_BYTES));
		add_to_stretch(s, bytes_at(&m, offset + done), buffer + done, n);
	}
	return err;
}

int psim_hw_dma_blocks(struct psim_hw *hw, unsigned long long bus, void *buffer, size_t length,
		       size_t block, int write)
{
	struct stretch s = {.write = write};
	int err = 0;

	/* after what the driver wrote before it rang; before what it does after it has asked the device */
	psim_edge_in(hw);
	for (size_t done = 0, n; !err && done < length; done += n) {
		n = min(block, length - done);
		err = add_mapping(&s, hw, bus + done, (char *)buffer + done, n);
	}
	if (s.bytes)
		copy_stretch(&s);
	psim_edge_out(hw);
	return err;
}

int psim_hw_dma(struct psim_hw *hw, unsigned long long bus, void *buffer, size_t length, int write)
{
	return psim_hw_dma_blocks(hw, bus, buffer, length, length, write);
}

void *psim_hw_dma_window(struct psim_hw *hw, unsigned long long bus, size_t length, int write)
{
	struct psim_mapping m;
	u64 offset;
	char *at;

	if (psim_iommu_access(hw->id, bus, length, write, &m, &offset))
		return NULL;
	at = bytes_at(&m, offset);
	if (at)
		return at;
	psim_raw_lock(&lock);
	if (!scratch)
		scratch = psim_host_malloc(PAGE_SIZE);
	psim_raw_unlock(&lock);
	return scratch;
}

/* ---- engines and the rest ----------------------------------------------------------------------------------- */

void psim_hw_interrupt(struct psim_hw *hw)
{
	psim_irq_raise(hw->irq);
}

struct psim_task *psim_hw_engine(struct psim_hw *hw, const char *name, int (*body)(void *arg),
				 void *arg)
{
	return (struct psim_task *)psim_task_new(PSIM_TASK_DEVICE, name, NULL, body, arg);
}

void psim_hw_busy(unsigned long long ns)
{
	psim_time_charge(ns);
}

void psim_hw_wait(void)
{
	static const struct psim_waits waits = {.what = "a kick"};

	psim_waits_begin(&waits);
	psim_park();
	psim_waits_end();
}

void psim_hw_kick(struct psim_task *engine)
{
	psim_unpark((struct task_struct *)engine);
}

void psim_hw_report(struct psim_hw *hw, const char *rule, const char *what,
		    unsigned long long value)
{
	psim_report(rule, "%s: %s (%#llx)", hw->name, what, value);
}

int psim_hw_has_bytes(void)
{
	return !psim_config.no_bytes;
}

int psim_hw_copy_fails(void)
{
	return psim_fails(PSIM_FAIL_COPY, "copy engine");
}

void psim_hw_trace(enum psim_hw_event event, unsigned long long a, unsigned long long b,
		   unsigned long long c, unsigned long long d)
{
	static const u8 events[] = {
		[PSIM_HW_COPY] = PSIM_EV_GPU_COPY,
		[PSIM_HW_COPY_END] = PSIM_EV_GPU_COPY_END,
		[PSIM_HW_FAULT] = PSIM_EV_GPU_FAULT,
		[PSIM_HW_FAULT_END] = PSIM_EV_GPU_FAULT_END,
		[PSIM_HW_COMMAND] = PSIM_EV_GPU_COMMAND,
		[PSIM_HW_COMMAND_END] = PSIM_EV_GPU_COMMAND_END,
		[PSIM_HW_INVALIDATE] = PSIM_EV_GPU_INVALIDATE,
	};

	psim_trace(events[event], a, b, c, d);
}

/* ---- a machine's life --------------------------------------------------------------------------------------------- */

static int start(const struct psim_config *config)
{
	psim_dma_fence_start();
	return psim_iommu_start(config);
}

static void leftovers(void)
{
	psim_iommu_leftovers();
	psim_dma_fence_leftovers();
	for (unsigned int i = 0; i < psim_bus_used; i++) {
		if (psim_bus[i].hw)
			psim_report("law 3", "device %s is still plugged in", psim_bus[i].hw->name);
	}
}

static void stop(void)
{
	psim_host_free(scratch);
	scratch = NULL;
	psim_fence_table_free();
	psim_iommu_stop();
}

extern const struct psim_room psim_room_dma;

const struct psim_room psim_room_dma = {
	.name = "dma",
	.start = start,
	.leftovers = leftovers,
	.stop = stop,
};
