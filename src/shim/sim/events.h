/* SPDX-License-Identifier: MIT */
/*
 * Every event of the stream: its name and how its four numbers are printed.
 *
 * X(NAME, "name", "format"): the format takes four u64 as %llu or %llx, in order a, b, c, d; numbers
 * left out at the end are simply not printed. Names follow the kernel's tracepoints where those
 * exist. One line a room's event; keep the groups.
 */
#ifndef PSIM_EVENTS_H
#define PSIM_EVENTS_H

#define PSIM_EVENTS(X)                                                                      \
	/* machine */                                                                       \
	X(MACHINE_START, "machine_start", "ram=%llu seed=%llu")                             \
	X(MACHINE_STOP, "machine_stop", "reports=%llu")                                     \
	X(REPORT, "report", "nr=%llu")                                                      \
	X(INJECT, "inject", "kind=%llu nth=%llu")                                           \
	/* sched */                                                                         \
	X(TASK_NEW, "task_new", "task=%llu kind=%llu")                                      \
	X(TASK_EXIT, "task_exit", "task=%llu")                                              \
	X(SWITCH, "sched_switch", "prev=%llu next=%llu")                                    \
	X(WAKE, "sched_wakeup", "task=%llu")                                                \
	X(IRQ, "irq_handler_entry", "irq=%llu")                                             \
	X(TIMER, "timer_expire_entry", "nr=%llu")                                           \
	X(WORK, "workqueue_execute_start", "nr=%llu")                                       \
	/* mm */                                                                            \
	X(PAGE_ALLOC, "mm_page_alloc", "pfn=%#llx order=%llu gfp=%#llx")                    \
	X(PAGE_FREE, "mm_page_free", "pfn=%#llx order=%llu")                                \
	X(FOLIO_SPLIT, "folio_split", "pfn=%#llx order=%llu")                               \
	X(DEVPAGE_INIT, "zone_device_page_init", "pfn=%#llx order=%llu")                    \
	X(DEVPAGE_FREE, "zone_device_folio_free", "pfn=%#llx order=%llu")                   \
	X(MMAP, "mmap", "mm=%llu start=%#llx end=%#llx flags=%#llx")                        \
	X(MUNMAP, "munmap", "mm=%llu start=%#llx end=%#llx")                                \
	X(FAULT, "page_fault_user", "mm=%llu address=%#llx write=%llu result=%#llx")        \
	X(SLOT, "set_pte", "mm=%llu address=%#llx kind=%llu pfn=%#llx")                     \
	X(TLB_FLUSH, "tlb_flush", "mm=%llu start=%#llx end=%#llx")                          \
	X(MIGRATE_SETUP, "migrate_vma_setup", "mm=%llu start=%#llx end=%#llx cpages=%llu")  \
	X(MIGRATE_COLLECT, "migrate_vma_collect", "address=%#llx src=%#llx")                \
	X(MIGRATE_PAGES, "migrate_pages", "src=%#llx dst=%#llx moved=%llu")                 \
	X(MIGRATE_FINALIZE, "migrate_finalize", "src=%#llx dst=%#llx")                      \
	X(MIGRATE_DEVICE, "migrate_device", "npages=%llu cpages=%llu")                      \
	X(NOTIFIER_START, "mmu_notifier_start", "mm=%llu start=%#llx end=%#llx event=%llu") \
	X(NOTIFIER_END, "mmu_notifier_end", "mm=%llu start=%#llx end=%#llx event=%llu")     \
	/* dma */                                                                           \
	X(DMA_MAP, "dma_map_page", "dev=%llu addr=%#llx pfn=%#llx dir=%llu")                \
	X(DMA_UNMAP, "dma_unmap_page", "dev=%llu addr=%#llx size=%llu dir=%llu")            \
	X(FENCE_INIT, "dma_fence_init", "context=%llu seqno=%llu")                          \
	X(FENCE_SIGNAL, "dma_fence_signaled", "context=%llu seqno=%llu error=%llu")         \
	/* gpu */                                                                           \
	X(GPU_COPY, "gpu_copy", "gpu=%llu bytes=%llu to_ram=%llu seqno=%llu")               \
	X(GPU_FAULT, "gpu_fault", "gpu=%llu address=%#llx write=%llu")                      \
	X(GPU_INVALIDATE, "gpu_invalidate", "gpu=%llu start=%#llx end=%#llx")               \
	X(GPU_EVICT, "gpu_evict", "gpu=%llu bytes=%llu result=%llu")                        \
	X(GPU_COMMAND, "gpu_command", "gpu=%llu opcode=%llu address=%#llx bytes=%llu")

enum psim_event {
#define PSIM_EVENT_ENUM(name, text, format) PSIM_EV_##name,
	PSIM_EVENTS(PSIM_EVENT_ENUM)
#undef PSIM_EVENT_ENUM
	PSIM_EV_COUNT
};

#endif /* PSIM_EVENTS_H */
