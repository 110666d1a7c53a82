/* SPDX-License-Identifier: MIT */
/*
 * Which sanitizers this build has, under gcc and clang alike, and the little of their interfaces that
 * the host room calls. Without a sanitizer each call is nothing.
 */
#ifndef PSIM_SANITIZER_H
#define PSIM_SANITIZER_H

#if defined(__SANITIZE_ADDRESS__)
#define PSIM_HAS_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define PSIM_HAS_ASAN 1
#endif
#endif

#if defined(__SANITIZE_THREAD__)
#define PSIM_HAS_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define PSIM_HAS_TSAN 1
#endif
#endif

#ifndef PSIM_HAS_ASAN
#define PSIM_HAS_ASAN 0
#endif
#ifndef PSIM_HAS_TSAN
#define PSIM_HAS_TSAN 0
#endif

#if PSIM_HAS_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/lsan_interface.h>
#define PSIM_ASAN_POISON(p, n)	 __asan_poison_memory_region((p), (n))
#define PSIM_ASAN_UNPOISON(p, n) __asan_unpoison_memory_region((p), (n))
#else
#define PSIM_ASAN_POISON(p, n)	 ((void)0)
#define PSIM_ASAN_UNPOISON(p, n) ((void)0)
#define __lsan_disable()	 ((void)0)
#define __lsan_enable()		 ((void)0)
#endif

#endif /* PSIM_SANITIZER_H */
