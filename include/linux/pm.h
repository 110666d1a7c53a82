/* SPDX-License-Identifier: MIT */
/* Power management: what a driver offers for it, and what is kept about each device. */
#ifndef _LINUX_PM_H
#define _LINUX_PM_H

#include <linux/atomic.h>
#include <linux/spinlock.h>
#include <linux/timer.h>
#include <linux/types.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

struct device;

typedef struct pm_message {
	int event;
} pm_message_t;

/**
 * struct dev_pm_ops - what a driver does to save power
 * @runtime_suspend: nobody uses the device: -EBUSY and -EAGAIN say not now, other errors are for good
 * @runtime_resume: somebody is going to
 * @runtime_idle: the last user went: 0: suspend it
 * @suspend, @resume and the others: of the whole system: never called
 */
struct dev_pm_ops {
	int (*prepare)(struct device *dev);
	void (*complete)(struct device *dev);
	int (*suspend)(struct device *dev);
	int (*resume)(struct device *dev);
	int (*freeze)(struct device *dev);
	int (*thaw)(struct device *dev);
	int (*poweroff)(struct device *dev);
	int (*restore)(struct device *dev);
	int (*suspend_late)(struct device *dev);
	int (*resume_early)(struct device *dev);
	int (*suspend_noirq)(struct device *dev);
	int (*resume_noirq)(struct device *dev);
	int (*runtime_suspend)(struct device *dev);
	int (*runtime_resume)(struct device *dev);
	int (*runtime_idle)(struct device *dev);
};

#define pm_ptr(ptr)	  (ptr)
#define pm_sleep_ptr(ptr) (ptr)

#define SYSTEM_SLEEP_PM_OPS(suspend_fn, resume_fn)                              \
	.suspend = pm_sleep_ptr(suspend_fn), .resume = pm_sleep_ptr(resume_fn), \
	.freeze = pm_sleep_ptr(suspend_fn), .thaw = pm_sleep_ptr(resume_fn),    \
	.poweroff = pm_sleep_ptr(suspend_fn), .restore = pm_sleep_ptr(resume_fn),
#define RUNTIME_PM_OPS(suspend_fn, resume_fn, idle_fn) \
	.runtime_suspend = suspend_fn, .runtime_resume = resume_fn, .runtime_idle = idle_fn,
#define SET_SYSTEM_SLEEP_PM_OPS(suspend_fn, resume_fn) SYSTEM_SLEEP_PM_OPS(suspend_fn, resume_fn)
#define SET_RUNTIME_PM_OPS(suspend_fn, resume_fn, idle_fn) \
	RUNTIME_PM_OPS(suspend_fn, resume_fn, idle_fn)
#define DEFINE_RUNTIME_DEV_PM_OPS(name, suspend_fn, resume_fn, idle_fn) \
	const struct dev_pm_ops name = {RUNTIME_PM_OPS(suspend_fn, resume_fn, idle_fn)}

enum rpm_status {
	RPM_INVALID = -1,
	RPM_ACTIVE = 0,
	RPM_RESUMING,
	RPM_SUSPENDED,
	RPM_SUSPENDING,
};

/* What a worker is asked to do. */
enum __psim_rpm_request {
	__PSIM_RPM_NONE,
	__PSIM_RPM_IDLE,
	__PSIM_RPM_SUSPEND,
	__PSIM_RPM_AUTOSUSPEND,
	__PSIM_RPM_RESUME,
};

/**
 * struct dev_pm_info - a device's runtime power management
 * @lock: guards what follows, but for the counts
 * @usage_count: users; the device stays awake for them
 * @child_count: children that are awake
 * @runtime_status: RPM_*; suspended at first
 * @runtime_error: a callback failed for good
 * @disable_depth: above 0: nothing happens; 1 at first
 * @autosuspend_delay: milliseconds since @last_busy
 * @use_autosuspend: wait for them
 * @wait_queue: those who wait for a callback to end
 * @__psim_request: what @__psim_work is asked to do
 * @__psim_timer: asks for an autosuspend
 * @__psim_disabled_active: it was awake when it was disabled
 * @__psim_forbidden: pm_runtime_forbid() is a user
 */
struct dev_pm_info {
	spinlock_t lock;
	atomic_t usage_count;
	atomic_t child_count;
	enum rpm_status runtime_status;
	int runtime_error;
	unsigned int disable_depth;
	int autosuspend_delay;
	u64 last_busy;
	bool use_autosuspend;
	wait_queue_head_t wait_queue;
	enum __psim_rpm_request __psim_request;
	bool __psim_disabled_active;
	bool __psim_forbidden;
	struct work_struct __psim_work;
	struct timer_list __psim_timer;
};

#endif /* _LINUX_PM_H */
