/* SPDX-License-Identifier: MIT */
/* Attributes and annotations; those that only sparse reads are empty. */
#ifndef _LINUX_COMPILER_TYPES_H
#define _LINUX_COMPILER_TYPES_H

#include <linux/kconfig.h>

/* As gcc says by itself. */
#ifdef __clang__
#if __has_feature(address_sanitizer) && !defined(__SANITIZE_ADDRESS__)
#define __SANITIZE_ADDRESS__
#endif
#if __has_feature(thread_sanitizer) && !defined(__SANITIZE_THREAD__)
#define __SANITIZE_THREAD__
#endif
#endif

/* Paste what the arguments expand to. */
#define ___PASTE(a, b) a##b
#define __PASTE(a, b)  ___PASTE(a, b)

#define __user
#define __kernel
#define __iomem
#define __percpu
#define __rcu
#define __force
#define __bitwise
#define __private
#define __acquires(x)
#define __releases(x)
#define __must_hold(x)
#define __acquire(x) (void)0
#define __release(x) (void)0
#define __nocast
#define __safe
#define __chk_user_ptr(x) (void)0

#define __must_check	      __attribute__((__warn_unused_result__))
#define __maybe_unused	      __attribute__((__unused__))
#define __always_unused	      __attribute__((__unused__))
#define __used		      __attribute__((__used__))
#define __weak		      __attribute__((__weak__))
#define __packed	      __attribute__((__packed__))
#define __aligned(x)	      __attribute__((__aligned__(x)))
#define __printf(a, b)	      __attribute__((__format__(printf, a, b)))
#define __scanf(a, b)	      __attribute__((__format__(scanf, a, b)))
#define __noreturn	      __attribute__((__noreturn__))
#define __section(s)	      __attribute__((__section__(s)))
#define __pure		      __attribute__((__pure__))
#define __attribute_const__   __attribute__((__const__))
#define __malloc	      __attribute__((__malloc__))
#define __cold		      __attribute__((__cold__))
#define __visible	      __attribute__((__externally_visible__))
#define __alloc_size(...)     __attribute__((__alloc_size__(__VA_ARGS__)))
#define __cleanup(f)	      __attribute__((__cleanup__(f)))
#define __no_sanitize_address __attribute__((__no_sanitize_address__))
#define __always_inline	      inline __attribute__((__always_inline__))
#define noinline	      __attribute__((__noinline__))
#define noinline_for_stack    noinline
#define asmlinkage
#define notrace
#define __init
#define __exit
#define __initdata
#define __initconst
#define __exitdata
#define __ref
#define __refdata
#define __read_mostly
#define __ro_after_init
#define __cacheline_aligned	     __aligned(64)
#define __cacheline_aligned_in_smp   __aligned(64)
#define ____cacheline_aligned	     __aligned(64)
#define ____cacheline_aligned_in_smp __aligned(64)
#define __counted_by(m)
#define __free(name) __cleanup(__free_##name)
#if defined(__has_attribute) && __has_attribute(__fallthrough__)
#define fallthrough __attribute__((__fallthrough__))
#else
#define fallthrough \
	do {        \
	} while (0)
#endif
#define __same_type(a, b) __builtin_types_compatible_p(typeof(a), typeof(b))

#endif /* _LINUX_COMPILER_TYPES_H */
