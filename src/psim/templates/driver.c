// SPDX-License-Identifier: MIT
/*
 * @NAME@: a driver for a device that doubles numbers. It writes the bus address of a number to the
 * device's doorbell; the device reads the number there, writes back twice as much, and interrupts.
 *
 * Kernel code: it includes the kernel's headers alone, and compiles in a kernel tree as it is.
 */
#include <linux/completion.h>
#include <linux/device.h>
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

#define @UPPER@_DOORBELL 0

struct @NAME@ {
	struct device *dev;
	void __iomem *regs;
	struct completion done;
};

/* The device that is bound; a driver for several keeps a list. */
static struct @NAME@ *the_device;

static irqreturn_t @NAME@_interrupt(int irq, void *arg)
{
	struct @NAME@ *device = arg;

	complete(&device->done);
	return IRQ_HANDLED;
}

int @NAME@_double(unsigned long long *number);

/* Double a number. Return: 0, -ENODEV without a device, -ENOMEM, -EIO if it cannot be mapped. */
int @NAME@_double(unsigned long long *number)
{
	struct @NAME@ *device = the_device;
	u64 *buffer;
	dma_addr_t bus;
	int err = 0;

	if (!device)
		return -ENODEV;
	buffer = kmalloc(sizeof(*buffer), GFP_KERNEL);
	if (!buffer)
		return -ENOMEM;
	*buffer = *number;
	bus = dma_map_single(device->dev, buffer, sizeof(*buffer), DMA_BIDIRECTIONAL);
	if (dma_mapping_error(device->dev, bus)) {
		err = -EIO;
	} else {
		reinit_completion(&device->done);
		writeq(bus, device->regs + @UPPER@_DOORBELL);
		wait_for_completion(&device->done);
		dma_unmap_single(device->dev, bus, sizeof(*buffer), DMA_BIDIRECTIONAL);
		*number = *buffer;
	}
	kfree(buffer);
	return err;
}

static int @NAME@_probe(struct platform_device *pdev)
{
	struct @NAME@ *device = devm_kzalloc(&pdev->dev, sizeof(*device), GFP_KERNEL);
	int irq, err;

	if (!device)
		return -ENOMEM;
	device->dev = &pdev->dev;
	init_completion(&device->done);
	device->regs = devm_platform_ioremap_resource(pdev, 0);
	if (IS_ERR(device->regs))
		return PTR_ERR(device->regs);
	irq = platform_get_irq(pdev, 0);
	if (irq < 0)
		return irq;
	err = devm_request_irq(&pdev->dev, irq, @NAME@_interrupt, 0, "@NAME@", device);
	if (err)
		return err;
	err = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(64));
	if (err)
		return err;
	the_device = device;
	return 0;
}

static void @NAME@_remove(struct platform_device *pdev)
{
	the_device = NULL;
}

static struct platform_driver @NAME@_driver = {
	.probe = @NAME@_probe,
	.remove = @NAME@_remove,
	.driver = {.name = "@NAME@"},
};
module_platform_driver(@NAME@_driver);

MODULE_DESCRIPTION("Doubles numbers");
MODULE_LICENSE("Dual MIT/GPL");
