// SPDX-License-Identifier: MIT
/* The machine of one run: RAM, a process, GPUs, a view of them, and the tables beside it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "engine.h"

#define REGION	  (2ull << 20)
#define SPARE_RAM (64ull << 20)

/* Zeros that cost nothing until they are touched. */
static void *reserve(size_t bytes)
{
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

static size_t aligned(size_t bytes)
{
	return (bytes + 4095) & ~4095ul;
}

/* All tables in one reservation. */
static int make_tables(struct psim_lab_engine *e)
{
	size_t pages = e->space->nr_pages, blocks = pages / PSIM_LAB_BLOCK_PAGES;
	size_t of_regions = aligned(pages / PSIM_LAB_REGION_PAGES * sizeof(*e->touched_regions));
	size_t bytes = aligned(pages) * (2 + e->nr_gpus) + aligned(pages * sizeof(*e->piece_at)) +
		       aligned(blocks * sizeof(struct block)) * e->nr_gpus +
		       aligned(blocks * sizeof(*e->places)) + aligned(pages * sizeof(*e->touched)) +
		       of_regions;
	bool keeps_bytes = e->run->experiment->bytes;
	char *at;

	e->mapped_bytes = bytes + (keeps_bytes ? pages * PSIM_LAB_PAGE : 0);
	e->memory = at = reserve(e->mapped_bytes);
	if (!at)
		return -ENOMEM;
	e->piece_at = (uint32_t *)at;
	at += aligned(pages * sizeof(*e->piece_at));
	for (unsigned int i = 0; i < e->nr_gpus; i++, at += aligned(blocks * sizeof(struct block)))
		e->blocks[i] = (struct block *)at;
	e->places = (struct place *)at;
	at += aligned(blocks * sizeof(*e->places));
	e->touched = (struct touched *)at;
	at += aligned(pages * sizeof(*e->touched));
	e->touched_regions = (struct region_touched *)at;
	at += of_regions;
	e->flags = (unsigned char *)at;
	at += aligned(pages);
	for (unsigned int i = 0; i <= e->nr_gpus; i++, at += aligned(pages))
		e->tables[i] = (unsigned char *)at;
	if (keeps_bytes)
		e->reference = (unsigned char *)at;
	for (size_t i = 0; i < e->space->nr_regions; i++) {
		const struct lab_region *region = &e->space->regions[i];

		for (unsigned int j = 0; j < PSIM_LAB_REGION_PAGES; j++) {
			if (region->pages[j / 64] >> j % 64 & 1)
				e->flags[region->first + j] = PAGE_EXISTS;
		}
	}
	return 0;
}

static int make_memory(struct psim_lab_engine *e)
{
	size_t length = e->space->nr_pages * PSIM_LAB_PAGE;
	long address = psim_mmap(e->process, 0, length + REGION, PSIM_READ | PSIM_WRITE);

	if (address < 0)
		return address;
	e->start = (address + REGION - 1) & ~(REGION - 1);
	return 0;
}

static int make_gpus(struct psim_lab_engine *e)
{
	const struct lab_experiment *x = e->run->experiment;
	struct psim_gpu_link links[LAB_MAX_GPUS];
	struct psim_gpu_config config = {.memory_bytes = e->run->memory_bytes,
					 /* our clock is not the hardware's */
					 .bytes_per_us = 1ul << 40,
					 .copy_setup_ns = 1,
					 .links = links};

	for (unsigned int i = 0; i < x->nr_gpus; i++) {
		config.nr_links = x->linked ? i : 0;
		e->gpus[i] = psim_gpu_create(&config);
		if (!e->gpus[i])
			return -ENOMEM;
		links[i] = (struct psim_gpu_link){
			.peer = e->gpus[i], .bytes_per_us = 1ul << 40, .setup_ns = 1};
	}
	return 0;
}

static int make_view(struct psim_lab_engine *e)
{
	struct psim_view_config config = {
		.process = e->process,
		.address = e->start,
		.length = e->space->nr_pages * PSIM_LAB_PAGE,
		.nr_gpus = e->nr_gpus,
	};

	memcpy(config.gpus, e->gpus, sizeof(e->gpus));
	memcpy(config.tables, e->tables, sizeof(e->tables));
	return psim_view_create(&config, &e->view);
}

static int make_all(struct psim_lab_engine *e)
{
	int err;

	e->process = psim_process_create("program");
	if (!e->process)
		return -ENOMEM;
	err = make_memory(e);
	if (!err)
		err = make_gpus(e);
	if (!err)
		err = make_tables(e);
	if (!err)
		err = make_view(e);
	for (unsigned int i = 0; !err && i < e->nr_gpus; i++)
		err = lab_stack_create(e, i);
	return err;
}

int lab_machine_start(struct psim_lab_engine *e)
{
	const struct lab_experiment *x = e->run->experiment;
	struct psim_config config = {
		/* as much as is mapped, or the mapping is refused; what nobody touches costs nothing */
		.ram_bytes =
			(e->space->nr_pages * PSIM_LAB_PAGE * 5 / 4 + SPARE_RAM) & ~(REGION - 1),
		.seed = e->run->seed ? e->run->seed : 1,
		.point_ns = 1,
		.step_budget = 1ull << 62,
		.no_bytes = !x->bytes,
		.no_checks = !x->checks,
		.without = x->checks ? 0 : PSIM_LOCK_ORDER | PSIM_HELD_LOCKS,
	};
	int err = psim_start(&config);

	e->nr_gpus = x->nr_gpus;
	if (!err)
		err = make_all(e);
	if (!err)
		return 0;
	return lab_engine_fail(
		e, err,
		"the machine does not start, with %llu MiB of RAM and %u GPUs of %llu "
		"MiB each: %s",
		(unsigned long long)config.ram_bytes >> 20, e->nr_gpus, e->run->memory_bytes >> 20,
		strerror(-err));
}

int lab_machine_stop(struct psim_lab_engine *e)
{
	int err = 0;

	for (unsigned int i = 0; i < e->nr_gpus; i++)
		lab_stack_destroy(&e->stacks[i]);
	if (e->view)
		err |= psim_view_destroy(e->view);
	for (unsigned int i = e->nr_gpus; i--;)
		err |= e->gpus[i] ? psim_gpu_destroy(e->gpus[i]) : 0;
	if (e->process)
		err |= psim_process_exit(e->process);
	err |= psim_stop();
	if (e->memory)
		munmap(e->memory, e->mapped_bytes);
	free(e->pieces);
	return err ? -EIO : 0;
}

/* ---- bytes ----------------------------------------------------------------------------------------------------- */

/* What an access writes: its value, or something that is different each time. */
static void make_bytes(const struct psim_lab_engine *e, const struct psim_lab_access *access,
		       unsigned char *bytes)
{
	for (unsigned int i = 0; i < access->bytes; i++) {
		if (access->flags & PSIM_LAB_VALUE)
			bytes[i] = access->value >> 8 * i;
		else
			bytes[i] = (e->number + i) * 0x9e3779b97f4a7c15ull >> 56;
	}
}

/* Is what the workload says it reads what was written last? */
static bool is_expected(const struct psim_lab_access *access, const unsigned char *mine)
{
	uint64_t value = 0;

	if (!(access->flags & PSIM_LAB_VALUE))
		return true;
	memcpy(&value, mine, access->bytes);
	return value == access->value;
}

int lab_machine_verify(struct psim_lab_engine *e, const struct psim_lab_access *access,
		       unsigned long page)
{
	unsigned int offset = access->address % PSIM_LAB_PAGE, n = access->bytes;
	unsigned char *mine = e->reference + page * PSIM_LAB_PAGE + offset, buffer[PSIM_LAB_PAGE];
	unsigned long address = e->start + page * PSIM_LAB_PAGE + offset;
	bool write = access->flags & PSIM_LAB_WRITE;
	int err = 0;

	if (write)
		make_bytes(e, access, mine);
	if (access->who) {
		unsigned char *bytes = psim_view_bytes(e->view, access->who - 1, page, write);

		if (!bytes)
			return lab_engine_fail(e, -EIO, "gpu%u does not reach page %lu",
					       access->who - 1, page);
		if (write)
			memcpy(bytes + offset, mine, n);
		else
			memcpy(buffer, bytes + offset, n);
	} else if (write) {
		err = psim_store(e->process, address, mine, n);
	} else {
		err = psim_load(e->process, address, buffer, n);
	}
	if (!err && !write && (memcmp(buffer, mine, n) || !is_expected(access, mine)))
		err = -EIO;
	return err ? lab_engine_fail(e, -EIO,
				     "access %llu: page %lu does not hold what was written last",
				     (unsigned long long)e->number, page)
		   : 0;
}
