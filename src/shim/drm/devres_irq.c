// SPDX-License-Identifier: MIT
/* An interrupt line that a device's driver holds until it is unbound, or gives it back. */
#include <linux/device.h>
#include <linux/interrupt.h>

struct irq_devres {
	unsigned int irq;
	void *dev;
};

static void release(struct device *owner, void *res)
{
	struct irq_devres *held = res;

	free_irq(held->irq, held->dev);
}

static int match(struct device *owner, void *res, void *data)
{
	struct irq_devres *held = res, *wanted = data;

	return held->irq == wanted->irq && held->dev == wanted->dev;
}

int devm_request_irq(struct device *owner, unsigned int irq, irq_handler_t handler,
		     unsigned long flags, const char *name, void *dev)
{
	struct irq_devres *held = devres_alloc(release, sizeof(*held), GFP_KERNEL);
	int err;

	if (!held)
		return -ENOMEM;
	held->irq = irq;
	held->dev = dev;
	err = request_irq(irq, handler, flags, name, dev);
	if (err)
		devres_free(held);
	else
		devres_add(owner, held);
	return err;
}
EXPORT_SYMBOL(devm_request_irq);

void devm_free_irq(struct device *owner, unsigned int irq, void *dev)
{
	struct irq_devres wanted = {.irq = irq, .dev = dev};

	WARN_ON(devres_release(owner, release, match, &wanted));
}
EXPORT_SYMBOL(devm_free_irq);
