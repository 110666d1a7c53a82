/* SPDX-License-Identifier: MIT */
/*
 * Things that are undone when their scope ends: pointers that free themselves, and guards that let go
 * of a lock.
 */
#ifndef _LINUX_CLEANUP_H
#define _LINUX_CLEANUP_H

#include <linux/compiler.h>
#include <linux/stddef.h>
#include <linux/types.h>

#define __psim_glue_(a, b) a##b
#define __psim_glue(a, b)  __psim_glue_(a, b)

/* ---- pointers: T *p __free(NAME) = ...; -------------------------------------------------------- */

/**
 * DEFINE_FREE() - how a variable declared with __free(name) is freed
 * @name_: the name
 * @type_: the variable's type
 * @free_: a statement that frees _T
 */
#define DEFINE_FREE(name_, type_, free_)                          \
	static inline __maybe_unused void __free_##name_(void *p) \
	{                                                         \
		type_ _T = *(type_ *)p;                           \
		free_;                                            \
	}

/* Take the value out: the variable is NULL from now on and frees nothing. */
#define no_free_ptr(p)                          \
	({                                      \
		__auto_type __psim_taken = (p); \
		(p) = NULL;                     \
		__psim_taken;                   \
	})
#define retain_and_null_ptr(p) ((void)no_free_ptr(p))
#define return_ptr(p)	       return no_free_ptr(p)

/* ---- classes: a type with a constructor and a destructor --------------------------------------- */

#define DEFINE_CLASS(name_, type_, exit_, init_, init_args_...)                             \
	typedef type_ class_##name_##_t;                                                    \
	static __always_inline __maybe_unused void class_##name_##_destructor(type_ *p)     \
	{                                                                                   \
		type_ _T = *p;                                                              \
		exit_;                                                                      \
	}                                                                                   \
	static __always_inline __maybe_unused type_ class_##name_##_constructor(init_args_) \
	{                                                                                   \
		type_ t = init_;                                                            \
		return t;                                                                   \
	}

#define CLASS(name_, var_)                                                            \
	class_##name_##_t var_ __maybe_unused __cleanup(class_##name_##_destructor) = \
		class_##name_##_constructor

/* ---- guards: guard(mutex)(&lock); -------------------------------------------------------------- */

#define __psim_guard_ptr(name_) class_##name_##_lock_ptr

#define __PSIM_DEFINE_GUARD_PTR(name_, expression_)                           \
	static __always_inline __maybe_unused void *class_##name_##_lock_ptr( \
		class_##name_##_t *_T)                                        \
	{                                                                     \
		return (void *)(expression_);                                 \
	}

#define DEFINE_GUARD(name_, type_, lock_, unlock_)     \
	DEFINE_CLASS(                                  \
		name_, type_, if (_T) { unlock_; }, ({ \
			lock_;                         \
			_T;                            \
		}),                                    \
		type_ _T)                              \
	__PSIM_DEFINE_GUARD_PTR(name_, *_T)

/* A guard that may fail: it then holds nothing, and its scope is not entered. */
#define DEFINE_GUARD_COND(name_, ext_, condition_)                                                 \
	typedef class_##name_##_t class_##name_##ext_##_t;                                         \
	static __always_inline __maybe_unused void class_##name_##ext_##_destructor(               \
		class_##name_##_t *p)                                                              \
	{                                                                                          \
		class_##name_##_destructor(p);                                                     \
	}                                                                                          \
	static __always_inline __maybe_unused class_##name_##_t class_##name_##ext_##_constructor( \
		class_##name_##_t _T)                                                              \
	{                                                                                          \
		return (condition_) ? _T : NULL;                                                   \
	}                                                                                          \
	__PSIM_DEFINE_GUARD_PTR(name_##ext_, *_T)

#define guard(name_) CLASS(name_, __psim_glue(__psim_guard_, __COUNTER__))

#define scoped_guard(name_, args_...)                                \
	for (CLASS(name_, __psim_scope)(args_), *__psim_done = NULL; \
	     __psim_guard_ptr(name_)(&__psim_scope) && !__psim_done; \
	     __psim_done = (void *)&__psim_scope)

#define scoped_cond_guard(name_, fail_, args_...)                                  \
	for (CLASS(name_, __psim_scope)(args_), *__psim_done = NULL; !__psim_done; \
	     __psim_done = (void *)&__psim_scope)                                  \
		if (!__psim_guard_ptr(name_)(&__psim_scope))                       \
			fail_;                                                     \
		else

/* A guard over a pointer to a lock, with room for what unlocking needs. */
#define __PSIM_DEFINE_UNLOCK_GUARD(name_, type_, unlock_, members_...)         \
	typedef struct {                                                       \
		type_ *lock;                                                   \
		members_;                                                      \
	} class_##name_##_t;                                                   \
	static __always_inline __maybe_unused void class_##name_##_destructor( \
		class_##name_##_t *_T)                                         \
	{                                                                      \
		if (_T->lock) {                                                \
			unlock_;                                               \
		}                                                              \
	}                                                                      \
	__PSIM_DEFINE_GUARD_PTR(name_, _T->lock)

#define DEFINE_LOCK_GUARD_1(name_, type_, lock_, unlock_, members_...)                       \
	__PSIM_DEFINE_UNLOCK_GUARD(name_, type_, unlock_, members_)                          \
	static __always_inline __maybe_unused class_##name_##_t class_##name_##_constructor( \
		type_ *l)                                                                    \
	{                                                                                    \
		class_##name_##_t __psim_t = {.lock = l}, *_T = &__psim_t;                   \
		lock_;                                                                       \
		return __psim_t;                                                             \
	}

#define DEFINE_LOCK_GUARD_0(name_, lock_, unlock_, members_...)                                   \
	__PSIM_DEFINE_UNLOCK_GUARD(name_, void, unlock_, members_)                                \
	static __always_inline __maybe_unused class_##name_##_t class_##name_##_constructor(void) \
	{                                                                                         \
		class_##name_##_t __psim_t = {.lock = (void *)1};                                 \
		class_##name_##_t *_T __maybe_unused = &__psim_t;                                 \
		lock_;                                                                            \
		return __psim_t;                                                                  \
	}

#define DEFINE_LOCK_GUARD_1_COND(name_, ext_, condition_)                                          \
	typedef class_##name_##_t class_##name_##ext_##_t;                                         \
	static __always_inline __maybe_unused void class_##name_##ext_##_destructor(               \
		class_##name_##_t *p)                                                              \
	{                                                                                          \
		class_##name_##_destructor(p);                                                     \
	}                                                                                          \
	static __always_inline __maybe_unused class_##name_##_t class_##name_##ext_##_constructor( \
		typeof(((class_##name_##_t *)NULL)->lock) l)                                       \
	{                                                                                          \
		class_##name_##_t __psim_t = {.lock = l}, *_T = &__psim_t;                         \
		if (_T->lock && !(condition_))                                                     \
			_T->lock = NULL;                                                           \
		return __psim_t;                                                                   \
	}                                                                                          \
	__PSIM_DEFINE_GUARD_PTR(name_##ext_, _T->lock)

#endif /* _LINUX_CLEANUP_H */
