/* SPDX-License-Identifier: MIT */
/*
 * Runtime power management: a device is awake while somebody uses it, and its driver is told when that changes.
 *
 * Modelled: users, the driver's callbacks, parents that are awake for their children, autosuspend. Not
 * modelled: callbacks with interrupts off, links between devices, sysfs.
 */
#ifndef _LINUX_PM_RUNTIME_H
#define _LINUX_PM_RUNTIME_H

#include <linux/device.h>
#include <linux/pm.h>
#include <linux/version.h>

#define RPM_ASYNC   0x01
#define RPM_NOWAIT  0x02
#define RPM_GET_PUT 0x04
#define RPM_AUTO    0x08

/*
 * What the functions below are made of. RPM_GET_PUT: one user more, or less: only the last one counts.
 * RPM_ASYNC: a worker does it; else may sleep. Return: 0; 1: it is so already; -EACCES: disabled; -EAGAIN:
 * there are users, or it is not awake; -EBUSY: children are awake; -EINVAL: a callback failed before; what the
 * callback returned.
 */
int __pm_runtime_idle(struct device *dev, int rpmflags);
int __pm_runtime_suspend(struct device *dev, int rpmflags);
int __pm_runtime_resume(struct device *dev, int rpmflags);

/* It is so, without a callback being called; only while disabled: else -EAGAIN. */
int __pm_runtime_set_status(struct device *dev, unsigned int status);
void pm_runtime_enable(struct device *dev);
void __pm_runtime_disable(struct device *dev, bool check_resume);
/* Disabled again when the driver lets go. Return: 0, -ENOMEM. */
int devm_pm_runtime_enable(struct device *dev);
void pm_runtime_allow(struct device *dev);
void pm_runtime_forbid(struct device *dev);
void __pm_runtime_use_autosuspend(struct device *dev, bool use);
void pm_runtime_set_autosuspend_delay(struct device *dev, int delay);
/* Wait for what was asked for and is not done. May sleep. Return: whether there was a resume to wait for. */
int pm_runtime_barrier(struct device *dev);
/* One user more if it is awake, and (in_use) has users. Return: 1; 0: not; -EINVAL: disabled. */
int __psim_pm_runtime_get_if(struct device *dev, bool in_use);

#if __PSIM_TREE_VERSION >= KERNEL_VERSION(6, 9, 0)
static inline int pm_runtime_get_if_active(struct device *dev)
{
	return __psim_pm_runtime_get_if(dev, false);
}
#else
static inline int pm_runtime_get_if_active(struct device *dev, bool ign_usage_count)
{
	return __psim_pm_runtime_get_if(dev, !ign_usage_count);
}
#endif

static inline int pm_runtime_get_if_in_use(struct device *dev)
{
	return __psim_pm_runtime_get_if(dev, true);
}

/** pm_runtime_get_noresume() - hold it as it is, without waking it */
static inline void pm_runtime_get_noresume(struct device *dev)
{
	atomic_inc(&dev->power.usage_count);
}

/** pm_runtime_put_noidle() - let go, and do not ask whether it may sleep */
static inline void pm_runtime_put_noidle(struct device *dev)
{
	atomic_add_unless(&dev->power.usage_count, -1, 0);
}

/** pm_runtime_enabled() - is its power managed? */
static inline bool pm_runtime_enabled(struct device *dev)
{
	return !READ_ONCE(dev->power.disable_depth);
}

/** pm_runtime_suspended() - does it sleep, and is its power managed? */
static inline bool pm_runtime_suspended(struct device *dev)
{
	return READ_ONCE(dev->power.runtime_status) == RPM_SUSPENDED &&
	       !READ_ONCE(dev->power.disable_depth);
}

/* Awake, or nobody cares. */
static inline bool pm_runtime_active(struct device *dev)
{
	return READ_ONCE(dev->power.runtime_status) == RPM_ACTIVE ||
	       READ_ONCE(dev->power.disable_depth);
}

/** pm_runtime_status_suspended() - does it sleep? */
static inline bool pm_runtime_status_suspended(struct device *dev)
{
	return READ_ONCE(dev->power.runtime_status) == RPM_SUSPENDED;
}

/** pm_runtime_mark_last_busy() - its autosuspend delay begins now */
void pm_runtime_mark_last_busy(struct device *dev);

static inline int pm_runtime_idle(struct device *dev)
{
	return __pm_runtime_idle(dev, 0);
}

static inline int pm_runtime_suspend(struct device *dev)
{
	return __pm_runtime_suspend(dev, 0);
}

static inline int pm_runtime_autosuspend(struct device *dev)
{
	return __pm_runtime_suspend(dev, RPM_AUTO);
}

static inline int pm_runtime_resume(struct device *dev)
{
	return __pm_runtime_resume(dev, 0);
}

static inline int pm_request_idle(struct device *dev)
{
	return __pm_runtime_idle(dev, RPM_ASYNC);
}

static inline int pm_request_resume(struct device *dev)
{
	return __pm_runtime_resume(dev, RPM_ASYNC);
}

static inline int pm_runtime_get(struct device *dev)
{
	return __pm_runtime_resume(dev, RPM_GET_PUT | RPM_ASYNC);
}

/* The user counts also if it fails. */
static inline int pm_runtime_get_sync(struct device *dev)
{
	return __pm_runtime_resume(dev, RPM_GET_PUT);
}

/* It does not. Return: 0 or -errno. */
static inline int pm_runtime_resume_and_get(struct device *dev)
{
	int result = pm_runtime_get_sync(dev);

	if (result < 0)
		pm_runtime_put_noidle(dev);
	return result < 0 ? result : 0;
}

static inline int pm_runtime_put(struct device *dev)
{
	return __pm_runtime_idle(dev, RPM_GET_PUT | RPM_ASYNC);
}

static inline int pm_runtime_put_sync(struct device *dev)
{
	return __pm_runtime_idle(dev, RPM_GET_PUT);
}

static inline int pm_runtime_put_sync_suspend(struct device *dev)
{
	return __pm_runtime_suspend(dev, RPM_GET_PUT);
}

static inline int __pm_runtime_put_autosuspend(struct device *dev)
{
	return __pm_runtime_suspend(dev, RPM_GET_PUT | RPM_ASYNC | RPM_AUTO);
}

static inline int pm_runtime_put_autosuspend(struct device *dev)
{
#if __PSIM_TREE_VERSION >= KERNEL_VERSION(6, 17, 0)
	pm_runtime_mark_last_busy(dev);
#endif
	return __pm_runtime_put_autosuspend(dev);
}

static inline int pm_runtime_set_active(struct device *dev)
{
	return __pm_runtime_set_status(dev, RPM_ACTIVE);
}

static inline int pm_runtime_set_suspended(struct device *dev)
{
	return __pm_runtime_set_status(dev, RPM_SUSPENDED);
}

static inline void pm_runtime_disable(struct device *dev)
{
	__pm_runtime_disable(dev, true);
}

static inline void pm_runtime_use_autosuspend(struct device *dev)
{
	__pm_runtime_use_autosuspend(dev, true);
}

static inline void pm_runtime_dont_use_autosuspend(struct device *dev)
{
	__pm_runtime_use_autosuspend(dev, false);
}

#endif /* _LINUX_PM_RUNTIME_H */
