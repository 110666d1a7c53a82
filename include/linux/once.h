/* SPDX-License-Identifier: MIT */
/* A call that happens once in the life of a machine, at each place in the code. */
#ifndef _LINUX_ONCE_H
#define _LINUX_ONCE_H

#include <linux/compiler.h>
#include <linux/types.h>

/* Value: whether this was the time. */
#define DO_ONCE_LITE(func, ...) DO_ONCE_LITE_IF(true, func, ##__VA_ARGS__)
#define DO_ONCE_LITE_IF(condition, func, ...)                                             \
	({                                                                                \
		static bool __psim_done;                                                  \
		bool __psim_cond = !!(condition);                                         \
		if (unlikely(__psim_cond &&                                               \
			     !__atomic_exchange_n(&__psim_done, true, __ATOMIC_RELAXED))) \
			func(__VA_ARGS__);                                                \
		unlikely(__psim_cond);                                                    \
	})

#endif /* _LINUX_ONCE_H */
