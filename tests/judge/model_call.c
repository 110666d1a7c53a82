// SPDX-License-Identifier: MIT
/* The reference model's system calls: each is its checks in Linux's order, then its effect on pages. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "model.h"

#define ON_FAULT       4 /* MCL_ONFAULT */
#define MEMLOCK_LIMIT  (8ul << 20) /* RLIMIT_MEMLOCK */
#define PROT_KNOWN     (PROT_READ | PROT_WRITE | PROT_EXEC | 8) /* 8: PROT_SEM */
#define ROUND_UP(n)    (((n) + PAGE - 1) & ~(PAGE - 1))
#define IN_ARENA(a, e) ((a) >= ARENA && (e) <= ARENA_END && (a) < (e))

/* The pages of the arena within [start, end). */
#define for_each_page(process, page, at, start, end)                                            \
	for (struct model_page *page = (process)->pages; page < (process)->pages + ARENA_PAGES; \
	     page++)                                                                            \
		for (unsigned long at = ARENA + (page - (process)->pages) * PAGE, once = 1;     \
		     once && at >= (start) && at < (end); once = 0)

/* What the model leaves open: go on with what another judge saw. */
static long not_said(struct outcome *out, const struct outcome *other, long guess)
{
	out->any = true;
	return other ? other->result : guess;
}

static struct model_page *mapped_at(struct model_process *process, unsigned long address)
{
	struct model_page *page;

	if (address < ARENA || address >= ARENA_END)
		return NULL;
	page = &process->pages[(address - ARENA) / PAGE];
	return page->mapped ? page : NULL;
}

/* The first hole at or above @start, below @end; @end if there is none. */
static unsigned long first_hole(struct model_process *process, unsigned long start,
				unsigned long end)
{
	while (start < end && mapped_at(process, start))
		start += PAGE;
	return start < end ? start : end;
}

/* ---- mmap, munmap ----------------------------------------------------------------------------------- */

static long mmap_file(const struct op *op)
{
	if (!(op->flags & MAP_ANONYMOUS) && !op->file)
		return -EBADF;
	return 0;
}

static void map_pages(struct model_process *process, unsigned long start, unsigned long length,
		      const struct op *op)
{
	struct shared *shared = NULL;

	model_unmap(process, start, start + length);
	if (!IN_ARENA(start, start + length))
		return; /* undone at once */
	if (op->file)
		shared = model_files[op->file - 1];
	else if ((op->flags & MAP_TYPE) == MAP_SHARED)
		shared = model_shared_new(length / PAGE);
	for_each_page(process, page, at, start, start + length)
	{
		page->mapped = true;
		page->prot = op->prot & (PROT_READ | PROT_WRITE | PROT_EXEC);
		page->locked = op->flags & MAP_LOCKED || process->lock_future;
		page->on_fault = process->lock_future && process->future_on_fault;
		page->shared = shared;
		page->private = shared && (op->flags & MAP_TYPE) == MAP_PRIVATE;
		page->offset = (op->offset + at - start) / PAGE;
		if (shared)
			shared->users++;
	}
	if (op->flags & MAP_LOCKED || process->lock_future ||
	    (op->flags & (MAP_POPULATE | MAP_NONBLOCK)) == MAP_POPULATE)
		model_populate(process, start, start + length);
}

static long map_somewhere(struct model_process *process, const struct op *op, unsigned long length,
			  struct outcome *out, const struct outcome *other)
{
	unsigned long hint = op->address & ~(PAGE - 1);

	if (length > TASK_TOP / 2)
		return not_said(out, other, -ENOMEM);
	if (hint && hint < LOW_ADDRESS)
		hint = LOW_ADDRESS;
	if (!hint || hint > TASK_TOP - length || !IN_ARENA(hint, hint + length) ||
	    !model_hole(process, hint, hint + length))
		return ELSEWHERE;
	map_pages(process, hint, length, op);
	return hint;
}

static long call_mmap(struct model_process *process, const struct op *op, struct outcome *out,
		      const struct outcome *other)
{
	unsigned long length = ROUND_UP(op->length), start = op->address;
	long err = mmap_file(op), type = op->flags & MAP_TYPE;
	bool fixed = op->flags & (MAP_FIXED | MAP_FIXED_NOREPLACE);

	if (err)
		return err;
	if (!op->length)
		return -EINVAL;
	if (!length || length > TASK_TOP)
		return -ENOMEM;
	if (fixed && start >= -4095ul)
		return start; /* a quirk: an address that reads as an errno is taken for one */
	if (fixed && start > TASK_TOP - length)
		return -ENOMEM;
	if (fixed && start % PAGE)
		return -EINVAL;
	if (fixed && start < LOW_ADDRESS)
		return -EPERM;
	if (op->flags & MAP_FIXED_NOREPLACE && !model_hole(process, start, start + length))
		return -EEXIST;
	if (!fixed && length > TASK_TOP / 2)
		return not_said(out, other, -ENOMEM);
	if ((op->flags & MAP_LOCKED || process->lock_future) && length > MEMLOCK_LIMIT)
		return -EAGAIN;
	if (type != MAP_SHARED && type != MAP_PRIVATE)
		return -EINVAL;
	if (length > SURELY_FITS && (!fixed || IN_ARENA(start, start + length)))
		return not_said(out, other, ELSEWHERE);
	if (!fixed)
		return map_somewhere(process, op, length, out, other);
	if (length > SURELY_FITS && not_said(out, other, -ENOMEM) == -ENOMEM) {
		/* shared memory is found to be too much when what was there is gone already */
		if (type == MAP_SHARED)
			model_unmap(process, start, start + length);
		return -ENOMEM;
	}
	map_pages(process, start, length, op);
	return IN_ARENA(start, start + length) ? (long)start : ELSEWHERE;
}

static long call_munmap(struct model_process *process, const struct op *op)
{
	if (op->address % PAGE || op->address > TASK_TOP || op->length > TASK_TOP - op->address)
		return -EINVAL;
	if (!op->length)
		return -EINVAL;
	model_unmap(process, op->address, op->address + ROUND_UP(op->length));
	return 0;
}

/* ---- mprotect --------------------------------------------------------------------------------------- */

static long mprotect_check(struct model_process *process, const struct op *op, unsigned long end)
{
	int grows = op->prot & (PROT_GROWSDOWN | PROT_GROWSUP);

	if (grows == (PROT_GROWSDOWN | PROT_GROWSUP) || op->address % PAGE)
		return -EINVAL;
	if (!op->length)
		return 0;
	if (end <= op->address)
		return -ENOMEM;
	if (op->prot & ~grows & ~PROT_KNOWN)
		return -EINVAL;
	if (grows == PROT_GROWSUP)
		return mapped_at(process, op->address) ? -EINVAL : -ENOMEM;
	/* nothing in the arena grows; a hole below a mapping is looked over */
	if (grows)
		return model_hole(process, op->address, end) ? -ENOMEM : -EINVAL;
	return 0;
}

static long call_mprotect(struct model_process *process, const struct op *op)
{
	unsigned long end = op->address + ROUND_UP(op->length), hole;
	int prot = op->prot & (PROT_READ | PROT_WRITE | PROT_EXEC);
	long err = mprotect_check(process, op, end);

	if (err || !op->length)
		return err;
	hole = first_hole(process, op->address, end);
	for_each_page(process, page, at, op->address, hole)
	{
		bool opened = page->locked && !page->on_fault && !model_is_shared(page) &&
			      !(page->prot & PROT_WRITE) && prot & PROT_WRITE;

		page->prot = prot;
		if (opened)
			model_populate(process, at, at + PAGE);
	}
	return hole < end ? -ENOMEM : 0;
}

/* ---- mlock -------------------------------------------------------------------------------------------- */

/* Whether population gets no page there. */
static bool beyond_reach(const struct model_page *page)
{
	return page->guard || (page->shared && page->offset >= page->shared->pages);
}

static long call_mlock(struct model_process *process, const struct op *op, bool lock, bool on_fault,
		       struct outcome *out, const struct outcome *other)
{
	unsigned long start = op->address & ~(PAGE - 1);
	unsigned long length = ROUND_UP(op->length + op->address % PAGE), end = start + length;
	unsigned long hole;

	if (lock && length > MEMLOCK_LIMIT)
		return -ENOMEM;
	if (end < start)
		return -EINVAL;
	if (end == start)
		return 0;
	hole = first_hole(process, start, end);
	for_each_page(process, page, at, start, hole)
	{
		page->locked = lock;
		page->on_fault = on_fault;
	}
	if (hole < end)
		return -ENOMEM;
	if (!lock || on_fault)
		return 0;
	model_populate(process, start, end);
	for_each_page(process, page, at, start, end)
	{
		if (!page->prot || page->guard)
			return -ENOMEM;
		if (beyond_reach(page))
			return not_said(out, other, -ENOMEM);
	}
	return 0;
}

static bool all_flags_fit(int flags)
{
	return flags && !(flags & ~(MCL_CURRENT | MCL_FUTURE | ON_FAULT)) && flags != ON_FAULT;
}

static long call_mlockall(struct model_process *process, int flags)
{
	if (!all_flags_fit(flags))
		return -EINVAL;
	process->lock_future = flags & MCL_FUTURE;
	process->future_on_fault = flags & ON_FAULT;
	if (!(flags & MCL_CURRENT))
		return 0;
	for_each_page(process, page, at, ARENA, ARENA_END)
	{
		page->locked = page->mapped;
		page->on_fault = page->mapped && flags & ON_FAULT;
	}
	for_each_page(process, page, at, ARENA, ARENA_END) model_populate(process, at, at + PAGE);
	return 0;
}

static long call_munlockall(struct model_process *process)
{
	process->lock_future = process->future_on_fault = false;
	for_each_page(process, page, at, ARENA, ARENA_END) page->locked = page->on_fault = false;
	return 0;
}

/* What is locked and becomes writable is brought in, mapping by mapping, up to what cannot be. */
static bool mprotect_loses_track(struct model_process *process, const struct op *op)
{
	bool opened = false, stopped = false;

	for_each_page(process, page, at, op->address, op->address + ROUND_UP(op->length))
	{
		opened |= page->locked && op->prot & PROT_WRITE;
		stopped |= page->locked && beyond_reach(page);
	}
	return opened && stopped;
}

bool model_loses_track(const struct op *op)
{
	struct model_process *process = &model_processes[op->process];

	if (op->kind == OP_MREMAP)
		return model_mremap_loses_track(process, op);
	if (op->kind == OP_MPROTECT)
		return mprotect_loses_track(process, op);
	if (op->kind != OP_MLOCKALL || (op->flags & (MCL_CURRENT | ON_FAULT)) != MCL_CURRENT)
		return false;
	for_each_page(process, page, at, ARENA, ARENA_END)
	{
		if (page->mapped && beyond_reach(page))
			return true;
	}
	return false;
}

/* ---- madvise ------------------------------------------------------------------------------------------ */

enum advice_kind {
	ADVICE_UNKNOWN,
	ADVICE_HINT, /* changes flags, or nothing, that the model does not see */
	ADVICE_DROP, /* pages go */
	ADVICE_FREE, /* private pages may go when memory is short */
	ADVICE_COLD, /* not if locked */
	ADVICE_POPULATE,
	ADVICE_FORK,
	ADVICE_WIPE,
	ADVICE_PAGEOUT, /* as cold, and pages of files go */
	ADVICE_REMOVE, /* bytes of a file go */
	ADVICE_GUARD,
	ADVICE_UNGUARD,
	ADVICE_COLLAPSE
};

static enum advice_kind advice_kind(int advice)
{
	switch (advice) {
	case MADV_NORMAL:
	case MADV_RANDOM:
	case MADV_SEQUENTIAL:
	case MADV_WILLNEED:
	case MADV_HUGEPAGE:
	case MADV_NOHUGEPAGE:
	case MADV_DONTDUMP:
	case MADV_DODUMP:
		return ADVICE_HINT;
	case MADV_DONTNEED:
	case 24: /* MADV_DONTNEED_LOCKED */
		return ADVICE_DROP;
	case MADV_FREE:
		return ADVICE_FREE;
	case MADV_COLD:
		return ADVICE_COLD;
	case MADV_PAGEOUT:
		return ADVICE_PAGEOUT;
	case MADV_REMOVE:
		return ADVICE_REMOVE;
	case 102: /* MADV_GUARD_INSTALL */
		return ADVICE_GUARD;
	case 103: /* MADV_GUARD_REMOVE */
		return ADVICE_UNGUARD;
	case MADV_DONTFORK:
	case MADV_DOFORK:
		return ADVICE_FORK;
	case MADV_WIPEONFORK:
	case MADV_KEEPONFORK:
		return ADVICE_WIPE;
	case 22: /* MADV_POPULATE_READ */
	case 23: /* MADV_POPULATE_WRITE */
		return ADVICE_POPULATE;
	case 25: /* MADV_COLLAPSE */
		return ADVICE_COLLAPSE;
	default:
		return ADVICE_UNKNOWN;
	}
}

/* A page of a file is zeros again, and nowhere mapped; copies of it stay. */
static long remove_bytes(struct model_page *gone)
{
	struct shared *file = gone->shared;

	if (gone->locked || !file)
		return -EINVAL;
	if (gone->private)
		return -EACCES;
	if (gone->offset < file->pages)
		memset(file->bytes[gone->offset], 0, PAGE);
	for (unsigned int i = 0; i < PROCESSES * ARENA_PAGES; i++) {
		struct model_process *process = &model_processes[i / ARENA_PAGES];
		struct model_page *page = &process->pages[i % ARENA_PAGES];

		if (process->alive && page->shared == file && page->offset == gone->offset &&
		    !page->copied)
			model_page_clear(process, i % ARENA_PAGES);
	}
	return 0;
}

/* Advice for one page. Return: 0, or the error that ends the call. */
static long advise(struct model_process *process, struct model_page *page, const struct op *op)
{
	unsigned int index = page - process->pages;

	switch (advice_kind(op->advice)) {
	case ADVICE_DROP:
		if (op->advice == MADV_DONTNEED && page->locked)
			return -EINVAL;
		model_page_clear(process, index);
		return 0;
	case ADVICE_FREE:
		return page->locked || page->shared ? -EINVAL : 0;
	case ADVICE_COLD:
		return page->locked ? -EINVAL : 0;
	case ADVICE_PAGEOUT:
		if (page->locked)
			return -EINVAL;
		if (page->shared && page->present == SAYS_YES) {
			page->present = SAYS_NOTHING;
			page->taint_present = true;
		}
		return 0;
	case ADVICE_REMOVE:
		return remove_bytes(page);
	case ADVICE_GUARD:
		if (page->locked)
			return -EINVAL;
		model_page_clear(process, index);
		page->guard = true;
		return 0;
	case ADVICE_UNGUARD:
		page->guard = false;
		return 0;
	case ADVICE_FORK:
		page->dont_fork = op->advice == MADV_DONTFORK;
		return 0;
	case ADVICE_WIPE:
		if (op->advice == MADV_WIPEONFORK && page->shared)
			return -EINVAL;
		page->wipe_on_fork = op->advice == MADV_WIPEONFORK;
		return 0;
	case ADVICE_COLLAPSE:
		return -EINVAL; /* no mapping of the arena has room for a huge page */
	default:
		return 0;
	}
}

/* In order, to the first that cannot. */
static long populate_advice(struct model_process *process, unsigned long start, unsigned long end,
			    bool write)
{
	for (unsigned long at = start; at < end; at += PAGE) {
		struct model_page *page = mapped_at(process, at);
		int needed = write ? PROT_WRITE : PROT_READ;

		if (!page)
			return -ENOMEM;
		if (!(page->prot & needed))
			return -EINVAL;
		if (beyond_reach(page))
			return -EFAULT;
		page->present = SAYS_YES;
		page->taint_present = false;
		page->written |= write;
		if (write)
			model_page_copy(process, page - process->pages);
		if (write && !model_is_shared(page))
			page->taint_exclusive = false;
	}
	return 0;
}

static long call_madvise(struct model_process *process, const struct op *op)
{
	unsigned long length = ROUND_UP(op->length), end = op->address + length;
	bool hole = end > ARENA_END || op->address < ARENA;
	long err;

	if (advice_kind(op->advice) == ADVICE_UNKNOWN || op->address % PAGE)
		return -EINVAL;
	if ((op->length && !length) || end < op->address)
		return -EINVAL;
	if (!length)
		return 0;
	if (advice_kind(op->advice) == ADVICE_POPULATE)
		return populate_advice(process, op->address, end, op->advice == 23);
	for_each_page(process, page, at, op->address, end)
	{
		if (!page->mapped) {
			hole = true;
			continue;
		}
		err = advise(process, page, op);
		if (err)
			return err;
	}
	return hole ? -ENOMEM : 0;
}

/* Pages beyond the new end vanish from every mapping, copies too; its bytes beyond it are zero. */
static long call_truncate(const struct op *op)
{
	struct shared *file = model_files[op->file - 1];
	unsigned long pages = op->offset / PAGE;

	for (unsigned int i = 0; i < PROCESSES * ARENA_PAGES; i++) {
		struct model_process *process = &model_processes[i / ARENA_PAGES];
		struct model_page *page = &process->pages[i % ARENA_PAGES];

		if (process->alive && page->shared == file && page->offset >= pages)
			model_page_clear(process, i % ARENA_PAGES);
	}
	if (pages < file->pages)
		memset(file->bytes[pages], 0, (file->pages - pages) * PAGE);
	file->pages = pages;
	return 0;
}

/* ---- one call ----------------------------------------------------------------------------------------- */

long model_call(struct model_process *process, const struct op *op, struct outcome *out,
		const struct outcome *other)
{
	switch (op->kind) {
	case OP_MMAP:
		return call_mmap(process, op, out, other);
	case OP_TRUNCATE:
		return call_truncate(op);
	case OP_MUNMAP:
		return call_munmap(process, op);
	case OP_MPROTECT:
		return call_mprotect(process, op);
	case OP_MADVISE:
		return call_madvise(process, op);
	case OP_MLOCK:
		return call_mlock(process, op, true, false, out, other);
	case OP_MUNLOCK:
		return call_mlock(process, op, false, false, out, other);
	case OP_MLOCK2:
		if (op->flags & ~1) /* MLOCK_ONFAULT */
			return -EINVAL;
		return call_mlock(process, op, true, op->flags, out, other);
	case OP_MLOCKALL:
		return call_mlockall(process, op->flags);
	case OP_MUNLOCKALL:
		return call_munlockall(process);
	case OP_MREMAP:
		return model_mremap(process, op, out, other);
	default:
		return not_said(out, other, -ENOSYS);
	}
}
