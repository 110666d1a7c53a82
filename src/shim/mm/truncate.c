// SPDX-License-Identifier: MIT
/* The end of a file moves, or a hole comes into it: slots of what is gone are cleared, pages leave the cache. */
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include "mm/filemap.h"

/* A page that is wholly gone. The caller's reference goes, too. */
static void drop(struct address_space *mapping, struct folio *folio)
{
	folio_lock(folio);
	if (folio->mapping == mapping) {
		/* a fault may have mapped it since the slots were cleared */
		if (folio_mapped(folio))
			unmap_mapping_pages(mapping, folio->index, 1, false);
		folio_clear_dirty(folio);
		filemap_remove_folio(folio);
	}
	folio_unlock(folio);
	folio_put(folio);
}

/* What is left of the last page ends in zeros. */
static void zero_end(struct address_space *mapping, loff_t size)
{
	unsigned int offset = offset_in_page(size);
	struct folio *folio;

	if (!offset)
		return;
	folio = filemap_lock_folio(mapping, size >> PAGE_SHIFT);
	if (IS_ERR(folio))
		return;
	folio_zero_range(folio, offset, PAGE_SIZE - offset);
	folio_mark_dirty(folio);
	folio_unlock(folio);
	folio_put(folio);
}

void truncate_inode_pages(struct address_space *mapping, loff_t lstart)
{
	pgoff_t index = ((pgoff_t)lstart + PAGE_SIZE - 1) >> PAGE_SHIFT;
	struct folio *folio;

	zero_end(mapping, lstart);
	while ((folio = psim_filemap_next(mapping, &index, ULONG_MAX)))
		drop(mapping, folio);
}

void truncate_pagecache(struct inode *inode, loff_t newsize)
{
	struct address_space *mapping = inode->i_mapping;
	loff_t holebegin = round_up(newsize, (loff_t)PAGE_SIZE);

	/* again afterwards: a private mapping may have copied a page meanwhile */
	unmap_mapping_range(mapping, holebegin, 0, 1);
	truncate_inode_pages(mapping, newsize);
	unmap_mapping_range(mapping, holebegin, 0, 1);
}

void truncate_setsize(struct inode *inode, loff_t newsize)
{
	i_size_write(inode, newsize);
	truncate_pagecache(inode, newsize);
}

int psim_file_punch(struct file *file, pgoff_t first, pgoff_t last)
{
	struct address_space *mapping = file->f_mapping;
	struct folio *folio;

	if (!psim_mapping_in_ram(mapping))
		return -EOPNOTSUPP;
	filemap_invalidate_lock(mapping);
	unmap_mapping_pages(mapping, first, last - first + 1, false);
	while ((folio = psim_filemap_next(mapping, &first, last)))
		drop(mapping, folio);
	filemap_invalidate_unlock(mapping);
	return 0;
}
