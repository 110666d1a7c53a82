/* SPDX-License-Identifier: MIT */
/*
 * Numbers in little, big and network byte order. The machine is little: le is the number itself. By value, of
 * what a pointer leads to (p), in place (s), added to in place (add_cpu), and arrays of them.
 */
#ifndef _LINUX_BYTEORDER_GENERIC_H
#define _LINUX_BYTEORDER_GENERIC_H

#include <linux/swab.h>
#include <linux/types.h>

#define cpu_to_le16(x) ((__le16)(u16)(x))
#define cpu_to_le32(x) ((__le32)(u32)(x))
#define cpu_to_le64(x) ((__le64)(u64)(x))
#define le16_to_cpu(x) ((u16)(__le16)(x))
#define le32_to_cpu(x) ((u32)(__le32)(x))
#define le64_to_cpu(x) ((u64)(__le64)(x))
#define cpu_to_be16(x) ((__be16)swab16(x))
#define cpu_to_be32(x) ((__be32)swab32(x))
#define cpu_to_be64(x) ((__be64)swab64(x))
#define be16_to_cpu(x) swab16((u16)(x))
#define be32_to_cpu(x) swab32((u32)(x))
#define be64_to_cpu(x) swab64((u64)(x))

#define __cpu_to_le16(x) cpu_to_le16(x)
#define __cpu_to_le32(x) cpu_to_le32(x)
#define __cpu_to_le64(x) cpu_to_le64(x)
#define __le16_to_cpu(x) le16_to_cpu(x)
#define __le32_to_cpu(x) le32_to_cpu(x)
#define __le64_to_cpu(x) le64_to_cpu(x)
#define __cpu_to_be16(x) cpu_to_be16(x)
#define __cpu_to_be32(x) cpu_to_be32(x)
#define __cpu_to_be64(x) cpu_to_be64(x)
#define __be16_to_cpu(x) be16_to_cpu(x)
#define __be32_to_cpu(x) be32_to_cpu(x)
#define __be64_to_cpu(x) be64_to_cpu(x)

#define ntohs(x) be16_to_cpu(x)
#define ntohl(x) be32_to_cpu(x)
#define htons(x) cpu_to_be16(x)
#define htonl(x) cpu_to_be32(x)

#define __PSIM_BYTEORDER(order, bits)                                                 \
	static inline __##order##bits cpu_to_##order##bits##p(const u##bits *p)       \
	{                                                                             \
		return cpu_to_##order##bits(*p);                                      \
	}                                                                             \
	static inline u##bits order##bits##_to_cpup(const __##order##bits *p)         \
	{                                                                             \
		return order##bits##_to_cpu(*p);                                      \
	}                                                                             \
	static inline void cpu_to_##order##bits##s(u##bits *p)                        \
	{                                                                             \
		*p = cpu_to_##order##bits(*p);                                        \
	}                                                                             \
	static inline void order##bits##_to_cpus(__##order##bits *p)                  \
	{                                                                             \
		*p = order##bits##_to_cpu(*p);                                        \
	}                                                                             \
	static inline void order##bits##_add_cpu(__##order##bits *var, u##bits value) \
	{                                                                             \
		*var = cpu_to_##order##bits(order##bits##_to_cpu(*var) + value);      \
	}
__PSIM_BYTEORDER(le, 16)
__PSIM_BYTEORDER(le, 32)
__PSIM_BYTEORDER(le, 64)
__PSIM_BYTEORDER(be, 16)
__PSIM_BYTEORDER(be, 32)
__PSIM_BYTEORDER(be, 64)
#undef __PSIM_BYTEORDER

static inline void le32_to_cpu_array(u32 *buf, unsigned int words)
{
	for (unsigned int i = 0; i < words; i++)
		buf[i] = le32_to_cpu(buf[i]);
}

static inline void cpu_to_le32_array(u32 *buf, unsigned int words)
{
	for (unsigned int i = 0; i < words; i++)
		buf[i] = cpu_to_le32(buf[i]);
}

static inline void cpu_to_be32_array(__be32 *dst, const u32 *src, size_t len)
{
	for (size_t i = 0; i < len; i++)
		dst[i] = cpu_to_be32(src[i]);
}

static inline void be32_to_cpu_array(u32 *dst, const __be32 *src, size_t len)
{
	for (size_t i = 0; i < len; i++)
		dst[i] = be32_to_cpu(src[i]);
}

#endif /* _LINUX_BYTEORDER_GENERIC_H */
