// SPDX-License-Identifier: MIT
/* An interrupt line that a device's driver holds until it is unbound. */
#include <linux/device.h>
#include <linux/interrupt.h>

struct irq_devres {
	unsigned int irq;
	void *dev;
};

static void release(void *arg)
{
	struct irq_devres *held = arg;

	free_irq(held->irq, held->dev);
}

int devm_request_irq(struct device *owner, unsigned int irq, irq_handler_t handler,
		     unsigned long flags, const char *name, void *dev)
{
	struct irq_devres *held = devm_kzalloc(owner, sizeof(*held), GFP_KERNEL);
	int err;

	if (!held)
		return -ENOMEM;
	held->irq = irq;
	held->dev = dev;
	err = request_irq(irq, handler, flags, name, dev);
	return err ? err : devm_add_action_or_reset(owner, release, held);
}
