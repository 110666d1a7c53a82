// SPDX-License-Identifier: MIT
/* Bitmaps: what is more than a line. */
#include <linux/bitmap.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/minmax.h>

/* The bits of word @i that belong to a bitmap of @nbits. */
static unsigned long word_mask(unsigned int i, unsigned int nbits)
{
	return (i + 1) * BITS_PER_LONG <= nbits ? ~0ul : BITMAP_LAST_WORD_MASK(nbits);
}

/* ---- two bitmaps ---------------------------------------------------------------------------------------- */

bool bitmap_and(unsigned long *dst, const unsigned long *src1, const unsigned long *src2,
		unsigned int nbits)
{
	unsigned long any = 0;

	for (unsigned int i = 0; i < BITS_TO_LONGS(nbits); i++)
		any |= dst[i] = src1[i] & src2[i] & word_mask(i, nbits);
	return any;
}
EXPORT_SYMBOL(bitmap_and);

bool bitmap_andnot(unsigned long *dst, const unsigned long *src1, const unsigned long *src2,
		   unsigned int nbits)
{
	unsigned long any = 0;

	for (unsigned int i = 0; i < BITS_TO_LONGS(nbits); i++)
		any |= dst[i] = src1[i] & ~src2[i] & word_mask(i, nbits);
	return any;
}
EXPORT_SYMBOL(bitmap_andnot);

bool bitmap_equal(const unsigned long *a, const unsigned long *b, unsigned int nbits)
{
	for (unsigned int i = 0; i < BITS_TO_LONGS(nbits); i++) {
		if ((a[i] ^ b[i]) & word_mask(i, nbits))
			return false;
	}
	return true;
}
EXPORT_SYMBOL(bitmap_equal);

bool bitmap_or_equal(const unsigned long *a, const unsigned long *b, const unsigned long *c,
		     unsigned int nbits)
{
	for (unsigned int i = 0; i < BITS_TO_LONGS(nbits); i++) {
		if (((a[i] | b[i]) ^ c[i]) & word_mask(i, nbits))
			return false;
	}
	return true;
}
EXPORT_SYMBOL(bitmap_or_equal);

bool bitmap_intersects(const unsigned long *a, const unsigned long *b, unsigned int nbits)
{
	return find_first_and_bit(a, b, nbits) < nbits;
}
EXPORT_SYMBOL(bitmap_intersects);

bool bitmap_subset(const unsigned long *a, const unsigned long *b, unsigned int nbits)
{
	return find_next_andnot_bit(a, b, nbits, 0) >= nbits;
}
EXPORT_SYMBOL(bitmap_subset);

unsigned int bitmap_weight(const unsigned long *src, unsigned int nbits)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < BITS_TO_LONGS(nbits); i++)
		n += hweight_long(src[i] & word_mask(i, nbits));
	return n;
}
EXPORT_SYMBOL(bitmap_weight);

unsigned long bitmap_weight_and(const unsigned long *a, const unsigned long *b, unsigned int nbits)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < BITS_TO_LONGS(nbits); i++)
		n += hweight_long(a[i] & b[i] & word_mask(i, nbits));
	return n;
}
EXPORT_SYMBOL(bitmap_weight_and);

/* ---- moving ------------------------------------------------------------------------------------------------ */

static bool bit_of(const unsigned long *map, unsigned int bit)
{
	return map[BIT_WORD(bit)] & BIT_MASK(bit);
}

void bitmap_shift_right(unsigned long *dst, const unsigned long *src, unsigned int shift,
			unsigned int nbits)
{
	for (unsigned int i = 0; i < nbits; i++)
		__assign_bit(i, dst, i + shift < nbits && bit_of(src, i + shift));
}
EXPORT_SYMBOL(bitmap_shift_right);

void bitmap_shift_left(unsigned long *dst, const unsigned long *src, unsigned int shift,
		       unsigned int nbits)
{
	for (unsigned int i = nbits; i-- > 0;)
		__assign_bit(i, dst, i >= shift && bit_of(src, i - shift));
}
EXPORT_SYMBOL(bitmap_shift_left);

/* ---- ranges -------------------------------------------------------------------------------------------------- */

/* The mask of [start, start + nbits) in @start's word; *done: how many of the bits that is. */
static unsigned long range_mask(unsigned int start, unsigned int nbits, unsigned int *done)
{
	unsigned int first = start % BITS_PER_LONG;

	*done = min(nbits, (unsigned int)BITS_PER_LONG - first);
	return (~0ul >> (BITS_PER_LONG - *done)) << first;
}

void bitmap_set(unsigned long *map, unsigned int start, unsigned int nbits)
{
	unsigned int done;

	for (; nbits; nbits -= done, start += done)
		map[BIT_WORD(start)] |= range_mask(start, nbits, &done);
}
EXPORT_SYMBOL(bitmap_set);

void bitmap_clear(unsigned long *map, unsigned int start, unsigned int nbits)
{
	unsigned int done;

	for (; nbits; nbits -= done, start += done)
		map[BIT_WORD(start)] &= ~range_mask(start, nbits, &done);
}
EXPORT_SYMBOL(bitmap_clear);

unsigned long bitmap_find_next_zero_area_off(unsigned long *map, unsigned long size,
					     unsigned long start, unsigned int nr,
					     unsigned long align_mask, unsigned long align_offset)
{
	unsigned long first, end, taken;

	for (;; start = taken + 1) {
		first = find_next_zero_bit(map, size, start);
		first = ((first + align_offset + align_mask) & ~align_mask) - align_offset;
		end = first + nr;
		if (end > size)
			return end;
		taken = find_next_bit(map, end, first);
		if (taken >= end)
			return first;
	}
}
EXPORT_SYMBOL(bitmap_find_next_zero_area_off);

int bitmap_allocate_region(unsigned long *bitmap, unsigned int pos, int order)
{
	unsigned int n = 1u << order;

	if (find_next_bit(bitmap, pos + n, pos) < pos + n)
		return -EBUSY;
	bitmap_set(bitmap, pos, n);
	return 0;
}
EXPORT_SYMBOL(bitmap_allocate_region);

int bitmap_find_free_region(unsigned long *bitmap, unsigned int bits, int order)
{
	for (unsigned int pos = 0; pos + (1u << order) <= bits; pos += 1u << order) {
		if (!bitmap_allocate_region(bitmap, pos, order))
			return pos;
	}
	return -ENOMEM;
}
EXPORT_SYMBOL(bitmap_find_free_region);

void bitmap_release_region(unsigned long *bitmap, unsigned int pos, int order)
{
	bitmap_clear(bitmap, pos, 1u << order);
}
EXPORT_SYMBOL(bitmap_release_region);

/* ---- values ---------------------------------------------------------------------------------------------------- */

unsigned long bitmap_read(const unsigned long *map, unsigned long start, unsigned long nbits)
{
	unsigned long offset = start % BITS_PER_LONG, value;

	if (!nbits || nbits > BITS_PER_LONG)
		return 0;
	value = map[BIT_WORD(start)] >> offset;
	if (offset + nbits > BITS_PER_LONG)
		value |= map[BIT_WORD(start) + 1] << (BITS_PER_LONG - offset);
	return value & BITMAP_LAST_WORD_MASK(nbits);
}
EXPORT_SYMBOL(bitmap_read);

void bitmap_write(unsigned long *map, unsigned long value, unsigned long start, unsigned long nbits)
{
	unsigned long offset = start % BITS_PER_LONG, mask;

	if (!nbits || nbits > BITS_PER_LONG)
		return;
	mask = BITMAP_LAST_WORD_MASK(nbits);
	value &= mask;
	map[BIT_WORD(start)] = (map[BIT_WORD(start)] & ~(mask << offset)) | value << offset;
	if (offset + nbits > BITS_PER_LONG) {
		unsigned long *next = &map[BIT_WORD(start) + 1], shift = BITS_PER_LONG - offset;

		*next = (*next & ~(mask >> shift)) | value >> shift;
	}
}
EXPORT_SYMBOL(bitmap_write);

void bitmap_from_arr32(unsigned long *bitmap, const u32 *buf, unsigned int nbits)
{
	bitmap_zero(bitmap, nbits);
	for (unsigned int i = 0; i < BITS_TO_U32(nbits); i++)
		bitmap[i / 2] |= (unsigned long)buf[i] << (i % 2 * 32);
	if (nbits % BITS_PER_LONG)
		bitmap[nbits / BITS_PER_LONG] &= BITMAP_LAST_WORD_MASK(nbits);
}
EXPORT_SYMBOL(bitmap_from_arr32);

void bitmap_to_arr32(u32 *buf, const unsigned long *bitmap, unsigned int nbits)
{
	unsigned int words = BITS_TO_U32(nbits);

	for (unsigned int i = 0; i < words; i++)
		buf[i] = bitmap[i / 2] >> (i % 2 * 32);
	if (nbits % 32)
		buf[words - 1] &= ~0u >> (32 - nbits % 32);
}
EXPORT_SYMBOL(bitmap_to_arr32);
