/* SPDX-License-Identifier: MIT */
/*
 * Resources: who owns which part of the physical address space.
 *
 * Modelled: one level of busy memory regions below iomem_resource, RAM among them, and the search for
 * a free one (S5.1). Not modelled: ports, trees of bridges.
 */
#ifndef _LINUX_IOPORT_H
#define _LINUX_IOPORT_H

#include <linux/types.h>

struct device;

/**
 * struct resource - a range of physical addresses and its owner's name
 * @start: first byte
 * @end: last byte, inclusive (S5.2)
 */
struct resource {
	resource_size_t start;
	resource_size_t end;
	const char *name;
	unsigned long flags;
	unsigned long desc;
	struct resource *parent, *sibling, *child;
};

#define IORESOURCE_IO	      0x00000100ul
#define IORESOURCE_MEM	      0x00000200ul
#define IORESOURCE_IRQ	      0x00000400ul
#define IORESOURCE_DMA	      0x00000800ul
#define IORESOURCE_SYSTEM_RAM (IORESOURCE_MEM | 0x01000000ul)
#define IORESOURCE_EXCLUSIVE  0x08000000ul
#define IORESOURCE_BUSY	      0x80000000ul

enum {
	IORES_DESC_NONE = 0,
	IORES_DESC_DEVICE_PRIVATE_MEMORY = 6,
	IORES_DESC_RESERVED = 7,
};

#define DEFINE_RES_NAMED(start_, size_, name_, flags_)                                             \
	(struct resource)                                                                          \
	{                                                                                          \
		.start = (start_), .end = (start_) + (size_)-1, .name = (name_), .flags = (flags_) \
	}
#define DEFINE_RES_MEM_NAMED(start, size, name) \
	DEFINE_RES_NAMED((start), (size), (name), IORESOURCE_MEM)
#define DEFINE_RES_MEM(start, size) DEFINE_RES_MEM_NAMED((start), (size), NULL)
#define DEFINE_RES_IRQ(irq)	    DEFINE_RES_NAMED((irq), 1, NULL, IORESOURCE_IRQ)

/* All physical addresses. */
extern struct resource iomem_resource;

static inline resource_size_t resource_size(const struct resource *res)
{
	return res->end - res->start + 1;
}

static inline unsigned long resource_type(const struct resource *res)
{
	return res->flags & (IORESOURCE_IO | IORESOURCE_MEM | IORESOURCE_IRQ | IORESOURCE_DMA);
}

static inline bool resource_contains(const struct resource *outer, const struct resource *inner)
{
	return resource_type(outer) == resource_type(inner) && outer->start <= inner->start &&
	       outer->end >= inner->end;
}

static inline bool resource_overlaps(const struct resource *a, const struct resource *b)
{
	return a->start <= b->end && b->start <= a->end;
}

/* Put @new below @parent. Return: 0, or -EBUSY if something is there. */
int request_resource(struct resource *parent, struct resource *new);
/* Take it out again. Return: 0, or -EINVAL if it is not in there. */
int release_resource(struct resource *old);

/* Own [start, start + n) under @name, which is not copied. May sleep. Return: NULL if it is taken. */
struct resource *__request_region(struct resource *parent, resource_size_t start, resource_size_t n,
				  const char *name, int flags);
void __release_region(struct resource *parent, resource_size_t start, resource_size_t n);
#define request_mem_region(start, n, name) \
	__request_region(&iomem_resource, (start), (n), (name), 0)
/* Something that is not owned is a warning. */
#define release_mem_region(start, n) __release_region(&iomem_resource, (start), (n))

/**
 * request_free_mem_region() - own a free range of physical addresses for device memory (S5.1)
 * @base: where to look: iomem_resource
 * @size: bytes, rounded up to sections of 128 MiB
 * @name: of the owner; not copied
 *
 * May sleep. Return: the range; ERR_PTR(-ENOMEM), or -ERANGE when nothing is free.
 */
struct resource *__psim_request_free_mem_region(struct resource *base, unsigned long size,
						const char *name, const char *site);
#define request_free_mem_region(base, size, name) \
	__psim_request_free_mem_region((base), (size), (name), __func__)

/* The same bound to a device, under its name: given back when its driver is unbound (S5.46). */
struct resource *__psim_devm_request_free_mem_region(struct device *dev, struct resource *base,
						     unsigned long size, const char *site);
#define devm_request_free_mem_region(dev, base, size) \
	__psim_devm_request_free_mem_region((dev), (base), (size), __func__)
struct resource *devm_request_mem_region(struct device *dev, resource_size_t start,
					 resource_size_t n, const char *name);
/* Earlier than that. Something that is not the device's is a warning. */
void devm_release_mem_region(struct device *dev, resource_size_t start, resource_size_t n);

#endif /* _LINUX_IOPORT_H */
