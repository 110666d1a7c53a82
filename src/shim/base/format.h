/* SPDX-License-Identifier: MIT */
/* The format engine's inside: what its two files share. */
#ifndef PSIM_BASE_FORMAT_H
#define PSIM_BASE_FORMAT_H

#include <linux/stdarg.h>
#include <linux/types.h>

/**
 * struct psim_text - a buffer that is written to
 * @bytes: the buffer
 * @size: its bytes
 * @used: characters written so far, and those that had no room
 */
struct psim_text {
	char *bytes;
	size_t size;
	size_t used;
};

/**
 * struct psim_spec - one conversion
 * @width: at least so many characters
 * @width_given: there is one, if 0
 * @precision: -1 if none was given
 * @base: of a number: 8, 10 or 16
 * @left, @plus, @space, @alternate, @zero: the flags - + blank # 0
 * @upper: hexadecimal digits in upper case
 * @is_signed: the number is
 */
struct psim_spec {
	int width;
	int precision;
	unsigned int base;
	bool width_given;
	bool left, plus, space, alternate, zero;
	bool upper;
	bool is_signed;
};

static inline void psim_put(struct psim_text *text, char c)
{
	if (text->used < text->size)
		text->bytes[text->used] = c;
	text->used++;
}

void psim_put_string(struct psim_text *text, const char *s, const struct psim_spec *spec);
void psim_put_number(struct psim_text *text, u64 value, const struct psim_spec *spec);
void psim_format(struct psim_text *text, const char *fmt, va_list args) __printf(2, 0);

/*
 * What stands behind %p; @fmt begins behind the p. Return: the first character that is not part of
 * it.
 */
const char *psim_put_pointer(struct psim_text *text, const char *fmt, const void *p,
			     const struct psim_spec *spec);

#endif /* PSIM_BASE_FORMAT_H */
