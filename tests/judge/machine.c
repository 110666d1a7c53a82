// SPDX-License-Identifier: MIT
/* The machine under judgement: the same operations through the user face. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <psim/psim.h>

#include "judge.h"

#define RAM_BYTES (16ull << 20)
#define GPU_BYTES (256ull << 10) /* less than a process maps, so that memory is evicted */
#define GPU_CHUNK (64ul << 10)

static struct psim_process *processes[PROCESSES];
static struct psim_gpu *gpu;
static struct psim_file *files[FILES];

/* ---- start and end --------------------------------------------------------------------------------- */

bool machine_start(size_t ops)
{
	/* an operation takes some hundreds of points; one that takes millions goes round in circles */
	const struct psim_config config = {
		.ram_bytes = RAM_BYTES, .quiet = 1, .step_budget = 20000000ull + ops * 10000ull};
	const struct psim_gpu_config gpu_config = {.memory_bytes = GPU_BYTES,
						   .chunk_bytes = GPU_CHUNK};

	if (psim_start(&config))
		return false;
	memset(processes, 0, sizeof(processes));
	processes[0] = psim_process_create("p0");
	for (unsigned int i = 0; i < FILES; i++)
		files[i] = psim_file_create(FILE_PAGES / 2 * PAGE, 1);
	gpu = psim_gpu_create(&gpu_config);
	return processes[0] && gpu;
}

int machine_stop(void)
{
	for (unsigned int i = 0; i < PROCESSES; i++) {
		if (processes[i])
			psim_process_exit(processes[i]);
		processes[i] = NULL;
	}
	for (unsigned int i = 0; i < FILES; i++)
		psim_file_close(files[i]);
	if (gpu)
		psim_gpu_destroy(gpu);
	gpu = NULL;
	return psim_stop();
}

const char *machine_report(void)
{
	return psim_reports() ? psim_last_report() : NULL;
}

bool machine_audit(void)
{
	return psim_audit() <= 0;
}

/* ---- operations ------------------------------------------------------------------------------------------ */

/* A mapping that did not come to lie in the arena is undone. */
static long placed(struct psim_process *process, long address, size_t length)
{
	int err;

	if (address < 0 && address > -4096)
		return address;
	length = (length + PAGE - 1) & ~(PAGE - 1);
	if ((unsigned long)address >= ARENA && address + length <= ARENA_END)
		return address;
	err = psim_munmap(process, address, undone(address, length));
	return err ? err : ELSEWHERE;
}

static long store(struct psim_process *process, const struct op *op)
{
	unsigned char bytes[MOST_BYTES];

	for (size_t i = 0; i < op->length; i++)
		bytes[i] = op_byte(op, i);
	return psim_store(process, op->address, bytes, op->length);
}

static long xor
	(struct psim_process * process, const struct op *op) {
		unsigned char pattern[64];

		for (size_t i = 0; i < sizeof(pattern); i++)
			pattern[i] = op_byte(op, i);
		return psim_gpu_xor(gpu, process, op->address, op->length, pattern,
				    sizeof(pattern));
	}

	static long do_fork(struct psim_process *parent, unsigned int slot)
{
	char name[] = {'p', '0' + slot, 0};

	return psim_fork(parent, name, &processes[slot]);
}

static long do_exit(unsigned int slot)
{
	long err = psim_process_exit(processes[slot]);

	processes[slot] = NULL;
	return err;
}

static long call(struct psim_process *process, const struct op *op)
{
	switch (op->kind) {
	case OP_MMAP:
		return placed(process,
			      psim_mmap_at(process, op->address, op->length, op->prot, op->flags,
					   op->file ? files[op->file - 1] : NULL, op->offset),
			      op->length);
	case OP_MUNMAP:
		return psim_munmap(process, op->address, op->length);
	case OP_MPROTECT:
		return psim_mprotect(process, op->address, op->length, op->prot);
	case OP_MREMAP:
		return placed(process,
			      psim_mremap(process, op->address, op->length, op->target_length,
					  op->flags, op->target),
			      op->target_length);
	case OP_MADVISE:
		return psim_madvise(process, op->address, op->length, op->advice);
	case OP_MLOCK:
		return psim_mlock(process, op->address, op->length);
	case OP_MUNLOCK:
		return psim_munlock(process, op->address, op->length);
	case OP_MLOCK2:
		return psim_mlock2(process, op->address, op->length, op->flags);
	case OP_MLOCKALL:
		return psim_mlockall(process, op->flags);
	case OP_MUNLOCKALL:
		return psim_munlockall(process);
	case OP_FORK:
		return do_fork(process, op->slot);
	case OP_TRUNCATE:
		return psim_file_truncate(files[op->file - 1], op->offset);
	default:
		return do_exit(op->process);
	}
}

void machine_run(const struct op *op, struct outcome *out)
{
	struct psim_process *process = processes[op->process];

	switch (op->kind) {
	case OP_LOAD:
		memset(out->bytes, FILLED, op->length);
		out->result = psim_load(process, op->address, out->bytes, op->length);
		break;
	case OP_STORE:
		out->result = store(process, op);
		break;
	case OP_MIGRATE:
		out->result = psim_gpu_migrate(gpu, process, op->address, op->length);
		break;
	case OP_EVICT:
		out->result = psim_gpu_evict(gpu, op->value % (GPU_BYTES / PAGE + 1) * PAGE);
		break;
	case OP_SWAP_OUT:
		out->result = psim_swap_out(process, op->address);
		break;
	case OP_GPU_FILL:
		out->result = psim_gpu_fill(gpu, process, op->address, op->length, op->value);
		break;
	case OP_GPU_COPY:
		out->result = psim_gpu_copy(gpu, process, op->address, op->target, op->length);
		break;
	case OP_GPU_XOR:
		out->result = xor(process, op);
		break;
	case OP_GPU_CRC32:
		out->result = psim_gpu_crc32(gpu, process, op->address, op->length, &out->crc);
		break;
	default:
		out->result = call(process, op);
	}
}

/* ---- looking ------------------------------------------------------------------------------------------ */

static unsigned char traits_of(const struct psim_mapping *mapping)
{
	return (mapping->flags & PSIM_MAPPING_LOCKED ? TRAIT_LOCKED : 0) |
	       (mapping->flags & PSIM_MAPPING_LOCKONFAULT ? TRAIT_ON_FAULT : 0) |
	       (mapping->flags & PSIM_MAPPING_DONTFORK ? TRAIT_DONT_FORK : 0) |
	       (mapping->flags & PSIM_MAPPING_WIPEONFORK ? TRAIT_WIPE_ON_FORK : 0);
}

static void view_areas(struct psim_process *process, struct view *view)
{
	struct psim_mapping list[MOST_AREAS];
	long count = psim_mappings(process, list, MOST_AREAS);

	view->area_count = count < MOST_AREAS ? count : MOST_AREAS;
	for (int i = 0; i < view->area_count; i++) {
		view->areas[i] = (struct area){
			.start = list[i].start,
			.end = list[i].end,
			.prot = list[i].prot,
			.shared = list[i].flags & PSIM_MAPPING_SHARED,
		};
		for (unsigned long at = list[i].start; at < list[i].end; at += PAGE)
			if (at >= ARENA && at < ARENA_END) {
				view->mapped[(at - ARENA) / PAGE] = SAYS_YES;
				view->traits[(at - ARENA) / PAGE] = traits_of(&list[i]);
			}
	}
}

void machine_view(unsigned int process, struct view *view)
{
	struct psim_page_info info;

	memset(view->mapped, SAYS_NO, sizeof(view->mapped));
	memset(view->traits, 0, sizeof(view->traits));
	view_areas(processes[process], view);
	for (unsigned int i = 0; i < ARENA_PAGES; i++) {
		view->present[i] = view->exclusive[i] = SAYS_NO;
		if (!view->mapped[i])
			continue;
		psim_where(processes[process], ARENA + i * PAGE, &info);
		/* what is on the device is present for a process that had no migration */
		view->present[i] = info.place == PSIM_RAM || info.place == PSIM_DEVICE ||
				   info.place == PSIM_ZERO || info.present;
		view->exclusive[i] =
			(info.place == PSIM_RAM || info.place == PSIM_DEVICE) && info.mapcount == 1;
	}
}
