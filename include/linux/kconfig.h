/* SPDX-License-Identifier: MIT */
/*
 * The configuration this kernel face answers for, and the tests on it.
 *
 * The first header of any kernel-dialect file brings this one, so no forced include is needed.
 */
#ifndef _LINUX_KCONFIG_H
#define _LINUX_KCONFIG_H

#include <linux/__psim_names.h>

/* Not a kernel: for tests that plant faults which only this machine reports. */
#define __PSIM__ 1

#define CONFIG_64BIT			 1
#define CONFIG_SMP			 1
#define CONFIG_MMU			 1
#define CONFIG_HZ			 1000
#define CONFIG_ZONE_DEVICE		 1
#define CONFIG_DEVICE_PRIVATE		 1
#define CONFIG_MIGRATION		 1
#define CONFIG_MMU_NOTIFIER		 1
#define CONFIG_HMM_MIRROR		 1
#define CONFIG_DEBUG_VM			 1
#define CONFIG_TRANSPARENT_HUGEPAGE	 1
#define CONFIG_ARCH_ENABLE_THP_MIGRATION 1
#define CONFIG_LOCKDEP			 1
#define CONFIG_PROVE_LOCKING		 1
#define CONFIG_KUNIT			 1
#define CONFIG_DEBUG_FS			 1
#if defined(__PSIM_TREE_VERSION) && \
	__PSIM_TREE_VERSION < 0x060a00 /* 6.10: a number before, then y or n */
#define CONFIG_BASE_SMALL 0
#endif

#define __psim_second(first, second, ...) second
#define __psim_prefix_1			  0,
#define __psim_is_one(value)		  __psim_is_one_(value)
#define __psim_is_one_(value)		  __psim_is_one__(__psim_prefix_##value)
#define __psim_is_one__(maybe_comma)	  __psim_second(maybe_comma 1, 0, 0)

/* 1 if the option is built in; modules do not exist here, so IS_MODULE is always 0. */
#define IS_BUILTIN(option)   __psim_is_one(option)
#define IS_MODULE(option)    0
#define IS_ENABLED(option)   IS_BUILTIN(option)
#define IS_REACHABLE(option) IS_BUILTIN(option)

#endif /* _LINUX_KCONFIG_H */
