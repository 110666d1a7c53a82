/* SPDX-License-Identifier: MIT */
/*
 * Reaching user memory of the current task, through its page tables, as its own accesses would.
 *
 * An access may fault, so it may sleep; it must not be made with a spinlock held or the mmap lock
 * write-held. What cannot be reached ends the copy: the bytes NOT copied are returned.
 */
#ifndef _LINUX_UACCESS_H
#define _LINUX_UACCESS_H

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/types.h>

/**
 * copy_to_user() - write to user memory
 * @to: user address
 * @from: kernel address
 * @n: bytes
 * Return: bytes that were not copied; 0 when all were.
 */
unsigned long __must_check copy_to_user(void __user *to, const void *from, unsigned long n);

/* Read from user memory; what could not be read is zero in @to. Return: bytes not copied. */
unsigned long __must_check copy_from_user(void *to, const void __user *from, unsigned long n);

/* Write zeros to user memory. Return: bytes not written. */
unsigned long __must_check clear_user(void __user *to, unsigned long n);

#define access_ok(addr, size) __psim_access_ok((unsigned long)(addr), (size))
bool __psim_access_ok(unsigned long address, unsigned long size);

/* Single values. Return: 0 or -EFAULT. */
#define put_user(x, ptr)                                                                \
	({                                                                              \
		typeof(*(ptr)) __psim_value = (x);                                      \
		copy_to_user((ptr), &__psim_value, sizeof(__psim_value)) ? -EFAULT : 0; \
	})
#define get_user(x, ptr)                                                                          \
	({                                                                                        \
		typeof(*(ptr)) __psim_value;                                                      \
		int __psim_error =                                                                \
			copy_from_user(&__psim_value, (ptr), sizeof(__psim_value)) ? -EFAULT : 0; \
		(x) = __psim_value;                                                               \
		__psim_error;                                                                     \
	})
#define __put_user(x, ptr) put_user(x, ptr)
#define __get_user(x, ptr) get_user(x, ptr)

#endif /* _LINUX_UACCESS_H */
