/* SPDX-License-Identifier: MIT */
/*
 * Arrays of bits in unsigned longs. What lies behind the last bit in the last word does not count, and may be
 * changed by operations on whole bitmaps.
 *
 * Not modelled: text (bitmap_parse() and its kin), scattering and gathering.
 */
#ifndef _LINUX_BITMAP_H
#define _LINUX_BITMAP_H

#include <linux/bitops.h>
#include <linux/find.h>
#include <linux/gfp.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/types.h>

#define BITMAP_FIRST_WORD_MASK(start) (~0ul << ((start) & (BITS_PER_LONG - 1)))
#define BITMAP_LAST_WORD_MASK(nbits)  (~0ul >> (-(nbits) & (BITS_PER_LONG - 1)))
#define bitmap_size(nbits)	      (BITS_TO_LONGS(nbits) * sizeof(unsigned long))

/* ---- on the heap ---------------------------------------------------------------------------------------- */

/* Return: room for @nbits, or NULL. */
#define bitmap_alloc(nbits, flags) \
	((unsigned long *)kmalloc_array(BITS_TO_LONGS(nbits), sizeof(long), (flags)))
#define bitmap_zalloc(nbits, flags) bitmap_alloc((nbits), (flags) | __GFP_ZERO)

static inline void bitmap_free(const unsigned long *bitmap)
{
	kfree(bitmap);
}

/* ---- all bits --------------------------------------------------------------------------------------------- */

static inline void bitmap_zero(unsigned long *dst, unsigned int nbits)
{
	memset(dst, 0, bitmap_size(nbits));
}

static inline void bitmap_fill(unsigned long *dst, unsigned int nbits)
{
	memset(dst, 0xff, bitmap_size(nbits));
}

static inline void bitmap_copy(unsigned long *dst, const unsigned long *src, unsigned int nbits)
{
	memcpy(dst, src, bitmap_size(nbits));
}

/* And zeros behind the last bit. */
static inline void bitmap_copy_clear_tail(unsigned long *dst, const unsigned long *src,
					  unsigned int nbits)
{
	bitmap_copy(dst, src, nbits);
	if (nbits % BITS_PER_LONG)
		dst[nbits / BITS_PER_LONG] &= BITMAP_LAST_WORD_MASK(nbits);
}

#define __psim_bitmap_op(name, expression)                                     \
	static inline void name(unsigned long *dst, const unsigned long *src1, \
				const unsigned long *src2, unsigned int nbits) \
	{                                                                      \
		for (unsigned int i = 0; i < BITS_TO_LONGS(nbits); i++) {      \
			const unsigned long a = src1[i], b = src2[i];          \
                                                                               \
			dst[i] = (expression);                                 \
		}                                                              \
	}
__psim_bitmap_op(bitmap_or, a | b) __psim_bitmap_op(bitmap_xor, a ^ b)

	static inline void bitmap_complement(unsigned long *dst, const unsigned long *src,
					     unsigned int nbits)
{
	for (unsigned int i = 0; i < BITS_TO_LONGS(nbits); i++)
		dst[i] = ~src[i];
}

/* @mask chooses: where it is set the bit of @new, else that of @old. */
static inline void bitmap_replace(unsigned long *dst, const unsigned long *old,
				  const unsigned long *new, const unsigned long *mask,
				  unsigned int nbits)
{
	for (unsigned int i = 0; i < BITS_TO_LONGS(nbits); i++)
		dst[i] = (old[i] & ~mask[i]) | (new[i] & mask[i]);
}

/* Return: whether there is a set bit in the result. */
bool bitmap_and(unsigned long *dst, const unsigned long *src1, const unsigned long *src2,
		unsigned int nbits);
bool bitmap_andnot(unsigned long *dst, const unsigned long *src1, const unsigned long *src2,
		   unsigned int nbits);

/* Towards bit 0, zeros coming in at the end; and away from it. */
void bitmap_shift_right(unsigned long *dst, const unsigned long *src, unsigned int shift,
			unsigned int nbits);
void bitmap_shift_left(unsigned long *dst, const unsigned long *src, unsigned int shift,
		       unsigned int nbits);

/* ---- questions ---------------------------------------------------------------------------------------------- */

static inline bool bitmap_empty(const unsigned long *src, unsigned int nbits)
{
	return find_first_bit(src, nbits) == nbits;
}

static inline bool bitmap_full(const unsigned long *src, unsigned int nbits)
{
	return find_first_zero_bit(src, nbits) == nbits;
}

bool bitmap_equal(const unsigned long *a, const unsigned long *b, unsigned int nbits);
/* Whether @a | @b is @c. */
bool bitmap_or_equal(const unsigned long *a, const unsigned long *b, const unsigned long *c,
		     unsigned int nbits);
bool bitmap_intersects(const unsigned long *a, const unsigned long *b, unsigned int nbits);
/* Whether each bit of @a is in @b. */
bool bitmap_subset(const unsigned long *a, const unsigned long *b, unsigned int nbits);
unsigned int bitmap_weight(const unsigned long *src, unsigned int nbits);
unsigned long bitmap_weight_and(const unsigned long *a, const unsigned long *b, unsigned int nbits);

/* ---- ranges --------------------------------------------------------------------------------------------------- */

void bitmap_set(unsigned long *map, unsigned int start, unsigned int nbits);
void bitmap_clear(unsigned long *map, unsigned int start, unsigned int nbits);

/**
 * bitmap_find_next_zero_area_off() - look for a run of clear bits
 * @size: of the bitmap
 * @start: not before here
 * @nr: how many
 * @align_mask: the run's first bit plus @align_offset is a multiple of this plus 1
 * Return: its first bit; something above @size - @nr if there is none.
 */
unsigned long bitmap_find_next_zero_area_off(unsigned long *map, unsigned long size,
					     unsigned long start, unsigned int nr,
					     unsigned long align_mask, unsigned long align_offset);

static inline unsigned long bitmap_find_next_zero_area(unsigned long *map, unsigned long size,
						       unsigned long start, unsigned int nr,
						       unsigned long align_mask)
{
	return bitmap_find_next_zero_area_off(map, size, start, nr, align_mask, 0);
}

/* Runs of 1 << @order bits, aligned. Return: the first bit of a clear one, which is set now; or -ENOMEM. */
int bitmap_find_free_region(unsigned long *bitmap, unsigned int bits, int order);
/* Set the one at @pos. Return: 0, or -EBUSY if a bit of it was set. */
int bitmap_allocate_region(unsigned long *bitmap, unsigned int pos, int order);
void bitmap_release_region(unsigned long *bitmap, unsigned int pos, int order);

/* A value of @nbits bits, up to a long's, at bit @start. */
unsigned long bitmap_read(const unsigned long *map, unsigned long start, unsigned long nbits);
void bitmap_write(unsigned long *map, unsigned long value, unsigned long start,
		  unsigned long nbits);

/* As little-endian words of other widths. */
void bitmap_from_arr32(unsigned long *bitmap, const u32 *buf, unsigned int nbits);
void bitmap_to_arr32(u32 *buf, const unsigned long *bitmap, unsigned int nbits);

static inline void bitmap_from_u64(unsigned long *dst, u64 mask)
{
	dst[0] = mask;
}

#endif /* _LINUX_BITMAP_H */
