/* SPDX-License-Identifier: MIT */
/* Random numbers. Here they come from the machine's seed: the same seed, the same run. */
#ifndef _LINUX_RANDOM_H
#define _LINUX_RANDOM_H

#include <linux/prandom.h>
#include <linux/types.h>
#include <linux/version.h>

void get_random_bytes(void *buf, size_t len);
u8 get_random_u8(void);
u16 get_random_u16(void);
u32 get_random_u32(void);
u64 get_random_u64(void);

static inline unsigned long get_random_long(void)
{
	return get_random_u64();
}

/* Return: 0 to @ceil - 1, each as likely; @ceil at least 1. */
u32 get_random_u32_below(u32 ceil);

#if __PSIM_TREE_VERSION < KERNEL_VERSION(6, 3, 0)
#define prandom_u32_max(ceil) get_random_u32_below(ceil)
#endif

/* Return: @floor to @ceil. */
static inline u32 get_random_u32_inclusive(u32 floor, u32 ceil)
{
	u32 span = ceil - floor + 1;

	return span ? floor + get_random_u32_below(span) : get_random_u32();
}

#endif /* _LINUX_RANDOM_H */
