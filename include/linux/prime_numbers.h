/* SPDX-License-Identifier: MIT */
/* Prime numbers, for tests. */
#ifndef _LINUX_PRIME_NUMBERS_H
#define _LINUX_PRIME_NUMBERS_H

#include <linux/types.h>

bool is_prime_number(unsigned long x);
/* The first prime number above @x. */
unsigned long next_prime_number(unsigned long x);

#define for_each_prime_number(prime, max) for_each_prime_number_from((prime), 2, (max))
#define for_each_prime_number_from(prime, from, max)                                 \
	for (prime = ((from) < 2 ? 2 : next_prime_number((from)-1)); prime <= (max); \
	     prime = next_prime_number(prime))

#endif /* _LINUX_PRIME_NUMBERS_H */
