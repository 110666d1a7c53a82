// SPDX-License-Identifier: MIT
/*
 * Instruments of the migration: what a driver's arrays must be between the steps, and who holds what.
 *
 * A kernel checks none of this (S2.5). Each setup that leaves something to do makes a record; the
 * record holds the sources until finalize, so that counts are explained by an object (law 2) and a
 * migration that was never finished is told (law 3).
 */
#include <linux/list.h>
#include <linux/memremap.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/string.h>
#include "host/host.h"
#include "mm/migrate_internal.h"
#include "mm/notifier.h"
#include "mm/page.h"
#include "sched/engine.h"

/**
 * struct migration - one migration in flight
 * @link: in the list of all
 * @array: the driver's src array; it names the migration
 * @npages: its length
 * @held: entries not finalized yet
 * @mm: number of the address space, 0: by page frame number
 * @start: address of the first entry
 * @site: who called setup
 * @src: the entries as setup left them, 0 once finalized
 * @dst: as the move found them
 */
struct migration {
	struct list_head link;
	unsigned long *array;
	unsigned long npages;
	unsigned long held;
	unsigned int mm;
	bool moved;
	unsigned long start;
	const char *site;
	unsigned long *dst;
	unsigned long src[];
};

static LIST_HEAD(migrations);
static struct psim_raw lock;

/* The migration whose array @src points into. Context: lock. */
static struct migration *find(const unsigned long *src)
{
	struct migration *m;

	list_for_each_entry(m, &migrations, link) {
		if (src >= m->array && src < m->array + m->npages)
			return m;
	}
	return NULL;
}

static struct migration *lookup(const unsigned long *src)
{
	struct migration *m;

	psim_raw_lock(&lock);
	m = find(src);
	psim_raw_unlock(&lock);
	return m;
}

static void drop(struct migration *m)
{
	psim_raw_lock(&lock);
	list_del(&m->link);
	psim_raw_unlock(&lock);
	psim_host_free(m);
}

static void complain(const struct migration *m)
{
	psim_report("law 3",
		    "a migration set up by %s was never finalized: %lu entries, mm %u, start %#lx",
		    m->site, m->held, m->mm, m->start);
}

/* ---- begin and end ----------------------------------------------------------------------------------------- */

/* Entries that say something. */
static unsigned long count_held(const unsigned long *src, unsigned long npages)
{
	unsigned long i, held = 0;

	for (i = 0; (i = psim_migrate_next(src, src, i, npages)) < npages; i++)
		held++;
	return held;
}

void psim_migration_begin(unsigned long *src, unsigned long npages,
			  const struct migrate_vma *migrate, const char *site)
{
	struct migration *m = lookup(src);

	if (m) {
		complain(m);
		drop(m);
	}
	m = psim_host_malloc(sizeof(*m) + 2 * npages * sizeof(m->src[0]));
	if (!m)
		psim_fatal("host", "out of host memory");
	m->array = src;
	m->npages = npages;
	m->site = site;
	m->mm = migrate ? migrate->vma->vm_mm->__psim_id : 0;
	m->start = migrate ? migrate->start : src[0] >> MIGRATE_PFN_SHIFT;
	m->dst = m->src + npages;
	memcpy(m->src, src, npages * sizeof(*src));
	m->held = count_held(src, npages);
	psim_raw_lock(&lock);
	list_add_tail(&m->link, &migrations);
	psim_raw_unlock(&lock);
}

void psim_migration_end(unsigned long *src, unsigned long npages)
{
	struct migration *m = lookup(src);
	unsigned long first;

	if (!m)
		return;
	first = src - m->array;
	npages = min(npages, m->npages - first);
	m->held -= count_held(m->src + first, npages);
	if (m->held)
		memset(m->src + first, 0, npages * sizeof(*src));
	if (!m->held)
		drop(m);
}

void psim_migration_split(unsigned long *src, unsigned long nr)
{
	struct migration *m = lookup(src);
	unsigned long first = m ? src - m->array : 0;

	for (unsigned long i = 0; m && i < nr && first + i < m->npages; i++) {
		m->held += !m->src[first + i];
		m->src[first + i] = src[i];
	}
}

/* ---- checks ---------------------------------------------------------------------------------------------------- */

static void bad(const char *function, unsigned long i, unsigned long src, unsigned long dst,
		const char *what)
{
	psim_report("S2.5", "%s(): entry %lu (src %#lx, dst %#lx): %s", function, i, src, dst,
		    what);
}

/* A source is what setup gave, and still locked. */
static void check_src(const struct migration *m, unsigned long at, unsigned long i,
		      unsigned long src, unsigned long dst, const char *function)
{
	unsigned long given = m && at + i < m->npages ? m->src[at + i] : 0;
	struct folio *folio = psim_migrate_folio(src);
	unsigned long loose;

	if (src == given && !folio)
		return;
	if (folio && !folio_test_locked(folio))
		bad(function, i, src, dst, "the source page is not locked");
	/* MIGRATE comes and goes; a hole that could not be filled is 0 */
	if (!folio && !(given & MIGRATE_PFN_VALID) && (given & MIGRATE_PFN_MIGRATE))
		return;
	/* what could not be split has lost COMPOUND, too (S2.50) */
	loose = MIGRATE_PFN_MIGRATE | (src & MIGRATE_PFN_MIGRATE ? 0 : MIGRATE_PFN_COMPOUND);
	if ((src | loose) != (given | loose))
		bad(function, i, src, dst, "the source entry is not what setup gave");
}

static void check_dst(unsigned long i, unsigned long src, unsigned long dst, const char *function)
{
	struct folio *folio = psim_migrate_folio(dst);

	if (!folio)
		return;
	if (!folio_ref_count(folio))
		bad(function, i, src, dst, "the destination page is free");
	else if (!folio_test_locked(folio))
		bad(function, i, src, dst, "the destination page is not locked");
}

/* The next entry that says something, now or when it was set up. */
static unsigned long next_entry(const struct migration *m, unsigned long at,
				const unsigned long *src, const unsigned long *dst, unsigned long i,
				unsigned long npages)
{
	unsigned long next = psim_migrate_next(src, dst, i, npages);

	if (!m || at + next > m->npages)
		return next;
	return psim_migrate_next(m->src + at, m->src + at, i, next);
}

void psim_migration_check_pages(unsigned long *src, unsigned long *dst, unsigned long npages,
				const char *function)
{
	struct migration *m = lookup(src);
	unsigned long at = m ? src - m->array : 0, i;

	if (psim_config.no_checks)
		return;
	for (i = 0; (i = next_entry(m, at, src, dst, i, npages)) < npages; i++) {
		struct folio *to = psim_migrate_folio(dst[i]);

		check_src(m, at, i, src[i], dst[i], function);
		check_dst(i, src[i], dst[i], function);
		if (to && folio_ref_count(to) && (to->mapping || folio_mapped(to)))
			bad(function, i, src[i], dst[i], "the destination page is in use already");
		if (m && at + i < m->npages)
			m->dst[at + i] = dst[i];
	}
	if (m)
		m->moved = true;
}

void psim_migration_check_finalize(unsigned long *src, unsigned long *dst, unsigned long npages,
				   const char *function)
{
	struct migration *m = lookup(src);
	unsigned long at = m ? src - m->array : 0, i;

	if (psim_config.no_checks)
		return;
	for (i = 0; (i = next_entry(m, at, src, dst, i, npages)) < npages; i++) {
		bool moves = (src[i] & MIGRATE_PFN_MIGRATE) && psim_migrate_folio(src[i]);

		check_src(m, at, i, src[i], dst[i], function);
		check_dst(i, src[i], dst[i], function);
		if (!moves || !m || at + i >= m->npages)
			continue;
		if (!m->moved && dst[i])
			psim_report(
				"S3.17",
				"%s(): entry %lu (src %#lx, dst %#lx): finalized without having been "
				"moved",
				function, i, src[i], dst[i]);
		else if (m->moved && dst[i] != m->dst[at + i])
			bad(function, i, src[i], dst[i], "the destination changed after the move");
	}
}

/* ---- audit and leftovers ---------------------------------------------------------------------------------------- */

/* Each source that is in flight has the migration's reference. */
static void explain(void)
{
	struct migration *m;

	list_for_each_entry(m, &migrations, link) {
		for (unsigned long i = 0; i < m->npages; i++) {
			if (m->src[i] & MIGRATE_PFN_VALID)
				psim_audit_explain(m->src[i] >> MIGRATE_PFN_SHIFT, 1, 0,
						   "migration");
		}
	}
}

static struct psim_explainer explainer = {.explain = explain};

static int start(const struct psim_config *config)
{
	psim_audit_register(&explainer);
	return 0;
}

static void count_entry(struct mm_struct *mm, unsigned long address, psim_pte_t pte, void *arg)
{
	if (psim_pte_is_migration(pte))
		psim_report("law 3", "mm %u: a migration entry of page %#lx is left at %#lx",
			    mm->__psim_id, psim_pte_pfn(pte), address);
}

static void leftovers(void)
{
	struct migration *m;
	struct mm_struct *mm;

	list_for_each_entry(m, &migrations, link)
		complain(m);
	list_for_each_entry(mm, &psim_mm_list, mmlist) {
		if (mm->pgd)
			psim_tables_visit(mm, count_entry, NULL);
	}
	psim_notifier_leftovers();
}

static void stop(void)
{
	struct migration *m, *next;

	list_for_each_entry_safe(m, next, &migrations, link)
		psim_host_free(m);
	INIT_LIST_HEAD(&migrations);
}

extern const struct psim_room psim_room_migrate;
const struct psim_room psim_room_migrate = {
	.name = "migrate",
	.start = start,
	.audit = psim_notifier_audit,
	.leftovers = leftovers,
	.stop = stop,
};
