// SPDX-License-Identifier: MIT
/*
 * Lesson 10: a driver for a device that doubles numbers in a process's memory. `psim new driver doubler`
 * made the start; here it doubles where the number is instead of in a copy. Kernel code.
 */
#include <linux/completion.h>
#include <linux/dma-mapping.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/platform_device.h>

#define DOORBELL 0

struct doubler {
	struct device *dev;
	void __iomem *regs;
	struct completion done;
};

static struct doubler *the_device;

int doubler_double(unsigned long address);

/* Double the number at @address of the calling process. Return: 0, -EFAULT: no such memory, -EIO. */
int doubler_double(unsigned long address)
{
	struct doubler *device = the_device;
	struct page *page;
	dma_addr_t bus;
	int err = -EIO;

	if (pin_user_pages_fast(address, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	bus = dma_map_page(device->dev, page, offset_in_page(address), 8, DMA_BIDIRECTIONAL);
	if (!dma_mapping_error(device->dev, bus)) {
		reinit_completion(&device->done);
		writeq(bus, device->regs + DOORBELL);
		wait_for_completion(&device->done);
		dma_unmap_page(device->dev, bus, 8, DMA_BIDIRECTIONAL);
		err = 0;
	}
	unpin_user_pages_dirty_lock(&page, 1, !err);
	return err;
}

static irqreturn_t interrupt(int irq, void *device)
{
	complete(&((struct doubler *)device)->done);
	return IRQ_HANDLED;
}

static int probe(struct platform_device *pdev)
{
	struct doubler *device = devm_kzalloc(&pdev->dev, sizeof(*device), GFP_KERNEL);

	if (!device)
		return -ENOMEM;
	the_device = device;
	device->dev = &pdev->dev;
	init_completion(&device->done);
	device->regs = devm_platform_ioremap_resource(pdev, 0);
	return PTR_ERR_OR_ZERO(device->regs) ?:
	       dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(64)) ?:
	       devm_request_irq(&pdev->dev, platform_get_irq(pdev, 0), interrupt, 0, "doubler", device);
}

static struct platform_driver driver = {.probe = probe, .driver = {.name = "doubler"}};
module_platform_driver(driver);
MODULE_LICENSE("Dual MIT/GPL");
