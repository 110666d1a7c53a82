/* SPDX-License-Identifier: MIT */
/*
 * Bits of unsigned longs: atomic (scheduling points), plain (two underscores), and arithmetic.
 *
 * The test_and_* forms order memory fully, the _lock forms acquire, clear_bit_unlock() releases,
 * the rest orders nothing.
 */
#ifndef _LINUX_BITOPS_H
#define _LINUX_BITOPS_H

#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/typecheck.h>
#include <linux/types.h>

#define BITS_TO_LONGS(nr) (((nr) + BITS_PER_LONG - 1) / BITS_PER_LONG)
#define BITS_TO_BYTES(nr) (((nr) + 7) / 8)
#define BITS_TO_U32(nr)	  (((nr) + 31) / 32)
#define BITS_TO_U64(nr)	  (((nr) + 63) / 64)

/* ---- atomic ---- */

#define __psim_bit_rmw(nr, addr, op, mask, order)                                              \
	({                                                                                     \
		unsigned long __psim_old;                                                      \
		__psim_point_atomic();                                                         \
		__psim_old =                                                                   \
			__psim_fetch(op, (unsigned long *)(addr) + BIT_WORD(nr), mask, order); \
		(__psim_old & BIT_MASK(nr)) != 0;                                              \
	})

static __always_inline void set_bit(long nr, volatile unsigned long *addr)
{
	(void)__psim_bit_rmw(nr, addr, or, BIT_MASK(nr), __ATOMIC_RELAXED);
}

static __always_inline void clear_bit(long nr, volatile unsigned long *addr)
{
	(void)__psim_bit_rmw(nr, addr, and, ~BIT_MASK(nr), __ATOMIC_RELAXED);
}

static __always_inline void change_bit(long nr, volatile unsigned long *addr)
{
	(void)__psim_bit_rmw(nr, addr, xor, BIT_MASK(nr), __ATOMIC_RELAXED);
}

static __always_inline void clear_bit_unlock(long nr, volatile unsigned long *addr)
{
	(void)__psim_bit_rmw(nr, addr, and, ~BIT_MASK(nr), __ATOMIC_RELEASE);
}

/* Return, these and test_bit(): whether the bit was set before. */
static __always_inline bool test_and_set_bit(long nr, volatile unsigned long *addr)
{
	return __psim_bit_rmw(nr, addr, or, BIT_MASK(nr), __ATOMIC_SEQ_CST);
}

static __always_inline bool test_and_clear_bit(long nr, volatile unsigned long *addr)
{
	return __psim_bit_rmw(nr, addr, and, ~BIT_MASK(nr), __ATOMIC_SEQ_CST);
}

static __always_inline bool test_and_change_bit(long nr, volatile unsigned long *addr)
{
	return __psim_bit_rmw(nr, addr, xor, BIT_MASK(nr), __ATOMIC_SEQ_CST);
}

static __always_inline bool test_and_set_bit_lock(long nr, volatile unsigned long *addr)
{
	return __psim_bit_rmw(nr, addr, or, BIT_MASK(nr), __ATOMIC_ACQUIRE);
}

/* Changes the bits of @mask, all in the low byte, with release. Return: whether bit 7 was set. */
static __always_inline bool xor_unlock_is_negative_byte(unsigned long mask,
							volatile unsigned long *addr)
{
	__psim_point_atomic();
	return __psim_fetch(xor, (unsigned long *)addr, mask, __ATOMIC_RELEASE) & BIT(7);
}

static __always_inline bool test_bit(long nr, const volatile unsigned long *addr)
{
	__psim_point_once();
	return __atomic_load_n((const unsigned long *)addr + BIT_WORD(nr), __ATOMIC_RELAXED) &
	       BIT_MASK(nr);
}

static __always_inline bool test_bit_acquire(long nr, const volatile unsigned long *addr)
{
	__psim_point_once();
	return __atomic_load_n((const unsigned long *)addr + BIT_WORD(nr), __ATOMIC_ACQUIRE) &
	       BIT_MASK(nr);
}

/* ---- plain: nobody else touches the word ---- */

static __always_inline void __set_bit(long nr, volatile unsigned long *addr)
{
	((unsigned long *)addr)[BIT_WORD(nr)] |= BIT_MASK(nr);
}

static __always_inline void __clear_bit(long nr, volatile unsigned long *addr)
{
	((unsigned long *)addr)[BIT_WORD(nr)] &= ~BIT_MASK(nr);
}

static __always_inline void __change_bit(long nr, volatile unsigned long *addr)
{
	((unsigned long *)addr)[BIT_WORD(nr)] ^= BIT_MASK(nr);
}

static __always_inline bool __test_and_set_bit(long nr, volatile unsigned long *addr)
{
	bool old = ((unsigned long *)addr)[BIT_WORD(nr)] & BIT_MASK(nr);

	__set_bit(nr, addr);
	return old;
}

static __always_inline bool __test_and_clear_bit(long nr, volatile unsigned long *addr)
{
	bool old = ((unsigned long *)addr)[BIT_WORD(nr)] & BIT_MASK(nr);

	__clear_bit(nr, addr);
	return old;
}

static __always_inline bool __test_and_change_bit(long nr, volatile unsigned long *addr)
{
	bool old = ((unsigned long *)addr)[BIT_WORD(nr)] & BIT_MASK(nr);

	__change_bit(nr, addr);
	return old;
}

#define __clear_bit_unlock(nr, addr) clear_bit_unlock(nr, addr)
#define assign_bit(nr, addr, value)  ((value) ? set_bit((nr), (addr)) : clear_bit((nr), (addr)))
#define __assign_bit(nr, addr, value) \
	((value) ? __set_bit((nr), (addr)) : __clear_bit((nr), (addr)))

/* Set @mask's @bits anew, atomically. Value: the word before. */
#define set_mask_bits(ptr, mask, bits)                                                             \
	({                                                                                         \
		typeof(ptr) __psim_p = (ptr);                                                      \
		typeof(*(ptr)) __psim_was;                                                         \
		__psim_point_atomic();                                                             \
		__psim_was = __atomic_load_n(__psim_p, __ATOMIC_RELAXED);                          \
		while (!__psim_compare_exchange(__psim_p, &__psim_was,                             \
						(__psim_was & ~(mask)) | (bits), __ATOMIC_SEQ_CST, \
						__ATOMIC_RELAXED))                                 \
			;                                                                          \
		__psim_was;                                                                        \
	})

/* ---- arithmetic ---- */

/*
 * Bits are counted from 0 by __ffs, __fls, ffz (undefined if there is none), from 1 by ffs and fls.
 */
#define __ffs(word)   ((unsigned long)__builtin_ctzl(word))
#define __ffs64(word) ((unsigned long)__builtin_ctzll(word))
#define __fls(word)   ((unsigned long)(63 - __builtin_clzl(word)))
#define ffz(word)     __ffs(~(word))

static __always_inline __attribute_const__ int ffs(int x)
{
	return __builtin_ffs(x);
}

static __always_inline __attribute_const__ int fls(unsigned int x)
{
	return x ? 32 - __builtin_clz(x) : 0;
}

static __always_inline __attribute_const__ int fls64(u64 x)
{
	return x ? 64 - __builtin_clzll(x) : 0;
}

static __always_inline __attribute_const__ unsigned int fls_long(unsigned long x)
{
	return fls64(x);
}

/* Order of the smallest power of two that is not below @count. */
static inline __attribute_const__ int get_count_order(unsigned int count)
{
	return count ? fls(count - 1) : -1;
}

static inline __attribute_const__ int get_count_order_long(unsigned long count)
{
	return count ? (int)fls_long(count - 1) : -1;
}

#define hweight8(w)	((unsigned int)__builtin_popcount((u8)(w)))
#define hweight16(w)	((unsigned int)__builtin_popcount((u16)(w)))
#define hweight32(w)	((unsigned int)__builtin_popcount((u32)(w)))
#define hweight64(w)	((unsigned long)__builtin_popcountll((u64)(w)))
#define hweight_long(w) ((unsigned long)__builtin_popcountl(w))
#define HWEIGHT8(w)	hweight8(w)
#define HWEIGHT32(w)	hweight32(w)
#define HWEIGHT64(w)	hweight64(w)

static inline __attribute_const__ u64 rol64(u64 word, unsigned int shift)
{
	return (word << (shift & 63)) | (word >> (-shift & 63));
}

static inline __attribute_const__ u64 ror64(u64 word, unsigned int shift)
{
	return (word >> (shift & 63)) | (word << (-shift & 63));
}

static inline __attribute_const__ u32 rol32(u32 word, unsigned int shift)
{
	return (word << (shift & 31)) | (word >> (-shift & 31));
}

static inline __attribute_const__ u32 ror32(u32 word, unsigned int shift)
{
	return (word >> (shift & 31)) | (word << (-shift & 31));
}

/* @value's bits 0 to @index, @index being the sign, as a signed number. */
static inline __attribute_const__ s32 sign_extend32(u32 value, int index)
{
	return (s32)(value << (31 - index)) >> (31 - index);
}

static inline __attribute_const__ s64 sign_extend64(u64 value, int index)
{
	return (s64)(value << (63 - index)) >> (63 - index);
}

#include <linux/find.h>

#endif /* _LINUX_BITOPS_H */
