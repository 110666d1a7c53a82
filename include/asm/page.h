/* SPDX-License-Identifier: MIT */
/*
 * Pages of 4 KiB, and kernel addresses of RAM.
 *
 * Physical addresses count from 0 without holes; RAM is at the bottom, device regions below the limit
 * of the direct map. Only RAM has kernel addresses.
 */
#ifndef _ASM_PAGE_H
#define _ASM_PAGE_H

#include <linux/const.h>
#include <linux/types.h>

#define PAGE_SHIFT 12
#define PAGE_SIZE  _AC(4096, UL)
#define PAGE_MASK  (~(PAGE_SIZE - 1))

/* Where byte 0 of RAM is; NULL in a machine without bytes. */
extern char *__psim_ram;

/* Physical address of a kernel address inside RAM. */
static inline phys_addr_t virt_to_phys(const volatile void *address)
{
	return (phys_addr_t)((const volatile char *)address - __psim_ram);
}

static inline void *phys_to_virt(phys_addr_t address)
{
	return __psim_ram + address;
}

#define __pa(x)		      ((unsigned long)virt_to_phys((const void *)(unsigned long)(x)))
#define __va(x)		      phys_to_virt((phys_addr_t)(x))
#define virt_to_pfn(address)  (__pa(address) >> PAGE_SHIFT)
#define virt_to_page(address) pfn_to_page(virt_to_pfn(address))

/* Whether @address is a kernel address of RAM. */
bool __psim_virt_addr_valid(const volatile void *address);
#define virt_addr_valid(address) \
	__psim_virt_addr_valid((const volatile void *)(unsigned long)(address))

void clear_page(void *page);
void copy_page(void *to, const void *from);

#endif /* _ASM_PAGE_H */
