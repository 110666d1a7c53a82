// SPDX-License-Identifier: MIT
/* Formatting and copying into memory of its own. */
#include <linux/slab.h>
#include <linux/sprintf.h>
#include <linux/string.h>

#undef kasprintf
#undef kvasprintf

char *__psim_kvasprintf(const char *site, gfp_t gfp, const char *fmt, va_list args)
{
	int n = vsnprintf(NULL, 0, fmt, args);
	char *text = __psim_kmalloc(n + 1, gfp, site);

	if (text)
		vsnprintf(text, n + 1, fmt, args);
	return text;
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
