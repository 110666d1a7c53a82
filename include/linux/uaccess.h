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

/**
 * strncpy_from_user() - text from user memory
 * @to: gets at most @count bytes, the end of the text among them if it is reached
 * Return: length of the text, @count if that is not long enough for its end; -EFAULT.
 */
long __must_check strncpy_from_user(char *to, const char __user *from, long count);
/* Return: length of the text and its end; more than @n if it is longer; 0: it cannot be reached. */
long __must_check strnlen_user(const char __user *text, long n);

/* Return: 1: @size bytes of user memory are zeros; 0; -EFAULT. */
int check_zeroed_user(const void __user *from, size_t size);

/**
 * copy_struct_from_user() - a structure that may have grown on either side
 * @ksize: its size as the caller knows it; what user space does not know is zero
 * @usize: its size as user space knows it; what the caller does not know has to be zero
 * Return: 0; -E2BIG: it is not zero; -EFAULT.
 */
static inline int copy_struct_from_user(void *dst, size_t ksize, const void __user *src,
					size_t usize)
{
	size_t both = ksize < usize ? ksize : usize;

	if (usize > ksize) {
		int zero = check_zeroed_user((const char __user *)src + both, usize - both);

		if (zero <= 0)
			return zero ?: -E2BIG;
	} else {
		__builtin_memset((char *)dst + both, 0, ksize - both);
	}
	return copy_from_user(dst, src, both) ? -EFAULT : 0;
}

/* The reverse; @ignored tells whether user space missed something that is not zero; it may be NULL. */
int copy_struct_to_user(void __user *dst, size_t usize, const void *src, size_t ksize,
			bool *ignored);

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
