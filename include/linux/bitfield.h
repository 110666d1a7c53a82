/* SPDX-License-Identifier: MIT */
/*
 * Fields of a word, by a mask of neighbouring bits that is a constant: FIELD_*; by one that is not: field_*();
 * and with a byte order: le32_get_bits() and its kin.
 */
#ifndef _LINUX_BITFIELD_H
#define _LINUX_BITFIELD_H

#include <linux/build_bug.h>
#include <linux/types.h>
#include <asm/byteorder.h>

#define __bf_shf(mask) (__builtin_ffsll(mask) - 1)

/* A constant of bits side by side. That a constant value fits is seen by kernels, not here: it is cut. */
#define __psim_field_check(mask)                                                  \
	_Static_assert((mask) && !(((mask) + (1ull << __bf_shf(mask))) & (mask)), \
		       "the mask of a field has a hole, or no bits")

/* The largest value. */
#define FIELD_MAX(mask)                                   \
	({                                                \
		__psim_field_check(mask);                 \
		(typeof(mask))((mask) >> __bf_shf(mask)); \
	})
/* Whether it fits. */
#define FIELD_FIT(mask, value)                                            \
	({                                                                \
		__psim_field_check(mask);                                 \
		!((((typeof(mask))(value)) << __bf_shf(mask)) & ~(mask)); \
	})
/* A value at its place. */
#define FIELD_PREP(mask, value)                                       \
	({                                                            \
		__psim_field_check(mask);                             \
		(((typeof(mask))(value)) << __bf_shf(mask)) & (mask); \
	})
/* The same where a constant expression is needed. */
#define FIELD_PREP_CONST(mask, value) (((typeof(mask))(value) << __bf_shf(mask)) & (mask))
/* The value that is there. */
#define FIELD_GET(mask, reg)                                        \
	({                                                          \
		__psim_field_check(mask);                           \
		(typeof(mask))(((reg) & (mask)) >> __bf_shf(mask)); \
	})
/* Change it in @reg_p. */
#define FIELD_MODIFY(mask, reg_p, value)                                   \
	do {                                                               \
		__psim_field_check(mask);                                  \
		*(reg_p) = (*(reg_p) & ~(mask)) | FIELD_PREP(mask, value); \
	} while (0)

/* The mask may be known only at run time. */
#define field_prep(mask, value)                                                                 \
	({                                                                                      \
		const typeof(mask) __psim_mask = (mask);                                        \
		(typeof(mask))(((typeof(mask))(value) << __bf_shf(__psim_mask)) & __psim_mask); \
	})
#define field_get(mask, reg)                                                  \
	({                                                                    \
		const typeof(mask) __psim_mask = (mask);                      \
		(typeof(mask))(((reg)&__psim_mask) >> __bf_shf(__psim_mask)); \
	})

/* Of a field at run time: its lowest bit, and its mask from there. */
static inline u64 field_multiplier(u64 field)
{
	return field & -field;
}

static inline u64 field_mask(u64 field)
{
	return field / field_multiplier(field);
}

#define field_max(field) ((typeof(field))field_mask(field))

/* TYPE_encode_bits(value, field), TYPE_get_bits(word, field), TYPE_replace_bits(old, value, field), TYPEp_replace_bits() */
#define __PSIM_BITS(type, base, to, from)                                                     \
	static inline type type##_encode_bits(base value, base field)                         \
	{                                                                                     \
		return to((value & (base)field_mask(field)) * (base)field_multiplier(field)); \
	}                                                                                     \
	static inline base type##_get_bits(type word, base field)                             \
	{                                                                                     \
		return (from(word) & field) / (base)field_multiplier(field);                  \
	}                                                                                     \
	static inline type type##_replace_bits(type old, base value, base field)              \
	{                                                                                     \
		return (old & ~to(field)) | type##_encode_bits(value, field);                 \
	}                                                                                     \
	static inline void type##p_replace_bits(type *p, base value, base field)              \
	{                                                                                     \
		*p = type##_replace_bits(*p, value, field);                                   \
	}
#define __psim_plain(x) (x)
__PSIM_BITS(u8, u8, __psim_plain, __psim_plain)
__PSIM_BITS(u16, u16, __psim_plain, __psim_plain)
__PSIM_BITS(u32, u32, __psim_plain, __psim_plain)
__PSIM_BITS(u64, u64, __psim_plain, __psim_plain)
#define __PSIM_ORDERED(order, bits)                                                            \
	static inline __##order##bits order##bits##_encode_bits(u##bits value, u##bits field)  \
	{                                                                                      \
		return cpu_to_##order##bits(u##bits##_encode_bits(value, field));              \
	}                                                                                      \
	static inline u##bits order##bits##_get_bits(__##order##bits word, u##bits field)      \
	{                                                                                      \
		return u##bits##_get_bits(order##bits##_to_cpu(word), field);                  \
	}                                                                                      \
	static inline __##order##bits order##bits##_replace_bits(__##order##bits old,          \
								 u##bits value, u##bits field) \
	{                                                                                      \
		return cpu_to_##order##bits(                                                   \
			u##bits##_replace_bits(order##bits##_to_cpu(old), value, field));      \
	}                                                                                      \
	static inline void order##bits##p_replace_bits(__##order##bits *p, u##bits value,      \
						       u##bits field)                          \
	{                                                                                      \
		*p = order##bits##_replace_bits(*p, value, field);                             \
	}
__PSIM_ORDERED(le, 16)
__PSIM_ORDERED(le, 32)
__PSIM_ORDERED(le, 64)
__PSIM_ORDERED(be, 16)
__PSIM_ORDERED(be, 32)
__PSIM_ORDERED(be, 64)
#undef __PSIM_BITS
#undef __PSIM_ORDERED

#endif /* _LINUX_BITFIELD_H */
