// SPDX-License-Identifier: MIT
/* Text to numbers. */
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/kstrtox.h>
#include <linux/limits.h>
#include <linux/string.h>

static unsigned int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 32;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 99; /* no more, whatever the base */
}

/* Leads *@s behind a prefix of @base; a @base of 0 is found by the prefix. */
static unsigned int skip_prefix(const char **s, unsigned int base)
{
	bool hex = (*s)[0] == '0' && ((*s)[1] | 32) == 'x' && digit_of((*s)[2]) < 16;

	if (base == 0)
		base = hex ? 16 : (*s)[0] == '0' ? 8 : 10;
	if (base == 16 && hex)
		*s += 2;
	return base;
}

/* Return: digits read. *@overflow: they do not fit. */
static size_t read_digits(const char *s, unsigned int base, unsigned long long *value,
			  bool *overflow)
{
	size_t n = 0;

	*value = 0;
	*overflow = false;
	for (; digit_of(s[n]) < base; n++) {
		*overflow |= __builtin_mul_overflow(*value, base, value);
		*overflow |= __builtin_add_overflow(*value, digit_of(s[n]), value);
	}
	return n;
}

unsigned long long simple_strtoull(const char *s, char **end, unsigned int base)
{
	unsigned long long value;
	bool overflow;

	base = skip_prefix(&s, base);
	s += read_digits(s, base, &value, &overflow);
	if (end)
		*end = (char *)s;
	return value;
}

int kstrtoull(const char *s, unsigned int base, unsigned long long *res)
{
	unsigned long long value;
	bool overflow;
	size_t n;

	if (*s == '+')
		s++;
	base = skip_prefix(&s, base);
	n = read_digits(s, base, &value, &overflow);
	if (!n)
		return -EINVAL;
	if (overflow)
		return -ERANGE;
	s += n;
	if (*s == '\n')
		s++;
	if (*s)
		return -EINVAL;
	*res = value;
	return 0;
}

int kstrtoll(const char *s, unsigned int base, long long *res)
{
	bool negative = *s == '-';
	unsigned long long value;
	int err;

	if (negative && s[1] == '+')
		return -EINVAL;
	err = kstrtoull(s + negative, base, &value);
	if (err)
		return err;
	if (value > (unsigned long long)LLONG_MAX + negative)
		return -ERANGE;
	*res = negative ? -value : value;
	return 0;
}

int kstrtouint(const char *s, unsigned int base, unsigned int *res)
{
	unsigned long long value;
	int err = kstrtoull(s, base, &value);

	if (err)
		return err;
	if (value > UINT_MAX)
		return -ERANGE;
	*res = value;
	return 0;
}

int kstrtoint(const char *s, unsigned int base, int *res)
{
	long long value;
	int err = kstrtoll(s, base, &value);

	if (err)
		return err;
	if (value != (int)value)
		return -ERANGE;
	*res = value;
	return 0;
}

#define NARROW(name, type, wide, parse)                       \
	int name(const char *s, unsigned int base, type *res) \
	{                                                     \
		wide value;                                   \
		int err = parse(s, base, &value);             \
                                                              \
		if (err)                                      \
			return err;                           \
		if (value != (type)value)                     \
			return -ERANGE;                       \
		*res = value;                                 \
		return 0;                                     \
	}                                                     \
	EXPORT_SYMBOL(name)

NARROW(kstrtou16, u16, unsigned int, kstrtouint);
NARROW(kstrtos16, s16, int, kstrtoint);
NARROW(kstrtou8, u8, unsigned int, kstrtouint);
NARROW(kstrtos8, s8, int, kstrtoint);

int kstrtobool(const char *s, bool *res)
{
	if (!s)
		return -EINVAL;
	switch (s[0]) {
	case 'y':
	case 'Y':
	case 't':
	case 'T':
	case '1':
		*res = true;
		return 0;
	case 'n':
	case 'N':
	case 'f':
	case 'F':
	case '0':
		*res = false;
		return 0;
	case 'o':
	case 'O':
		if ((s[1] | 32) != 'n' && (s[1] | 32) != 'f')
			return -EINVAL;
		*res = (s[1] | 32) == 'n';
		return 0;
	}
	return -EINVAL;
}

long simple_strtol(const char *s, char **end, unsigned int base)
{
	return *s == '-' ? -simple_strtoul(s + 1, end, base) : simple_strtoul(s, end, base);
}
EXPORT_SYMBOL(simple_strtol);
