/* SPDX-License-Identifier: MIT */
/* What every file of a kernel may count on; the rest of the base headers, and a few helpers. */
#ifndef _LINUX_KERNEL_H
#define _LINUX_KERNEL_H

#include <linux/export.h>
#include <linux/__psim_might.h>
#include <linux/align.h>
#include <linux/array_size.h>
#include <linux/bitops.h>
#include <linux/bug.h>
#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/container_of.h>
#include <linux/init.h>
#include <linux/instruction_pointer.h>
#include <linux/kern_levels.h>
#include <linux/kstrtox.h>
#include <linux/limits.h>
#include <linux/log2.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/printk.h>
#include <linux/sprintf.h>
#include <linux/stdarg.h>
#include <linux/stddef.h>
#include <linux/stringify.h>
#include <linux/typecheck.h>
#include <linux/types.h>

#define upper_32_bits(n)   ((u32)((u64)(n) >> 32))
#define lower_32_bits(n)   ((u32)((n)&0xffffffff))
#define upper_16_bits(n)   ((u16)((n) >> 16))
#define lower_16_bits(n)   ((u16)((n)&0xffff))
#define REPEAT_BYTE(x)	   ((~0ul / 0xff) * (x))
#define PTR_IF(cond, ptr)  ((cond) ? (ptr) : NULL)
#define u64_to_user_ptr(x) ((void __user *)(uintptr_t)(u64)(x))

/* The run cannot go on. */
#define panic(fmt, ...) __psim_panic(__func__, fmt, ##__VA_ARGS__)
void __psim_panic(const char *site, const char *fmt, ...) __printf(2, 3) __noreturn;

#define might_fault() might_sleep()

#endif /* _LINUX_KERNEL_H */
