/* SPDX-License-Identifier: MIT */
/*
 * The simulated GPU's hardware, inside: one struct a device, no state elsewhere but a pool of device
 * memory that outlives the machine.
 */
#ifndef SIMGPU_HW_H
#define SIMGPU_HW_H

#include <stdint.h>
#include <psim/hw.h>

#include "regs.h"

#define TLB_ENTRIES 256

/* A page-table write that no invalidation followed for so long is a report at the next stale use. */
#define STALE_NS 1000000ull

struct tlb_entry {
	uint64_t page; /* virtual page number + 1; 0: empty */
	uint64_t pte;
	uint32_t context;
	uint32_t reserved;
	uint64_t root;
};

/**
 * struct ring - one engine's ring of descriptors in RAM
 * @base: bus address
 * @size: descriptors in it
 * @tail: submitted ever
 * @done: finished ever
 */
struct ring {
	uint64_t base;
	uint64_t size;
	uint64_t tail;
	uint64_t done;
};

/**
 * struct link - a road to another GPU's memory
 * @peer: the other end; NULL: no link
 * @bytes_per_us: throughput
 * @setup_ns: fixed time of one copy or of one access over it
 */
struct link {
	struct simgpu_hw *peer;
	uint64_t bytes_per_us;
	uint64_t setup_ns;
};

/* A stretch of device memory, or of page-table memory: from a pool, zero when it is handed out. */
struct store {
	unsigned char *bytes;
	uint64_t reserved;
	uint64_t length;
	uint64_t touched; /* nothing at or above this offset was ever written */
};

struct simgpu_hw {
	struct psim_hw bus;
	struct store memory;
	struct store tables;
	struct ring copy;
	struct ring cmd;
	struct psim_task *simhw_copy_engine;
	struct psim_task *simhw_cmd_engine;
	struct tlb_entry tlb[TLB_ENTRIES];
	uint64_t irq_status;
	uint64_t fault_address;
	uint64_t fault_info;
	uint64_t fault_answer;
	uint64_t tlb_context;
	uint64_t tlb_start;
	uint64_t
		tables_written; /* 1 + virtual time of the oldest table write not yet invalidated; 0: none */
	uint64_t bytes_per_us;
	uint64_t copy_setup_ns;
	uint64_t link_ns; /* of the accesses over links that the command in progress made */
	struct link links[SIMGPU_MAX_LINKS];
	int mmu_busy;
	int stop;
	int has_bytes;
	char name[16];
};

/* store.c */
int simhw_store_open(struct store *store, uint64_t bytes);
void simhw_store_close(struct store *store);
/* Bytes [offset, offset + n) for writing or reading; NULL beyond the end. */
unsigned char *simhw_store_at(struct store *store, uint64_t offset, uint64_t n, int write);

/*
 * An access, from its translation to its last byte, and an invalidation exclude each other: when the
 * driver's write of SIMGPU_TLB_END returns, no access that used the old translation is on its way.
 * Held for microseconds of host time, never while virtual time passes.
 */
static inline void mmu_lock(struct simgpu_hw *gpu)
{
	while (__atomic_exchange_n(&gpu->mmu_busy, 1, __ATOMIC_ACQUIRE))
		;
}

static inline void mmu_unlock(struct simgpu_hw *gpu)
{
	__atomic_store_n(&gpu->mmu_busy, 0, __ATOMIC_RELEASE);
}

/* mmu.c: all with mmu_lock held */
/* Return: the PTE that maps @address for the access, or 0: a fault. */
uint64_t simhw_mmu_translate(struct simgpu_hw *gpu, uint32_t context, uint64_t root,
			     uint64_t address, int write);
void simhw_mmu_invalidate(struct simgpu_hw *gpu, uint64_t context, uint64_t start, uint64_t end);
void simhw_mmu_table_written(struct simgpu_hw *gpu);

/* engine.c: what both engines share */
/* Wait for the ring's next descriptor. Return: 1; 0: the GPU stops; -EFAULT. */
int simhw_ring_next(struct simgpu_hw *gpu, struct ring *ring, struct simgpu_desc *desc);
void simhw_ring_finish(struct simgpu_hw *gpu, struct ring *ring, const struct simgpu_desc *desc,
		       uint64_t irq);
void simhw_raise_irq(struct simgpu_hw *gpu, uint64_t bits);

/* link.c: roads to other GPUs. Return: -ENOSPC if one end has too many, or has this one. */
int simhw_link_make(struct simgpu_hw *a, struct simgpu_hw *b, uint64_t bytes_per_us,
		    uint64_t setup_ns);
/* Of all its links; nobody uses them any more. */
void simhw_link_cut_all(struct simgpu_hw *gpu);
/* The link that a link address goes by; a report and NULL if there is none. */
const struct link *simhw_link_of(struct simgpu_hw *gpu, uint64_t address);
/* Throughput of the link to the GPU with this number; 0: none. */
uint64_t simhw_link_speed(struct simgpu_hw *gpu, uint64_t number);
/* Virtual time of moving @bytes over the link. */
uint64_t simhw_link_cost(const struct link *link, uint64_t bytes);
/* Bytes of the memory at the link's other end; a report and NULL beyond its end. */
unsigned char *simhw_link_at(struct simgpu_hw *gpu, uint64_t address, uint64_t n, int write);

/* compute.c */
/* The bytes behind @at, which @pte maps; NULL after a report. */
unsigned char *simhw_bytes_at(struct simgpu_hw *gpu, uint64_t pte, uint64_t at, uint64_t n,
			      int write);

int simhw_copy_engine(void *gpu);
int simhw_cmd_engine(void *gpu);

#endif /* SIMGPU_HW_H */
