/* SPDX-License-Identifier: MIT */
/*
 * Strings and memory. What libc has under the same name and meaning is libc's own, so that the
 * sanitizers see it; the rest is in src/shim/base/string.c. kstrdup() and its kin are here, too, as
 * in a kernel; the slab allocator gives their memory.
 */
#ifndef _LINUX_STRING_H
#define _LINUX_STRING_H

#include <linux/array_size.h>
#include <linux/compiler.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/stdarg.h>
#include <linux/types.h>

/* ---- libc's ---- */
void *memcpy(void *to, const void *from, size_t n);
void *memmove(void *to, const void *from, size_t n);
void *memset(void *p, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);
void *memchr(const void *p, int c, size_t n);
size_t strlen(const char *s);
size_t strnlen(const char *s, size_t max);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
int strcasecmp(const char *a, const char *b);
int strncasecmp(const char *a, const char *b, size_t n);
char *strcpy(char *to, const char *from);
char *strncpy(char *to, const char *from, size_t n);
char *strcat(char *to, const char *from);
char *strncat(char *to, const char *from, size_t n);
char *strchr(const char *s, int c);
char *strrchr(const char *s, int c);
char *strstr(const char *s, const char *part);
size_t strspn(const char *s, const char *accept);
size_t strcspn(const char *s, const char *reject);
char *strpbrk(const char *s, const char *accept);
char *strsep(char **s, const char *separators);

/* ---- ours ---- */

ssize_t __psim_strscpy(char *to, const char *from, size_t size, bool pad);
#define __psim_strscpy_to_array(to, from) \
	__psim_strscpy(to, from, sizeof(to) + __must_be_array(to), false)
#define __psim_strscpy_sized(to, from, size) __psim_strscpy(to, from, size, false)
#define __psim_strscpy_pad_to_array(to, from) \
	__psim_strscpy(to, from, sizeof(to) + __must_be_array(to), true)
#define __psim_strscpy_pad_sized(to, from, size) __psim_strscpy(to, from, size, true)
#define __psim_third(a, b, c, ...)		 c

/**
 * strscpy() - copy a string into a buffer, always ended with 0
 * @to: the buffer; without a size it is an array
 * @from: the string
 * @size: the buffer's bytes
 * Return: characters copied; -E2BIG if the string was cut, or the size is 0.
 */
#define strscpy(to, from, ...)                               \
	__psim_third(0, ##__VA_ARGS__, __psim_strscpy_sized, \
		     __psim_strscpy_to_array)(to, from, ##__VA_ARGS__)
/* As strscpy(), and the rest of the buffer becomes 0. */
#define strscpy_pad(to, from, ...)                               \
	__psim_third(0, ##__VA_ARGS__, __psim_strscpy_pad_sized, \
		     __psim_strscpy_pad_to_array)(to, from, ##__VA_ARGS__)

/* Return: length the whole would have; @size bytes are there in all. */
size_t strlcat(char *to, const char *from, size_t size) __asm__("__psim_strlcat");
char *strchrnul(const char *s, int c) __asm__("__psim_strchrnul");
char *strnchr(const char *s, size_t n, int c);
char *strnstr(const char *s, const char *part, size_t n);
char *strreplace(char *s, char old, char new);
char *skip_spaces(const char *s);
/* @s without spaces at either end; those behind it are cut off in place. */
char *strim(char *s);
bool sysfs_streq(const char *a, const char *b);
int match_string(const char *const *array, size_t n, const char *string);
int __sysfs_match_string(const char *const *array, size_t n, const char *string);
/* Return: the first byte that is not @c, or NULL if there is none. */
void *memchr_inv(const void *p, int c, size_t n);
void *memscan(void *p, int c, size_t n);
void *memset16(u16 *p, u16 v, size_t n);
void *memset32(u32 *p, u32 v, size_t n);
void *memset64(u64 *p, u64 v, size_t n);
void memcpy_and_pad(void *to, size_t to_size, const void *from, size_t n, int pad);
/* Zeroing that no compiler leaves out. */
void memzero_explicit(void *p, size_t n);
const char *kbasename(const char *path);

static inline void *memset_l(unsigned long *p, unsigned long v, size_t n)
{
	return memset64((u64 *)p, v, n);
}

static inline void *memset_p(void **p, void *v, size_t n)
{
	return memset64((u64 *)p, (unsigned long)v, n);
}

static inline bool mem_is_zero(const void *p, size_t n)
{
	return !memchr_inv(p, 0, n);
}

static inline bool strstarts(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

/* Return: length of @prefix if @s begins with it, else 0. */
static inline size_t str_has_prefix(const char *s, const char *prefix)
{
	size_t n = strlen(prefix);

	return strncmp(s, prefix, n) == 0 ? n : 0;
}

/* ---- copies in memory of their own; NULL without memory, or of NULL ---- */
char *__psim_kstrdup(const char *s, gfp_t gfp, const char *site) __malloc;
char *__psim_kstrndup(const char *s, size_t max, gfp_t gfp, const char *site) __malloc;
void *__psim_kmemdup(const void *p, size_t n, gfp_t gfp, const char *site) __malloc;
char *kstrdup(const char *s, gfp_t gfp) __malloc;
char *kstrndup(const char *s, size_t max, gfp_t gfp) __malloc;
void *kmemdup(const void *p, size_t n, gfp_t gfp) __malloc;
const char *kstrdup_const(const char *s, gfp_t gfp);
void kfree_const(const void *s);
#define kstrdup(s, gfp)	      __psim_kstrdup(s, gfp, __func__)
#define kstrndup(s, max, gfp) __psim_kstrndup(s, max, gfp, __func__)
#define kmemdup(p, n, gfp)    __psim_kmemdup(p, n, gfp, __func__)

/*
 * A copy of @n bytes of user memory, for kfree(); vmemdup_user(): for kvfree(). May sleep.
 * Return: it; ERR_PTR(-ENOMEM), ERR_PTR(-EFAULT).
 */
void *__psim_memdup_user(const void __user *from, size_t n, const char *site);
void *memdup_user(const void __user *from, size_t n);
#define memdup_user(from, n) __psim_memdup_user((from), (n), __func__)
void *vmemdup_user(const void __user *from, size_t n);
/* The same with a zero behind it. */
void *memdup_user_nul(const void __user *from, size_t n);
/* Text of up to @n bytes, its end included. Return: as above; ERR_PTR(-EINVAL): it is longer. */
char *strndup_user(const char __user *text, long n);
/* The same of an array, whose size may overflow: ERR_PTR(-EOVERFLOW). */
static inline void *memdup_array_user(const void __user *from, size_t n, size_t size)
{
	size_t bytes;

	return __builtin_mul_overflow(n, size, &bytes) ? ERR_PTR(-EOVERFLOW)
						       : memdup_user(from, bytes);
}

static inline void *vmemdup_array_user(const void __user *from, size_t n, size_t size)
{
	size_t bytes;

	return __builtin_mul_overflow(n, size, &bytes) ? ERR_PTR(-EOVERFLOW)
						       : vmemdup_user(from, bytes);
}
#define kstrdup_const(s, gfp) ((const char *)__psim_kstrdup(s, gfp, __func__))

#endif /* _LINUX_STRING_H */
