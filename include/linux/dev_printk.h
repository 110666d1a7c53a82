/* SPDX-License-Identifier: MIT */
/* Messages that begin with the driver's and the device's name. */
#ifndef _LINUX_DEV_PRINTK_H
#define _LINUX_DEV_PRINTK_H

#include <linux/compiler.h>
#include <linux/kern_levels.h>
#include <linux/printk.h>
#include <linux/ratelimit_types.h>
#include <linux/types.h>

struct device;

#ifndef dev_fmt
#define dev_fmt(fmt) fmt
#endif

/* @level: KERN_*; @dev: may be NULL. Any context. */
void _dev_printk(const char *level, const struct device *dev, const char *fmt, ...) __printf(3, 4);

#define dev_printk(level, dev, fmt, ...) _dev_printk(level, dev, fmt, ##__VA_ARGS__)
#define dev_emerg(dev, fmt, ...)	 _dev_printk(KERN_EMERG, dev, dev_fmt(fmt), ##__VA_ARGS__)
#define dev_alert(dev, fmt, ...)	 _dev_printk(KERN_ALERT, dev, dev_fmt(fmt), ##__VA_ARGS__)
#define dev_crit(dev, fmt, ...)		 _dev_printk(KERN_CRIT, dev, dev_fmt(fmt), ##__VA_ARGS__)
#define dev_err(dev, fmt, ...)		 _dev_printk(KERN_ERR, dev, dev_fmt(fmt), ##__VA_ARGS__)
#define dev_warn(dev, fmt, ...)		 _dev_printk(KERN_WARNING, dev, dev_fmt(fmt), ##__VA_ARGS__)
#define dev_notice(dev, fmt, ...)	 _dev_printk(KERN_NOTICE, dev, dev_fmt(fmt), ##__VA_ARGS__)
#define dev_info(dev, fmt, ...)		 _dev_printk(KERN_INFO, dev, dev_fmt(fmt), ##__VA_ARGS__)
#ifdef DEBUG
#define dev_dbg(dev, fmt, ...) _dev_printk(KERN_DEBUG, dev, dev_fmt(fmt), ##__VA_ARGS__)
#else
#define dev_dbg(dev, fmt, ...)                                                     \
	({                                                                         \
		if (0)                                                             \
			_dev_printk(KERN_DEBUG, dev, dev_fmt(fmt), ##__VA_ARGS__); \
	})
#endif
#ifdef VERBOSE_DEBUG
#define dev_vdbg(dev, fmt, ...) dev_dbg(dev, fmt, ##__VA_ARGS__)
#else
#define dev_vdbg(dev, fmt, ...)                                                    \
	({                                                                         \
		if (0)                                                             \
			_dev_printk(KERN_DEBUG, dev, dev_fmt(fmt), ##__VA_ARGS__); \
	})
#endif

#define __psim_dev_once(level, dev, fmt, ...)                                      \
	do {                                                                       \
		static bool __psim_printed;                                        \
		if (!__atomic_exchange_n(&__psim_printed, true, __ATOMIC_RELAXED)) \
			_dev_printk(level, dev, dev_fmt(fmt), ##__VA_ARGS__);      \
	} while (0)
#define dev_err_once(dev, fmt, ...)  __psim_dev_once(KERN_ERR, dev, fmt, ##__VA_ARGS__)
#define dev_warn_once(dev, fmt, ...) __psim_dev_once(KERN_WARNING, dev, fmt, ##__VA_ARGS__)
#define dev_info_once(dev, fmt, ...) __psim_dev_once(KERN_INFO, dev, fmt, ##__VA_ARGS__)

#define __psim_dev_ratelimited(level, dev, fmt, ...)                                 \
	do {                                                                         \
		static DEFINE_RATELIMIT_STATE(__psim_rs, DEFAULT_RATELIMIT_INTERVAL, \
					      DEFAULT_RATELIMIT_BURST);              \
		if (__ratelimit(&__psim_rs))                                         \
			_dev_printk(level, dev, dev_fmt(fmt), ##__VA_ARGS__);        \
	} while (0)
#define dev_err_ratelimited(dev, fmt, ...) __psim_dev_ratelimited(KERN_ERR, dev, fmt, ##__VA_ARGS__)
#define dev_warn_ratelimited(dev, fmt, ...) \
	__psim_dev_ratelimited(KERN_WARNING, dev, fmt, ##__VA_ARGS__)

#define dev_WARN(dev, fmt, ...) WARN(1, "%s: " fmt, dev_name(dev), ##__VA_ARGS__)
#define dev_WARN_ONCE(dev, condition, fmt, ...) \
	WARN_ONCE(condition, "%s: " fmt, dev_name(dev), ##__VA_ARGS__)

/* Say why a probe fails. Return: @err. */
int dev_err_probe(const struct device *dev, int err, const char *fmt, ...) __printf(3, 4);

#endif /* _LINUX_DEV_PRINTK_H */
