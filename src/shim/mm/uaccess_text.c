// SPDX-License-Identifier: MIT
/*
 * User memory that is copied into memory of its own, text in it, and structures whose size user space and the
 * kernel see differently.
 */
#include <linux/err.h>
#include <linux/export.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <asm/page.h>

#define PIECE 64

/* ---- copies ---------------------------------------------------------------------------------------------- */

/* @to has room for @n bytes, and is freed on failure. */
static void *fill(void *to, const void __user *from, size_t n)
{
	if (!to)
		return ERR_PTR(-ENOMEM);
	if (!copy_from_user(to, from, n))
		return to;
	kvfree(to);
	return ERR_PTR(-EFAULT);
}

void *__psim_memdup_user(const void __user *from, size_t n, const char *site)
{
	return fill(__psim_kmalloc(n, GFP_USER | __GFP_NOWARN, site), from, n);
}
EXPORT_SYMBOL(__psim_memdup_user);

void *(memdup_user)(const void __user *from, size_t n)
{
	return __psim_memdup_user(from, n, __func__);
}
EXPORT_SYMBOL(memdup_user);

void *vmemdup_user(const void __user *from, size_t n)
{
	return fill(kvmalloc(n, GFP_USER), from, n);
}
EXPORT_SYMBOL(vmemdup_user);

void *memdup_user_nul(const void __user *from, size_t n)
{
	char *text = fill(kmalloc(n + 1, GFP_KERNEL), from, n);

	if (!IS_ERR(text))
		text[n] = 0;
	return text;
}
EXPORT_SYMBOL(memdup_user_nul);

/* ---- text -------------------------------------------------------------------------------------------------- */

/* A piece that lies in one page, so that what can be reached is read before what cannot. Return: its bytes. */
static long piece(char to[PIECE], const char __user *from, long n)
{
	unsigned long left_in_page = PAGE_SIZE - ((unsigned long)from & ~PAGE_MASK);

	n = min3((unsigned long)n, left_in_page, (unsigned long)PIECE);
	return copy_from_user(to, from, n) ? -EFAULT : n;
}

long strncpy_from_user(char *to, const char __user *from, long count)
{
	char bytes[PIECE];
	long done = 0;

	while (done < count) {
		long n = piece(bytes, from + done, count - done), length;

		if (n < 0)
			return n;
		length = strnlen(bytes, n);
		memcpy(to + done, bytes, min(length + 1, n));
		done += length;
		if (length < n)
			return done;
	}
	return done;
}
EXPORT_SYMBOL(strncpy_from_user);

long strnlen_user(const char __user *text, long n)
{
	char bytes[PIECE];
	long done = 0;

	if (n <= 0)
		return 0;
	while (done < n) {
		long got = piece(bytes, text + done, n - done), length;

		if (got < 0)
			return 0;
		length = strnlen(bytes, got);
		done += length;
		if (length < got)
			return done + 1;
	}
	return n + 1;
}
EXPORT_SYMBOL(strnlen_user);

char *strndup_user(const char __user *text, long n)
{
	long length = strnlen_user(text, n);
	char *copy;

	if (!length)
		return ERR_PTR(-EFAULT);
	if (length > n)
		return ERR_PTR(-EINVAL);
	copy = memdup_user(text, length);
	/* it may have been changed meanwhile */
	if (!IS_ERR(copy))
		copy[length - 1] = 0;
	return copy;
}
EXPORT_SYMBOL(strndup_user);

/* ---- structures that grew ---------------------------------------------------------------------------------- */

int check_zeroed_user(const void __user *from, size_t size)
{
	char bytes[PIECE];
	size_t done = 0;

	while (done < size) {
		long n = piece(bytes, from + done, min(size - done, (size_t)LONG_MAX));

		if (n < 0)
			return n;
		if (memchr_inv(bytes, 0, n))
			return 0;
		done += n;
	}
	return 1;
}
EXPORT_SYMBOL(check_zeroed_user);

int copy_struct_to_user(void __user *dst, size_t usize, const void *src, size_t ksize,
			bool *ignored)
{
	size_t both = min(usize, ksize);

	if (usize > ksize && clear_user(dst + both, usize - both))
		return -EFAULT;
	if (ignored)
		*ignored = usize < ksize && memchr_inv(src + both, 0, ksize - both);
	return copy_to_user(dst, src, both) ? -EFAULT : 0;
}
EXPORT_SYMBOL(copy_struct_to_user);
