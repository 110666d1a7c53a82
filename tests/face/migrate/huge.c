// SPDX-License-Identifier: MIT
/* The miniature driver for 2 MiB: its memory, its callbacks, and user memory to move there. */
#include "huge.h"

/* ---- device memory -------------------------------------------------------------------------------- */

static struct hx *hx_of(struct folio *folio)
{
	return container_of(folio->pgmap, struct hx, pgmap);
}

static void folio_freed(struct folio *folio)
{
	struct hx *hx = hx_of(folio);
	unsigned long flags, at = folio_pfn(folio) - hx->first;

	spin_lock_irqsave(&hx->lock, flags);
	hx->frees++;
	hx->freed_order = folio_order(folio);
	hx->freed_pfn = folio_pfn(folio);
	for (unsigned long i = 0; i < 1ul << hx->freed_order; i++)
		hx->used[at + i] = false;
	spin_unlock_irqrestore(&hx->lock, flags);
}

static void folio_was_split(struct folio *head, struct folio *part)
{
	struct hx *hx = hx_of(head);

	hx->calm &= irqs_disabled() && !folio_ref_count(head) && (!part || !folio_ref_count(part));
	if (!part) {
		hx->split_ends++;
		return;
	}
	if (hx->splits++ && folio_pfn(part) != folio_pfn(hx->last_split) + 1)
		hx->in_order = false;
	hx->last_split = part;
	part->pgmap = head->pgmap;
	folio_set_zone_device_data(part, folio_zone_device_data(head));
}

unsigned long hx_dev_dst(struct hx *hx, unsigned int order)
{
	unsigned long step = 1ul << order, found = ~0ul, flags;

	spin_lock_irqsave(&hx->lock, flags);
	for (unsigned long i = 0; i < BLOCKS * SPAN && found == ~0ul; i += step) {
		if (memchr_inv(&hx->used[i], 0, step))
			continue;
		memset(&hx->used[i], 1, step);
		found = i;
	}
	spin_unlock_irqrestore(&hx->lock, flags);
	if (found == ~0ul)
		return 0;
	zone_device_folio_init((struct folio *)pfn_to_page(hx->first + found), &hx->pgmap, order);
	folio_set_zone_device_data(pfn_folio(hx->first + found), hx);
	return migrate_pfn(hx->first + found) | (order ? COMPOUND : 0);
}

unsigned long hx_ram_dst(struct hx *hx, unsigned int order)
{
	struct folio *folio = folio_alloc(GFP_HIGHUSER_MOVABLE, order);

	if (!folio)
		return 0;
	folio_lock(folio);
	return migrate_pfn(folio_pfn(folio)) | (order ? COMPOUND : 0);
}

unsigned int hx_dev_used(struct hx *hx)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < BLOCKS * SPAN; i++)
		n += hx->used[i];
	return n;
}

/* ---- what pages hold -------------------------------------------------------------------------------- */

static bool owns(struct hx *hx, struct page *page)
{
	return page_to_pfn(page) - hx->first < BLOCKS * SPAN;
}

static u64 get_word(struct hx *hx, struct page *page)
{
	u64 value;
	char *bytes;

	if (owns(hx, page))
		return hx->word[page_to_pfn(page) - hx->first];
	bytes = kmap_local_page(page);
	memcpy(&value, bytes + 24, sizeof(value));
	kunmap_local(bytes);
	return value;
}

static void set_word(struct hx *hx, struct page *page, u64 value)
{
	char *bytes;

	if (owns(hx, page)) {
		hx->word[page_to_pfn(page) - hx->first] = value;
		return;
	}
	bytes = kmap_local_page(page);
	memset(bytes, 0, PAGE_SIZE);
	memcpy(bytes + 24, &value, sizeof(value));
	kunmap_local(bytes);
}

void hx_copy(struct hx *hx, unsigned long dst, unsigned long src)
{
	struct page *to = migrate_pfn_to_page(dst), *from = migrate_pfn_to_page(src);
	long nr = folio_nr_pages(page_folio(to));

	for (long i = 0; i < nr; i++)
		set_word(hx, to + i, from ? get_word(hx, from + i) : 0);
}

static void __user *word_of(struct hx *hx, unsigned int page)
{
	return (void __user *)(hx_at(hx, page) + 24);
}

void hx_write(struct hx *hx, unsigned int page, u64 value)
{
	KUNIT_EXPECT_EQ(hx->test, copy_to_user(word_of(hx, page), &value, sizeof(value)), 0ul);
}

u64 hx_read(struct hx *hx, unsigned int page)
{
	u64 value = ~0ull;

	KUNIT_EXPECT_EQ(hx->test, copy_from_user(&value, word_of(hx, page), sizeof(value)), 0ul);
	return value;
}

static u64 pattern(unsigned int page)
{
	return 0xbeef00000ull + page;
}

static const unsigned int samples[] = {0, 1, 200, SPAN - 1};

void hx_fill(struct hx *hx, unsigned int span)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(samples); i++)
		hx_write(hx, span * SPAN + samples[i], pattern(span * SPAN + samples[i]));
}

void hx_check(struct hx *hx, unsigned int span)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(samples); i++)
		KUNIT_EXPECT_EQ_MSG(hx->test, hx_read(hx, span * SPAN + samples[i]),
				    pattern(span * SPAN + samples[i]), "span %u page %u", span,
				    samples[i]);
	KUNIT_EXPECT_EQ(hx->test, hx_read(hx, span * SPAN + 77), 0ull);
}

/* ---- the CPU fault -------------------------------------------------------------------------------------- */

/* One destination an entry, as large as it, or all single. */
static bool give_ram(struct hx *hx, struct migrate_vma *args)
{
	bool any = false;

	for (unsigned long i = 0; i < args->npages; i++) {
		bool whole = args->src[i] & COMPOUND;
		unsigned long n = whole && hx->single ? SPAN : 1;
		struct page *from = migrate_pfn_to_page(args->src[i]);

		if (!(args->src[i] & MIGRATE) || !from)
			continue;
		any = true;
		for (unsigned long j = 0; j < n; j++) {
			args->dst[i + j] =
				hx_ram_dst(hx, whole && !hx->single ? HPAGE_PMD_ORDER : 0);
			hx_copy(hx, args->dst[i + j], migrate_pfn(page_to_pfn(from + j)));
		}
	}
	return any;
}

static vm_fault_t cpu_fault(struct vm_fault *vmf)
{
	struct hx *hx = container_of(page_pgmap(vmf->page), struct hx, pgmap);
	bool huge = !vmf->pte;
	unsigned long start = huge ? vmf->address & HPAGE_PMD_MASK : vmf->address;
	unsigned long size = huge ? HPAGE_PMD_SIZE : PAGE_SIZE;
	unsigned long *src = kcalloc(2 * SPAN, sizeof(*src), GFP_KERNEL);
	struct migrate_vma args = {
		.vma = vmf->vma,
		.src = src,
		.dst = src + SPAN,
		.start = start,
		.end = start + size,
		.pgmap_owner = hx,
		.flags = DEVICE | (huge ? WHOLE : 0),
		.fault_page = vmf->page,
	};

	if (!src)
		return VM_FAULT_OOM;
	hx->faults++;
	hx->huge_faults += huge;
	if (hx->in_fault)
		hx->in_fault(hx, vmf);
	if (migrate_vma_setup(&args)) {
		kfree(src);
		return VM_FAULT_SIGBUS;
	}
	give_ram(hx, &args);
	migrate_vma_pages(&args);
	migrate_vma_finalize(&args);
	kfree(src);
	return 0;
}

static const struct dev_pagemap_ops ops = {
	.folio_free = folio_freed,
	.migrate_to_ram = cpu_fault,
	.folio_split = folio_was_split,
};

void hx_without_split(struct hx *hx)
{
	static const struct dev_pagemap_ops without = {
		.folio_free = folio_freed,
		.migrate_to_ram = cpu_fault,
	};

	hx->pgmap.ops = &without;
}

/* ---- looking ---------------------------------------------------------------------------------------------- */

static bool ignore(struct mmu_interval_notifier *sub, const struct mmu_notifier_range *range,
		   unsigned long cur_seq)
{
	mmu_interval_set_seq(sub, cur_seq);
	return true;
}

static const struct mmu_interval_notifier_ops ignore_ops = {.invalidate = ignore};

unsigned long hx_entry(struct hx *hx, unsigned int page, void *owner)
{
	struct mmu_interval_notifier sub = {};
	unsigned long entry = 0;
	struct hmm_range range = {
		.notifier = &sub,
		.start = hx_at(hx, page),
		.end = hx_at(hx, page + 1),
		.hmm_pfns = &entry,
		.dev_private_owner = owner,
	};

	KUNIT_ASSERT_EQ(
		hx->test,
		mmu_interval_notifier_insert(&sub, hx->mm, range.start, PAGE_SIZE, &ignore_ops), 0);
	do {
		range.notifier_seq = mmu_interval_read_begin(&sub);
		mmap_read_lock(hx->mm);
		KUNIT_EXPECT_EQ(hx->test, hmm_range_fault(&range), 0);
		mmap_read_unlock(hx->mm);
	} while (mmu_interval_read_retry(&sub, range.notifier_seq));
	mmu_interval_notifier_remove(&sub);
	return entry;
}

struct page *hx_page(struct hx *hx, unsigned int page)
{
	unsigned long entry = hx_entry(hx, page, hx);

	return entry & HMM_PFN_VALID ? hmm_pfn_to_page(entry) : NULL;
}

bool hx_is_leaf(struct hx *hx, unsigned int page)
{
	return hmm_pfn_to_map_order(hx_entry(hx, page, hx)) == HPAGE_PMD_ORDER;
}

bool hx_on_device(struct hx *hx, unsigned int page)
{
	struct page *there = hx_page(hx, page);

	return there && owns(hx, there);
}

unsigned long hx_rss(struct hx *hx)
{
	return get_mm_counter(hx->mm, MM_ANONPAGES);
}

struct folio *hx_huge(struct hx *hx, unsigned int span)
{
	struct page *page;

	hx_fill(hx, span);
	page = hx_page(hx, span * SPAN);
	KUNIT_ASSERT_NOT_NULL(hx->test, page);
	KUNIT_ASSERT_TRUE(hx->test, hx_is_leaf(hx, span * SPAN));
	return page_folio(page);
}

void hx_unmap(struct hx *hx, unsigned int first, unsigned int end)
{
	KUNIT_EXPECT_EQ(hx->test, vm_munmap(hx_at(hx, first), (end - first) * PAGE_SIZE), 0);
}

/* ---- migrating -------------------------------------------------------------------------------------------------- */

int hx_setup(struct hx *hx, unsigned int first, unsigned int end, unsigned long flags)
{
	mmap_read_lock(hx->mm);
	memset(hx->src, 0xa5, sizeof(hx->src));
	memset(hx->dst, 0xa5, sizeof(hx->dst));
	hx->args = (struct migrate_vma){
		.vma = vma_lookup(hx->mm, hx_at(hx, first)),
		.src = hx->src,
		.dst = hx->dst,
		.start = hx_at(hx, first),
		.end = hx_at(hx, end),
		.pgmap_owner = hx,
		.flags = flags,
	};
	return migrate_vma_setup(&hx->args);
}

void hx_give(struct hx *hx)
{
	for (unsigned long i = 0; i < hx->args.npages; i++) {
		if (!(hx->src[i] & MIGRATE))
			continue;
		hx->dst[i] = hx_dev_dst(hx, hx->src[i] & COMPOUND ? HPAGE_PMD_ORDER : 0);
		KUNIT_ASSERT_NE(hx->test, hx->dst[i], 0ul);
		hx_copy(hx, hx->dst[i], hx->src[i]);
	}
}

void hx_finalize(struct hx *hx)
{
	migrate_vma_finalize(&hx->args);
	mmap_read_unlock(hx->mm);
}

void hx_abort(struct hx *hx)
{
	migrate_vma_pages(&hx->args);
	hx_finalize(hx);
}

void hx_to_device(struct hx *hx, unsigned int first, unsigned int end)
{
	KUNIT_ASSERT_EQ(hx->test, hx_setup(hx, first, end, SYSTEM | WHOLE), 0);
	hx_give(hx);
	migrate_vma_pages(&hx->args);
	hx_finalize(hx);
}

struct folio *hx_device_huge(struct hx *hx, unsigned int span)
{
	hx_huge(hx, span);
	hx_to_device(hx, span * SPAN, (span + 1) * SPAN);
	KUNIT_ASSERT_TRUE(hx->test, hx_on_device(hx, span * SPAN));
	KUNIT_ASSERT_TRUE(hx->test, hx_is_leaf(hx, span * SPAN));
	return page_folio(hx_page(hx, span * SPAN));
}

/* ---- the notifier --------------------------------------------------------------------------------------------------- */

static bool take_note(struct mmu_interval_notifier *sub, const struct mmu_notifier_range *range,
		      unsigned long cur_seq)
{
	struct hx *hx = container_of(sub, struct hx, sub);

	spin_lock(&hx->note_lock);
	mmu_interval_set_seq(sub, cur_seq);
	if (hx->notes < NOTES)
		hx->note[hx->notes] =
			(struct note){range->event, range->start, range->end, range->owner};
	hx->notes++;
	spin_unlock(&hx->note_lock);
	return true;
}

static const struct mmu_interval_notifier_ops note_ops = {.invalidate = take_note};

void hx_watch(struct hx *hx)
{
	KUNIT_ASSERT_EQ(hx->test,
			mmu_interval_notifier_insert(&hx->sub, hx->mm, hx->base,
						     SPANS * HPAGE_PMD_SIZE, &note_ops),
			0);
	hx->watching = true;
	hx->notes = 0;
}

/* ---- the suite's begin and end ---------------------------------------------------------------------------------------- */

static int register_device(struct hx *hx)
{
	hx->res = request_free_mem_region(&iomem_resource, BLOCKS * HPAGE_PMD_SIZE, "huge-test");
	if (IS_ERR(hx->res))
		return PTR_ERR(hx->res);
	hx->first = hx->res->start >> PAGE_SHIFT;
	hx->pgmap.type = MEMORY_DEVICE_PRIVATE;
	hx->pgmap.range.start = hx->res->start;
	hx->pgmap.range.end = hx->res->end;
	hx->pgmap.nr_range = 1;
	hx->pgmap.ops = &ops;
	hx->pgmap.owner = hx;
	return PTR_ERR_OR_ZERO(memremap_pages(&hx->pgmap, NUMA_NO_NODE));
}

/* SPANS aligned spans inside a mapping that has a page to spare at each end, and may have huge pages. */
static int map_spans(struct hx *hx)
{
	struct vm_area_struct *vma;

	hx->map_len = (SPANS + 2) * HPAGE_PMD_SIZE;
	hx->map = vm_mmap(NULL, 0, hx->map_len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			  0);
	if (IS_ERR_VALUE(hx->map))
		return -ENOMEM;
	hx->base = ALIGN(hx->map + PAGE_SIZE, HPAGE_PMD_SIZE);
	mmap_write_lock(hx->mm);
	vma = vma_lookup(hx->mm, hx->map);
	vm_flags_set(vma, VM_HUGEPAGE);
	mmap_write_unlock(hx->mm);
	return 0;
}

int hx_init(struct kunit *test)
{
	struct hx *hx = kunit_kzalloc(test, sizeof(*hx), GFP_KERNEL);
	int err;

	if (!hx)
		return -ENOMEM;
	hx->test = test;
	hx->in_order = true;
	hx->calm = true;
	spin_lock_init(&hx->lock);
	spin_lock_init(&hx->note_lock);
	err = kunit_attach_mm();
	if (err)
		return err;
	hx->mm = current->mm;
	err = register_device(hx) ?: map_spans(hx);
	if (!err)
		test->priv = hx;
	return err;
}

void hx_exit(struct kunit *test)
{
	struct hx *hx = test->priv;

	if (!hx)
		return;
	vm_munmap(hx->map, hx->map_len);
	if (hx->watching)
		mmu_interval_notifier_remove(&hx->sub);
	KUNIT_EXPECT_EQ(test, hx_dev_used(hx), 0u);
	memunmap_pages(&hx->pgmap);
	release_mem_region(hx->res->start, resource_size(hx->res));
}
