/* SPDX-License-Identifier: MIT */
/*
 * Warnings and bugs. A warning is a report: the run goes on and fails at its end. A bug ends the
 * run. Both name the function and the condition, never file or line.
 */
#ifndef _LINUX_BUG_H
#define _LINUX_BUG_H

#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/types.h>

void __psim_warn_on(const char *site, const char *condition);
void __psim_warn(const char *site, const char *fmt, ...) __printf(2, 3);
void __psim_bug(const char *site, const char *condition) __noreturn;

/* Return, all of them: whether the condition was true. */
#define WARN_ON(condition)                                    \
	({                                                    \
		int __psim_warned = !!(condition);            \
		if (unlikely(__psim_warned))                  \
			__psim_warn_on(__func__, #condition); \
		unlikely(__psim_warned);                      \
	})
#define WARN(condition, format...)                     \
	({                                             \
		int __psim_warned = !!(condition);     \
		if (unlikely(__psim_warned))           \
			__psim_warn(__func__, format); \
		unlikely(__psim_warned);               \
	})

/* Once in the life of a machine, for each place in the code. */
#define __psim_first_time()                                                 \
	({                                                                  \
		static bool __psim_seen;                                    \
		!__atomic_exchange_n(&__psim_seen, true, __ATOMIC_RELAXED); \
	})
#define WARN_ON_ONCE(condition)                                     \
	({                                                          \
		int __psim_warned = !!(condition);                  \
		if (unlikely(__psim_warned) && __psim_first_time()) \
			__psim_warn_on(__func__, #condition);       \
		unlikely(__psim_warned);                            \
	})
#define WARN_ONCE(condition, format...)                             \
	({                                                          \
		int __psim_warned = !!(condition);                  \
		if (unlikely(__psim_warned) && __psim_first_time()) \
			__psim_warn(__func__, format);              \
		unlikely(__psim_warned);                            \
	})
#define WARN_TAINT(condition, taint, format...)	     WARN(condition, format)
#define WARN_TAINT_ONCE(condition, taint, format...) WARN_ONCE(condition, format)
#define WARN_ON_SMP(condition)			     WARN_ON(condition)

#define BUG() __psim_bug(__func__, NULL)
#define BUG_ON(condition)                                 \
	do {                                              \
		if (unlikely(condition))                  \
			__psim_bug(__func__, #condition); \
	} while (0)

#endif /* _LINUX_BUG_H */
