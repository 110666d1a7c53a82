/* SPDX-License-Identifier: MIT */
/* Errors in pointers: the last 4095 addresses are never objects. */
#ifndef _LINUX_ERR_H
#define _LINUX_ERR_H

#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/types.h>

#define MAX_ERRNO 4095

/** IS_ERR_VALUE() - is the number a negative errno? */
#define IS_ERR_VALUE(x) unlikely((unsigned long)(void *)(x) >= (unsigned long)-MAX_ERRNO)

/* @error, negative, as a pointer. */
static inline void *__must_check ERR_PTR(long error)
{
	return (void *)error;
}

/** PTR_ERR() - the negative errno in a pointer */
static inline long __must_check PTR_ERR(__force const void *ptr)
{
	return (long)ptr;
}

/** IS_ERR() - is it a negative errno instead of a pointer? */
static inline bool __must_check IS_ERR(__force const void *ptr)
{
	return IS_ERR_VALUE(ptr);
}

/** IS_ERR_OR_NULL() - is it that, or NULL? */
static inline bool __must_check IS_ERR_OR_NULL(__force const void *ptr)
{
	return unlikely(!ptr) || IS_ERR_VALUE(ptr);
}

/* An error pointer as another pointer type. */
static inline void *__must_check ERR_CAST(__force const void *ptr)
{
	return (void *)ptr;
}

/** PTR_ERR_OR_ZERO() - the negative errno in a pointer, or 0 */
static inline int __must_check PTR_ERR_OR_ZERO(__force const void *ptr)
{
	return IS_ERR(ptr) ? PTR_ERR(ptr) : 0;
}

#endif /* _LINUX_ERR_H */
