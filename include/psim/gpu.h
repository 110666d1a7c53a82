/* SPDX-License-Identifier: MIT */
/* The simulated GPU, as the user's program uses it. */
#ifndef PSIM_GPU_H
#define PSIM_GPU_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct psim_process;
struct psim_gpu;
struct psim_gpu_memory;

/**
 * struct psim_gpu_link - a road between two GPUs; zero in a member means its default
 * @peer: the other GPU
 * @bytes_per_us: throughput in virtual time; default 50000 (50 GB/s)
 * @setup_ns: virtual time to set up one copy, or one access, over it; default 500
 *
 * GPUs take each other's pages directly if each of them is linked to each other one (docs: owners); in a
 * chain of three the first two do.
 */
struct psim_gpu_link {
	struct psim_gpu *peer;
	unsigned long bytes_per_us;
	unsigned long setup_ns;
};

/**
 * struct psim_gpu_config - what kind of GPU to plug in; zero in a member means its default
 * @name: for traces; default "gpu0", "gpu1", ...
 * @memory_bytes: device memory, a multiple of 64 KiB, from 64 KiB to 1 TiB; default 256 MiB
 * @chunk_bytes: the unit in which GPU faults and psim_gpu_migrate() move memory: a power of two from
 *	4 KiB to 2 MiB; default 64 KiB
 * @timeslice_ms: how long migrated memory stays before a CPU fault may take it back; default 0
 * @bytes_per_us: copy-engine throughput in virtual time; default 12000 (12 GB/s)
 * @copy_setup_ns: virtual time to set up one copy; default 1500
 * @links: links to GPUs that are plugged in already; linked GPUs reach each other's memory
 * @nr_links: how many; at most 16 at each end
 * @peer_copies: 1: what comes from a linked GPU's memory is copied by that GPU; default 0: by this one
 * @peer_access: 1: memory that is in a linked GPU is used there, over the link; default 0: it is migrated
 * @clear: 1: all fresh device memory is cleared, while the migration that asked for it goes on; default 0:
 *	only what nothing is copied to
 */
struct psim_gpu_config {
	const char *name;
	unsigned long long memory_bytes;
	unsigned long chunk_bytes;
	unsigned long timeslice_ms;
	unsigned long bytes_per_us;
	unsigned long copy_setup_ns;
	const struct psim_gpu_link *links;
	unsigned int nr_links;
	int peer_copies;
	int peer_access;
	int clear;
};

/* Plug in a GPU and bind its driver. @config: NULL for all defaults. Return: NULL with a message. */
struct psim_gpu *psim_gpu_create(const struct psim_gpu_config *config);

/* Unplug it, if it is not yet, and free the handle. Return: 0 or a negative errno. */
int psim_gpu_destroy(struct psim_gpu *gpu);

/**
 * psim_gpu_unplug() - take the GPU away, whoever uses it
 *
 * What is in its memory is evicted, its driver unbound. Calls that are in it end as they can, later ones
 * get -ENODEV; the handle stays until psim_gpu_destroy(). Return: 0; -ENODEV if it is unplugged already.
 */
int psim_gpu_unplug(struct psim_gpu *gpu);

/**
 * psim_gpu_hold() - a reference on the GPU's memory, as another user of it in the kernel has one
 *
 * It may be kept beyond the GPU's unplugging. To be given back by psim_gpu_memory_put().
 *
 * Return: the memory; NULL without memory or without a GPU.
 */
struct psim_gpu_memory *psim_gpu_hold(struct psim_gpu *gpu);
void psim_gpu_memory_put(struct psim_gpu_memory *memory);
/* As psim_gpu_migrate(), by the reference. Return: -ENODEV when the GPU is unplugged. */
int psim_gpu_memory_migrate(struct psim_gpu_memory *memory, struct psim_process *process,
			    unsigned long address, size_t length, unsigned long timeslice_ms);

/**
 * psim_gpu_migrate() - move a range of the process's memory into device memory
 * @address, @length: page-aligned
 *
 * In pieces of chunk_bytes, naturally aligned; makes room by evicting what was used least recently. What
 * is in the memory of a GPU that is not linked goes by way of RAM.
 *
 * Return: 0; the first piece's error otherwise: -ENOMEM, -EBUSY, -EFAULT, -EINVAL, ...
 */
int psim_gpu_migrate(struct psim_gpu *gpu, struct psim_process *process, unsigned long address,
		     size_t length);

/* Evict least recently used memory until at least @bytes are free; ~0: everything. Return: 0, -errno. */
int psim_gpu_evict(struct psim_gpu *gpu, unsigned long long bytes);

/*
 * Commands: run by the GPU's command processor over virtual addresses of the process, through the
 * GPU's own page table; memory that is not mapped there is faulted in, by migration where possible.
 * Each waits for the command's end. Return: 0; -EFAULT where the process has no such memory, or may
 * not write it; the migration's or the copy's error.
 */
int psim_gpu_fill(struct psim_gpu *gpu, struct psim_process *process, unsigned long address,
		  size_t length, unsigned char value);
int psim_gpu_copy(struct psim_gpu *gpu, struct psim_process *process, unsigned long destination,
		  unsigned long source, size_t length);
int psim_gpu_xor(struct psim_gpu *gpu, struct psim_process *process, unsigned long address,
		 size_t length, const void *pattern, size_t pattern_length);
int psim_gpu_crc32(struct psim_gpu *gpu, struct psim_process *process, unsigned long address,
		   size_t length, unsigned int *crc);
int psim_gpu_sha256(struct psim_gpu *gpu, struct psim_process *process, unsigned long address,
		    size_t length, unsigned char digest[32]);

/**
 * struct psim_gpu_stats - counters since the GPU was plugged in
 * @pages_to_device, @pages_to_ram: 4 KiB pages that its copies moved from RAM, and to RAM
 * @faults: faults of the GPU
 * @evictions: allocations evicted
 * @memory_free: bytes of device memory that are free now
 * @pages_from_peer, @pages_to_peer: pages that its copies moved over links
 * @pages_within: pages that its copies moved from one place in its memory to another
 */
struct psim_gpu_stats {
	unsigned long pages_to_device;
	unsigned long pages_to_ram;
	unsigned long faults;
	unsigned long evictions;
	unsigned long long memory_free;
	unsigned long pages_from_peer;
	unsigned long pages_to_peer;
	unsigned long pages_within;
};

int psim_gpu_stats(struct psim_gpu *gpu, struct psim_gpu_stats *stats);

/**
 * psim_gpu_poke() - flip bits of device memory behind the machine's back, as a failing chip would
 * @pfn: page frame number of a device page of this GPU (psim_where() tells)
 * @offset: byte within the page
 * Return: 0, -EINVAL.
 */
int psim_gpu_poke(struct psim_gpu *gpu, unsigned long pfn, unsigned int offset, unsigned char flip);

#ifdef __cplusplus
}
#endif

#endif /* PSIM_GPU_H */
