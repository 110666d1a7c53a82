/* SPDX-License-Identifier: MIT */
/* Looking for set and clear bits in arrays of unsigned longs; bits from @size on do not count. */
#ifndef _LINUX_FIND_H
#define _LINUX_FIND_H

#include <linux/align.h>
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

/* The first bit, from @offset on, that is set in the word-wise @op of two arrays; @flip inverts the second. */
#define __psim_find_two(addr1, addr2, size, offset, op, flip)                                      \
	({                                                                                         \
		const unsigned long *__psim_a = (addr1), *__psim_b = (addr2);                      \
		unsigned long __psim_n = (size), __psim_i = (offset);                              \
                                                                                                   \
		while (__psim_i < __psim_n) {                                                      \
			unsigned long __psim_w = (__psim_a[BIT_WORD(__psim_i)] op(                 \
							 __psim_b[BIT_WORD(__psim_i)] ^ (flip))) & \
						 (~0ul << (__psim_i % BITS_PER_LONG));             \
			if (__psim_w) {                                                            \
				__psim_i = ALIGN_DOWN(__psim_i, BITS_PER_LONG) +                   \
					   __builtin_ctzl(__psim_w);                               \
				break;                                                             \
			}                                                                          \
			__psim_i = ALIGN_DOWN(__psim_i, BITS_PER_LONG) + BITS_PER_LONG;            \
		}                                                                                  \
		__psim_i < __psim_n ? __psim_i : __psim_n;                                         \
	})

static inline unsigned long find_next_and_bit(const unsigned long *addr1,
					      const unsigned long *addr2, unsigned long size,
					      unsigned long offset)
{
	return __psim_find_two(addr1, addr2, size, offset, &, 0ul);
}

static inline unsigned long find_next_andnot_bit(const unsigned long *addr1,
						 const unsigned long *addr2, unsigned long size,
						 unsigned long offset)
{
	return __psim_find_two(addr1, addr2, size, offset, &, ~0ul);
}

static inline unsigned long find_next_or_bit(const unsigned long *addr1, const unsigned long *addr2,
					     unsigned long size, unsigned long offset)
{
	return __psim_find_two(addr1, addr2, size, offset, |, 0ul);
}

static inline unsigned long find_first_and_bit(const unsigned long *addr1,
					       const unsigned long *addr2, unsigned long size)
{
	return find_next_and_bit(addr1, addr2, size, 0);
}

/* The @n-th set bit, counted from 0. */
static inline unsigned long find_nth_bit(const unsigned long *addr, unsigned long size,
					 unsigned long n)
{
	unsigned long bit = find_first_bit(addr, size);

	while (n-- && bit < size)
		bit = find_next_bit(addr, size, bit + 1);
	return bit;
}

#define for_each_set_bit(bit, addr, size) \
	for ((bit) = 0; (bit) = find_next_bit((addr), (size), (bit)), (bit) < (size); (bit)++)
#define for_each_set_bit_from(bit, addr, size) \
	for (; (bit) = find_next_bit((addr), (size), (bit)), (bit) < (size); (bit)++)
#define for_each_clear_bit(bit, addr, size) \
	for ((bit) = 0; (bit) = find_next_zero_bit((addr), (size), (bit)), (bit) < (size); (bit)++)
#define for_each_clear_bit_from(bit, addr, size) \
	for (; (bit) = find_next_zero_bit((addr), (size), (bit)), (bit) < (size); (bit)++)

#define for_each_and_bit(bit, addr1, addr2, size) \
	for ((bit) = 0;                           \
	     (bit) = find_next_and_bit((addr1), (addr2), (size), (bit)), (bit) < (size); (bit)++)

/* Runs of set, and of clear, bits: [b, e). */
#define for_each_set_bitrange(b, e, addr, size)                              \
	for ((b) = 0; (b) = find_next_bit((addr), (size), (b)),              \
	    (e) = find_next_zero_bit((addr), (size), (b) + 1), (b) < (size); \
	     (b) = (e) + 1)
#define for_each_clear_bitrange(b, e, addr, size)                       \
	for ((b) = 0; (b) = find_next_zero_bit((addr), (size), (b)),    \
	    (e) = find_next_bit((addr), (size), (b) + 1), (b) < (size); \
	     (b) = (e) + 1)

#endif /* _LINUX_FIND_H */
