// SPDX-License-Identifier: MIT
/*
 * Runtime power management: three steps (idle, suspend, resume), done by who asks or by a worker.
 *
 * A step looks whether it may be, says what it is about to do, calls the driver without the lock, and says what
 * became of it. Only one is under way for a device at a time; the others wait, or leave a request behind.
 */
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/pm_runtime.h>
#include <linux/slab.h>
#include "drm/device.h"

#define CANNOT_NOW (RPM_ASYNC | RPM_NOWAIT)

static int idle(struct device *dev, int flags);
static int suspend(struct device *dev, int flags);
static int resume(struct device *dev, int flags);

/* ---- helpers, under the lock -------------------------------------------------------------------------------- */

static bool in_transition(const struct dev_pm_info *power)
{
	enum rpm_status status =
		READ_ONCE(power->runtime_status); /* without the lock, by who waits */

	return status == RPM_RESUMING || status == RPM_SUSPENDING;
}

static void request(struct device *dev, enum __psim_rpm_request what)
{
	dev->power.__psim_request = what;
	schedule_work(&dev->power.__psim_work);
}

static void wait_for_step(struct device *dev)
{
	spin_unlock_irq(&dev->power.lock);
	wait_event(dev->power.wait_queue, !in_transition(&dev->power));
	spin_lock_irq(&dev->power.lock);
}

static const struct dev_pm_ops *ops_of(const struct device *dev)
{
	static const struct dev_pm_ops none;

	return dev->driver && dev->driver->pm ? dev->driver->pm : &none;
}

/* The driver's word, without the lock. */
static int call(struct device *dev, int (*fn)(struct device *dev))
{
	int result;

	if (!fn)
		return 0;
	spin_unlock_irq(&dev->power.lock);
	result = fn(dev);
	spin_lock_irq(&dev->power.lock);
	return result;
}

static void set_status(struct device *dev, enum rpm_status status)
{
	WRITE_ONCE(dev->power.runtime_status, status);
	if (!in_transition(&dev->power))
		wake_up_all(&dev->power.wait_queue);
}

/* Why it cannot be put to sleep, or 0. */
static int in_use(struct device *dev)
{
	struct dev_pm_info *power = &dev->power;

	if (power->runtime_error)
		return -EINVAL;
	if (power->disable_depth)
		return -EACCES;
	if (atomic_read(&power->usage_count))
		return -EAGAIN;
	if (atomic_read(&power->child_count))
		return -EBUSY;
	return 0;
}

/* The moment (ns) at which it may go to sleep. */
static u64 autosuspend_at(const struct dev_pm_info *power)
{
	if (!power->use_autosuspend || power->autosuspend_delay < 0)
		return 0;
	return power->last_busy + (u64)power->autosuspend_delay * NSEC_PER_MSEC;
}

/* ---- the three steps, with the lock held and interrupts off -------------------------------------------------- */

static int idle(struct device *dev, int flags)
{
	int result = in_use(dev);

	if (!result && dev->power.runtime_status != RPM_ACTIVE)
		result = -EAGAIN;
	if (result)
		return result;
	if (flags & RPM_ASYNC) {
		request(dev, __PSIM_RPM_IDLE);
		return 0;
	}
	result = call(dev, ops_of(dev)->runtime_idle);
	return result ?: suspend(dev, flags | RPM_AUTO);
}

/* It sleeps, or does not want to. */
static int suspended(struct device *dev, int result)
{
	struct device *parent = dev->parent;

	if (result) {
		dev->power.runtime_error = result == -EAGAIN || result == -EBUSY ? 0 : result;
		set_status(dev, RPM_ACTIVE);
		return result;
	}
	set_status(dev, RPM_SUSPENDED);
	if (parent) {
		atomic_dec(&parent->power.child_count);
		spin_unlock_irq(&dev->power.lock);
		pm_request_idle(parent);
		spin_lock_irq(&dev->power.lock);
	}
	return 0;
}

static int suspend(struct device *dev, int flags)
{
	struct dev_pm_info *power = &dev->power;
	int result;

	while (!(result = in_use(dev))) {
		if (power->runtime_status == RPM_SUSPENDED)
			return 1;
		if (power->runtime_status == RPM_RESUMING)
			return -EAGAIN;
		if (power->runtime_status == RPM_ACTIVE)
			break;
		if (flags & CANNOT_NOW)
			return -EINPROGRESS;
		wait_for_step(dev);
	}
	if (result)
		return result;
	if ((flags & RPM_AUTO) && autosuspend_at(power) > ktime_get_ns()) {
		mod_timer(&power->__psim_timer,
			  jiffies + nsecs_to_jiffies(autosuspend_at(power) - ktime_get_ns()));
		return 0;
	}
	timer_delete(&power->__psim_timer);
	if (flags & RPM_ASYNC) {
		request(dev, flags & RPM_AUTO ? __PSIM_RPM_AUTOSUSPEND : __PSIM_RPM_SUSPEND);
		return 0;
	}
	set_status(dev, RPM_SUSPENDING);
	return suspended(dev, call(dev, ops_of(dev)->runtime_suspend));
}

/* The parent is awake as long as the child is. Return: 0 or -EBUSY. */
static int wake_parent(struct device *dev)
{
	struct device *parent = dev->parent;

	if (!parent)
		return 0;
	spin_unlock_irq(&dev->power.lock);
	pm_runtime_get_sync(parent);
	spin_lock_irq(&dev->power.lock);
	return pm_runtime_active(parent) ? 0 : -EBUSY;
}

static void let_parent(struct device *dev)
{
	if (!dev->parent)
		return;
	spin_unlock_irq(&dev->power.lock);
	pm_runtime_put(dev->parent);
	spin_lock_irq(&dev->power.lock);
}

static int wake(struct device *dev)
{
	int result;

	set_status(dev, RPM_RESUMING);
	result = wake_parent(dev);
	if (!result) {
		result = call(dev, ops_of(dev)->runtime_resume);
		dev->power.runtime_error = result;
	}
	if (result) {
		set_status(dev, RPM_SUSPENDED);
	} else {
		if (dev->parent)
			atomic_inc(&dev->parent->power.child_count);
		dev->power.last_busy = ktime_get_ns();
		set_status(dev, RPM_ACTIVE);
		idle(dev, RPM_ASYNC);
	}
	let_parent(dev);
	return result;
}

static int resume(struct device *dev, int flags)
{
	struct dev_pm_info *power = &dev->power;

	for (;;) {
		if (power->runtime_error)
			return -EINVAL;
		if (power->disable_depth)
			return power->__psim_disabled_active ? 1 : -EACCES;
		power->__psim_request = __PSIM_RPM_NONE;
		if (power->runtime_status == RPM_ACTIVE)
			return 1;
		if (flags & RPM_ASYNC) {
			request(dev, __PSIM_RPM_RESUME);
			return 0;
		}
		if (power->runtime_status == RPM_SUSPENDED)
			return wake(dev);
		if (flags & RPM_NOWAIT)
			return -EINPROGRESS;
		wait_for_step(dev);
	}
}

/* ---- who asks ------------------------------------------------------------------------------------------------- */

typedef int (*step_t)(struct device *dev, int flags);

static int run(struct device *dev, step_t step, int flags)
{
	unsigned long irq_flags;
	int result;

	if (!(flags & RPM_ASYNC))
		might_sleep();
	spin_lock_irqsave(&dev->power.lock, irq_flags);
	result = step(dev, flags);
	spin_unlock_irqrestore(&dev->power.lock, irq_flags);
	return result;
}

/* One user less. Return: whether it was the last. */
static int put_user_of(struct device *dev, int flags, bool *last)
{
	int left;

	*last = true;
	if (!(flags & RPM_GET_PUT))
		return 0;
	left = atomic_dec_return(&dev->power.usage_count);
	if (left < 0) {
		atomic_inc(&dev->power.usage_count);
		dev_warn(dev, "Runtime PM usage count underflow!\n");
		return -EINVAL;
	}
	*last = !left;
	return 0;
}

static int put_and_run(struct device *dev, step_t step, int flags)
{
	bool last;
	int err = put_user_of(dev, flags, &last);

	if (err || !last)
		return err;
	return run(dev, step, flags);
}

int __pm_runtime_idle(struct device *dev, int rpmflags)
{
	return put_and_run(dev, idle, rpmflags);
}
EXPORT_SYMBOL(__pm_runtime_idle);

int __pm_runtime_suspend(struct device *dev, int rpmflags)
{
	return put_and_run(dev, suspend, rpmflags);
}
EXPORT_SYMBOL(__pm_runtime_suspend);

int __pm_runtime_resume(struct device *dev, int rpmflags)
{
	if (rpmflags & RPM_GET_PUT)
		atomic_inc(&dev->power.usage_count);
	return run(dev, resume, rpmflags);
}
EXPORT_SYMBOL(__pm_runtime_resume);

int __psim_pm_runtime_get_if(struct device *dev, bool used)
{
	unsigned long flags;
	int result = -EINVAL;

	spin_lock_irqsave(&dev->power.lock, flags);
	if (!dev->power.disable_depth) {
		result = dev->power.runtime_status == RPM_ACTIVE &&
			 (!used || atomic_read(&dev->power.usage_count));
		if (result)
			atomic_inc(&dev->power.usage_count);
	}
	spin_unlock_irqrestore(&dev->power.lock, flags);
	return result;
}
EXPORT_SYMBOL(__psim_pm_runtime_get_if);

void pm_runtime_mark_last_busy(struct device *dev)
{
	WRITE_ONCE(dev->power.last_busy, ktime_get_ns());
}
EXPORT_SYMBOL(pm_runtime_mark_last_busy);

/* ---- workers and timers ------------------------------------------------------------------------------------------ */

static void work(struct work_struct *work)
{
	struct device *dev = container_of(work, struct device, power.__psim_work);
	enum __psim_rpm_request what;

	spin_lock_irq(&dev->power.lock);
	what = dev->power.__psim_request;
	dev->power.__psim_request = __PSIM_RPM_NONE;
	switch (what) {
	case __PSIM_RPM_NONE:
		break;
	case __PSIM_RPM_IDLE:
		idle(dev, RPM_NOWAIT);
		break;
	case __PSIM_RPM_SUSPEND:
		suspend(dev, RPM_NOWAIT);
		break;
	case __PSIM_RPM_AUTOSUSPEND:
		suspend(dev, RPM_NOWAIT | RPM_AUTO);
		break;
	case __PSIM_RPM_RESUME:
		resume(dev, 0);
		break;
	}
	spin_unlock_irq(&dev->power.lock);
}

static void timer(struct timer_list *timer)
{
	struct device *dev = container_of(timer, struct device, power.__psim_timer);

	__pm_runtime_suspend(dev, RPM_ASYNC | RPM_AUTO);
}

/* ---- switching ------------------------------------------------------------------------------------------------------ */

int __pm_runtime_set_status(struct device *dev, unsigned int status)
{
	struct dev_pm_info *power = &dev->power;
	int result = 0;

	spin_lock_irq(&power->lock);
	if (!power->disable_depth) {
		result = -EAGAIN;
	} else if (status != power->runtime_status) {
		if (dev->parent)
			atomic_add(status == RPM_ACTIVE ? 1 : -1, &dev->parent->power.child_count);
		set_status(dev, status);
	}
	if (!result)
		power->runtime_error = 0;
	spin_unlock_irq(&power->lock);
	return result;
}
EXPORT_SYMBOL(__pm_runtime_set_status);

void pm_runtime_enable(struct device *dev)
{
	spin_lock_irq(&dev->power.lock);
	if (!dev->power.disable_depth) {
		dev_warn(dev, "Unbalanced pm_runtime_enable!\n");
	} else {
		WRITE_ONCE(dev->power.disable_depth, dev->power.disable_depth - 1);
		if (!dev->power.disable_depth)
			dev->power.__psim_disabled_active = false;
	}
	spin_unlock_irq(&dev->power.lock);
}
EXPORT_SYMBOL(pm_runtime_enable);

int pm_runtime_barrier(struct device *dev)
{
	struct dev_pm_info *power = &dev->power;
	bool resuming;

	spin_lock_irq(&power->lock);
	resuming = power->__psim_request == __PSIM_RPM_RESUME;
	if (resuming)
		resume(dev, 0);
	power->__psim_request = __PSIM_RPM_NONE;
	spin_unlock_irq(&power->lock);
	timer_delete_sync(&power->__psim_timer);
	cancel_work_sync(&power->__psim_work);
	wait_event(power->wait_queue, !in_transition(power));
	return resuming;
}
EXPORT_SYMBOL(pm_runtime_barrier);

static bool is_asked_to_wake(struct device *dev)
{
	bool asked;

	spin_lock_irq(&dev->power.lock);
	asked = dev->power.__psim_request == __PSIM_RPM_RESUME;
	spin_unlock_irq(&dev->power.lock);
	return asked;
}

void __pm_runtime_disable(struct device *dev, bool check_resume)
{
	if (pm_runtime_enabled(dev)) {
		if (check_resume && is_asked_to_wake(dev))
			pm_runtime_resume(dev);
		pm_runtime_barrier(dev);
	}
	spin_lock_irq(&dev->power.lock);
	if (!dev->power.disable_depth)
		dev->power.__psim_disabled_active = dev->power.runtime_status == RPM_ACTIVE;
	WRITE_ONCE(dev->power.disable_depth, dev->power.disable_depth + 1);
	spin_unlock_irq(&dev->power.lock);
}
EXPORT_SYMBOL(__pm_runtime_disable);

static void disable_action(void *dev)
{
	pm_runtime_dont_use_autosuspend(dev);
	pm_runtime_disable(dev);
}

int devm_pm_runtime_enable(struct device *dev)
{
	pm_runtime_enable(dev);
	return devm_add_action_or_reset(dev, disable_action, dev);
}
EXPORT_SYMBOL(devm_pm_runtime_enable);

/* One user who stays, from forbid to allow. */
void pm_runtime_forbid(struct device *dev)
{
	if (!dev->power.__psim_forbidden) {
		dev->power.__psim_forbidden = true;
		pm_runtime_get_sync(dev);
	}
}
EXPORT_SYMBOL(pm_runtime_forbid);

void pm_runtime_allow(struct device *dev)
{
	if (dev->power.__psim_forbidden) {
		dev->power.__psim_forbidden = false;
		pm_runtime_put(dev);
	}
}
EXPORT_SYMBOL(pm_runtime_allow);

/* A negative delay is a user who stays. */
static void set_autosuspend(struct device *dev, bool use, int delay)
{
	bool held = dev->power.use_autosuspend && dev->power.autosuspend_delay < 0;
	bool holds = use && delay < 0;

	spin_lock_irq(&dev->power.lock);
	dev->power.use_autosuspend = use;
	dev->power.autosuspend_delay = delay;
	spin_unlock_irq(&dev->power.lock);
	if (holds && !held) {
		pm_runtime_get_sync(dev);
	} else if (!holds) {
		if (held)
			pm_runtime_put_noidle(dev);
		pm_request_idle(dev);
	}
}

void __pm_runtime_use_autosuspend(struct device *dev, bool use)
{
	set_autosuspend(dev, use, dev->power.autosuspend_delay);
}
EXPORT_SYMBOL(__pm_runtime_use_autosuspend);

void pm_runtime_set_autosuspend_delay(struct device *dev, int delay)
{
	set_autosuspend(dev, dev->power.use_autosuspend, delay);
}
EXPORT_SYMBOL(pm_runtime_set_autosuspend_delay);

/* ---- a device's life ------------------------------------------------------------------------------------------------- */

void psim_pm_init(struct device *dev)
{
	struct dev_pm_info *power = &dev->power;

	*power = (struct dev_pm_info){.runtime_status = RPM_SUSPENDED, .disable_depth = 1};
	spin_lock_init(&power->lock);
	init_waitqueue_head(&power->wait_queue);
	INIT_WORK(&power->__psim_work, work);
	timer_setup(&power->__psim_timer, timer, 0);
}

void psim_pm_remove(struct device *dev)
{
	__pm_runtime_disable(dev, false);
	pm_runtime_set_suspended(dev);
}
