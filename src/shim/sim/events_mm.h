/* SPDX-License-Identifier: MIT */
/* Events of pages, page tables, faults, migrations and notifiers: see events.h. */
#ifndef PSIM_EVENTS_MM_H
#define PSIM_EVENTS_MM_H

#define PSIM_EVENTS_MM(X)                                                                         \
	X(PAGE_ALLOC, "mm_page_alloc", "page", "the page allocator hands out RAM", H("pfn"),      \
	  D("order"), H("gfp"))                                                                   \
	X(PAGE_FREE, "mm_page_free", "page", "the page allocator gets RAM back", H("pfn"),        \
	  D("order"))                                                                             \
	X(FOLIO_SPLIT, "folio_split", "page", "a folio becomes its pages", H("pfn"), D("order"))  \
	X(DEVPAGE_INIT, "zone_device_page_init", "page", "a driver uses a page of its device",    \
	  H("pfn"), D("order"))                                                                   \
	X(DEVPAGE_FREE, "zone_device_folio_free", "page", "a driver gets it back", H("pfn"),      \
	  D("order"))                                                                             \
	X(MMAP, "mmap", "map", "an address range is mapped", D("mm"), H("start"), H("end"),       \
	  H("flags"))                                                                             \
	X(MUNMAP, "munmap", "map", "an address range is unmapped", D("mm"), H("start"), H("end")) \
	X(FAULT, "page_fault_user", "fault", "a fault is over; result: VM_FAULT_ bits", D("mm"),  \
	  H("address"), D("write"), H("result"))                                                  \
	X(SLOT, "set_pte", "slot", "a page-table slot changes", D("mm"), H("address"),            \
	  W("kind", pte), H("pfn"))                                                               \
	X(TLB_FLUSH, "tlb_flush", "slot", "CPUs forget translations", D("mm"), H("start"),        \
	  H("end"))                                                                               \
	X(MIGRATE_SETUP, "migrate_vma_setup", "migrate", "pages are collected and unmapped",      \
	  D("mm"), H("start"), H("end"), D("cpages"))                                             \
	X(MIGRATE_COLLECT, "migrate_vma_collect", "migrate", "one of them; src: encoded pfn",     \
	  H("address"), H("src"))                                                                 \
	X(MIGRATE_PAGES, "migrate_pages", "migrate", "what a page's mapping was goes over",       \
	  H("src"), H("dst"), D("moved"))                                                         \
	X(MIGRATE_FINALIZE, "migrate_finalize", "migrate", "slots point to where it is now",      \
	  H("src"), H("dst"))                                                                     \
	X(MIGRATE_DEVICE, "migrate_device", "migrate", "pages of a device are collected",         \
	  D("npages"), D("cpages"))                                                               \
	X(NOTIFIER_START, "mmu_notifier_start", "notifier",                                       \
	  "slots of a range are about to change", D("mm"), H("start"), H("end"),                  \
	  W("event", notifier))                                                                   \
	X(NOTIFIER_END, "mmu_notifier_end", "notifier", "they have changed", D("mm"), H("start"), \
	  H("end"), W("event", notifier))

#endif /* PSIM_EVENTS_MM_H */
