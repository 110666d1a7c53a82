// SPDX-License-Identifier: MIT
/* Numbers out of user memory: what a write function of a file gets. */
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/kstrtox.h>
#include <linux/uaccess.h>

#define DIGITS (64 + 3) /* sign, sixty-four binary digits, newline, end */

/* A copy with an end; what is too long for a number is cut, and so is none. Return: 0, -EFAULT. */
static int fetch(char to[DIGITS], const char __user *s, size_t n)
{
	n = n < DIGITS ? n : DIGITS - 1;
	to[n] = 0;
	return copy_from_user(to, s, n) ? -EFAULT : 0;
}

#define FROM_USER(name, type, parse)                                           \
	int name(const char __user *s, size_t n, unsigned int base, type *res) \
	{                                                                      \
		char text[DIGITS];                                             \
		int err = fetch(text, s, n);                                   \
                                                                               \
		return err ?: parse(text, base, res);                          \
	}                                                                      \
	EXPORT_SYMBOL(name)

FROM_USER(kstrtoull_from_user, unsigned long long, kstrtoull);
FROM_USER(kstrtoll_from_user, long long, kstrtoll);
FROM_USER(kstrtouint_from_user, unsigned int, kstrtouint);
FROM_USER(kstrtoint_from_user, int, kstrtoint);
FROM_USER(kstrtou16_from_user, u16, kstrtou16);
FROM_USER(kstrtos16_from_user, s16, kstrtos16);
FROM_USER(kstrtou8_from_user, u8, kstrtou8);
FROM_USER(kstrtos8_from_user, s8, kstrtos8);

int kstrtobool_from_user(const char __user *s, size_t n, bool *res)
{
	char text[DIGITS];
	int err = fetch(text, s, n);

	return err ?: kstrtobool(text, res);
}
EXPORT_SYMBOL(kstrtobool_from_user);
