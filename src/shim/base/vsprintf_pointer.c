// SPDX-License-Identifier: MIT
/*
 * What may follow %p: errors, symbols, nested formats, addresses by reference, resources, bytes,
 * bitmaps, flags. Anything else, and plain %p and %pK, print the same for every object: an address
 * is nothing that a run may show. %px shows it, for people only.
 *
 * DEVIATION: symbols have no offset and size (they would differ from compiler to compiler), flags
 * are printed as numbers, and extensions that are not named here print as %p.
 */
#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/err.h>
#include <linux/errname.h>
#include <linux/ioport.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/printk.h>
#include <linux/string.h>
#include <linux/types.h>

#include "base/format.h"
#include "host/host.h"

#define POINTER_DIGITS 16
#define MAX_BYTES      64
#define PLACEHOLDER    "(____ptrval____)"

static void put_hex(struct psim_text *text, u64 value, int digits)
{
	const struct psim_spec spec = {
		.base = 16, .precision = -1, .alternate = true, .zero = true, .width = digits + 2};

	psim_put_number(text, value, &spec);
}

static void put_plain(struct psim_text *text, const char *s)
{
	const struct psim_spec spec = {.precision = -1};

	psim_put_string(text, s, &spec);
}

/* The address itself. */
static void put_address(struct psim_text *text, const void *p, const struct psim_spec *spec)
{
	struct psim_spec number = *spec;

	number.base = 16;
	if (number.width == 0) {
		number.width = POINTER_DIGITS; /* a prefix takes two of them */
		number.zero = true;
	}
	psim_put_number(text, (unsigned long)p, &number);
}

/* NULL and errors are the same in every run; of everything else nothing is shown. */
static void put_hidden(struct psim_text *text, const void *p, const struct psim_spec *spec)
{
	if (IS_ERR_OR_NULL(p))
		put_address(text, p, spec);
	else
		psim_put_string(text, PLACEHOLDER, spec);
}

static void put_error(struct psim_text *text, const void *p, const struct psim_spec *spec)
{
	struct psim_spec number = *spec;
	const char *name;

	if (!IS_ERR(p)) {
		put_hidden(text, p, spec);
		return;
	}
	name = errname(PTR_ERR(p));
	if (name) {
		psim_put_string(text, name, spec);
		return;
	}
	number.base = 10;
	number.is_signed = true;
	psim_put_number(text, PTR_ERR(p), &number);
}

static void put_symbol(struct psim_text *text, const void *p, const struct psim_spec *spec)
{
	char name[128];

	if (psim_host_symbol((unsigned long)p, name, sizeof(name), 0))
		psim_put_string(text, name, spec);
	else
		put_hidden(text, p, spec);
}

/* %pV: a format inside. */
static void put_format(struct psim_text *text, const struct va_format *inner)
{
	va_list args;

	va_copy(args, *inner->va);
	psim_format(text, inner->fmt, args);
	va_end(args);
}

/* %*ph: bytes, the width being their number. */
static void put_bytes(struct psim_text *text, char kind, const u8 *bytes,
		      const struct psim_spec *spec)
{
	const struct psim_spec two = {.base = 16, .precision = -1, .zero = true, .width = 2};
	char separator = kind == 'C' ? ':' : kind == 'D' ? '-' : kind == 'N' ? 0 : ' ';
	int n = spec->width_given ? min(spec->width, MAX_BYTES) : 1;

	for (int i = 0; i < n; i++) {
		if (i && separator)
			psim_put(text, separator);
		psim_put_number(text, bytes[i], &two);
	}
}

/* %*pb: 32 bits a group, highest first; %*pbl: ranges. The width is the number of bits. */
static void put_bits(struct psim_text *text, const unsigned long *map, int nbits)
{
	bool first = true;

	for (int low = (nbits - 1) / 32 * 32; low >= 0; low -= 32) {
		int bits = min(nbits - low, 32);
		u32 group = map[low / BITS_PER_LONG] >> (low % BITS_PER_LONG);
		struct psim_spec spec = {
			.base = 16, .precision = -1, .zero = true, .width = (bits + 3) / 4};

		if (bits < 32)
			group &= (1u << bits) - 1;
		if (!first)
			psim_put(text, ',');
		first = false;
		psim_put_number(text, group, &spec);
	}
}

static bool bit_at(const unsigned long *map, int n)
{
	return map[n / BITS_PER_LONG] & BIT_MASK(n);
}

static void put_bit_ranges(struct psim_text *text, const unsigned long *map, int nbits)
{
	const struct psim_spec spec = {.base = 10, .precision = -1};
	bool first = true;

	for (int i = 0; i < nbits; i++) {
		int last = i;

		if (!bit_at(map, i))
			continue;
		while (last + 1 < nbits && bit_at(map, last + 1))
			last++;
		if (!first)
			psim_put(text, ',');
		first = false;
		psim_put_number(text, i, &spec);
		if (last > i) {
			psim_put(text, '-');
			psim_put_number(text, last, &spec);
		}
		i = last;
	}
}

static void put_resource(struct psim_text *text, const struct resource *r, bool raw)
{
	bool io = r->flags & IORESOURCE_IO, mem = r->flags & IORESOURCE_MEM;
	int digits = io ? 4 : 8;

	put_plain(text, io ? "[io  " : mem ? "[mem " : "[??? ");
	put_hex(text, r->start, digits);
	if (r->start != r->end) {
		psim_put(text, '-');
		put_hex(text, r->end, digits);
	}
	if (raw || (!io && !mem)) {
		put_plain(text, " flags ");
		put_hex(text, r->flags, 1);
	}
	psim_put(text, ']');
}

/* %pG: flags, by reference. */
static void put_flags(struct psim_text *text, char kind, const void *p)
{
	put_hex(text, kind == 'g' ? *(const gfp_t *)p : *(const unsigned long *)p, 1);
}

static bool is_address(const void *p, struct psim_text *text, const struct psim_spec *spec)
{
	if ((unsigned long)p >= 4096 && !IS_ERR(p))
		return true;
	psim_put_string(text, p ? "(efault)" : "(null)", spec);
	return false;
}

/* Extensions that look at what @p points to. Return: whether @fmt is one of them. */
static bool put_contents(struct psim_text *text, const char *fmt, const void *p,
			 const struct psim_spec *spec)
{
	if (!*fmt || !strchr("VarRhbG", *fmt))
		return false;
	if (!is_address(p, text, spec))
		return true;
	switch (*fmt) {
	case 'V':
		put_format(text, p);
		break;
	case 'a': /* a physical address, or with d one of the bus */
		put_hex(text, *(const u64 *)p, 16);
		break;
	case 'r':
	case 'R':
		put_resource(text, p, *fmt == 'r');
		break;
	case 'h':
		put_bytes(text, fmt[1], p, spec);
		break;
	case 'b':
		if (fmt[1] == 'l')
			put_bit_ranges(text, p, spec->width);
		else
			put_bits(text, p, spec->width);
		break;
	default:
		put_flags(text, fmt[1], p);
		break;
	}
	return true;
}

static bool is_alnum(char c)
{
	return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
}

static void put_itself(struct psim_text *text, char kind, const void *p,
		       const struct psim_spec *spec)
{
	switch (kind) {
	case 'e':
		put_error(text, p, spec);
		break;
	case 'S':
	case 's':
	case 'B':
		put_symbol(text, p, spec);
		break;
	case 'x':
		put_address(text, p, spec);
		break;
	default:
		put_hidden(text, p, spec);
		break;
	}
}

const char *psim_put_pointer(struct psim_text *text, const char *fmt, const void *p,
			     const struct psim_spec *spec)
{
	if (!put_contents(text, fmt, p, spec))
		put_itself(text, *fmt, p, spec);
	while (is_alnum(*fmt)) /* all of them belong to the %p, known or not */
		fmt++;
	return fmt;
}
