/* SPDX-License-Identifier: MIT */
/*
 * Register windows of devices. A window's address can only be given to these functions; every access
 * goes to the device's model and is a scheduling point.
 */
#ifndef _LINUX_IO_H
#define _LINUX_IO_H

#include <linux/compiler.h>
#include <linux/err.h>
#include <linux/types.h>
#include <asm/barrier.h>

struct device;
struct resource;

#define IOMEM_ERR_PTR(error) ((void __iomem *)ERR_PTR(error))

u64 __psim_mmio_read(const volatile void __iomem *addr, unsigned int size);
void __psim_mmio_write(volatile void __iomem *addr, unsigned int size, u64 value);

/* A device that was unplugged gives all ones, and writes to it are lost. */
#define __PSIM_MMIO(letter, type, name)                                                     \
	static inline type read##letter(const volatile void __iomem *addr)                  \
	{                                                                                   \
		return __psim_mmio_read(addr, sizeof(type));                                \
	}                                                                                   \
	static inline type read##letter##_relaxed(const volatile void __iomem *addr)        \
	{                                                                                   \
		return __psim_mmio_read(addr, sizeof(type));                                \
	}                                                                                   \
	static inline type ioread##name(const volatile void __iomem *addr)                  \
	{                                                                                   \
		return __psim_mmio_read(addr, sizeof(type));                                \
	}                                                                                   \
	static inline void write##letter(type value, volatile void __iomem *addr)           \
	{                                                                                   \
		__psim_mmio_write(addr, sizeof(type), value);                               \
	}                                                                                   \
	static inline void write##letter##_relaxed(type value, volatile void __iomem *addr) \
	{                                                                                   \
		__psim_mmio_write(addr, sizeof(type), value);                               \
	}                                                                                   \
	static inline void iowrite##name(type value, volatile void __iomem *addr)           \
	{                                                                                   \
		__psim_mmio_write(addr, sizeof(type), value);                               \
	}

__PSIM_MMIO(b, u8, 8)
__PSIM_MMIO(w, u16, 16)
__PSIM_MMIO(l, u32, 32)
__PSIM_MMIO(q, u64, 64)
#undef __PSIM_MMIO

void memcpy_fromio(void *to, const volatile void __iomem *from, size_t count);
void memcpy_toio(volatile void __iomem *to, const void *from, size_t count);
void memset_io(volatile void __iomem *addr, int value, size_t count);

/**
 * ioremap() - make a device's window accessible
 * @phys: physical address of the window, from the device's resource
 * @size: bytes
 * May sleep. Return: the window, to be given back with iounmap(); NULL if no device is there.
 */
void __iomem *__psim_ioremap(phys_addr_t phys, size_t size, const char *site);
void iounmap(volatile void __iomem *addr);
#define ioremap(phys, size)    __psim_ioremap((phys), (size), __func__)
#define ioremap_wc(phys, size) __psim_ioremap((phys), (size), __func__)
#define ioremap_np(phys, size) __psim_ioremap((phys), (size), __func__)

void __iomem *devm_ioremap(struct device *dev, resource_size_t offset, resource_size_t size);
void __iomem *devm_ioremap_resource(struct device *dev, const struct resource *res);

#endif /* _LINUX_IO_H */
