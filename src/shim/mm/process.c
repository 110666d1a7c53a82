// SPDX-License-Identifier: MIT
/* The user face's processes: an address space each, reached through one function pointer. */
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <psim/process.h>
#include "mm/fork.h"
#include "mm/mm_internal.h"
#include "mm/process.h"
#include "sched/engine.h"
#include "sched/user_call.h"
#include "sim/sim.h"

/**
 * struct psim_process - a simulated process
 * @mm: its address space; the process is one of its users
 * @name: for reports
 * @link: in @processes
 */
struct psim_process {
	struct mm_struct *mm;
	char name[16];
	struct list_head link;
};

static LIST_HEAD(processes);
static DEFINE_SPINLOCK(processes_lock);

/* ---- life --------------------------------------------------------------------------------------------- */

/* Join @process and @mm; without one of them let go of the other. */
static struct psim_process *join(struct psim_process *process, struct mm_struct *mm,
				 const char *name)
{
	if (!process || !mm) {
		if (mm)
			mmput(mm);
		kfree(process);
		return NULL;
	}
	process->mm = mm;
	strscpy(process->name, name ? name : "process", sizeof(process->name));
	spin_lock(&processes_lock);
	list_add_tail(&process->link, &processes);
	spin_unlock(&processes_lock);
	psim_trace(PSIM_EV_PROCESS, mm->__psim_id, psim_trace_string(process->name), 0, 0);
	return process;
}

struct psim_process *psim_process_create(const char *name)
{
	struct psim_process *process;

	if (!psim_running()) {
		psim_misuse(-ESRCH,
			    "psim_process_create: no machine is running: call psim_start() first");
		return NULL;
	}
	process = kzalloc(sizeof(*process), GFP_KERNEL);
	return join(process, mm_alloc(), name);
}

int psim_process_check(const char *what, const struct psim_process *process)
{
	if (!psim_running())
		return psim_misuse(-ESRCH, "%s: no machine is running: call psim_start() first",
				   what);
	if (!process)
		return psim_misuse(
			-EINVAL, "%s: a process is needed: psim_process_create() makes one", what);
	return 0;
}

int psim_fork(struct psim_process *parent, const char *name, struct psim_process **child)
{
	struct psim_process *made;
	int err = psim_process_check(__func__, parent);

	if (err)
		return err;
	if (!child)
		return psim_misuse(-EINVAL, "psim_fork: a place for the child is needed");
	made = kzalloc(sizeof(*made), GFP_KERNEL);
	*child = join(made, psim_fork_mm(parent->mm), name ?: parent->name);
	return *child ? 0 : -ENOMEM;
}

int psim_process_exit(struct psim_process *process)
{
	int err = psim_process_check(__func__, process);

	if (err)
		return err;
	if (psim_mm_has_tasks(process->mm))
		return psim_misuse(
			-EBUSY, "psim_process_exit: tasks of %s still run: psim_join() them first",
			process->name);
	spin_lock(&processes_lock);
	list_del(&process->link);
	spin_unlock(&processes_lock);
	psim_user_call_begin();
	psim_trace(PSIM_EV_PROCESS_END, process->mm->__psim_id, 0, 0, 0);
	mmput(process->mm);
	kfree(process);
	psim_user_call_end();
	return 0;
}

struct mm_struct *psim_process_mm(struct psim_process *process)
{
	return process->mm;
}

void psim_process_leftovers(void)
{
	struct psim_process *process;

	list_for_each_entry(process, &processes, link)
		psim_report("law 3", "process %s (mm %u) is left: psim_process_exit() ends it",
			    process->name, process->mm->__psim_id);
}

/* ---- mappings --------------------------------------------------------------------------------------------- */

_Static_assert(PSIM_READ == PROT_READ && PSIM_WRITE == PROT_WRITE && PSIM_EXEC == PROT_EXEC,
	       "protections are the kernel's");

long psim_mmap(struct psim_process *process, unsigned long address, size_t length, int prot)
{
	unsigned long flags = MAP_PRIVATE | MAP_ANONYMOUS;
	int err = psim_process_check(__func__, process);

	if (err)
		return err;
	if (!length)
		return psim_misuse(-EINVAL,
				   "psim_mmap: a length of 0 maps nothing: give at least one byte");
	if (offset_in_page(address))
		return psim_misuse(-EINVAL, "psim_mmap: address %#lx is not a multiple of %lu",
				   address, PAGE_SIZE);
	if (prot & ~(PSIM_READ | PSIM_WRITE | PSIM_EXEC))
		return psim_misuse(
			-EINVAL, "psim_mmap: prot %#x: only PSIM_READ, _WRITE and _EXEC are known",
			prot);
	if (address)
		flags |= MAP_FIXED_NOREPLACE;
	return psim_do_mmap(process->mm, NULL, address, length, prot, flags, 0);
}

int psim_munmap(struct psim_process *process, unsigned long address, size_t length)
{
	int err = psim_process_check(__func__, process);

	if (err)
		return err;
	if (offset_in_page(address))
		return psim_misuse(-EINVAL, "psim_munmap: address %#lx is not a multiple of %lu",
				   address, PAGE_SIZE);
	if (!length || address > TASK_SIZE_MAX || length > TASK_SIZE_MAX - address)
		return psim_misuse(-EINVAL,
				   "psim_munmap: %zu bytes at %#lx are no range of user space",
				   length, address);
	psim_user_call_begin();
	err = psim_do_munmap(process->mm, address, length);
	psim_user_call_end();
	return err;
}

/* ---- accesses ------------------------------------------------------------------------------------------------ */

static int user_access(const char *what, struct psim_process *process, unsigned long address,
		       void *buffer, size_t length, bool write)
{
	int err = psim_process_check(what, process);

	if (unlikely(err))
		return err;
	if (unlikely(!buffer && length))
		return psim_misuse(-EINVAL, "%s: a buffer of %zu bytes is needed", what, length);
	psim_user_access(process->mm, address, buffer, length, write, &err);
	return err;
}

int psim_load(struct psim_process *process, unsigned long address, void *buffer, size_t length)
{
	return user_access(__func__, process, address, buffer, length, false);
}

int psim_store(struct psim_process *process, unsigned long address, const void *buffer,
	       size_t length)
{
	return user_access(__func__, process, address, (void *)buffer, length, true);
}

/* ---- looking ---------------------------------------------------------------------------------------------------- */

static enum psim_place place_of(psim_pte_t pte)
{
	if (psim_pte_none(pte))
		return PSIM_EMPTY;
	if (psim_pte_present(pte))
		return psim_pte_special(pte) ? PSIM_ZERO : PSIM_RAM;
	if (psim_pte_is_migration(pte))
		return PSIM_MOVING;
	return psim_pte_is_device_private(pte) ? PSIM_DEVICE : PSIM_OTHER;
}

/* @pte: the slot or the leaf of @address. */
static void describe(psim_pte_t pte, unsigned long address, struct psim_page_info *info)
{
	struct page *page;

	*info = (struct psim_page_info){.place = place_of(pte), .present = psim_pte_is_swap(pte)};
	if (!psim_pte_has_pfn(pte))
		return;
	info->pfn = psim_pte_pfn_at(pte, address);
	page = pfn_to_page(info->pfn);
	info->writable = psim_pte_write(pte);
	info->dirty = psim_pte_dirty(pte);
	info->refcount = page_count(page);
	info->mapcount = page_mapcount(page) + (psim_pmd_leaf(pte) ? 1 : 0);
	info->present = psim_pte_present(pte);
	info->exclusive = folio_test_anon(page_folio(page)) &&
			  PageAnonExclusive(psim_pmd_leaf(pte) ? &page_folio(page)->page : page);
}

int psim_where(struct psim_process *process, unsigned long address, struct psim_page_info *info)
{
	struct psim_page_info found = {.place = PSIM_NOWHERE};
	int err = psim_process_check(__func__, process);
	struct mm_struct *mm;
	struct psim_span span;
	psim_pte_t *slot;

	if (err)
		return err;
	mm = process->mm;
	mmap_read_lock(mm);
	if (vma_lookup(mm, address)) {
		psim_span(mm, address, address + 1, &span);
		slot = span.ptep ?: span.pmdp;
		describe(slot ? psim_pte_get(mm, address, slot) : 0, address, &found);
		if (slot)
			psim_pte_unlock(slot, span.ptl);
	}
	mmap_read_unlock(mm);
	if (info)
		*info = found;
	return found.place;
}

int psim_process_stats(struct psim_process *process, struct psim_process_stats *stats)
{
	int err = psim_process_check(__func__, process);

	if (err)
		return err;
	if (!stats)
		return psim_misuse(-EINVAL,
				   "psim_process_stats: a place for the figures is needed");
	stats->faults = atomic_long_read(&process->mm->__psim_faults);
	stats->device_faults = atomic_long_read(&process->mm->__psim_device_faults);
	stats->rss = get_mm_counter(process->mm, MM_ANONPAGES);
	return 0;
}
