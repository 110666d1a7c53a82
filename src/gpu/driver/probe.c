// SPDX-License-Identifier: MIT
/*
 * Binding the driver to a GPU and letting it go: registers, interrupt, rings, device-private pages.
 */
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/interrupt.h>
#include <linux/ioport.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <drm/drm_drv.h>
#include <drm/drm_managed.h>
#include <drm/drm_print.h>

#include "simgpu.h"

/* How often what stands in an eviction's way is given a millisecond to go. */
#define EVICTION_TRIES 8

static LIST_HEAD(devices);
static DEFINE_MUTEX(devices_lock);

static const struct file_operations simgpu_fops = {
	.owner = THIS_MODULE,
};

static const struct drm_driver simgpu_drm_driver = {
	.name = "simgpu",
	.fops = &simgpu_fops,
};

struct simgpu_device *simgpu_find(unsigned int serial)
{
	struct simgpu_device *gpu, *found = NULL;

	mutex_lock(&devices_lock);
	list_for_each_entry(gpu, &devices, link) {
		if (gpu->serial == serial)
			found = gpu;
	}
	if (found)
		drm_dev_get(&found->drm);
	mutex_unlock(&devices_lock);
	return found;
}

static irqreturn_t interrupt(int irq, void *arg)
{
	struct simgpu_device *gpu = arg;
	u64 status = simgpu_read(gpu, SIMGPU_IRQ_STATUS);

	if (!status)
		return IRQ_NONE;
	if (status & SIMGPU_IRQ_COPY)
		simgpu_ring_interrupt(&gpu->copy);
	if (status & SIMGPU_IRQ_CMD)
		simgpu_ring_interrupt(&gpu->cmd);
	if (status & SIMGPU_IRQ_FAULT)
		queue_work(gpu->faults, &gpu->fault_work);
	return IRQ_HANDLED;
}

static void destroy_faults(void *gpu)
{
	destroy_workqueue(((struct simgpu_device *)gpu)->faults);
}

static void fini_memory(void *gpu)
{
	simgpu_buddy_fini(&((struct simgpu_device *)gpu)->buddy);
}

static int init_memory(struct simgpu_device *gpu, struct device *dev)
{
	int err;

	spin_lock_init(&gpu->memory_lock);
	INIT_LIST_HEAD(&gpu->lru);
	gpu->allocs = RB_ROOT_CACHED;
	gpu->tables.next = SIMGPU_TABLE_PAGE;
	gpu->tables.bytes = simgpu_read(gpu, SIMGPU_TABLE_BYTES);
	gpu->memory_bytes = simgpu_read(gpu, SIMGPU_MEMORY_BYTES);
	err = simgpu_buddy_init(&gpu->buddy, gpu->memory_bytes);
	return err ?: devm_add_action_or_reset(dev, fini_memory, gpu);
}

static int init_engines(struct simgpu_device *gpu, struct platform_device *pdev)
{
	struct device *dev = &pdev->dev;
	int err;

	gpu->faults = alloc_ordered_workqueue("simgpu-faults", 0);
	if (!gpu->faults)
		return -ENOMEM;
	err = devm_add_action_or_reset(dev, destroy_faults, gpu);
	if (err)
		return err;
	INIT_WORK(&gpu->fault_work, simgpu_fault_work);
	err = simgpu_ring_init(gpu, &gpu->copy, SIMGPU_COPY_RING);
	if (!err)
		err = simgpu_ring_init(gpu, &gpu->cmd, SIMGPU_CMD_RING);
	if (err)
		return err;
	err = platform_get_irq(pdev, 0);
	if (err < 0)
		return err;
	return devm_request_irq(dev, err, interrupt, 0, "simgpu", gpu);
}

static int probe(struct platform_device *pdev)
{
	struct device *dev = &pdev->dev;
	struct simgpu_device *gpu;
	int err;

	gpu = devm_drm_dev_alloc(dev, &simgpu_drm_driver, struct simgpu_device, drm);
	if (IS_ERR(gpu))
		return PTR_ERR(gpu);
	platform_set_drvdata(pdev, gpu);
	gpu->regs = devm_platform_ioremap_resource(pdev, 0);
	if (IS_ERR(gpu->regs))
		return PTR_ERR(gpu->regs);
	if (simgpu_read(gpu, SIMGPU_ID) != SIMGPU_ID_VALUE)
		return -ENODEV;
	gpu->serial = simgpu_read(gpu, SIMGPU_SERIAL);
	gpu->chunk_bytes = 64 << 10;
	mutex_init(&gpu->vms_lock);
	INIT_LIST_HEAD(&gpu->vms);
	err = dma_set_mask_and_coherent(dev, DMA_BIT_MASK(64));
	if (!err)
		err = init_engines(gpu, pdev);
	if (!err)
		err = init_memory(gpu, dev);
	if (!err)
		err = simgpu_pagemap_init(gpu);
	if (err)
		return err;
	err = drm_dev_register(&gpu->drm, 0);
	if (err) {
		/* What was registered goes with the binding: nobody else shall undo it. */
		drm_dev_unplug(&gpu->drm);
		return err;
	}
	mutex_lock(&devices_lock);
	list_add_tail(&gpu->link, &devices);
	mutex_unlock(&devices_lock);
	return 0;
}

/*
 * Nobody but the driver brings back the pages of processes that sleep: memory that is short now is waited
 * for, and what others hold, or what the copies lose, is tried again for a while. What is left then is left
 * to who has it: the pagemap's end waits for the last page.
 */
static void evict_all(struct simgpu_device *gpu)
{
	unsigned int tries = 0;
	int err;

	while ((err = simgpu_evict(gpu, ~0ull))) {
		if (err != -ENOMEM && ++tries > EVICTION_TRIES) {
			drm_err(&gpu->drm,
				"memory that cannot be evicted (%pe): waiting for its users\n",
				ERR_PTR(err));
			return;
		}
		msleep(1);
	}
}

static void remove(struct platform_device *pdev)
{
	struct simgpu_device *gpu = platform_get_drvdata(pdev);
	struct simgpu_vm *vm, *next;

	mutex_lock(&devices_lock);
	list_del(&gpu->link);
	mutex_unlock(&devices_lock);
	drm_dev_unplug(&gpu->drm);
	cancel_work_sync(&gpu->fault_work);
	evict_all(gpu);
	list_for_each_entry_safe(vm, next, &gpu->vms, link)
		simgpu_vm_destroy(vm);
	WARN_ON(atomic_read(&gpu->mappings));
	simgpu_write(gpu, SIMGPU_STOP, 1);
	/* a fault of an engine that was not yet stopped may have been queued anew */
	devm_free_irq(&pdev->dev, platform_get_irq(pdev, 0), gpu);
	cancel_work_sync(&gpu->fault_work);
}

static struct platform_driver simgpu_driver;

struct simgpu_device *simgpu_by_device(struct device *dev)
{
	return dev->driver == &simgpu_driver.driver ? dev_get_drvdata(dev) : NULL;
}

static struct platform_driver simgpu_driver = {
	.probe = probe,
	.remove = remove,
	.driver = {.name = "simgpu", .owner = THIS_MODULE},
};

static int __init simgpu_init(void)
{
	int err = simgpu_pagemap_module_init();

	if (err)
		return err;
	err = platform_driver_register(&simgpu_driver);
	if (err)
		simgpu_pagemap_module_exit();
	return err;
}

static void __exit simgpu_exit(void)
{
	platform_driver_unregister(&simgpu_driver);
	simgpu_pagemap_module_exit();
}

module_init(simgpu_init);
module_exit(simgpu_exit);
MODULE_DESCRIPTION("A model driver over drm_pagemap, for the simulated GPU");
MODULE_LICENSE("Dual MIT/GPL");
