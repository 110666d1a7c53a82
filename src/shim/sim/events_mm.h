/* SPDX-License-Identifier: MIT */
/* Events of pages, page tables, faults, migrations and notifiers: see events.h. */
#ifndef PSIM_EVENTS_MM_H
#define PSIM_EVENTS_MM_H

#define PSIM_EVENTS_PAGES(X)                                                                       \
	X(MEMREMAP, memremap_pages, "page", "a device's memory gets page frames, up to end",       \
	  H("pfn"), H("end"), D("type"))                                                           \
	X(MEMUNMAP, memunmap_pages, "page", "those page frames are gone", H("pfn"), H("end"))      \
	X(PAGE_ALLOC, mm_page_alloc, "page", "the page allocator hands out RAM", H("pfn"),         \
	  D("order"), H("gfp"))                                                                    \
	X(PAGE_FREE, mm_page_free, "page", "the page allocator gets RAM back", H("pfn"),           \
	  D("order"))                                                                              \
	X(DEVPAGE_INIT, zone_device_page_init, "page", "a driver uses a page of its device",       \
	  H("pfn"), D("order"))                                                                    \
	X(DEVPAGE_FREE, zone_device_folio_free, "page", "a driver gets it back", H("pfn"),         \
	  D("order"))                                                                              \
	X(FOLIO_SPLIT, folio_split, "page", "a folio becomes its pages", H("pfn"), D("order"))     \
	X(FOLIO_LOCK, folio_lock, "folio", "the task has a folio's lock", H("pfn"))                \
	X(FOLIO_UNLOCK, folio_unlock, "folio", "a folio's lock is let go", H("pfn"))               \
	X(LRU_ADD, mm_lru_insertion, "folio", "a folio leaves a CPU's batch for an LRU list",      \
	  H("pfn"))                                                                                \
	X(LRU_BATCH, folio_add_lru, "folio", "a folio is put into a CPU's batch, which holds it",  \
	  H("pfn"))                                                                                \
	X(LRU_ISOLATE, folio_isolate_lru, "folio", "a folio is taken off its LRU list", H("pfn"))  \
	X(REF_SET, page_ref_set, "ref", "a count is set; count: what it is now", H("pfn"),         \
	  D("val"), D("count"))                                                                    \
	X(REF_MOD, page_ref_mod, "ref", "references are taken or given back; val: by how many",    \
	  H("pfn"), I("val"), D("count"))                                                          \
	X(REF_TEST, page_ref_mod_and_test, "ref", "given back; ret: they were the last", H("pfn"), \
	  I("val"), D("count"), D("ret"))                                                          \
	X(REF_RETURN, page_ref_mod_and_return, "ref", "changed, and looked at", H("pfn"),          \
	  I("val"), D("count"), D("ret"))                                                          \
	X(REF_UNLESS, page_ref_mod_unless, "ref", "taken, if there was one; ret: whether",         \
	  H("pfn"), I("val"), D("count"), D("ret"))                                                \
	X(REF_FREEZE, page_ref_freeze, "ref", "none from now on, if there were val; ret: whether", \
	  H("pfn"), D("val"), D("count"), D("ret"))                                                \
	X(REF_UNFREEZE, page_ref_unfreeze, "ref", "val references again", H("pfn"), D("val"),      \
	  D("count"))

#define PSIM_EVENTS_SPACES(X)                                                                      \
	X(PROCESS, process_create, "map", "a process is made, with an address space", D("mm"),     \
	  S("name"))                                                                               \
	X(PROCESS_END, process_exit, "map", "a process ends", D("mm"))                             \
	X(MMAP, mmap, "map", "an address range is mapped", D("mm"), H("start"), H("end"),          \
	  H("flags"))                                                                              \
	X(MUNMAP, munmap, "map", "an address range is unmapped", D("mm"), H("start"), H("end"))    \
	X(FAULT, page_fault_user, "fault", "a fault begins", D("mm"), H("address"), D("write"))    \
	X(FAULT_END, page_fault_user_end, "fault", "it is over; result: VM_FAULT_ bits", D("mm"),  \
	  H("address"), D("write"), H("result"))                                                   \
	X(TO_RAM, migrate_to_ram, "fault", "a driver is asked for a page of its device", D("mm"),  \
	  H("address"), H("pfn"))                                                                  \
	X(TO_RAM_END, migrate_to_ram_end, "fault", "it has answered; result: VM_FAULT_ bits",      \
	  D("mm"), H("address"), H("pfn"), H("result"))                                            \
	X(HMM_FAULT, hmm_range_fault, "fault", "a device's driver looks at slots, and faults",     \
	  D("mm"), H("start"), H("end"))                                                           \
	X(HMM_FAULT_END, hmm_range_fault_end, "fault", "it has them; error: errno", D("mm"),       \
	  H("start"), H("end"), D("error"))                                                        \
	X(SLOT, set_pte, "slot", "a page-table slot changes", D("mm"), H("address"),               \
	  W("kind", pte), H("pfn"))                                                                \
	X(SLOT_HUGE, set_pmd, "slot", "a slot of 2 MiB changes, for all its pages", D("mm"),       \
	  H("address"), W("kind", pte), H("pfn"))                                                  \
	X(TLB_FLUSH, tlb_flush, "slot", "CPUs forget translations", D("mm"), H("start"), H("end")) \
	X(NOTIFIER_START, mmu_notifier_start, "notifier", "slots of a range are about to change",  \
	  D("mm"), H("start"), H("end"), W("event", notifier))                                     \
	X(NOTIFIER_END, mmu_notifier_end, "notifier", "they have changed", D("mm"), H("start"),    \
	  H("end"), W("event", notifier))                                                          \
	X(NOTIFIER_CALL, mmu_notifier_call, "notifier", "a driver is told", D("mm"), H("start"),   \
	  H("end"), W("event", notifier))                                                          \
	X(NOTIFIER_CALL_END, mmu_notifier_call_end, "notifier", "it has returned", D("mm"),        \
	  H("start"), H("end"), W("event", notifier))

#define PSIM_EVENTS_MIGRATE(X)                                                                     \
	X(MIGRATE_SETUP, migrate_vma_setup, "migrate",                                             \
	  "phase 1: pages are collected and unmapped", D("mm"), H("start"), H("end"))              \
	X(MIGRATE_SETUP_END, migrate_vma_setup_end, "migrate", "cpages of them can move", D("mm"), \
	  H("start"), H("end"), D("cpages"))                                                       \
	X(MIGRATE_COLLECT, migrate_vma_collect, "migrate",                                         \
	  "a page is collected; src: encoded pfn", H("address"), H("src"))                         \
	X(MIGRATE_DEVICE, migrate_device, "migrate",                                               \
	  "phase 1 for pages of a device, as an eviction does", D("npages"))                       \
	X(MIGRATE_DEVICE_END, migrate_device_end, "migrate", "cpages of them can move",            \
	  D("npages"), D("cpages"))                                                                \
	X(MIGRATE_MOVE, migrate_vma_pages, "migrate", "phase 2: what was mapped goes over",        \
	  D("npages"))                                                                             \
	X(MIGRATE_PAGES, migrate_pages, "migrate", "one page of phase 2; src, dst: encoded pfns",  \
	  H("src"), H("dst"), D("moved"))                                                          \
	X(MIGRATE_MOVE_END, migrate_vma_pages_end, "migrate", "moved pages have gone over",        \
	  D("npages"), D("moved"))                                                                 \
	X(MIGRATE_FINISH, migrate_vma_finalize, "migrate",                                         \
	  "phase 3: slots lead to where pages are now", D("npages"))                               \
	X(MIGRATE_FINALIZE, migrate_finalize, "migrate", "one page of phase 3", H("src"),          \
	  H("dst"))                                                                                \
	X(MIGRATE_FINISH_END, migrate_vma_finalize_end, "migrate", "the migration is over",        \
	  D("npages"))

#define PSIM_EVENTS_MM(X)     \
	PSIM_EVENTS_PAGES(X)  \
	PSIM_EVENTS_SPACES(X) \
	PSIM_EVENTS_MIGRATE(X)

#endif /* PSIM_EVENTS_MM_H */
