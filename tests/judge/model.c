// SPDX-License-Identifier: MIT
/*
 * The reference model: what user space must read, and which errno each call must give.
 *
 * A process is an array of bytes and a list of mappings that has an entry for each page of the arena, so
 * that nothing is ever split or merged in it. Written from what Linux does for system calls, without
 * a look at the shim. Where the answer hangs on how Linux merged mappings, or on where it found a
 * hole, the model does not say.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <zlib.h>

#include "model.h"

struct model_process model_processes[PROCESSES];
struct shared *model_files[FILES];
static bool gpu_used, swapped;

/* ---- pages ---------------------------------------------------------------------------------------- */

struct shared *model_shared_new(unsigned long pages)
{
	struct shared *shared = calloc(1, sizeof(*shared));

	shared->pages = pages < ARENA_PAGES ? pages : ARENA_PAGES;
	return shared;
}

static void page_drop(struct model_page *page)
{
	if (page->shared && !--page->shared->users)
		free(page->shared);
	memset(page, 0, sizeof(*page));
}

static struct model_page *page_at(struct model_process *process, unsigned long address)
{
	if (address < ARENA || address >= ARENA_END)
		return NULL;
	return &process->pages[(address - ARENA) / PAGE];
}

/* The bytes behind a page; NULL beyond the end of what is shared. */
static unsigned char *bytes_of(struct model_process *process, unsigned int index)
{
	struct model_page *page = &process->pages[index];

	if (!page->shared || page->copied)
		return process->bytes[index];
	return page->offset < page->shared->pages ? page->shared->bytes[page->offset] : NULL;
}

void model_page_clear(struct model_process *process, unsigned int index)
{
	struct model_page *page = &process->pages[index];

	/* bytes of a page that was never touched are zero already */
	if (page->copied || (!page->shared && page->present != SAYS_NO))
		memset(process->bytes[index], 0, PAGE);
	page->copied = false;
	page->present = SAYS_NO;
	page->taint_present = page->taint_exclusive = page->written = false;
}

void model_unmap(struct model_process *process, unsigned long start, unsigned long end)
{
	for (unsigned int i = 0; i < ARENA_PAGES; i++) {
		if (ARENA + i * PAGE < start || ARENA + i * PAGE >= end)
			continue;
		model_page_clear(process, i);
		page_drop(&process->pages[i]);
	}
}

bool model_hole(const struct model_process *process, unsigned long start, unsigned long end)
{
	for (unsigned int i = 0; i < ARENA_PAGES; i++)
		if (process->pages[i].mapped && ARENA + i * PAGE >= start && ARENA + i * PAGE < end)
			return false;
	return true;
}

/* ---- accesses --------------------------------------------------------------------------------------- */

static void touched(struct model_page *page, bool write)
{
	page->present = SAYS_YES;
	page->taint_present = false;
	page->written |= write;
	if (write && !model_is_shared(page))
		page->taint_exclusive = false;
}

void model_page_copy(struct model_process *process, unsigned int index)
{
	struct model_page *page = &process->pages[index];

	if (!page->private || page->copied)
		return;
	memcpy(process->bytes[index], page->shared->bytes[page->offset], PAGE);
	page->copied = true;
}

/* One page as a CPU's access finds it. Return: its bytes, or NULL and *@err. */
static unsigned char *reach(struct model_process *process, unsigned long address, bool write,
			    long *err)
{
	struct model_page *page = page_at(process, address);
	unsigned char *bytes;

	*err = -EFAULT;
	/* on x86-64 what may be written or executed may be read */
	if (!page || !page->mapped || page->guard || !page->prot ||
	    (write && !(page->prot & PROT_WRITE)))
		return NULL;
	bytes = bytes_of(process, (address - ARENA) / PAGE);
	*err = bytes ? 0 : -EIO;
	if (bytes && write) {
		model_page_copy(process, (address - ARENA) / PAGE);
		bytes = bytes_of(process, (address - ARENA) / PAGE);
	}
	if (bytes)
		touched(page, write);
	return bytes ? bytes + address % PAGE : NULL;
}

static size_t to_page_end(unsigned long address, size_t left)
{
	size_t n = PAGE - address % PAGE;

	return n < left ? n : left;
}

static long model_load(struct model_process *process, const struct op *op, unsigned char *out)
{
	long err = 0;

	memset(out, FILLED, op->length);
	for (size_t done = 0, n; done < op->length; done += n) {
		unsigned char *bytes = reach(process, op->address + done, false, &err);

		n = to_page_end(op->address + done, op->length - done);
		if (!bytes)
			return err;
		memcpy(out + done, bytes, n);
	}
	return 0;
}

static long model_store(struct model_process *process, const struct op *op)
{
	long err = 0;

	for (size_t done = 0, n; done < op->length; done += n) {
		unsigned char *bytes = reach(process, op->address + done, true, &err);

		n = to_page_end(op->address + done, op->length - done);
		if (!bytes)
			return err;
		for (size_t i = 0; i < n; i++)
			bytes[i] = op_byte(op, done + i);
	}
	return 0;
}

/* Populating: as GUP does, which may write what may be written, and skips what cannot be reached. */
void model_populate(struct model_process *process, unsigned long start, unsigned long end)
{
	for (unsigned long at = start; at < end; at += PAGE) {
		struct model_page *page = page_at(process, at);

		if (page && page->mapped && page->on_fault)
			continue;
		if (!page || !page->mapped || page->guard || !page->prot ||
		    !bytes_of(process, (at - ARENA) / PAGE))
			return;
		if (!model_is_shared(page) && page->prot & PROT_WRITE) {
			model_page_copy(process, (at - ARENA) / PAGE);
			touched(page, true);
		} else {
			touched(page, false);
		}
	}
}

/* ---- the GPU ------------------------------------------------------------------------------------------ */

/* A GPU's access to one page. hmm asks for the mapping's own rights: nothing is readable that is not VM_READ. */
static unsigned char *gpu_reach(struct model_process *process, unsigned long address, bool write)
{
	struct model_page *page = page_at(process, address);
	unsigned char *bytes;

	if (!page || !page->mapped || page->guard || !(page->prot & PROT_READ))
		return NULL;
	if (write && !(page->prot & PROT_WRITE))
		return NULL;
	bytes = bytes_of(process, (address - ARENA) / PAGE);
	if (bytes && write) {
		model_page_copy(process, (address - ARENA) / PAGE);
		bytes = bytes_of(process, (address - ARENA) / PAGE);
	}
	return bytes ? bytes + address % PAGE : NULL;
}

/* What the GPU touched, and what a fault's migration may have taken along, is unlike a plain process's. */
static void taint(struct model_process *process, unsigned long address, size_t length)
{
	unsigned long start = address & ~(GPU_CHUNK - 1), end = address + length;

	process->migrated = gpu_used = true;
	end = end > -GPU_CHUNK ? ~0ul : (end + GPU_CHUNK - 1) & ~(GPU_CHUNK - 1);
	for (unsigned int i = 0; i < ARENA_PAGES; i++) {
		struct model_page *page = &process->pages[i];

		if (!page->mapped || page->guard || ARENA + i * PAGE < start ||
		    ARENA + i * PAGE >= end)
			continue;
		page->taint_exclusive = true;
		if (page->present == SAYS_YES)
			continue;
		page->present = SAYS_NOTHING;
		page->taint_present = true;
	}
}

static long gpu_piece(struct model_process *process, const struct op *op, size_t done, size_t n,
		      struct outcome *out)
{
	bool write = op->kind != OP_GPU_CRC32;
	unsigned char buffer[PAGE], *from = NULL, *bytes;

	if (op->kind == OP_GPU_COPY) {
		from = gpu_reach(process, op->target + done, false);
		if (!from)
			return -EFAULT;
		memcpy(buffer, from, n);
	}
	bytes = gpu_reach(process, op->address + done, write);
	if (!bytes)
		return -EFAULT;
	switch (op->kind) {
	case OP_GPU_FILL:
		memset(bytes, op->value, n);
		break;
	case OP_GPU_COPY:
		memcpy(bytes, buffer, n);
		break;
	case OP_GPU_XOR:
		for (size_t i = 0; i < n; i++)
			bytes[i] ^= op_byte(op, (done + i) % 64);
		break;
	default:
		out->crc = crc32(out->crc, bytes, n);
	}
	return 0;
}

static long model_gpu(struct model_process *process, const struct op *op, struct outcome *out)
{
	long err = 0;
	size_t n;

	if (!op->length)
		return -EINVAL;
	if (op->address + op->length < op->address)
		return -EINVAL;
	taint(process, op->address, op->length);
	if (op->kind == OP_GPU_COPY)
		taint(process, op->target, op->length);
	out->crc = crc32(0, NULL, 0);
	for (; !err && out->done < op->length; out->done += err ? 0 : n) {
		n = to_page_end(op->address + out->done, op->length - out->done);
		if (op->kind == OP_GPU_COPY)
			n = to_page_end(op->target + out->done, n);
		err = gpu_piece(process, op, out->done, n, out);
	}
	return err;
}

/* Moving is best effort: only a range of private memory that is there must come; what else, is not said. */
static long model_migrate(struct model_process *process, const struct op *op, struct outcome *out)
{
	if ((op->address | op->length) % PAGE || !op->length ||
	    op->address + op->length < op->address)
		return -EINVAL;
	taint(process, op->address, op->length);
	out->any = true;
	return 0;
}

/* ---- life ------------------------------------------------------------------------------------------------ */

static void process_end(struct model_process *process)
{
	model_unmap(process, ARENA, ARENA_END);
	process->alive = process->migrated = false;
	process->lock_future = process->future_on_fault = false;
}

static long model_fork(struct model_process *parent, struct model_process *child)
{
	child->alive = true;
	child->migrated = parent->migrated;
	for (unsigned int i = 0; i < ARENA_PAGES; i++) {
		struct model_page *page = &child->pages[i];

		if (!parent->pages[i].mapped || parent->pages[i].dont_fork)
			continue;
		*page = parent->pages[i];
		page->locked = page->on_fault = false;
		if (page->wipe_on_fork)
			page->guard = false;
		if (page->shared) {
			page->shared->users++;
			if (page->copied)
				memcpy(child->bytes[i], parent->bytes[i], PAGE);
			page->present = page->present == SAYS_NO ? SAYS_NO : SAYS_NOTHING;
		} else if (page->wipe_on_fork) {
			model_page_clear(child, i);
		} else if (page->present != SAYS_NO) {
			memcpy(child->bytes[i], parent->bytes[i], PAGE);
			/* a mapping where nothing was ever written is not copied slot by slot */
			if (!page->written) {
				page->present = SAYS_NOTHING;
				page->taint_present = page->taint_exclusive |= parent->migrated;
			}
		}
	}
	return 0;
}

void model_start(void)
{
	for (unsigned int i = 0; i < PROCESSES; i++)
		if (model_processes[i].alive)
			process_end(&model_processes[i]);
	model_processes[0].alive = true;
	gpu_used = swapped = false;
	for (unsigned int i = 0; i < FILES; i++) {
		free(model_files[i]);
		model_files[i] = model_shared_new(FILE_PAGES / 2);
		model_files[i]->users = 1;
	}
}

/* ---- one operation ---------------------------------------------------------------------------------------- */

void model_run(const struct op *op, struct outcome *out, const struct outcome *other)
{
	struct model_process *process = &model_processes[op->process];

	out->any = false;
	out->done = 0;
	switch (op->kind) {
	case OP_FORK:
		out->result = model_fork(process, &model_processes[op->slot]);
		break;
	case OP_EXIT:
		process_end(process);
		out->result = 0;
		break;
	case OP_LOAD:
		out->result = model_load(process, op, out->bytes);
		break;
	case OP_STORE:
		out->result = model_store(process, op);
		break;
	case OP_MIGRATE:
		out->result = model_migrate(process, op, out);
		break;
	case OP_EVICT:
		/* what is left to a child by a parent that is gone cannot be evicted */
		out->any = true;
		out->result = 0;
		break;
	case OP_SWAP_OUT: /* whether it goes is not said; its bytes come back */
		out->any = swapped = true;
		out->result = 0;
		break;
	case OP_GPU_FILL:
	case OP_GPU_COPY:
	case OP_GPU_XOR:
	case OP_GPU_CRC32:
		out->result = model_gpu(process, op, out);
		break;
	default:
		out->result = model_call(process, op, out, other);
	}
}

/* ---- what can be seen ---------------------------------------------------------------------------------------- */

bool model_alive(unsigned int process)
{
	return model_processes[process].alive;
}

void model_view(unsigned int process, struct view *view)
{
	view->area_count = -1;
	for (unsigned int i = 0; i < ARENA_PAGES; i++) {
		const struct model_page *page = &model_processes[process].pages[i];

		view->mapped[i] = page->mapped;
		view->present[i] =
			page->shared && page->present == SAYS_NO ? SAYS_NOTHING : page->present;
		view->exclusive[i] = SAYS_NOTHING;
		view->traits[i] = (page->locked ? TRAIT_LOCKED : 0) |
				  (page->on_fault ? TRAIT_ON_FAULT : 0) |
				  (page->dont_fork ? TRAIT_DONT_FORK : 0) |
				  (page->wipe_on_fork ? TRAIT_WIPE_ON_FORK : 0);
	}
}

bool model_tainted_present(unsigned int process, unsigned int page)
{
	return model_processes[process].pages[page].taint_present;
}

bool model_tainted_exclusive(unsigned int process, unsigned int page)
{
	return model_processes[process].pages[page].taint_exclusive;
}

bool model_shared(unsigned int process, unsigned int page)
{
	return model_processes[process].pages[page].shared;
}

bool model_gpu_used(void)
{
	return gpu_used;
}

bool model_swapped(void)
{
	return swapped;
}

bool model_migrated(unsigned int process)
{
	return model_processes[process].migrated;
}
