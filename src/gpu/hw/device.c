// SPDX-License-Identifier: MIT
/*
 * The simulated GPU as a device on the bus: its registers, and plugging it in and out. Its bytes, its
 * engines and its page walker are in files of their own.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <psim/task.h>

#include "simgpu_hw.h"
#include "simgpu_model.h"

/* Enough for 16 GiB mapped densely, or some 20000 pages scattered; untouched, it costs nothing. */
#define TABLE_BYTES (64ull << 20)

static unsigned long long load(const uint64_t *reg)
{
	return __atomic_load_n(reg, __ATOMIC_ACQUIRE);
}

static void store(uint64_t *reg, unsigned long long value)
{
	__atomic_store_n(reg, value, __ATOMIC_RELEASE);
}

/* An engine costs nothing before its first doorbell. The driver rings each doorbell under a lock. */
static void wake(struct simgpu_hw *gpu, struct psim_task **engine, const char *name,
		 int (*body)(void *gpu))
{
	if (*engine)
		psim_hw_kick(*engine);
	else
		*engine = psim_hw_engine(&gpu->bus, name, body, gpu);
}

static unsigned long long table_read(struct simgpu_hw *gpu, unsigned long offset, unsigned int size)
{
	unsigned char *at = simhw_store_at(&gpu->tables, offset, size, 0);
	unsigned long long value = 0;

	mmu_lock(gpu);
	if (at)
		memcpy(&value, at, size);
	mmu_unlock(gpu);
	return value;
}

static unsigned long long reg_read(void *device, unsigned long offset, unsigned int size)
{
	struct simgpu_hw *gpu = device;

	if (offset >= SIMGPU_TABLES)
		return table_read(gpu, offset - SIMGPU_TABLES, size);
	if (offset >= SIMGPU_LINKS)
		return simhw_link_speed(gpu, (offset - SIMGPU_LINKS) / 8);
	switch (offset) {
	case SIMGPU_ID:
		return SIMGPU_ID_VALUE;
	case SIMGPU_SERIAL:
		return gpu->bus.id;
	case SIMGPU_MEMORY_BYTES:
		return gpu->memory.length;
	case SIMGPU_TABLE_BYTES:
		return gpu->tables.length;
	case SIMGPU_IRQ_STATUS:
		return __atomic_exchange_n(&gpu->irq_status, 0, __ATOMIC_SEQ_CST);
	case SIMGPU_COPY_TAIL:
		return load(&gpu->copy.tail);
	case SIMGPU_COPY_DONE:
		return load(&gpu->copy.done);
	case SIMGPU_CMD_TAIL:
		return load(&gpu->cmd.tail);
	case SIMGPU_CMD_DONE:
		return load(&gpu->cmd.done);
	case SIMGPU_FAULT_ADDRESS:
		return load(&gpu->fault_address);
	case SIMGPU_FAULT_INFO:
		return load(&gpu->fault_info);
	default:
		return ~0ull;
	}
}

static void reg_write(void *device, unsigned long offset, unsigned int size,
		      unsigned long long value)
{
	struct simgpu_hw *gpu = device;

	if (offset >= SIMGPU_TABLES) {
		unsigned char *at = simhw_store_at(&gpu->tables, offset - SIMGPU_TABLES, size, 1);

		mmu_lock(gpu);
		if (at)
			memcpy(at, &value, size);
		simhw_mmu_table_written(gpu);
		mmu_unlock(gpu);
		return;
	}
	switch (offset) {
	case SIMGPU_COPY_RING:
		gpu->copy.base = value;
		break;
	case SIMGPU_COPY_SIZE:
		gpu->copy.size = value;
		break;
	case SIMGPU_COPY_TAIL:
		store(&gpu->copy.tail, value);
		wake(gpu, &gpu->simhw_copy_engine, "copy", simhw_copy_engine);
		break;
	case SIMGPU_CMD_RING:
		gpu->cmd.base = value;
		break;
	case SIMGPU_CMD_SIZE:
		gpu->cmd.size = value;
		break;
	case SIMGPU_CMD_TAIL:
		store(&gpu->cmd.tail, value);
		wake(gpu, &gpu->simhw_cmd_engine, "command", simhw_cmd_engine);
		break;
	case SIMGPU_FAULT_RESUME:
		store(&gpu->fault_answer, value);
		psim_hw_kick(gpu->simhw_cmd_engine);
		break;
	case SIMGPU_TLB_CONTEXT:
		gpu->tlb_context = value;
		break;
	case SIMGPU_TLB_START:
		gpu->tlb_start = value;
		break;
	case SIMGPU_TLB_END:
		psim_hw_trace(PSIM_HW_INVALIDATE, gpu->bus.id, gpu->tlb_start, value, 0);
		mmu_lock(gpu);
		simhw_mmu_invalidate(gpu, gpu->tlb_context, gpu->tlb_start, value);
		mmu_unlock(gpu);
		break;
	case SIMGPU_STOP:
		__atomic_store_n(&gpu->stop, 1, __ATOMIC_RELEASE);
		if (gpu->simhw_copy_engine)
			psim_hw_kick(gpu->simhw_copy_engine);
		if (gpu->simhw_cmd_engine)
			psim_hw_kick(gpu->simhw_cmd_engine);
		break;
	default:
		psim_hw_report(&gpu->bus, "GPU register",
			       "a write to a register that does not exist", offset);
	}
}

static int make_links(struct simgpu_hw *gpu, const struct simgpu_model *model)
{
	int err = 0;

	for (unsigned int i = 0; !err && i < model->nr_links; i++)
		err = simhw_link_make(gpu, model->links[i].peer, model->links[i].bytes_per_us,
				      model->links[i].setup_ns);
	return err;
}

struct simgpu_hw *simgpu_model_plug(const struct simgpu_model *model, int *error)
{
	struct simgpu_hw *gpu = calloc(1, sizeof(*gpu));

	*error = -ENOMEM;
	if (!gpu)
		return NULL;
	snprintf(gpu->name, sizeof(gpu->name), "%s", model->name);
	gpu->bytes_per_us = model->bytes_per_us;
	gpu->copy_setup_ns = model->copy_setup_ns;
	gpu->has_bytes = psim_hw_has_bytes();
	if (simhw_store_open(&gpu->memory, model->memory_bytes))
		goto no_memory;
	if (simhw_store_open(&gpu->tables, TABLE_BYTES))
		goto no_tables;
	gpu->bus = (struct psim_hw){
		.name = gpu->name,
		.compatible = "simgpu",
		.mmio_bytes = SIMGPU_TABLES + TABLE_BYTES,
		.read = reg_read,
		.write = reg_write,
		.device = gpu,
	};
	*error = make_links(gpu, model);
	if (!*error)
		*error = psim_hw_plug(&gpu->bus);
	if (!*error)
		return gpu;
	simhw_link_cut_all(gpu);
	simhw_store_close(&gpu->tables);
no_tables:
	simhw_store_close(&gpu->memory);
no_memory:
	free(gpu);
	return NULL;
}

void simgpu_model_unplug(struct simgpu_hw *gpu)
{
	psim_hw_unplug(&gpu->bus);
	if (gpu->simhw_copy_engine)
		psim_join(gpu->simhw_copy_engine);
	if (gpu->simhw_cmd_engine)
		psim_join(gpu->simhw_cmd_engine);
	simhw_link_cut_all(gpu);
	simhw_store_close(&gpu->tables);
	simhw_store_close(&gpu->memory);
	free(gpu);
}

unsigned int simgpu_model_id(const struct simgpu_hw *gpu)
{
	return gpu->bus.id;
}

void *simgpu_model_bytes(struct simgpu_hw *gpu, unsigned long long pte, int write)
{
	return simhw_bytes_at(gpu, pte, pte & SIMGPU_PTE_ADDRESS, SIMGPU_TABLE_PAGE, write);
}

int simgpu_model_poke(struct simgpu_hw *gpu, unsigned long long offset, unsigned char flip)
{
	unsigned char *at = simhw_store_at(&gpu->memory, offset, 1, 1);

	if (!at)
		return -EINVAL;
	*at ^= flip;
	return 0;
}
