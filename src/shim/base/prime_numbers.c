// SPDX-License-Identifier: MIT
/* Prime numbers by trial division: tests ask for small ones. */
#include <linux/export.h>
#include <linux/prime_numbers.h>

bool is_prime_number(unsigned long x)
{
	if (x < 4)
		return x > 1;
	if (x % 2 == 0)
		return false;
	for (unsigned long d = 3; d <= x / d; d += 2) {
		if (x % d == 0)
			return false;
	}
	return true;
}
EXPORT_SYMBOL(is_prime_number);

unsigned long next_prime_number(unsigned long x)
{
	do
		x++;
	while (x && !is_prime_number(x));
	return x;
}
EXPORT_SYMBOL(next_prime_number);
