// SPDX-License-Identifier: MIT
/* Strings and memory: what the kernel has and libc has not, or has with another meaning. */
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <linux/types.h>

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

ssize_t __psim_strscpy(char *to, const char *from, size_t size, bool pad)
{
	size_t n;

	if (!size || WARN_ON_ONCE(size > INT_MAX))
		return -E2BIG;
	n = strnlen(from, size);
	if (n == size) {
		memcpy(to, from, size - 1);
		to[size - 1] = 0;
		return -E2BIG;
	}
	memcpy(to, from, n);
	memset(to + n, 0, pad ? size - n : 1);
	return n;
}

size_t strlcat(char *to, const char *from, size_t size)
{
	size_t have = strnlen(to, size), more = strlen(from), n;

	BUG_ON(have >= size);
	n = min(more, size - have - 1);
	memcpy(to + have, from, n);
	to[have + n] = 0;
	return have + more;
}

char *strchrnul(const char *s, int c)
{
	while (*s && *s != (char)c)
		s++;
	return (char *)s;
}

char *strnchr(const char *s, size_t n, int c)
{
	for (; n--; s++) {
		if (*s == (char)c)
			return (char *)s;
		if (!*s)
			break;
	}
	return NULL;
}

char *strnstr(const char *s, const char *part, size_t n)
{
	size_t length = strlen(part);

	for (n = strnlen(s, n); n >= length; n--, s++) {
		if (!memcmp(s, part, length))
			return (char *)s;
	}
	return NULL;
}

char *strreplace(char *s, char old, char new)
{
	char *at = s;

	for (; *at; at++) {
		if (*at == old)
			*at = new;
	}
	return s;
}

char *skip_spaces(const char *s)
{
	while (is_space(*s))
		s++;
	return (char *)s;
}

char *strim(char *s)
{
	size_t n = strlen(s);

	while (n && is_space(s[n - 1]))
		n--;
	s[n] = 0;
	return skip_spaces(s);
}

bool sysfs_streq(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	if (*a == *b)
		return true;
	return (!*a && *b == '\n' && !b[1]) || (!*b && *a == '\n' && !a[1]);
}

static int find_string(const char *const *array, size_t n, const char *string, bool sysfs)
{
	for (size_t i = 0; i < n && array[i]; i++) {
		if (sysfs ? sysfs_streq(array[i], string) : !strcmp(array[i], string))
			return i;
	}
	return -EINVAL;
}

int match_string(const char *const *array, size_t n, const char *string)
{
	return find_string(array, n, string, false);
}

int __sysfs_match_string(const char *const *array, size_t n, const char *string)
{
	return find_string(array, n, string, true);
}

void *memchr_inv(const void *p, int c, size_t n)
{
	const u8 *bytes = p;

	if (!n)
		return NULL;
	if (bytes[0] != (u8)c)
		return (void *)p;
	/* all the same if each is the same as the one before it */
	if (!memcmp(bytes, bytes + 1, n - 1))
		return NULL;
	while (*bytes == (u8)c)
		bytes++;
	return (void *)bytes;
}

void *memscan(void *p, int c, size_t n)
{
	u8 *bytes = p;

	while (n && *bytes != (u8)c)
		bytes++, n--;
	return bytes;
}

void *memset16(u16 *p, u16 v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = v;
	return p;
}

void *memset32(u32 *p, u32 v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = v;
	return p;
}

void *memset64(u64 *p, u64 v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = v;
	return p;
}

void memcpy_and_pad(void *to, size_t to_size, const void *from, size_t n, int pad)
{
	n = min(n, to_size);
	memcpy(to, from, n);
	memset((char *)to + n, pad, to_size - n);
}

void memzero_explicit(void *p, size_t n)
{
	memset(p, 0, n);
	__asm__ volatile("" : : "r"(p) : "memory");
}

const char *kbasename(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}
