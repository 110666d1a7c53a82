/* SPDX-License-Identifier: MIT */
/*
 * Every event of the stream: X(NAME, name, "group", "what it means", values).
 *
 * At most four values, in order a, b, c, d: D(name) is shown in decimal, I(name) too, and may
 * be negative, H(name) in hexadecimal,
 * W(name, table) as a word of a table in src/shim/events.c, and S(name) as what psim_trace_string() was given.
 * Names follow the kernel's tracepoints where those exist.
 */
#ifndef PSIM_EVENTS_H
#define PSIM_EVENTS_H

#include "events_mm.h"
#include "events_sched.h"

#define PSIM_EVENTS_MACHINE(X)                                                              \
	X(MACHINE_START, machine_start, "machine", "the trace begins", D("ram"), D("seed")) \
	X(MACHINE_STOP, machine_stop, "machine", "the machine stops", D("reports"))         \
	X(REPORT, report, "machine", "a law or a rule was broken", D("nr"), S("text"))      \
	X(INJECT, inject, "machine", "a fallible call was told to fail", S("kind"), D("nth"))

#define PSIM_EVENTS_DMA(X)                                                                        \
	X(DMA_MAP, dma_map_page, "dma", "a device may use a page", D("dev"), H("addr"), H("pfn"), \
	  W("dir", direction))                                                                    \
	X(DMA_UNMAP, dma_unmap_page, "dma", "a device may no more", D("dev"), H("addr"),          \
	  D("size"), W("dir", direction))                                                         \
	X(FENCE_INIT, dma_fence_init, "fence", "a fence is made", D("context"), D("seqno"))       \
	X(FENCE_ENABLE, dma_fence_enable_signal, "fence", "somebody wants to be told",            \
	  D("context"), D("seqno"))                                                               \
	X(FENCE_WAIT, dma_fence_wait_start, "fence", "the task waits for it", D("context"),       \
	  D("seqno"))                                                                             \
	X(FENCE_WAIT_END, dma_fence_wait_end, "fence", "the wait is over", D("context"),          \
	  D("seqno"))                                                                             \
	X(FENCE_SIGNAL, dma_fence_signaled, "fence", "what it stands for is done; error: errno",  \
	  D("context"), D("seqno"), D("error"))                                                   \
	X(FENCE_DESTROY, dma_fence_destroy, "fence", "its last reference is gone", D("context"),  \
	  D("seqno"))

#define PSIM_EVENTS_GPU(X)                                                                         \
	X(GPU_COPY, gpu_copy, "gpu", "the copy engine begins a descriptor", D("gpu"), D("bytes"),  \
	  W("opcode", opcode), D("seqno"))                                                         \
	X(GPU_COPY_END, gpu_copy_end, "gpu", "it has done it; error: errno", D("gpu"), D("bytes"), \
	  D("seqno"), D("error"))                                                                  \
	X(GPU_COMMAND, gpu_command, "gpu", "the command processor begins a command", D("gpu"),     \
	  W("opcode", opcode), H("address"), D("bytes"))                                           \
	X(GPU_COMMAND_END, gpu_command_end, "gpu", "it has done it; error: errno", D("gpu"),       \
	  D("error"))                                                                              \
	X(GPU_FAULT, gpu_fault, "gpu", "a device's access finds no slot", D("gpu"), H("address"),  \
	  D("write"))                                                                              \
	X(GPU_FAULT_END, gpu_fault_end, "gpu", "the driver has answered; error: it gave up",       \
	  D("gpu"), H("address"), D("error"))                                                      \
	X(GPU_INVALIDATE, gpu_invalidate, "gpu", "a device's TLB forgets a range", D("gpu"),       \
	  H("start"), H("end"))                                                                    \
	X(GPU_EVICT, gpu_evict, "gpu", "a program asks for device memory to be emptied", D("gpu"), \
	  D("bytes"))                                                                              \
	X(GPU_EVICT_END, gpu_evict_end, "gpu", "as much as could be; error: errno", D("gpu"),      \
	  D("error"))

#define PSIM_EVENTS(X)         \
	PSIM_EVENTS_MACHINE(X) \
	PSIM_EVENTS_SCHED(X)   \
	PSIM_EVENTS_MM(X)      \
	PSIM_EVENTS_DMA(X)     \
	PSIM_EVENTS_GPU(X)

enum psim_event {
#define PSIM_EVENT_ENUM(name, ...) PSIM_EV_##name,
	PSIM_EVENTS(PSIM_EVENT_ENUM)
#undef PSIM_EVENT_ENUM
	PSIM_EV_COUNT
};

#endif /* PSIM_EVENTS_H */
