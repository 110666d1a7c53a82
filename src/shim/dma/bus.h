/* SPDX-License-Identifier: MIT */
/* The bus's table of devices that are plugged in, and the windows of their registers. */
#ifndef PSIM_DMA_BUS_H
#define PSIM_DMA_BUS_H

#include <linux/types.h>

struct platform_device;
struct psim_hw;

#define PSIM_BUS_DEVICES 60

/* Register windows lie above all RAM and device memory, one stride each. */
#define PSIM_WINDOW_BASE  (1ull << 46)
#define PSIM_WINDOW_SHIFT 36
#define PSIM_WINDOW_BYTES (1ull << PSIM_WINDOW_SHIFT)
/* The addresses that ioremap() gives: no host memory is ever there. */
#define PSIM_IOMEM_BASE 0xffff900000000000ull

/**
 * struct psim_bus_slot - one place on the bus
 * @hw: the device plugged in, or NULL
 * @pdev: how the kernel sees it
 * @mapped: ioremap()s not yet undone
 * @irq: the place's interrupt line, 0 before its first device
 */
struct psim_bus_slot {
	struct psim_hw *hw;
	struct platform_device *pdev;
	int mapped;
	unsigned int irq;
};

/* As many as psim_bus_used have been somebody's, one after the other. */
extern struct psim_bus_slot psim_bus[PSIM_BUS_DEVICES];
extern unsigned int psim_bus_used;

#endif /* PSIM_DMA_BUS_H */
