// SPDX-License-Identifier: MIT
/*
 * The kernel's format engine: conversions, flags, width and precision, numbers and strings. What
 * may follow %p is in vsprintf_pointer.c. There is no %n and no floating point.
 *
 * It differs from C where the kernel does: 0 pads a number of given precision, too; %#x of 0 has
 * its 0x; strings at addresses that are none print what they are instead of crashing.
 */
#include <linux/bug.h>
#include <linux/compiler.h>
#include <linux/err.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include <linux/types.h>

#include "base/format.h"

#define MAX_DIGITS 24
#define FIRST_PAGE 4096ul

/* Sizes of arguments: the letters before a conversion. */
enum size {
	SIZE_INT,
	SIZE_CHAR,
	SIZE_SHORT,
	SIZE_LONG,
	SIZE_LONG_LONG
};

static void put_many(struct psim_text *text, char c, int n)
{
	while (n-- > 0)
		psim_put(text, c);
}

void psim_put_string(struct psim_text *text, const char *s, const struct psim_spec *spec)
{
	int n, max = spec->precision < 0 ? INT_MAX : spec->precision;

	if (!s)
		s = "(null)";
	else if ((unsigned long)s < FIRST_PAGE || IS_ERR(s))
		s = "(efault)";
	n = strnlen(s, max);
	if (!spec->left)
		put_many(text, ' ', spec->width - n);
	for (int i = 0; i < n; i++)
		psim_put(text, s[i]);
	if (spec->left)
		put_many(text, ' ', spec->width - n);
}

/* Digits of @value, last first. Return: how many. */
static int digits_of(u64 value, const struct psim_spec *spec, char *digits)
{
	const char *alphabet = spec->upper ? "0123456789ABCDEF" : "0123456789abcdef";
	int n = 0;

	do {
		digits[n++] = alphabet[value % spec->base];
		value /= spec->base;
	} while (value);
	return n;
}

void psim_put_number(struct psim_text *text, u64 value, const struct psim_spec *spec)
{
	bool negative = spec->is_signed && (s64)value < 0;
	char sign = negative			     ? '-'
		    : spec->is_signed && spec->plus  ? '+'
		    : spec->is_signed && spec->space ? ' '
						     : 0;
	bool prefix = spec->alternate && (spec->base == 16 || (spec->base == 8 && value));
	char digits[MAX_DIGITS];
	int n = digits_of(negative ? -value : value, spec, digits);
	int shown = max(n, spec->precision);
	int pad = spec->width - shown - !!sign - (prefix ? (spec->base == 16 ? 2 : 1) : 0);

	if (!spec->left && !spec->zero)
		put_many(text, ' ', pad);
	if (sign)
		psim_put(text, sign);
	if (prefix)
		psim_put(text, '0');
	if (prefix && spec->base == 16)
		psim_put(text, spec->upper ? 'X' : 'x');
	if (!spec->left && spec->zero)
		put_many(text, '0', pad);
	put_many(text, '0', shown - n);
	while (n)
		psim_put(text, digits[--n]);
	if (spec->left)
		put_many(text, ' ', pad);
}

static const char *parse_flags(const char *fmt, struct psim_spec *spec)
{
	for (;; fmt++) {
		switch (*fmt) {
		case '-':
			spec->left = true;
			break;
		case '+':
			spec->plus = true;
			break;
		case ' ':
			spec->space = true;
			break;
		case '#':
			spec->alternate = true;
			break;
		case '0':
			spec->zero = true;
			break;
		default:
			return fmt;
		}
	}
}

static const char *parse_size(const char *fmt, enum size *size)
{
	*size = SIZE_INT;
	switch (*fmt) {
	case 'h':
		*size = fmt[1] == 'h' ? SIZE_CHAR : SIZE_SHORT;
		return fmt + (fmt[1] == 'h' ? 2 : 1);
	case 'l':
		*size = fmt[1] == 'l' ? SIZE_LONG_LONG : SIZE_LONG;
		return fmt + (fmt[1] == 'l' ? 2 : 1);
	case 'L':
		*size = SIZE_LONG_LONG;
		return fmt + 1;
	case 'z':
	case 't':
		*size = SIZE_LONG;
		return fmt + 1;
	}
	return fmt;
}

static int parse_digits(const char **fmt)
{
	int n = 0;

	while (**fmt >= '0' && **fmt <= '9')
		n = n * 10 + *(*fmt)++ - '0';
	return n;
}

/* An integer argument of any size, widened by its sign. */
#define NEXT_NUMBER(args, size, is_signed)               \
	((size) == SIZE_LONG_LONG || (size) == SIZE_LONG \
		 ? va_arg(args, u64)                     \
		 : narrow(va_arg(args, unsigned int), size, is_signed))

static u64 narrow(unsigned int value, enum size size, bool is_signed)
{
	if (size == SIZE_CHAR)
		return is_signed ? (u64)(s64)(s8)value : (u8)value;
	if (size == SIZE_SHORT)
		return is_signed ? (u64)(s64)(s16)value : (u16)value;
	return is_signed ? (u64)(s64)(s32)value : value;
}

/* Whether @conversion prints a number; sets how. */
static bool is_number(char conversion, struct psim_spec *spec)
{
	spec->base = 10;
	switch (conversion) {
	case 'd':
	case 'i':
		spec->is_signed = true;
		return true;
	case 'u':
		return true;
	case 'o':
		spec->base = 8;
		return true;
	case 'X':
		spec->upper = true;
		fallthrough;
	case 'x':
		spec->base = 16;
		return true;
	}
	return false;
}

static void put_char(struct psim_text *text, char c, const struct psim_spec *spec)
{
	if (!spec->left)
		put_many(text, ' ', spec->width - 1);
	psim_put(text, c);
	if (spec->left)
		put_many(text, ' ', spec->width - 1);
}

void psim_format(struct psim_text *text, const char *fmt, va_list original)
{
	va_list args;

	va_copy(args, original);
	while (*fmt) {
		struct psim_spec spec = {.precision = -1};
		enum size size;

		if (*fmt != '%') {
			psim_put(text, *fmt++);
			continue;
		}
		fmt = parse_flags(fmt + 1, &spec);
		spec.width_given = *fmt == '*' || (*fmt >= '0' && *fmt <= '9');
		if (*fmt == '*') {
			spec.width = va_arg(args, int);
			if (spec.width < 0) {
				spec.left = true;
				spec.width = -spec.width;
			}
			fmt++;
		} else {
			spec.width = parse_digits(&fmt);
		}
		if (*fmt == '.') {
			fmt++;
			if (*fmt == '*') {
				spec.precision = max(va_arg(args, int), 0);
				fmt++;
			} else {
				spec.precision = parse_digits(&fmt);
			}
		}
		fmt = parse_size(fmt, &size);
		if (is_number(*fmt, &spec)) {
			psim_put_number(text, NEXT_NUMBER(args, size, spec.is_signed), &spec);
			fmt++;
		} else if (*fmt == 's') {
			psim_put_string(text, va_arg(args, const char *), &spec);
			fmt++;
		} else if (*fmt == 'c') {
			put_char(text, va_arg(args, int), &spec);
			fmt++;
		} else if (*fmt == 'p') {
			fmt = psim_put_pointer(text, fmt + 1, va_arg(args, const void *), &spec);
		} else if (*fmt == '%') {
			psim_put(text, *fmt++);
		} else {
			WARN_ONCE(1, "the format conversion %%%c is not supported", *fmt);
			break; /* what its argument is nobody knows */
		}
	}
	va_end(args);
}

int vsnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
	struct psim_text text = {.bytes = buf, .size = size};

	if (WARN_ON_ONCE(size > INT_MAX))
		return 0;
	psim_format(&text, fmt, args);
	if (size)
		buf[min(text.used, size - 1)] = 0;
	return text.used;
}

int vscnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
	int n = size ? vsnprintf(buf, size, fmt, args) : 0;

	return n < size ? n : size ? (int)size - 1 : 0;
}

int vsprintf(char *buf, const char *fmt, va_list args)
{
	return vsnprintf(buf, INT_MAX, fmt, args);
}

int snprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(buf, size, fmt, args);
	va_end(args);
	return n;
}

int scnprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vscnprintf(buf, size, fmt, args);
	va_end(args);
	return n;
}

int sprintf(char *buf, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(buf, INT_MAX, fmt, args);
	va_end(args);
	return n;
}
