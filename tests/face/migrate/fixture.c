// SPDX-License-Identifier: MIT
/* The miniature driver: registers pages, hands them out, moves bytes, takes CPU faults. */
#include "fixture.h"

/* ---- device memory ---------------------------------------------------------------------------------- */

static struct dev *dev_of(struct page *page)
{
	return container_of(page_pgmap(page), struct dev, pgmap);
}

static void folio_freed(struct folio *folio)
{
	struct dev *dev = dev_of(&folio->page);
	unsigned long flags;

	/* under a page-table lock, perhaps: nothing here sleeps */
	spin_lock_irqsave(&dev->lock, flags);
	dev->used[folio_pfn(folio) - dev->first] = false;
	dev->frees++;
	dev->last_freed = folio_pfn(folio);
	spin_unlock_irqrestore(&dev->lock, flags);
}

struct page *dev_alloc(struct dev *dev)
{
	struct page *page = NULL;
	unsigned long flags;

	spin_lock_irqsave(&dev->lock, flags);
	for (unsigned int i = 0; i < DEV_PAGES && !page; i++) {
		if (dev->used[i])
			continue;
		dev->used[i] = true;
		page = pfn_to_page(dev->first + i);
	}
	spin_unlock_irqrestore(&dev->lock, flags);
	if (page)
		zone_device_page_init(page, &dev->pgmap, 0);
	return page;
}

u8 *dev_bytes(struct dev *dev, struct page *page)
{
	return dev->bytes + ((page_to_pfn(page) - dev->first) << PAGE_SHIFT);
}

bool dev_owns(struct dev *dev, struct page *page)
{
	return page && page_to_pfn(page) - dev->first < DEV_PAGES;
}

unsigned int dev_used(struct dev *dev)
{
	unsigned int n = 0;
	unsigned long flags;

	spin_lock_irqsave(&dev->lock, flags);
	for (unsigned int i = 0; i < DEV_PAGES; i++)
		n += dev->used[i];
	spin_unlock_irqrestore(&dev->lock, flags);
	return n;
}

void copy_page_bytes(struct dev *dev, unsigned long dst, unsigned long src)
{
	struct page *to = migrate_pfn_to_page(dst), *from = migrate_pfn_to_page(src);
	u8 *out = dev_owns(dev, to) ? dev_bytes(dev, to) : kmap_local_page(to);
	u8 *in = NULL;

	if (from)
		in = dev_owns(dev, from) ? dev_bytes(dev, from) : kmap_local_page(from);
	if (in)
		memcpy(out, in, PAGE_SIZE);
	else
		memset(out, 0, PAGE_SIZE);
	if (in && !dev_owns(dev, from))
		kunmap_local(in);
	if (!dev_owns(dev, to))
		kunmap_local(out);
}

/* The page that faulted goes to a page of RAM. */
static vm_fault_t page_to_ram(struct dev *dev, struct vm_fault *vmf)
{
	unsigned long src = 0, dst = 0;
	struct page *page;
	struct migrate_vma args = {
		.vma = vmf->vma,
		.src = &src,
		.dst = &dst,
		.start = vmf->address,
		.end = vmf->address + PAGE_SIZE,
		.pgmap_owner = dev->pgmap.owner,
		.flags = MIGRATE_VMA_SELECT_DEVICE_PRIVATE,
		.fault_page = vmf->page,
	};

	if (migrate_vma_setup(&args))
		return VM_FAULT_SIGBUS;
	if (dev->after_setup)
		dev->after_setup(dev, &args);
	if (src & MIGRATE_PFN_MIGRATE) {
		page = alloc_page_vma(GFP_HIGHUSER_MOVABLE, vmf->vma, vmf->address);
		if (page) {
			lock_page(page);
			dst = migrate_pfn(page_to_pfn(page));
			copy_page_bytes(dev, dst, src);
		}
	}
	migrate_vma_pages(&args);
	migrate_vma_finalize(&args);
	return dst || !args.cpages ? 0 : VM_FAULT_OOM;
}

static vm_fault_t cpu_fault(struct vm_fault *vmf)
{
	struct dev *dev = dev_of(vmf->page);
	vm_fault_t result;

	spin_lock_irq(&dev->lock);
	dev->faults++;
	spin_unlock_irq(&dev->lock);
	if (dev->in_fault)
		dev->in_fault(dev, vmf);
	result = dev->fault_result ? dev->fault_result : page_to_ram(dev, vmf);
	spin_lock_irq(&dev->lock);
	dev->frees_at_return = dev->frees;
	spin_unlock_irq(&dev->lock);
	return result;
}

static const struct dev_pagemap_ops ops = {
	.folio_free = folio_freed,
	.migrate_to_ram = cpu_fault,
};

int dev_register(struct kunit *test, struct dev *dev, enum memory_type type)
{
	spin_lock_init(&dev->lock);
	dev->bytes = kunit_kcalloc(test, DEV_PAGES, PAGE_SIZE, GFP_KERNEL);
	dev->res = request_free_mem_region(&iomem_resource, DEV_PAGES * PAGE_SIZE, "migrate-test");
	if (!dev->bytes || IS_ERR(dev->res))
		return -ENOMEM;
	dev->first = dev->res->start >> PAGE_SHIFT;
	dev->pgmap.type = type;
	dev->pgmap.range.start = dev->res->start;
	dev->pgmap.range.end = dev->res->end;
	dev->pgmap.nr_range = 1;
	dev->pgmap.ops = &ops;
	dev->pgmap.owner = dev;
	return PTR_ERR_OR_ZERO(memremap_pages(&dev->pgmap, NUMA_NO_NODE));
}

void dev_unregister(struct dev *dev)
{
	memunmap_pages(&dev->pgmap);
	release_mem_region(dev->res->start, resource_size(dev->res));
}

unsigned long ram_dst(struct fx *fx, unsigned int page)
{
	struct vm_area_struct *vma = vma_lookup(fx->mm, at(fx, page));
	struct page *new = alloc_page_vma(GFP_HIGHUSER_MOVABLE, vma, at(fx, page));

	KUNIT_ASSERT_NOT_NULL(fx->test, new);
	lock_page(new);
	return migrate_pfn(page_to_pfn(new));
}

/* ---- user memory ------------------------------------------------------------------------------------------- */

/* 24 bytes into the page, so that it is not the first word that counts. */
static void __user *word_of(struct fx *fx, unsigned int page)
{
	return (void __user *)(at(fx, page) + 24);
}

void poke(struct fx *fx, unsigned int page, u64 value)
{
	KUNIT_EXPECT_EQ(fx->test, copy_to_user(word_of(fx, page), &value, sizeof(value)), 0ul);
}

u64 peek(struct fx *fx, unsigned int page)
{
	u64 value = ~0ull;

	KUNIT_EXPECT_EQ(fx->test, copy_from_user(&value, word_of(fx, page), sizeof(value)), 0ul);
	return value;
}

void poke_all(struct fx *fx, unsigned int first, unsigned int end)
{
	for (unsigned int i = first; i < end; i++)
		poke(fx, i, pattern(i));
}

void peek_all(struct fx *fx, unsigned int first, unsigned int end)
{
	for (unsigned int i = first; i < end; i++)
		KUNIT_EXPECT_EQ_MSG(fx->test, peek(fx, i), pattern(i), "page %u", i);
}

/* ---- migrating ------------------------------------------------------------------------------------------------ */

void args_for(struct fx *fx, unsigned int first, unsigned int end, unsigned long flags)
{
	memset(fx->src, 0xa5, sizeof(fx->src));
	memset(fx->dst, 0xa5, sizeof(fx->dst));
	fx->args = (struct migrate_vma){
		.vma = vma_lookup(fx->mm, at(fx, first)),
		.src = fx->src,
		.dst = fx->dst,
		.start = at(fx, first),
		.end = at(fx, end),
		.pgmap_owner = &fx->dev,
		.flags = flags,
	};
}

int setup(struct fx *fx, unsigned int first, unsigned int end, unsigned long flags)
{
	mmap_read_lock(fx->mm);
	args_for(fx, first, end, flags);
	return migrate_vma_setup(&fx->args);
}

void give_device_pages(struct fx *fx)
{
	for (unsigned long i = 0; i < fx->args.npages; i++) {
		struct page *page;

		if (!(fx->src[i] & MIGRATE_PFN_MIGRATE))
			continue;
		page = dev_alloc(&fx->dev);
		KUNIT_ASSERT_NOT_NULL(fx->test, page);
		fx->dst[i] = migrate_pfn(page_to_pfn(page));
		copy_page_bytes(&fx->dev, fx->dst[i], fx->src[i]);
	}
}

void pages(struct fx *fx)
{
	migrate_vma_pages(&fx->args);
}

void finalize(struct fx *fx)
{
	migrate_vma_finalize(&fx->args);
	mmap_read_unlock(fx->mm);
}

unsigned int to_device(struct fx *fx, unsigned int first, unsigned int end)
{
	unsigned int moved = 0;

	KUNIT_ASSERT_EQ(fx->test, setup(fx, first, end, MIGRATE_VMA_SELECT_SYSTEM), 0);
	give_device_pages(fx);
	pages(fx);
	for (unsigned long i = 0; i < fx->args.npages; i++)
		moved += !!(fx->src[i] & MIGRATE_PFN_MIGRATE);
	finalize(fx);
	return moved;
}

bool evict_pfn(struct fx *fx, unsigned long pfn)
{
	unsigned long src = pfn, dst = 0;
	bool moved;

	KUNIT_EXPECT_EQ(fx->test, migrate_device_pfns(&src, 1), 0);
	if (src & MIGRATE_PFN_MIGRATE) {
		struct page *page = alloc_page(GFP_HIGHUSER_MOVABLE);

		KUNIT_ASSERT_NOT_NULL(fx->test, page);
		lock_page(page);
		dst = migrate_pfn(page_to_pfn(page));
		copy_page_bytes(&fx->dev, dst, src);
	}
	migrate_device_pages(&src, &dst, 1);
	moved = src & MIGRATE_PFN_MIGRATE;
	migrate_device_finalize(&src, &dst, 1);
	return moved;
}

void one_on_device(struct fx *fx)
{
	poke_all(fx, 0, 1);
	KUNIT_ASSERT_EQ(fx->test, to_device(fx, 0, 1), 1);
	fx->dev.priv = fx;
}

/* ---- looking ---------------------------------------------------------------------------------------------------- */

static bool ignore(struct mmu_interval_notifier *sub, const struct mmu_notifier_range *range,
		   unsigned long cur_seq)
{
	mmu_interval_set_seq(sub, cur_seq);
	return true;
}

static const struct mmu_interval_notifier_ops ignore_ops = {.invalidate = ignore};

unsigned long snapshot(struct fx *fx, unsigned int page, void *owner)
{
	struct mmu_interval_notifier sub = {};
	unsigned long entry = 0;
	struct hmm_range range = {
		.notifier = &sub,
		.start = at(fx, page),
		.end = at(fx, page + 1),
		.hmm_pfns = &entry,
		.dev_private_owner = owner,
	};

	KUNIT_ASSERT_EQ(
		fx->test,
		mmu_interval_notifier_insert(&sub, fx->mm, range.start, PAGE_SIZE, &ignore_ops), 0);
	do {
		range.notifier_seq = mmu_interval_read_begin(&sub);
		mmap_read_lock(fx->mm);
		KUNIT_EXPECT_EQ(fx->test, hmm_range_fault(&range), 0);
		mmap_read_unlock(fx->mm);
	} while (mmu_interval_read_retry(&sub, range.notifier_seq));
	mmu_interval_notifier_remove(&sub);
	return entry;
}

struct page *page_at(struct fx *fx, unsigned int page)
{
	unsigned long entry = snapshot(fx, page, &fx->dev);

	return entry & HMM_PFN_VALID ? hmm_pfn_to_page(entry) : NULL;
}

bool writable_at(struct fx *fx, unsigned int page)
{
	return snapshot(fx, page, &fx->dev) & HMM_PFN_WRITE;
}

bool on_device(struct fx *fx, unsigned int page)
{
	return dev_owns(&fx->dev, page_at(fx, page));
}

unsigned long rss(struct fx *fx)
{
	return get_mm_counter(fx->mm, MM_ANONPAGES);
}

void settle(struct fx *fx)
{
	lru_add_drain_all();
}

/* ---- the notifier ---------------------------------------------------------------------------------------------------- */

static bool record(struct mmu_interval_notifier *sub, const struct mmu_notifier_range *range,
		   unsigned long cur_seq)
{
	struct fx *fx = container_of(sub, struct fx, sub);

	if (fx->hook)
		fx->hook(fx, range);
	spin_lock(&fx->log_lock);
	mmu_interval_set_seq(sub, cur_seq);
	if (fx->events < LOG) {
		struct event *e = &fx->log[fx->events];

		e->event = range->event;
		e->start = range->start;
		e->end = range->end;
		e->owner = range->owner;
		e->blockable = mmu_notifier_range_blockable(range);
		e->seq = cur_seq;
	}
	fx->events++;
	spin_unlock(&fx->log_lock);
	return true;
}

static const struct mmu_interval_notifier_ops record_ops = {.invalidate = record};

void fx_watch(struct fx *fx)
{
	KUNIT_ASSERT_EQ(fx->test,
			mmu_interval_notifier_insert(&fx->sub, fx->mm, fx->base, PAGES * PAGE_SIZE,
						     &record_ops),
			0);
	fx->watching = true;
}

void log_clear(struct fx *fx)
{
	spin_lock(&fx->log_lock);
	fx->events = 0;
	spin_unlock(&fx->log_lock);
}

/* ---- other tasks -------------------------------------------------------------------------------------------------------- */

static int other_main(void *arg)
{
	struct other *other = arg;

	kthread_use_mm(other->fx->mm);
	other->body(other);
	kthread_unuse_mm(other->fx->mm);
	complete(&other->done);
	return 0;
}

void other_start(struct fx *fx, struct other *other, void (*body)(struct other *other))
{
	struct task_struct *task;

	other->fx = fx;
	other->body = body;
	init_completion(&other->go);
	init_completion(&other->done);
	task = kthread_run(other_main, other, "other");
	KUNIT_ASSERT_FALSE(fx->test, IS_ERR(task));
}

void other_join(struct other *other)
{
	wait_for_completion(&other->done);
}

/* ---- the suite's begin and end ------------------------------------------------------------------------------------------- */

int fx_init(struct kunit *test)
{
	struct fx *fx = kunit_kzalloc(test, sizeof(*fx), GFP_KERNEL);
	int err;

	if (!fx)
		return -ENOMEM;
	fx->test = test;
	spin_lock_init(&fx->log_lock);
	err = kunit_attach_mm();
	if (err)
		return err;
	fx->mm = current->mm;
	err = dev_register(test, &fx->dev, MEMORY_DEVICE_PRIVATE);
	if (err)
		return err;
	fx->base = vm_mmap(NULL, 0, PAGES * PAGE_SIZE, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, 0);
	test->priv = fx;
	return IS_ERR_VALUE(fx->base) ? -ENOMEM : 0;
}

void fx_exit(struct kunit *test)
{
	struct fx *fx = test->priv;

	if (!fx)
		return;
	vm_munmap(fx->base, PAGES * PAGE_SIZE);
	if (fx->watching)
		mmu_interval_notifier_remove(&fx->sub);
	KUNIT_EXPECT_EQ(test, dev_used(&fx->dev), 0);
	dev_unregister(&fx->dev);
}
