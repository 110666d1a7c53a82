/* SPDX-License-Identifier: MIT */
/* Messages and warnings of DRM drivers; the device may be NULL. */
#ifndef _DRM_PRINT_H_
#define _DRM_PRINT_H_

#include <linux/bug.h>
#include <linux/compiler.h>
#include <linux/device.h>
#include <linux/kern_levels.h>
#include <linux/printk.h>
#include <linux/ratelimit_types.h>
#include <linux/seq_file.h>
#include <drm/drm_device.h>

enum drm_debug_category {
	DRM_UT_CORE,
	DRM_UT_DRIVER,
	DRM_UT_KMS,
	DRM_UT_PRIME,
	DRM_UT_ATOMIC,
	DRM_UT_VBL,
	DRM_UT_STATE,
	DRM_UT_LEASE,
	DRM_UT_DP,
	DRM_UT_DRMRES,
};

void __psim_drm_printk(const char *level, const struct drm_device *drm, const char *fmt, ...)
	__printf(3, 4);
const char *__psim_drm_name(const struct drm_device *drm);

#define __drm_printk(drm, level, fmt, ...) __psim_drm_printk(level, drm, fmt, ##__VA_ARGS__)
/** drm_info() - a message about a device, at level info */
#define drm_info(drm, fmt, ...) __psim_drm_printk(KERN_INFO, drm, fmt, ##__VA_ARGS__)
/** drm_notice() - a message about a device, at level notice */
#define drm_notice(drm, fmt, ...) __psim_drm_printk(KERN_NOTICE, drm, fmt, ##__VA_ARGS__)
/** drm_warn() - a message about a device, at level warning */
#define drm_warn(drm, fmt, ...) __psim_drm_printk(KERN_WARNING, drm, fmt, ##__VA_ARGS__)
/** drm_err() - a message about a device, at level error */
#define drm_err(drm, fmt, ...) __psim_drm_printk(KERN_ERR, drm, "*ERROR* " fmt, ##__VA_ARGS__)

#define __psim_drm_once(level, drm, fmt, ...)                                      \
	do {                                                                       \
		static bool __psim_printed;                                        \
		if (!__atomic_exchange_n(&__psim_printed, true, __ATOMIC_RELAXED)) \
			__psim_drm_printk(level, drm, fmt, ##__VA_ARGS__);         \
	} while (0)
#define drm_info_once(drm, fmt, ...) __psim_drm_once(KERN_INFO, drm, fmt, ##__VA_ARGS__)
#define drm_warn_once(drm, fmt, ...) __psim_drm_once(KERN_WARNING, drm, fmt, ##__VA_ARGS__)
#define drm_err_once(drm, fmt, ...)  __psim_drm_once(KERN_ERR, drm, "*ERROR* " fmt, ##__VA_ARGS__)
#define drm_err_ratelimited(drm, fmt, ...)                                           \
	do {                                                                         \
		static DEFINE_RATELIMIT_STATE(__psim_rs, DEFAULT_RATELIMIT_INTERVAL, \
					      DEFAULT_RATELIMIT_BURST);              \
		if (__ratelimit(&__psim_rs))                                         \
			drm_err(drm, fmt, ##__VA_ARGS__);                            \
	} while (0)

#define drm_dbg_core(drm, fmt, ...)   __psim_drm_printk(KERN_DEBUG, drm, fmt, ##__VA_ARGS__)
#define drm_dbg_driver(drm, fmt, ...) __psim_drm_printk(KERN_DEBUG, drm, fmt, ##__VA_ARGS__)
#define drm_dbg_prime(drm, fmt, ...)  __psim_drm_printk(KERN_DEBUG, drm, fmt, ##__VA_ARGS__)
#define drm_dbg(drm, fmt, ...)	      drm_dbg_driver(drm, fmt, ##__VA_ARGS__)

/* ---- printers: where a dump goes -------------------------------------------------------------------- */

/**
 * struct drm_printer - takes lines of a dump; made by one of the functions below
 * @printfn: writes
 * @arg, @origin, @prefix, @category: for @printfn
 */
struct drm_printer {
	void (*printfn)(struct drm_printer *p, struct va_format *vaf);
	void (*puts)(struct drm_printer *p, const char *str);
	void *arg;
	const void *origin;
	const char *prefix;
	enum drm_debug_category category;
};

/** drm_printf() - print through a printer */
void drm_printf(struct drm_printer *p, const char *fmt, ...) __printf(2, 3);
/** drm_puts() - print a text through a printer */
void drm_puts(struct drm_printer *p, const char *str);
void __drm_printfn_seq_file(struct drm_printer *p, struct va_format *vaf);
void __drm_puts_seq_file(struct drm_printer *p, const char *str);
void __drm_printfn_info(struct drm_printer *p, struct va_format *vaf);
void __drm_printfn_dbg(struct drm_printer *p, struct va_format *vaf);
void __drm_printfn_err(struct drm_printer *p, struct va_format *vaf);

/** drm_vprintf() - print through a printer, with the arguments as a list */
static inline void drm_vprintf(struct drm_printer *p, const char *fmt, va_list *va)
{
	struct va_format vaf = {.fmt = fmt, .va = va};

	p->printfn(p, &vaf);
}

/* @indent tabs, and the text. */
#define drm_printf_indent(printer, indent, fmt, ...) \
	drm_printf((printer), "%.*s" fmt, (indent), "\t\t\t\t\tX", ##__VA_ARGS__)

/** drm_seq_file_printer() - a printer into a seq_file */
static inline struct drm_printer drm_seq_file_printer(struct seq_file *f)
{
	return (struct drm_printer){
		.printfn = __drm_printfn_seq_file, .puts = __drm_puts_seq_file, .arg = f};
}

/** drm_info_printer() - a printer at level info of a device */
static inline struct drm_printer drm_info_printer(struct device *dev)
{
	return (struct drm_printer){.printfn = __drm_printfn_info, .arg = dev};
}

/** drm_dbg_printer() - a printer into the debug messages of a category */
static inline struct drm_printer
drm_dbg_printer(struct drm_device *drm, enum drm_debug_category category, const char *prefix)
{
	return (struct drm_printer){
		.printfn = __drm_printfn_dbg, .arg = drm, .prefix = prefix, .category = category};
}

#if __PSIM_TREE_VERSION < KERNEL_VERSION(6, 9, 0)
static inline struct drm_printer drm_debug_printer(const char *prefix)
{
	return drm_dbg_printer(NULL, DRM_UT_DRIVER, prefix);
}

static inline struct drm_printer drm_err_printer(const char *prefix)
{
	return (struct drm_printer){.printfn = __drm_printfn_err, .prefix = prefix};
}
#else
static inline struct drm_printer drm_err_printer(struct drm_device *drm, const char *prefix)
{
	return (struct drm_printer){.printfn = __drm_printfn_err, .arg = drm, .prefix = prefix};
}
#endif

/* Return: whether the condition was true. */
#define drm_WARN(drm, condition, fmt, args...) \
	WARN(condition, "%s: [drm] " fmt, __psim_drm_name(drm), ##args)
#define drm_WARN_ONCE(drm, condition, fmt, args...) \
	WARN_ONCE(condition, "%s: [drm] " fmt, __psim_drm_name(drm), ##args)
#define drm_WARN_ON(drm, condition) \
	drm_WARN((drm), (condition), "%s", "drm_WARN_ON(" #condition ")")
#define drm_WARN_ON_ONCE(drm, condition) \
	drm_WARN_ONCE((drm), (condition), "%s", "drm_WARN_ON_ONCE(" #condition ")")

#endif /* _DRM_PRINT_H_ */
