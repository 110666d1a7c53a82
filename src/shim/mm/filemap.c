// SPDX-License-Identifier: MIT
/*
 * The page cache of a file: its pages in a tree by page offset.
 *
 * Membership is one reference (S0.6) and gives mapping and index. The tree's lock is the innermost but
 * for the LRU's. Not modelled: large folios, writeback, readahead.
 */
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/slab.h>
#include <linux/swap.h>
#include "mm/filemap.h"
#include "mm/page.h"

/**
 * struct cached - one page's place in the cache
 * @index: page offset
 */
struct cached {
	struct rb_node rb;
	pgoff_t index;
	struct folio *folio;
};

static inline struct cached *cached_of(struct rb_node *node)
{
	return node ? rb_entry(node, struct cached, rb) : NULL;
}

/* ---- the tree, under its lock ----------------------------------------------------------------------- */

/* The first page at or behind @index, or NULL. */
static struct cached *first_from(struct address_space *mapping, pgoff_t index)
{
	struct rb_node *node = mapping->__psim_pages.rb_node;
	struct cached *found = NULL;

	while (node) {
		struct cached *cached = cached_of(node);

		if (cached->index < index) {
			node = node->rb_right;
		} else {
			found = cached;
			node = node->rb_left;
		}
	}
	return found;
}

static struct cached *find(struct address_space *mapping, pgoff_t index)
{
	struct cached *cached = first_from(mapping, index);

	return cached && cached->index == index ? cached : NULL;
}

static void insert(struct address_space *mapping, struct cached *new)
{
	struct rb_node **link = &mapping->__psim_pages.rb_node, *parent = NULL;

	while (*link) {
		parent = *link;
		link = new->index < cached_of(parent)->index ? &parent->rb_left : &parent->rb_right;
	}
	rb_link_node(&new->rb, parent, link);
	rb_insert_color(&new->rb, &mapping->__psim_pages);
	mapping->nrpages++;
}

void psim_filemap_init(struct address_space *mapping, struct inode *host,
		       const struct address_space_operations *ops)
{
	mapping->host = host;
	mapping->a_ops = ops;
	mapping->i_mmap = RB_ROOT_CACHED;
	init_rwsem(&mapping->invalidate_lock);
	init_rwsem(&mapping->i_mmap_rwsem);
	spin_lock_init(&mapping->__psim_pages_lock);
	mapping->__psim_pages = RB_ROOT;
}

/* ---- in and out ---------------------------------------------------------------------------------------- */

int filemap_add_folio(struct address_space *mapping, struct folio *folio, pgoff_t index, gfp_t gfp)
{
	struct cached *cached;

	VM_BUG_ON_FOLIO(!folio_test_locked(folio), folio);
	if (folio_test_large(folio))
		psim_stop_function(__func__, "large folios of files are not modelled");
	cached = kmalloc(sizeof(*cached), GFP_KERNEL);
	if (!cached)
		return -ENOMEM;
	cached->index = index;
	cached->folio = folio;
	spin_lock(&mapping->__psim_pages_lock);
	if (find(mapping, index)) {
		spin_unlock(&mapping->__psim_pages_lock);
		kfree(cached);
		return -EEXIST;
	}
	folio_get(folio);
	folio->index = index;
	WRITE_ONCE(folio->mapping, mapping);
	insert(mapping, cached);
	spin_unlock(&mapping->__psim_pages_lock);
	folio_add_lru(folio);
	return 0;
}

void filemap_remove_folio(struct folio *folio)
{
	struct address_space *mapping = folio->mapping;
	struct cached *cached;

	VM_BUG_ON_FOLIO(!folio_test_locked(folio), folio);
	spin_lock(&mapping->__psim_pages_lock);
	cached = find(mapping, folio->index);
	VM_BUG_ON_FOLIO(!cached || cached->folio != folio, folio);
	rb_erase(&cached->rb, &mapping->__psim_pages);
	mapping->nrpages--;
	WRITE_ONCE(folio->mapping, NULL);
	spin_unlock(&mapping->__psim_pages_lock);
	kfree(cached);
	if (mapping->a_ops->free_folio)
		mapping->a_ops->free_folio(folio);
	folio_put(folio);
}

bool psim_filemap_replace(struct folio *old, struct folio *new, int expected)
{
	struct address_space *mapping = folio_mapping(old);
	struct cached *cached;
	bool sole;

	spin_lock(&mapping->__psim_pages_lock);
	/* finding a page in the tree takes a reference under this lock */
	sole = folio_ref_count(old) == expected;
	if (sole) {
		cached = find(mapping, old->index);
		folio_get(new);
		new->index = old->index;
		WRITE_ONCE(new->mapping, mapping);
		cached->folio = new;
		/* what is no longer in the cache must not say so when it is freed */
		WRITE_ONCE(old->mapping, NULL);
		folio_ref_sub(old, 1);
	}
	spin_unlock(&mapping->__psim_pages_lock);
	return sole;
}

/* ---- looking up ----------------------------------------------------------------------------------------- */

struct folio *psim_filemap_next(struct address_space *mapping, pgoff_t *index, pgoff_t last)
{
	struct folio *folio = NULL;
	struct cached *cached;

	spin_lock(&mapping->__psim_pages_lock);
	cached = first_from(mapping, *index);
	if (cached && cached->index <= last) {
		folio = cached->folio;
		folio_get(folio);
		*index = cached->index;
	}
	spin_unlock(&mapping->__psim_pages_lock);
	return folio;
}

static struct folio *get(struct address_space *mapping, pgoff_t index)
{
	return psim_filemap_next(mapping, &index, index);
}

/* The folio at @index, locked; NULL: it was there and is not any more. */
static struct folio *lock_cached(struct address_space *mapping, struct folio *folio)
{
	folio_lock(folio);
	if (folio->mapping == mapping)
		return folio;
	folio_unlock(folio);
	folio_put(folio);
	return NULL;
}

/* A new one. Return: NULL if somebody else's came first. */
static struct folio *create(struct address_space *mapping, pgoff_t index, gfp_t gfp)
{
	struct folio *folio = folio_alloc(gfp, 0);
	int err;

	if (!folio)
		return ERR_PTR(-ENOMEM);
	folio_lock(folio);
	if (psim_mapping_in_ram(mapping))
		__folio_set_swapbacked(folio);
	err = filemap_add_folio(mapping, folio, index, gfp);
	if (!err)
		return folio;
	folio_unlock(folio);
	folio_put(folio);
	return err == -EEXIST ? NULL : ERR_PTR(err);
}

struct folio *__filemap_get_folio(struct address_space *mapping, pgoff_t index, fgf_t fgp_flags,
				  gfp_t gfp)
{
	struct folio *folio;

	do {
		folio = get(mapping, index);
		if (folio && (fgp_flags & FGP_LOCK))
			folio = lock_cached(mapping, folio);
		else if (!folio && !(fgp_flags & FGP_CREAT))
			return ERR_PTR(-ENOENT);
		else if (!folio)
			folio = create(mapping, index, gfp);
	} while (!folio);
	return folio;
}

bool noop_dirty_folio(struct address_space *mapping, struct folio *folio)
{
	return !folio_test_set_dirty(folio);
}

/* ---- for the audit ---------------------------------------------------------------------------------------- */

void psim_filemap_explain(struct address_space *mapping)
{
	unsigned long pages = 0;
	struct rb_node *node;

	for (node = rb_first(&mapping->__psim_pages); node; node = rb_next(node), pages++) {
		const struct cached *cached = cached_of(node);
		const struct folio *folio = cached->folio;

		psim_audit_explain_all(folio_pfn(folio), 1, 0, "the page cache");
		if (folio->mapping != mapping || folio->index != cached->index)
			psim_report("law 2",
				    "page %#lx of a file is cached where it does not belong",
				    folio_pfn(folio));
	}
	if (pages != mapping->nrpages)
		psim_report("law 2", "a file counts %lu pages, but %lu are cached",
			    mapping->nrpages, pages);
}
