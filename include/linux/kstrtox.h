/* SPDX-License-Identifier: MIT */
/* Text to numbers, strictly: the whole text is one number, but for one newline at its end. */
#ifndef _LINUX_KSTRTOX_H
#define _LINUX_KSTRTOX_H

#include <linux/compiler.h>
#include <linux/types.h>

/**
 * kstrtoull() - text to unsigned long long
 * @s: the text
 * @base: 0: by prefix (0x, 0), or 2 to 16
 * @res: gets the number on success
 * Return: 0; -EINVAL if it is no number; -ERANGE if it does not fit the type.
 */
int __must_check kstrtoull(const char *s, unsigned int base, unsigned long long *res);
int __must_check kstrtoll(const char *s, unsigned int base, long long *res);
int __must_check kstrtouint(const char *s, unsigned int base, unsigned int *res);
int __must_check kstrtoint(const char *s, unsigned int base, int *res);
int __must_check kstrtou16(const char *s, unsigned int base, u16 *res);
int __must_check kstrtos16(const char *s, unsigned int base, s16 *res);
int __must_check kstrtou8(const char *s, unsigned int base, u8 *res);
int __must_check kstrtos8(const char *s, unsigned int base, s8 *res);
/* "y", "1", "on" and "n", "0", "off", in any case of letters. */
int __must_check kstrtobool(const char *s, bool *res);

static inline int __must_check kstrtoul(const char *s, unsigned int base, unsigned long *res)
{
	return kstrtoull(s, base, (unsigned long long *)res);
}

static inline int __must_check kstrtol(const char *s, unsigned int base, long *res)
{
	return kstrtoll(s, base, (long long *)res);
}

static inline int __must_check kstrtou64(const char *s, unsigned int base, u64 *res)
{
	return kstrtoull(s, base, res);
}

static inline int __must_check kstrtos64(const char *s, unsigned int base, s64 *res)
{
	return kstrtoll(s, base, res);
}

static inline int __must_check kstrtos32(const char *s, unsigned int base, s32 *res)
{
	return kstrtoint(s, base, res);
}

static inline int __must_check kstrtou32(const char *s, unsigned int base, u32 *res)
{
	return kstrtouint(s, base, res);
}

/* The same of @n bytes of user memory; also -EFAULT. May sleep. */
int __must_check kstrtoull_from_user(const char __user *s, size_t n, unsigned int base,
				     unsigned long long *res);
int __must_check kstrtoll_from_user(const char __user *s, size_t n, unsigned int base,
				    long long *res);
int __must_check kstrtouint_from_user(const char __user *s, size_t n, unsigned int base,
				      unsigned int *res);
int __must_check kstrtoint_from_user(const char __user *s, size_t n, unsigned int base, int *res);
int __must_check kstrtou16_from_user(const char __user *s, size_t n, unsigned int base, u16 *res);
int __must_check kstrtos16_from_user(const char __user *s, size_t n, unsigned int base, s16 *res);
int __must_check kstrtou8_from_user(const char __user *s, size_t n, unsigned int base, u8 *res);
int __must_check kstrtos8_from_user(const char __user *s, size_t n, unsigned int base, s8 *res);
int __must_check kstrtobool_from_user(const char __user *s, size_t n, bool *res);

static inline int __must_check kstrtoul_from_user(const char __user *s, size_t n, unsigned int base,
						  unsigned long *res)
{
	return kstrtoull_from_user(s, n, base, (unsigned long long *)res);
}

static inline int __must_check kstrtol_from_user(const char __user *s, size_t n, unsigned int base,
						 long *res)
{
	return kstrtoll_from_user(s, n, base, (long long *)res);
}

static inline int __must_check kstrtou64_from_user(const char __user *s, size_t n,
						   unsigned int base, u64 *res)
{
	return kstrtoull_from_user(s, n, base, res);
}

static inline int __must_check kstrtos64_from_user(const char __user *s, size_t n,
						   unsigned int base, s64 *res)
{
	return kstrtoll_from_user(s, n, base, res);
}

static inline int __must_check kstrtou32_from_user(const char __user *s, size_t n,
						   unsigned int base, u32 *res)
{
	return kstrtouint_from_user(s, n, base, res);
}

static inline int __must_check kstrtos32_from_user(const char __user *s, size_t n,
						   unsigned int base, s32 *res)
{
	return kstrtoint_from_user(s, n, base, res);
}

/* Not strict: reads as far as there are digits. */
unsigned long long simple_strtoull(const char *s, char **end, unsigned int base);
long simple_strtol(const char *s, char **end, unsigned int base);

static inline unsigned long simple_strtoul(const char *s, char **end, unsigned int base)
{
	return simple_strtoull(s, end, base);
}

#endif /* _LINUX_KSTRTOX_H */
