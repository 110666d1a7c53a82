// SPDX-License-Identifier: MIT
/*
 * The user face of the simulated GPU: checks what the user's program gives, plugs the hardware in, and
 * calls the driver as a system call would.
 */
#include <linux/device.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/sched/mm.h>
#include <drm/drm_drv.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <psim/gpu.h>
#include <psim/module.h>
#include <psim/process.h>

#include "driver/simgpu.h"
#include "hw/simgpu_model.h"
#include "mm/process.h"
#include "sim/sim.h"
#include "user.h"

#define KIB	   1024ull
#define MIN_MEMORY (64 * KIB)
#define MAX_MEMORY (1ull << 40)
#define MAX_CHUNK  (2048 * KIB)

struct psim_gpu_memory {
	struct drm_pagemap *dpagemap;
};

static int check_links(const struct psim_gpu_config *c)
{
	if (c->nr_links > SIMGPU_MAX_LINKS || (c->nr_links && !c->links))
		return psim_misuse(-EINVAL, "%u links: up to %u are allowed, with a list",
				   c->nr_links, SIMGPU_MAX_LINKS);
	for (unsigned int i = 0; i < c->nr_links; i++) {
		if (!c->links[i].peer || !c->links[i].peer->hw)
			return psim_misuse(-EINVAL, "link %u goes to no GPU that is plugged in", i);
	}
	return 0;
}

static int check_config(const struct psim_gpu_config *c)
{
	if (c->memory_bytes < MIN_MEMORY || c->memory_bytes > MAX_MEMORY ||
	    c->memory_bytes % MIN_MEMORY)
		return psim_misuse(
			-EINVAL,
			"device memory of %llu bytes: a multiple of 64 KiB from 64 KiB to 1 TiB is allowed",
			c->memory_bytes);
	if (!is_power_of_2(c->chunk_bytes) || c->chunk_bytes < PAGE_SIZE ||
	    c->chunk_bytes > MAX_CHUNK)
		return psim_misuse(
			-EINVAL, "chunk_bytes %lu: a power of two from 4096 to 2097152 is allowed",
			c->chunk_bytes);
	return check_links(c);
}

static void fill_defaults(struct psim_gpu_config *c, char *name, size_t bytes)
{
	if (!c->name) {
		snprintf(name, bytes, "gpu%u", psim_ordinal("gpu") - 1);
		c->name = name;
	}
	c->memory_bytes = c->memory_bytes ?: 256 * KIB * KIB;
	c->chunk_bytes = c->chunk_bytes ?: 64 * KIB;
	c->bytes_per_us = c->bytes_per_us ?: 12000;
	c->copy_setup_ns = c->copy_setup_ns ?: 1500;
}

static struct simgpu_hw *plug(const struct psim_gpu_config *c, int *err)
{
	struct simgpu_model model = {
		.name = c->name,
		.memory_bytes = c->memory_bytes,
		.bytes_per_us = c->bytes_per_us,
		.copy_setup_ns = c->copy_setup_ns,
		.nr_links = c->nr_links,
	};

	for (unsigned int i = 0; i < c->nr_links; i++) {
		model.links[i].peer = c->links[i].peer->hw;
		model.links[i].bytes_per_us = c->links[i].bytes_per_us ?: 50000;
		model.links[i].setup_ns = c->links[i].setup_ns ?: 500;
	}
	return simgpu_model_plug(&model, err);
}

struct psim_gpu *psim_gpu_create(const struct psim_gpu_config *config)
{
	struct psim_gpu_config c = config ? *config : (struct psim_gpu_config){0};
	struct psim_gpu *gpu;
	char name[16];
	int err;

	if (!psim_running()) {
		psim_misuse(-ESRCH,
			    "psim_gpu_create: no machine is running: call psim_start() first");
		return NULL;
	}
	fill_defaults(&c, name, sizeof(name));
	if (check_config(&c))
		return NULL;
	err = psim_module_load("simgpu");
	if (err && err != -EEXIST) {
		psim_misuse(err, "psim_gpu_create: the driver did not load (%pe)", ERR_PTR(err));
		return NULL;
	}
	gpu = kzalloc(sizeof(*gpu), GFP_KERNEL);
	if (!gpu)
		return NULL;
	gpu->hw = plug(&c, &err);
	if (!gpu->hw)
		goto fail;
	err = -ENODEV;
	gpu->driver = simgpu_find(simgpu_model_id(gpu->hw));
	if (!gpu->driver)
		goto fail;
	gpu->driver->chunk_bytes = c.chunk_bytes;
	gpu->driver->timeslice_ms = c.timeslice_ms;
	gpu->driver->peer_copies = c.peer_copies;
	gpu->driver->peer_access = c.peer_access;
	gpu->driver->clear = c.clear;
	return gpu;
fail:
	psim_misuse(err, "psim_gpu_create: no GPU with %llu bytes of memory (%pe)", c.memory_bytes,
		    ERR_PTR(err));
	if (gpu->hw)
		simgpu_model_unplug(gpu->hw);
	kfree(gpu);
	return NULL;
}

int psim_gpu_destroy(struct psim_gpu *gpu)
{
	int err = 0;

	if (!gpu)
		return psim_misuse(-EINVAL, "psim_gpu_destroy: there is no GPU to destroy");
	if (gpu->hw)
		err = psim_gpu_unplug(gpu);
	if (err)
		return err;
	drm_dev_put(&gpu->driver->drm);
	kfree(gpu);
	return 0;
}

int psim_gpu_unplug(struct psim_gpu *gpu)
{
	struct simgpu_hw *hw;

	if (!gpu)
		return psim_misuse(-EINVAL, "psim_gpu_unplug: there is no GPU to unplug");
	if (READ_ONCE(gpu->driver->view))
		return psim_misuse(-EBUSY,
				   "psim_gpu_unplug: a view has its memory: destroy that first");
	hw = xchg(&gpu->hw, NULL);
	if (!hw)
		return -ENODEV;
	simgpu_model_unplug(hw);
	return 0;
}

static int check_range(const char *what, const void *gpu, struct psim_process *process,
		       unsigned long address, size_t length, unsigned long alignment)
{
	if (!gpu || !process)
		return psim_misuse(-EINVAL, "%s: a GPU and a process are needed", what);
	if (!length || address + length < address)
		return psim_misuse(-EINVAL, "%s: %zu bytes at %#lx are no range", what, length,
				   address);
	if ((address | length) % alignment)
		return psim_misuse(-EINVAL, "%s: %#lx + %#zx is not aligned to %lu bytes", what,
				   address, length, alignment);
	return 0;
}

struct psim_gpu_memory *psim_gpu_hold(struct psim_gpu *gpu)
{
	struct psim_gpu_memory *memory = gpu ? kzalloc(sizeof(*memory), GFP_KERNEL) : NULL;
	int err;

	if (!memory) {
		psim_misuse(-EINVAL, "psim_gpu_hold: a GPU and memory are needed");
		return NULL;
	}
	memory->dpagemap = simgpu_pagemap_get(gpu->driver);
	err = PTR_ERR_OR_ZERO(memory->dpagemap);
	if (!err)
		return memory;
	psim_misuse(err, "psim_gpu_hold: its memory cannot be had (%pe)", ERR_PTR(err));
	kfree(memory);
	return NULL;
}

void psim_gpu_memory_put(struct psim_gpu_memory *memory)
{
	if (!memory)
		return;
	drm_pagemap_put(memory->dpagemap);
	kfree(memory);
}

int psim_gpu_memory_migrate(struct psim_gpu_memory *memory, struct psim_process *process,
			    unsigned long address, size_t length, unsigned long timeslice_ms)
{
	int err =
		check_range("psim_gpu_memory_migrate", memory, process, address, length, PAGE_SIZE);

	return err
		       ?: drm_pagemap_populate_mm(memory->dpagemap, address, address + length,
						  psim_process_mm(process), timeslice_ms);
}

int psim_gpu_migrate(struct psim_gpu *gpu, struct psim_process *process, unsigned long address,
		     size_t length)
{
	struct mm_struct *mm;
	int err = check_range("psim_gpu_migrate", gpu, process, address, length, PAGE_SIZE);

	if (err)
		return err;
	mm = psim_process_mm(process);
	if (!mmget_not_zero(mm))
		return -EFAULT;
	err = simgpu_migrate(gpu->driver, mm, address, address + length);
	mmput(mm);
	return err;
}

int psim_gpu_evict(struct psim_gpu *gpu, unsigned long long bytes)
{
	int err, idx;

	if (!gpu)
		return psim_misuse(-EINVAL, "psim_gpu_evict: a GPU is needed");
	if (!drm_dev_enter(&gpu->driver->drm, &idx))
		return -ENODEV;
	psim_trace(PSIM_EV_GPU_EVICT, gpu->driver->drm.dev->__psim_id, bytes, 0, 0);
	err = simgpu_evict(gpu->driver, bytes);
	psim_trace(PSIM_EV_GPU_EVICT_END, gpu->driver->drm.dev->__psim_id, -err, 0, 0);
	drm_dev_exit(idx);
	return err;
}

static int command(const char *what, struct psim_gpu *gpu, struct psim_process *process,
		   struct simgpu_desc *desc, const void *pattern, u8 *result)
{
	int err = check_range(what, gpu, process, desc->address, desc->bytes, 1);

	if (err)
		return err;
	return simgpu_command(gpu->driver, psim_process_mm(process), desc, pattern, result);
}

int psim_gpu_fill(struct psim_gpu *gpu, struct psim_process *process, unsigned long address,
		  size_t length, unsigned char value)
{
	struct simgpu_desc desc = {
		.opcode = SIMGPU_OP_FILL, .address = address, .bytes = length, .value = value};

	return command("psim_gpu_fill", gpu, process, &desc, NULL, NULL);
}

int psim_gpu_copy(struct psim_gpu *gpu, struct psim_process *process, unsigned long destination,
		  unsigned long source, size_t length)
{
	struct simgpu_desc desc = {.opcode = SIMGPU_OP_COPY,
				   .address = destination,
				   .source = source,
				   .bytes = length};

	return command("psim_gpu_copy", gpu, process, &desc, NULL, NULL);
}

int psim_gpu_xor(struct psim_gpu *gpu, struct psim_process *process, unsigned long address,
		 size_t length, const void *pattern, size_t pattern_length)
{
	struct simgpu_desc desc = {.opcode = SIMGPU_OP_XOR,
				   .address = address,
				   .bytes = length,
				   .pattern_bytes = pattern_length};

	if (!pattern || !pattern_length || pattern_length > PAGE_SIZE)
		return psim_misuse(-EINVAL,
				   "psim_gpu_xor: a pattern of %zu bytes: 1 to 4096 are allowed",
				   pattern_length);
	return command("psim_gpu_xor", gpu, process, &desc, pattern, NULL);
}

int psim_gpu_crc32(struct psim_gpu *gpu, struct psim_process *process, unsigned long address,
		   size_t length, unsigned int *crc)
{
	struct simgpu_desc desc = {.opcode = SIMGPU_OP_CRC32, .address = address, .bytes = length};
	u8 result[32];
	int err = command("psim_gpu_crc32", gpu, process, &desc, NULL, result);

	if (!err)
		memcpy(crc, result, sizeof(*crc));
	return err;
}

int psim_gpu_sha256(struct psim_gpu *gpu, struct psim_process *process, unsigned long address,
		    size_t length, unsigned char digest[32])
{
	struct simgpu_desc desc = {.opcode = SIMGPU_OP_SHA256, .address = address, .bytes = length};

	return command("psim_gpu_sha256", gpu, process, &desc, NULL, digest);
}

int psim_gpu_stats(struct psim_gpu *gpu, struct psim_gpu_stats *stats)
{
	struct simgpu_device *driver;

	if (!gpu || !stats)
		return psim_misuse(-EINVAL,
				   "psim_gpu_stats: a GPU and a place for its counters are needed");
	driver = gpu->driver;
	stats->pages_to_device = atomic_long_read(&driver->pages_to_device);
	stats->pages_to_ram = atomic_long_read(&driver->pages_to_ram);
	stats->faults = atomic_long_read(&driver->nr_faults);
	stats->evictions = atomic_long_read(&driver->nr_evictions);
	stats->memory_free = READ_ONCE(driver->buddy.free_bytes);
	stats->pages_from_peer = atomic_long_read(&driver->pages_from_peer);
	stats->pages_to_peer = atomic_long_read(&driver->pages_to_peer);
	stats->pages_within = atomic_long_read(&driver->pages_within);
	return 0;
}

/* The byte's place in device memory; -EINVAL if the page is none of this GPU's. */
static long long place_of(struct psim_gpu *gpu, unsigned long pfn, unsigned int offset)
{
	struct drm_pagemap *dpagemap = gpu ? simgpu_pagemap_if_active(gpu->driver) : NULL;
	unsigned long first;

	if (!dpagemap)
		return -EINVAL;
	first = simgpu_first_pfn(dpagemap);
	drm_pagemap_put(dpagemap);
	if (pfn < first || offset >= PAGE_SIZE)
		return -EINVAL;
	return ((u64)(pfn - first) << PAGE_SHIFT) + offset;
}

int psim_gpu_poke(struct psim_gpu *gpu, unsigned long pfn, unsigned int offset, unsigned char flip)
{
	long long place = place_of(gpu, pfn, offset);
	int err = place < 0 ? (int)place : simgpu_model_poke(gpu->hw, place, flip);

	if (err)
		psim_misuse(err, "psim_gpu_poke: no byte %u of page %#lx in this GPU's memory",
			    offset, pfn);
	return err;
}
