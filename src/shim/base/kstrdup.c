// SPDX-License-Identifier: MIT
/* Formatting and copying into memory of its own. */
#include <linux/slab.h>
#include <linux/sprintf.h>
#include <linux/string.h>

#include "base/format.h"

#undef kasprintf
#undef kvasprintf
#undef kstrdup
#undef kstrndup
#undef kmemdup
#undef kstrdup_const

void *__psim_kmemdup(const void *p, size_t n, gfp_t gfp, const char *site)
{
	void *copy = p ? __psim_kmalloc(n, gfp, site) : NULL;

	if (copy)
		memcpy(copy, p, n);
	return copy;
}

char *__psim_kstrndup(const char *s, size_t max, gfp_t gfp, const char *site)
{
	size_t n = s ? strnlen(s, max) : 0;
	char *copy = s ? __psim_kmalloc(n + 1, gfp, site) : NULL;

	if (copy) {
		memcpy(copy, s, n);
		copy[n] = 0;
	}
	return copy;
}

char *__psim_kstrdup(const char *s, gfp_t gfp, const char *site)
{
	return __psim_kmemdup(s, s ? strlen(s) + 1 : 0, gfp, site);
}

void *kmemdup(const void *p, size_t n, gfp_t gfp)
{
	return __psim_kmemdup(p, n, gfp, __func__);
}

char *kstrndup(const char *s, size_t max, gfp_t gfp)
{
	return __psim_kstrndup(s, max, gfp, __func__);
}

char *kstrdup(const char *s, gfp_t gfp)
{
	return __psim_kstrdup(s, gfp, __func__);
}

const char *kstrdup_const(const char *s, gfp_t gfp)
{
	return __psim_kstrdup(s, gfp, __func__);
}

void kfree_const(const void *s)
{
	kfree(s);
}

char *__psim_kvasprintf(const char *site, gfp_t gfp, const char *fmt, va_list args)
{
	struct psim_text text = {};
	size_t n;

	psim_format(&text, fmt, args);
	n = text.used;
	text.bytes = __psim_kmalloc(n + 1, gfp, site);
	if (!text.bytes)
		return NULL;
	text.size = n;
	text.used = 0;
	psim_format(&text, fmt, args);
	text.bytes[n] = 0;
	return text.bytes;
}

char *__psim_kasprintf(const char *site, gfp_t gfp, const char *fmt, ...)
{
	va_list args;
	char *text;

	va_start(args, fmt);
	text = __psim_kvasprintf(site, gfp, fmt, args);
	va_end(args);
	return text;
}

char *kvasprintf(gfp_t gfp, const char *fmt, va_list args)
{
	return __psim_kvasprintf(__func__, gfp, fmt, args);
}

const char *kvasprintf_const(gfp_t gfp, const char *fmt, va_list args)
{
	return __psim_kvasprintf(__func__, gfp, fmt, args);
}

char *kasprintf(gfp_t gfp, const char *fmt, ...)
{
	va_list args;
	char *text;

	va_start(args, fmt);
	text = __psim_kvasprintf(__func__, gfp, fmt, args);
	va_end(args);
	return text;
}
