/* SPDX-License-Identifier: MIT */
/* Checks of memory management, all on: a warning is a report, a bug ends the run. */
#ifndef _LINUX_MMDEBUG_H
#define _LINUX_MMDEBUG_H

#include <linux/bug.h>
#include <linux/build_bug.h>

struct folio;
struct mm_struct;
struct page;
struct vm_area_struct;

/* Say what a page is like, as a message: its frame number, counts, flags. */
void dump_page(const struct page *page, const char *reason);

#define VM_BUG_ON(cond)                              \
	do {                                         \
		if (unlikely(cond))                  \
			__psim_bug(__func__, #cond); \
	} while (0)
#define VM_WARN_ON(cond)                                 \
	do {                                             \
		if (unlikely(cond))                      \
			__psim_warn_on(__func__, #cond); \
	} while (0)
#define VM_WARN_ON_ONCE(cond)                              \
	do {                                               \
		if (unlikely(cond) && __psim_first_time()) \
			__psim_warn_on(__func__, #cond);   \
	} while (0)
#define VM_WARN_ONCE(cond, format...) ((void)WARN_ONCE(cond, format))
#define VM_WARN(cond, format...)      ((void)WARN(cond, format))
#define VIRTUAL_BUG_ON(cond)	      VM_BUG_ON(cond)
#define VM_BUG_ON_VMA(cond, vma)      VM_BUG_ON(cond)
#define VM_BUG_ON_MM(cond, mm)	      VM_BUG_ON(cond)

/* A bug that names the page, its counts, and who took it. */
void __psim_page_bug(const char *site, const char *condition, const void *page_or_folio) __noreturn;

#define VM_BUG_ON_PAGE(cond, page)                                \
	do {                                                      \
		if (unlikely(cond))                               \
			__psim_page_bug(__func__, #cond, (page)); \
	} while (0)
#define VM_BUG_ON_FOLIO(cond, folio) VM_BUG_ON_PAGE(cond, folio)

/* The page frame number, for messages. */
unsigned long __psim_pfn_of(const void *page_or_folio);

#define VM_WARN_ON_PAGE(cond, page) WARN(cond, "%s, page %#lx", #cond, __psim_pfn_of(page))
#define VM_WARN_ON_ONCE_PAGE(cond, page) \
	WARN_ONCE(cond, "%s, page %#lx", #cond, __psim_pfn_of(page))
#define VM_WARN_ON_FOLIO(cond, folio)	   VM_WARN_ON_PAGE(cond, folio)
#define VM_WARN_ON_ONCE_FOLIO(cond, folio) VM_WARN_ON_ONCE_PAGE(cond, folio)
#define VM_WARN_ON_ONCE_MM(cond, mm)	   WARN_ON_ONCE(cond)
#define VM_WARN_ON_ONCE_VMA(cond, vma)	   WARN_ON_ONCE(cond)

#endif /* _LINUX_MMDEBUG_H */
