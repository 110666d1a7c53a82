// SPDX-License-Identifier: MIT
/*
 * The life of an address space: two counts, teardown by the last user, and the room's own start and stop.
 *
 * The last mmput() tells the notifiers, unmaps everything and drops the one mm_count that all users
 * share; the last mmdrop() frees the structure (S9.50, S9.51).
 */
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/mmu_notifier.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/workqueue.h>
#include "mm/huge.h"
#include "mm/mm_internal.h"
#include "mm/filemap.h"
#include "mm/pins.h"
#include "mm/process.h"
#include "mm/swapfile.h"
#include "sched/engine.h"
#include "sim/sim.h"

LIST_HEAD(psim_mm_list);
DEFINE_SPINLOCK(psim_mm_list_lock);

/* ---- birth ----------------------------------------------------------------------------------------- */

static void async_put(struct work_struct *work);

struct mm_struct *__psim_mm_alloc(const char *site)
{
	struct mm_struct *mm = kzalloc(sizeof(*mm), GFP_KERNEL);

	if (!mm)
		return NULL;
	atomic_set(&mm->mm_count, 1);
	atomic_set(&mm->mm_users, 1);
	mmap_init_lock(mm);
	spin_lock_init(&mm->page_table_lock);
	spin_lock_init(&mm->__psim_vma_lock);
	mm->__psim_memlock_limit = SZ_8M;
	mm->__psim_vmas = RB_ROOT;
	mm->__psim_site = site;
	mm->task_size = TASK_SIZE_MAX;
	mm->mmap_base = TASK_SIZE_MAX;
	INIT_LIST_HEAD(&mm->mmlist);
	INIT_WORK(&mm->async_put_work, async_put);
	if (psim_pgd_alloc(mm)) {
		kfree(mm);
		return NULL;
	}
	mm->__psim_id = psim_ordinal("mm");
	spin_lock(&psim_mm_list_lock);
	list_add_tail(&mm->mmlist, &psim_mm_list);
	spin_unlock(&psim_mm_list_lock);
	return mm;
}

struct mm_struct *(mm_alloc)(void)
{
	return __psim_mm_alloc("mm_alloc");
}

/* ---- death ------------------------------------------------------------------------------------------ */

static void check_counters(struct mm_struct *mm)
{
	static const char *const names[] = {"file", "anonymous", "swapped", "shared"};
	unsigned int i;

	for (i = 0; i < NR_MM_COUNTERS; i++) {
		long left = atomic_long_read(&mm->rss_stat[i]);

		if (left)
			psim_report("law 2", "mm %u: counts %ld %s pages with nothing mapped",
				    mm->__psim_id, left, names[i]);
	}
}

void __psim_mm_free(struct mm_struct *mm)
{
	long tables;

	if (atomic_read(&mm->mm_users))
		psim_report("S9.51", "mm %u: freed while it has %d users", mm->__psim_id,
			    atomic_read(&mm->mm_users));
	spin_lock(&psim_mm_list_lock);
	list_del_init(&mm->mmlist);
	spin_unlock(&psim_mm_list_lock);
	psim_pgd_free(mm);
	mmu_notifier_subscriptions_destroy(mm);
	check_counters(mm);
	if (mm_tlb_flush_pending(mm))
		psim_report("law 2", "mm %u: freed while %d flushes are to come", mm->__psim_id,
			    atomic_read(&mm->tlb_flush_pending));
	tables = atomic_long_read(&mm->pgtables_bytes);
	if (tables)
		psim_report("law 3", "mm %u: %ld bytes of page tables are left", mm->__psim_id,
			    tables);
	psim_tlb_mm_gone(mm);
	kfree(mm);
}

static void teardown(struct mm_struct *mm)
{
	mmu_notifier_release(mm);
	psim_exit_mmap(mm);
	psim_huge_zero_mm_gone(mm);
	mmdrop(mm);
}

void mmput(struct mm_struct *mm)
{
	might_sleep();
	if (atomic_dec_and_test(&mm->mm_users))
		teardown(mm);
}

static void async_put(struct work_struct *work)
{
	teardown(container_of(work, struct mm_struct, async_put_work));
}

void mmput_async(struct mm_struct *mm)
{
	if (atomic_dec_and_test(&mm->mm_users))
		schedule_work(&mm->async_put_work);
}

struct mm_struct *get_task_mm(struct task_struct *task)
{
	struct mm_struct *mm = task->mm;

	return mm && mmget_not_zero(mm) ? mm : NULL;
}

/* ---- the room ----------------------------------------------------------------------------------------- */

static int start(const struct psim_config *config)
{
	int err = psim_tables_start(config->ram_bytes >> PAGE_SHIFT);

	if (err)
		return err;
	psim_mm_audit_start();
	psim_pins_start();
	psim_huge_start(config);
	psim_files_start();
	psim_swap_start();
	return psim_tlb_start();
}

/* Address spaces of kunit_attach_mm() belong to nobody who could give them back earlier. */
static void drain(void)
{
	struct mm_struct *mm, *found;

	do {
		found = NULL;
		spin_lock(&psim_mm_list_lock);
		list_for_each_entry(mm, &psim_mm_list, mmlist) {
			if (test_and_clear_bit(PSIM_MMF_KUNIT, &mm->flags)) {
				found = mm;
				break;
			}
		}
		spin_unlock(&psim_mm_list_lock);
		if (found)
			mmput(found);
	} while (found);
}

static void leftovers(void)
{
	psim_process_leftovers();
	psim_pins_leftovers();
	psim_files_leftovers();
	psim_swap_leftovers();
	psim_mm_leftovers();
	psim_anon_vma_leftovers();
}

static void stop(void)
{
	psim_pins_stop();
	psim_swap_stop();
	psim_tlb_stop();
	psim_tables_stop();
}

const struct psim_room psim_room_mm = {
	.name = "mm",
	.start = start,
	.drain = drain,
	.audit = psim_mm_audit,
	.leftovers = leftovers,
	.stop = stop,
};
