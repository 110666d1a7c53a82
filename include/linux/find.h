/* SPDX-License-Identifier: MIT */
/* Looking for set and clear bits in arrays of unsigned longs; bits from @size on do not count. */
#ifndef _LINUX_FIND_H
#define _LINUX_FIND_H

#include <linux/bits.h>
#include <linux/types.h>

/* The first set bit of @addr, each word exclusive-or'ed with @flip, from @offset on. */
static inline unsigned long __psim_find(const unsigned long *addr, unsigned long size,
					unsigned long offset, unsigned long flip)
{
	unsigned long word, i;

	if (offset >= size)
		return size;
	i = BIT_WORD(offset);
	word = (addr[i] ^ flip) & (~0ul << (offset % BITS_PER_LONG));
	while (!word) {
		if (++i * BITS_PER_LONG >= size)
			return size;
		word = addr[i] ^ flip;
	}
	i = i * BITS_PER_LONG + __builtin_ctzl(word);
	return i < size ? i : size;
}

/* Return, all: the bit's number, or @size if there is none. */
static inline unsigned long find_next_bit(const unsigned long *addr, unsigned long size,
					  unsigned long offset)
{
	return __psim_find(addr, size, offset, 0);
}

static inline unsigned long find_next_zero_bit(const unsigned long *addr, unsigned long size,
					       unsigned long offset)
{
	return __psim_find(addr, size, offset, ~0ul);
}

static inline unsigned long find_first_bit(const unsigned long *addr, unsigned long size)
{
	return __psim_find(addr, size, 0, 0);
}

static inline unsigned long find_first_zero_bit(const unsigned long *addr, unsigned long size)
{
	return __psim_find(addr, size, 0, ~0ul);
}

static inline unsigned long find_last_bit(const unsigned long *addr, unsigned long size)
{
	for (unsigned long i = size; i-- > 0;)
		if (addr[BIT_WORD(i)] & BIT_MASK(i))
			return i;
	return size;
}

#define for_each_set_bit(bit, addr, size) \
	for ((bit) = 0; (bit) = find_next_bit((addr), (size), (bit)), (bit) < (size); (bit)++)
#define for_each_set_bit_from(bit, addr, size) \
	for (; (bit) = find_next_bit((addr), (size), (bit)), (bit) < (size); (bit)++)
#define for_each_clear_bit(bit, addr, size) \
	for ((bit) = 0; (bit) = find_next_zero_bit((addr), (size), (bit)), (bit) < (size); (bit)++)
#define for_each_clear_bit_from(bit, addr, size) \
	for (; (bit) = find_next_zero_bit((addr), (size), (bit)), (bit) < (size); (bit)++)

#endif /* _LINUX_FIND_H */
