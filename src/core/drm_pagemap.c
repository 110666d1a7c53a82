// SPDX-License-Identifier: MIT
/*
 * Pages of processes in device memory: there (drm_pagemap_migrate_to_devmem), and back by eviction
 * (drm_pagemap_evict_to_ram) or by a CPU's access (migrate_to_ram).
 *
 * From top to bottom: the pagemap object, the record behind each device page, a migration in
 * progress and its one way of copying, and the three migrations made of them. C3.2 and the like
 * number the promises of drm_pagemap.h.
 *
 * Not here yet: device folios of more than one page (C3.10, C4.4), and caches of pagemaps (C7).
 */
#include <linux/completion.h>
#include <linux/dma-fence.h>
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/export.h>
#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/hugetlb_inline.h>
#include <linux/jiffies.h>
#include <linux/kref.h>
#include <linux/llist.h>
#include <linux/log2.h>
#include <linux/memremap.h>
#include <linux/migrate.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/mmap_lock.h>
#include <linux/module.h>
#include <linux/pagemap.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/workqueue.h>

#include <drm/drm_device.h>
#include <drm/drm_drv.h>
#include <drm/drm_pagemap.h>

/* How often an eviction looks for pages that are still in use (C4.2). */
#define EVICT_ATTEMPTS 3

/* ---- the provider, held ---------------------------------------------------------------------- */

/**
 * struct drm_pagemap_dev_hold - the references that keep a provider's code and device there
 * @link: in the list of those that are to be put
 * @drm: the provider, referenced
 * @module: its driver's module, referenced; NULL: built in
 */
struct drm_pagemap_dev_hold {
	struct llist_node link;
	struct drm_device *drm;
	struct module *module;
};

static LLIST_HEAD(dev_holds_to_put);

static void dev_holds_put(struct work_struct *work)
{
	struct drm_pagemap_dev_hold *hold, *next;

	llist_for_each_entry_safe(hold, next, llist_del_all(&dev_holds_to_put), link) {
		struct module *module = hold->module;

		/* The device's release may be code of the module. */
		drm_dev_put(hold->drm);
		module_put(module);
		kfree(hold);
		cond_resched();
	}
}

static DECLARE_WORK(dev_holds_work, dev_holds_put);

static struct drm_pagemap_dev_hold *dev_hold_create(struct drm_device *drm)
{
	struct module *module = drm->driver->fops ? drm->driver->fops->owner : NULL;
	struct drm_pagemap_dev_hold *hold;

	hold = kzalloc(sizeof(*hold), GFP_KERNEL);
	if (!hold)
		return ERR_PTR(-ENOMEM);
	if (!try_module_get(module)) {
		kfree(hold);
		return ERR_PTR(-ENODEV);
	}
	drm_dev_get(drm);
	hold->drm = drm;
	hold->module = module;
	return hold;
}

/* The last put of a device or a module sleeps, so it is left to a work item. Any context. */
static void dev_hold_put_later(struct drm_pagemap_dev_hold *hold)
{
	llist_add(&hold->link, &dev_holds_to_put);
	schedule_work(&dev_holds_work);
}

/* ---- the pagemap object ---------------------------------------------------------------------- */

/**
 * drm_pagemap_init() - make a pagemap out of memory that the caller has
 * @dpagemap: the object
 * @pagemap: the device memory behind it
 * @drm: the provider; it and its driver's module are referenced until the pagemap's release
 * @ops: the provider's callbacks
 *
 * The object starts with one reference, without a cache (C1.1).
 *
 * Context: may sleep.
 * Return: 0; -ENOMEM; -ENODEV if the module is going away. After an error nothing is held, and the
 * object stays the caller's: it is neither put nor destroyed.
 */
int drm_pagemap_init(struct drm_pagemap *dpagemap, struct dev_pagemap *pagemap,
		     struct drm_device *drm, const struct drm_pagemap_ops *ops)
{
	struct drm_pagemap_dev_hold *hold = dev_hold_create(drm);

	if (IS_ERR(hold))
		return PTR_ERR(hold);

	dpagemap->ops = ops;
	dpagemap->drm = drm;
	dpagemap->pagemap = pagemap;
	dpagemap->dev_hold = hold;
	dpagemap->cache = NULL;
	INIT_LIST_HEAD(&dpagemap->shrink_link);
	kref_init(&dpagemap->ref);
	return 0;
}
EXPORT_SYMBOL_GPL(drm_pagemap_init);

/**
 * drm_pagemap_create() - allocate a pagemap and initialise it
 * @drm: the provider
 * @pagemap: the device memory behind it
 * @ops: the provider's callbacks
 *
 * Context: may sleep.
 * Return: the pagemap with one reference, or an error pointer as of drm_pagemap_init() (C1.2).
 */
struct drm_pagemap *drm_pagemap_create(struct drm_device *drm, struct dev_pagemap *pagemap,
				       const struct drm_pagemap_ops *ops)
{
	struct drm_pagemap *dpagemap = kzalloc(sizeof(*dpagemap), GFP_KERNEL);
	int err;

	if (!dpagemap)
		return ERR_PTR(-ENOMEM);
	err = drm_pagemap_init(dpagemap, pagemap, drm, ops);
	if (err) {
		kfree(dpagemap);
		return ERR_PTR(err);
	}
	return dpagemap;
}
EXPORT_SYMBOL_GPL(drm_pagemap_create);

/**
 * drm_pagemap_reinit() - bring a released pagemap back to life
 * @dpagemap: a pagemap that was released and not destroyed, and to which nobody else has access
 *
 * Context: may sleep.
 * Return: 0 with one reference and the provider held again; -ENOMEM or -ENODEV: it stays released,
 * and may be destroyed (C1.6).
 */
int drm_pagemap_reinit(struct drm_pagemap *dpagemap)
{
	struct drm_pagemap_dev_hold *hold = dev_hold_create(dpagemap->drm);

	if (IS_ERR(hold))
		return PTR_ERR(hold);

	dpagemap->dev_hold = hold;
	/* Whoever finds the count at one may put it at once, and then needs the hold. */
	smp_wmb();
	kref_init(&dpagemap->ref);
	return 0;
}
EXPORT_SYMBOL_GPL(drm_pagemap_reinit);

/**
 * drm_pagemap_destroy() - free a pagemap that nobody holds
 * @dpagemap: a released pagemap
 * @is_atomic_or_reclaim: whether the caller may be in atomic context or in reclaim
 *
 * Context: any if @is_atomic_or_reclaim; else may sleep (C1.7).
 */
void drm_pagemap_destroy(struct drm_pagemap *dpagemap, bool is_atomic_or_reclaim)
{
	if (dpagemap->ops->destroy)
		dpagemap->ops->destroy(dpagemap, is_atomic_or_reclaim);
	else
		kfree(dpagemap);
}
EXPORT_SYMBOL_GPL(drm_pagemap_destroy);

static void drm_pagemap_release(struct kref *ref)
{
	struct drm_pagemap *dpagemap = container_of(ref, struct drm_pagemap, ref);
	struct drm_pagemap_dev_hold *hold = dpagemap->dev_hold;

	/* Once destroyed or handed to a shrinker the object is not ours any more. */
	dpagemap->dev_hold = NULL;
	/* With caches (C7) this is where an object of a living device goes to the shrinker's list. */
	WARN_ON_ONCE(dpagemap->cache);
	drm_pagemap_destroy(dpagemap, true);
	dev_hold_put_later(hold);
}

/**
 * drm_pagemap_put() - drop a reference
 * @dpagemap: the pagemap, or NULL
 *
 * The last put destroys the object; provider and module are let go of afterwards, by a work item
 * (C1.3 to C1.5).
 *
 * Context: any, inside a notifier callback and under a spinlock too.
 */
void drm_pagemap_put(struct drm_pagemap *dpagemap)
{
	if (likely(dpagemap))
		kref_put(&dpagemap->ref, drm_pagemap_release);
}
EXPORT_SYMBOL_GPL(drm_pagemap_put);

/**
 * drm_pagemap_populate_mm() - bring a range of a process into device memory
 * @dpagemap: the pagemap whose memory is wanted
 * @start: first address, page aligned
 * @end: first address behind the range
 * @mm: the address space, of which the caller keeps the structure alive
 * @timeslice_ms: milliseconds during which a CPU access does not bring pages back
 *
 * Context: takes the mmap lock for reading; may sleep.
 * Return: -EFAULT if @mm has no users; -EOPNOTSUPP if the provider does not offer it; else what
 * populate_mm returned (C6.1).
 */
int drm_pagemap_populate_mm(struct drm_pagemap *dpagemap, unsigned long start, unsigned long end,
			    struct mm_struct *mm, unsigned long timeslice_ms)
{
	int err;

	if (!dpagemap->ops->populate_mm)
		return -EOPNOTSUPP;
	if (!mmget_not_zero(mm))
		return -EFAULT;
	mmap_read_lock(mm);
	err = dpagemap->ops->populate_mm(dpagemap, start, end, mm, timeslice_ms);
	mmap_read_unlock(mm);
	mmput(mm);
	return err;
}
EXPORT_SYMBOL_GPL(drm_pagemap_populate_mm);

/* ---- an allocation --------------------------------------------------------------------------- */

/**
 * drm_pagemap_devmem_init() - fill in an allocation's every field
 * @devmem_allocation: the allocation
 * @dev: the device that copies
 * @mm: the address space it is for; no reference is taken
 * @ops: the provider's callbacks
 * @dpagemap: the pagemap its pages belong to; no reference is taken
 * @size: bytes
 * @pre_migrate_fence: what the first copies have to wait for, or NULL; the reference passes to the
 *	allocation
 *
 * Any context (C2.1).
 */
void drm_pagemap_devmem_init(struct drm_pagemap_devmem *devmem_allocation, struct device *dev,
			     struct mm_struct *mm, const struct drm_pagemap_devmem_ops *ops,
			     struct drm_pagemap *dpagemap, size_t size,
			     struct dma_fence *pre_migrate_fence)
{
	devmem_allocation->dev = dev;
	devmem_allocation->mm = mm;
	init_completion(&devmem_allocation->detached);
	devmem_allocation->ops = ops;
	devmem_allocation->dpagemap = dpagemap;
	devmem_allocation->size = size;
	devmem_allocation->timeslice_expiration = 0;
	devmem_allocation->pre_migrate_fence = pre_migrate_fence;
}
EXPORT_SYMBOL_GPL(drm_pagemap_devmem_init);

static void devmem_put_fence(struct drm_pagemap_devmem *devmem)
{
	struct dma_fence *fence = devmem->pre_migrate_fence;

	devmem->pre_migrate_fence = NULL;
	dma_fence_put(fence);
}

/* Give the core's reference back. Nothing of @devmem is touched afterwards. Any context. */
static void devmem_let_go(struct drm_pagemap_devmem *devmem)
{
	void (*release)(struct drm_pagemap_devmem *) = devmem->ops->devmem_release;

	devmem_put_fence(devmem);
	complete_all(&devmem->detached);
	if (release)
		release(devmem);
}

/* Until when the pages of a migration that ends now shall stay (C3.15). */
static u64 timeslice_end(unsigned long ms)
{
	u64 ticks;

	if (!ms)
		return 0;
	/* msecs_to_jiffies() takes 32 bits. */
	ticks = (u64)(ms / MSEC_PER_SEC) * HZ + msecs_to_jiffies(ms % MSEC_PER_SEC);
	return get_jiffies_64() + min_t(u64, ticks, MAX_JIFFY_OFFSET);
}

/* ---- the record behind a device page --------------------------------------------------------- */

/**
 * struct drm_pagemap_zdd - what page->zone_device_data points to
 * @ref: one for each device folio in use, and one for the migration that fills them
 * @dpagemap: the pagemap, referenced
 * @devmem: the allocation, with the one reference that the core owns
 */
struct drm_pagemap_zdd {
	struct kref ref;
	struct drm_pagemap *dpagemap;
	struct drm_pagemap_devmem *devmem;
};

static struct drm_pagemap_zdd *zdd_create(struct drm_pagemap_devmem *devmem)
{
	struct drm_pagemap_zdd *zdd = kzalloc(sizeof(*zdd), GFP_KERNEL);

	if (zdd) {
		kref_init(&zdd->ref);
		zdd->dpagemap = drm_pagemap_get(devmem->dpagemap);
		zdd->devmem = devmem;
	}
	return zdd;
}

static struct drm_pagemap_zdd *zdd_get(struct drm_pagemap_zdd *zdd)
{
	kref_get(&zdd->ref);
	return zdd;
}

static void zdd_release(struct kref *ref)
{
	struct drm_pagemap_zdd *zdd = container_of(ref, struct drm_pagemap_zdd, ref);

	devmem_let_go(zdd->devmem);
	drm_pagemap_put(zdd->dpagemap);
	kfree(zdd);
}

static void zdd_put(struct drm_pagemap_zdd *zdd)
{
	kref_put(&zdd->ref, zdd_release);
}

/* The head's, whichever page of a folio is asked: the tails' words hold other things. */
static struct drm_pagemap_zdd *page_zdd(struct page *page)
{
	return page_folio(page)->page.zone_device_data;
}

/**
 * drm_pagemap_page_to_dpagemap() - the pagemap that a device page belongs to
 * @page: any page of a device folio that is in use and was filled by this core
 *
 * Any context. Return: the pagemap; it stays for as long as the page is in use (C1.9).
 */
struct drm_pagemap *drm_pagemap_page_to_dpagemap(struct page *page)
{
	return page_zdd(page)->dpagemap;
}
EXPORT_SYMBOL_GPL(drm_pagemap_page_to_dpagemap);

/* ---- a migration in progress ----------------------------------------------------------------- */

#define MOVE_BYTES_PER_PAGE \
	(sizeof(struct drm_pagemap_addr) + sizeof(struct page *) + 2 * sizeof(unsigned long))

/**
 * struct drm_pagemap_move - a migration in progress
 * @npages: pages of the range; each has one entry in each of the arrays
 * @addr: where the copying device reaches the page on the far side, while a copy is under way
 * @pages: the device pages that a copy callback is given
 * @src: encoded pfns: what was collected
 * @dst: encoded pfns: where it goes; 0: it stays
 * @one: the arrays of a single page, which so needs no memory
 */
struct drm_pagemap_move {
	unsigned long npages;
	struct drm_pagemap_addr *addr;
	struct page **pages;
	unsigned long *src;
	unsigned long *dst;
	u64 one[DIV_ROUND_UP(MOVE_BYTES_PER_PAGE, sizeof(u64))];
};

/* @gfp beside GFP_KERNEL: __GFP_NOWARN if the caller knows what to do without. 0 or -ENOMEM. */
static int move_init(struct drm_pagemap_move *move, unsigned long npages, gfp_t gfp)
{
	void *memory = move->one;

	if (npages > 1)
		memory = kvcalloc(npages, MOVE_BYTES_PER_PAGE, GFP_KERNEL | gfp);
	else
		memset(move->one, 0, sizeof(move->one));
	if (!memory)
		return -ENOMEM;

	move->npages = npages;
	move->addr = memory;
	move->pages = (struct page **)(move->addr + npages);
	move->src = (unsigned long *)(move->pages + npages);
	move->dst = move->src + npages;
	return 0;
}

static void move_fini(struct drm_pagemap_move *move)
{
	if (move->npages > 1)
		kvfree(move->addr);
}

/* Every destination made so far is given back, and every page stays where it is. */
static void move_cancel(struct drm_pagemap_move *move)
{
	unsigned long i;

	for (i = 0; i < move->npages; i++) {
		struct page *page = migrate_pfn_to_page(move->dst[i]);

		move->dst[i] = 0;
		if (!page)
			continue;
		unlock_page(page);
		put_page(page);
	}
}

/* After the kernel has moved what it could: has a page with a destination been left behind? */
static bool move_lost_any(const struct drm_pagemap_move *move)
{
	unsigned long i;

	for (i = 0; i < move->npages; i++)
		if (move->dst[i] && !(move->src[i] & MIGRATE_PFN_MIGRATE))
			return true;
	return false;
}

/* ---- copying --------------------------------------------------------------------------------- */

/**
 * struct drm_pagemap_copy - how a run of a migration is copied
 * @callback: the driver's function
 * @dev: its device, for which the far side is mapped
 * @dir: DMA_TO_DEVICE: it reads the far side; DMA_FROM_DEVICE: it writes it
 * @near: encoded pfns of the pages in its own memory
 * @far: encoded pfns of the pages on the far side
 * @fence: what it has to wait for, or NULL
 */
struct drm_pagemap_copy {
	int (*callback)(struct page **pages, struct drm_pagemap_addr *addr, unsigned long npages,
			struct dma_fence *fence);
	struct device *dev;
	enum dma_data_direction dir;
	const unsigned long *near;
	const unsigned long *far;
	struct dma_fence *fence;
};

/* Device-private memory is reached by its provider's leave, everything else over the bus (C3.8). */
static int copy_map(const struct drm_pagemap_copy *copy, struct page *page,
		    struct drm_pagemap_addr *where)
{
	struct drm_pagemap_addr addr;
	struct drm_pagemap *provider;

	if (is_device_private_page(page)) {
		provider = drm_pagemap_page_to_dpagemap(page);
		if (!provider->ops->device_map)
			return -EFAULT;
		addr = provider->ops->device_map(provider, copy->dev, page, 0, copy->dir);
	} else {
		addr = drm_pagemap_addr_encode(
			dma_map_page(copy->dev, page, 0, PAGE_SIZE, copy->dir),
			DRM_INTERCONNECT_SYSTEM, 0, copy->dir);
	}
	if (dma_mapping_error(copy->dev, addr.addr) || WARN_ON_ONCE(!addr.addr))
		return -EFAULT;
	*where = addr;
	return 0;
}

static void copy_unmap(const struct drm_pagemap_copy *copy, struct page *page,
		       const struct drm_pagemap_addr *addr)
{
	struct drm_pagemap *provider;

	if (!is_device_private_page(page)) {
		dma_unmap_page(copy->dev, addr->addr, PAGE_SIZE, copy->dir);
		return;
	}
	provider = drm_pagemap_page_to_dpagemap(page);
	if (provider->ops->device_unmap)
		provider->ops->device_unmap(provider, copy->dev, addr);
}

/*
 * Copy the pages [@first, @last) by one call. Nothing is left mapped, whatever the outcome, so that
 * no device can touch a page that a CPU may see next (C3.12).
 */
static int copy_run(struct drm_pagemap_move *move, const struct drm_pagemap_copy *copy,
		    unsigned long first, unsigned long last)
{
	/* Device memory without any source still wants clearing (C3.5); RAM wants nothing then. */
	bool wanted = copy->dir == DMA_TO_DEVICE;
	unsigned long i;
	int err = 0;

	for (i = first; i < last && !err; i++) {
		struct page *far = migrate_pfn_to_page(copy->far[i]);

		move->pages[i] = migrate_pfn_to_page(copy->near[i]);
		if (far) {
			err = copy_map(copy, far, &move->addr[i]);
			wanted = true;
		}
	}
	if (!err && wanted)
		err = copy->callback(&move->pages[first], &move->addr[first], last - first,
				     copy->fence);

	for (i = first; i < last; i++) {
		struct page *far = migrate_pfn_to_page(copy->far[i]);

		if (far && move->addr[i].addr)
			copy_unmap(copy, far, &move->addr[i]);
		move->addr[i] = (struct drm_pagemap_addr){};
	}
	return err;
}

/* ---- to the device --------------------------------------------------------------------------- */

/* What can be known to be wrong before anything moves (C3.3). On 0 @vma holds the range. */
static int push_check(const struct drm_pagemap_devmem *devmem, struct mm_struct *mm,
		      unsigned long start, unsigned long end, struct vm_area_struct **vma)
{
	const struct drm_pagemap_devmem_ops *ops = devmem->ops;

	if (!ops->populate_devmem_pfn || !ops->copy_to_devmem || !ops->copy_to_ram)
		return -EOPNOTSUPP;
	if (start >= end || !PAGE_ALIGNED(start | end) || end - start > devmem->size)
		return -EINVAL;
	*vma = vma_lookup(mm, start);
	if (!*vma)
		return -ENOENT;
	if (end > (*vma)->vm_end || ((*vma)->vm_flags & VM_SPECIAL) || is_vm_hugetlb_page(*vma) ||
	    vma_is_dax(*vma))
		return -EINVAL;
	return vma_is_anonymous(*vma) ? 0 : -EBUSY;
}

/* How many of the collected pages lie in @pagemap already. */
static unsigned long push_count_own(const struct drm_pagemap_move *move,
				    const struct dev_pagemap *pagemap)
{
	unsigned long i, own = 0;

	for (i = 0; i < move->npages; i++) {
		struct page *page = migrate_pfn_to_page(move->src[i]);

		if (page && is_zone_device_page(page) && page_pgmap(page) == pagemap)
			own++;
	}
	return own;
}

/* Get the allocation's pages ready. On an error there are no destinations. */
static int push_populate(struct drm_pagemap_move *move, struct drm_pagemap_zdd *zdd)
{
	struct drm_pagemap_devmem *devmem = zdd->devmem;
	unsigned long i;
	int err;

	err = devmem->ops->populate_devmem_pfn(devmem, move->npages, move->dst);
	if (err) {
		/* Whatever the driver left there are no pages. */
		memset(move->dst, 0, move->npages * sizeof(*move->dst));
		return err;
	}
	for (i = 0; i < move->npages; i++) {
		struct page *page = pfn_to_page(move->dst[i]);

		/* Not page_pgmap(): until this call the page may still look like a folio's tail. */
		zone_device_page_init(page, zdd->dpagemap->pagemap, 0);
		page->zone_device_data = zdd_get(zdd);
		move->dst[i] = migrate_pfn(move->dst[i]);
	}
	return 0;
}

/* Whose memory the page is in: NULL for whatever is reached over the bus, and for a hole. */
static struct drm_pagemap_zdd *push_source(const struct drm_pagemap_move *move, unsigned long i)
{
	struct page *page = migrate_pfn_to_page(move->src[i]);

	return page && is_device_private_page(page) ? page_zdd(page) : NULL;
}

static bool push_same_source(const struct drm_pagemap_zdd *a, const struct drm_pagemap_zdd *b)
{
	if (!a || !b)
		return a == b;
	return a->dpagemap == b->dpagemap && a->devmem->ops == b->devmem->ops;
}

/*
 * The end of the longest run from @first on that one call can copy: one source, and one copier. With
 * @by_peer pages of device memory are copied by their provider; a hole always needs the destination,
 * and goes with any source that it copies from (C3.9).
 */
static unsigned long push_run(const struct drm_pagemap_move *move, unsigned long first,
			      bool by_peer, struct drm_pagemap_zdd **source)
{
	bool hole = false, known = false;
	unsigned long i;

	*source = NULL;
	for (i = first; i < move->npages; i++) {
		struct drm_pagemap_zdd *zdd = push_source(move, i);

		if (!migrate_pfn_to_page(move->src[i])) {
			if (by_peer && *source)
				break;
			hole = true;
			continue;
		}
		if (known ? !push_same_source(*source, zdd) : hole && by_peer && zdd)
			break;
		*source = zdd;
		known = true;
	}
	return i;
}

static int push_copy(struct drm_pagemap_move *move, struct drm_pagemap_devmem *devmem, bool by_peer)
{
	unsigned long first, last;
	int err = 0;

	for (first = 0; first < move->npages && !err; first = last) {
		struct drm_pagemap_copy copy = {
			.callback = devmem->ops->copy_to_devmem,
			.dev = devmem->dev,
			.dir = DMA_TO_DEVICE,
			.near = move->dst,
			.far = move->src,
			.fence = devmem->pre_migrate_fence,
		};
		struct drm_pagemap_zdd *source;

		last = push_run(move, first, by_peer, &source);
		if (by_peer && source) {
			copy.callback = source->devmem->ops->copy_to_ram;
			copy.dev = source->dpagemap->drm->dev;
			copy.dir = DMA_FROM_DEVICE;
			copy.near = move->src;
			copy.far = move->dst;
		}
		err = copy_run(move, &copy, first, last);
	}
	return err;
}

/* Everything is collected, and not all of it is there already: fill the allocation. */
static int push_fill(struct drm_pagemap_move *move, struct drm_pagemap_zdd *zdd,
		     const struct drm_pagemap_migrate_details *mdetails)
{
	int err;

	err = push_populate(move, zdd);
	if (!err)
		err = push_copy(move, zdd->devmem, mdetails->source_peer_migrates);
	return err;
}

static int push(struct drm_pagemap_move *move, struct drm_pagemap_zdd *zdd,
		struct vm_area_struct *vma, unsigned long start,
		const struct drm_pagemap_migrate_details *mdetails)
{
	struct dev_pagemap *pagemap = zdd->dpagemap->pagemap;
	struct drm_pagemap_devmem *devmem = zdd->devmem;
	struct migrate_vma args = {
		.vma = vma,
		.start = start,
		.end = start + (move->npages << PAGE_SHIFT),
		.src = move->src,
		.dst = move->dst,
		.pgmap_owner = pagemap->owner,
		.flags = MIGRATE_VMA_SELECT_SYSTEM | MIGRATE_VMA_SELECT_DEVICE_COHERENT |
			 MIGRATE_VMA_SELECT_DEVICE_PRIVATE,
	};
	unsigned long own;
	int err;

	err = migrate_vma_setup(&args);
	if (err)
		return err;

	own = push_count_own(move, pagemap);
	if (args.cpages != move->npages)
		err = -EBUSY;
	else if (own && own < move->npages && !mdetails->can_migrate_same_pagemap)
		err = -EBUSY;
	else if (own < move->npages)
		err = push_fill(move, zdd, mdetails);

	/* The last copy is done, or there will be none. */
	devmem_put_fence(devmem);
	if (err)
		move_cancel(move);
	else
		devmem->timeslice_expiration = timeslice_end(mdetails->timeslice_ms);

	migrate_vma_pages(&args);
	if (!err && move_lost_any(move))
		err = -EBUSY;
	/* From here on a CPU can fault, and the allocation may go with its last page. */
	migrate_vma_finalize(&args);
	return err;
}

/**
 * drm_pagemap_migrate_to_devmem() - move a range of a process into an allocation
 * @devmem_allocation: the allocation; one reference on it is consumed, whatever is returned (C3.2)
 * @mm: its address space
 * @start: first address, page aligned
 * @end: first address behind the range, page aligned; the range is not larger than the allocation
 * @mdetails: how
 *
 * All of the range moves or, unless pages are raced away at the very end, nothing (C3.4, C3.14).
 *
 * Context: the mmap lock of @mm is held, for reading or writing; may sleep.
 *
 * Return: 0: the range is in this pagemap's memory; the allocation may be gone already. -EBUSY: some
 * page could not be taken; evict, and try again. -EOPNOTSUPP: a callback is missing. -EINVAL: empty,
 * reversed, unaligned or too large a range, or one that leaves its VMA, or a VMA that cannot migrate.
 * -ENOENT: no VMA at @start. -ENOMEM. -EFAULT: a page could not be mapped for the copying device.
 * Else the error of a callback.
 */
int drm_pagemap_migrate_to_devmem(struct drm_pagemap_devmem *devmem_allocation,
				  struct mm_struct *mm, unsigned long start, unsigned long end,
				  const struct drm_pagemap_migrate_details *mdetails)
{
	struct drm_pagemap_zdd *zdd = NULL;
	struct drm_pagemap_move move = {};
	struct vm_area_struct *vma;
	int err;

	mmap_assert_locked(mm);

	err = push_check(devmem_allocation, mm, start, end, &vma);
	if (!err) {
		zdd = zdd_create(devmem_allocation);
		err = zdd ? move_init(&move, (end - start) >> PAGE_SHIFT, 0) : -ENOMEM;
	}
	if (!err) {
		err = push(&move, zdd, vma, start, mdetails);
		move_fini(&move);
	}

	/* The allocation's reference: with the zdd if there is one, else still on its own. */
	if (zdd)
		zdd_put(zdd);
	else
		devmem_let_go(devmem_allocation);
	return err;
}
EXPORT_SYMBOL_GPL(drm_pagemap_migrate_to_devmem);

/* ---- back to RAM ----------------------------------------------------------------------------- */

/**
 * struct drm_pagemap_pull - how pages come back to RAM
 * @zdd: only pages of this record move; NULL: all that were collected
 * @vma: the mapping, for the placement of the new pages; NULL if it is not known
 * @start: address of the first entry in @vma
 */
struct drm_pagemap_pull {
	const struct drm_pagemap_zdd *zdd;
	struct vm_area_struct *vma;
	unsigned long start;
};

static int pull_populate(struct drm_pagemap_move *move, const struct drm_pagemap_pull *pull,
			 unsigned long first, unsigned long last, gfp_t gfp)
{
	unsigned long i;

	for (i = first; i < last; i++) {
		struct page *page = migrate_pfn_to_page(move->src[i]);
		struct folio *folio;

		if (!page || !(move->src[i] & MIGRATE_PFN_MIGRATE))
			continue;
		if (pull->zdd && page_zdd(page) != pull->zdd)
			continue;
		if (pull->vma)
			folio = vma_alloc_folio(gfp, 0, pull->vma, pull->start + (i << PAGE_SHIFT));
		else
			folio = folio_alloc(gfp, 0);
		if (!folio)
			return -ENOMEM;
		folio_lock(folio);
		move->dst[i] = migrate_pfn(page_to_pfn(folio_page(folio, 0)));
	}
	return 0;
}

/* Fill RAM with the pages [@first, @last) of @devmem. The caller cancels the move after an error. */
static int pull_fill(struct drm_pagemap_move *move, const struct drm_pagemap_devmem *devmem,
		     const struct drm_pagemap_pull *pull, unsigned long first, unsigned long last,
		     gfp_t gfp)
{
	const struct drm_pagemap_copy copy = {
		.callback = devmem->ops->copy_to_ram,
		.dev = devmem->dev,
		.dir = DMA_FROM_DEVICE,
		.near = move->src,
		.far = move->dst,
	};
	int err;

	err = pull_populate(move, pull, first, last, gfp);
	if (!err)
		err = copy_run(move, &copy, first, last);
	return err;
}

/* ---- eviction -------------------------------------------------------------------------------- */

static int evict_once(struct drm_pagemap_devmem *devmem, struct drm_pagemap_move *move)
{
	const struct drm_pagemap_pull all = {};
	int err;

	memset(move->addr, 0, move->npages * MOVE_BYTES_PER_PAGE);
	err = devmem->ops->populate_devmem_pfn(devmem, move->npages, move->src);
	if (!err)
		err = migrate_device_pfns(move->src, move->npages);
	if (err)
		return err;

	err = pull_fill(move, devmem, &all, 0, move->npages, GFP_HIGHUSER_MOVABLE);
	if (err)
		move_cancel(move);
	migrate_device_pages(move->src, move->dst, move->npages);
	migrate_device_finalize(move->src, move->dst, move->npages);
	return err;
}

static int evict(struct drm_pagemap_devmem *devmem)
{
	struct drm_pagemap_move move = {};
	unsigned int attempt;
	int err;

	err = move_init(&move, devmem->size >> PAGE_SHIFT, 0);
	if (err)
		return err;
	for (attempt = 0; attempt < EVICT_ATTEMPTS; attempt++) {
		err = evict_once(devmem, &move);
		if (completion_done(&devmem->detached))
			break;
		/* Whoever has the remaining pages gets the chance to finish. */
		cond_resched();
	}
	move_fini(&move);
	return err ?: -EBUSY;
}

/**
 * drm_pagemap_evict_to_ram() - move all pages of an allocation to system memory
 * @devmem_allocation: the allocation; the caller has a reference of its own on it
 *
 * Wherever the pages are mapped, in whatever process. The mappings themselves stay.
 *
 * Context: may sleep; takes no mmap lock, and never tears an address space down (C4.1, C4.3).
 *
 * Return: 0: no page of it is in use any more, by whosever doing. -EBUSY: some still are. -EFAULT: some
 * still are, and the allocation's mm has no users. -ENOMEM, or a callback's error, if that was in
 * the way (C4.2).
 */
int drm_pagemap_evict_to_ram(struct drm_pagemap_devmem *devmem_allocation)
{
	int err = -EFAULT;

	if (completion_done(&devmem_allocation->detached))
		return 0;
	if (mmget_not_zero(devmem_allocation->mm)) {
		err = evict(devmem_allocation);
		mmput_async(devmem_allocation->mm);
	}
	return completion_done(&devmem_allocation->detached) ? 0 : err;
}
EXPORT_SYMBOL_GPL(drm_pagemap_evict_to_ram);

/* ---- what the kernel calls for device memory ------------------------------------------------- */

/* The aligned block of the allocation's size around the fault, as far as the VMA goes (C5.2). */
static void fault_window(const struct vm_fault *vmf, size_t size, struct migrate_vma *args)
{
	unsigned long block = roundup_pow_of_two(max_t(unsigned long, size, PAGE_SIZE));
	unsigned long start = vmf->address & ~(block - 1);

	args->start = max(start, vmf->vma->vm_start);
	/* Counted from the end of the VMA, since the block may end where addresses do. */
	args->end = vmf->vma->vm_end - start > block ? start + block : vmf->vma->vm_end;
}

/* Bring back what can be had of the window, and failing that the faulting page, at @at, alone. */
static int fault_fill(const struct vm_fault *vmf, struct drm_pagemap_move *move,
		      const struct drm_pagemap_pull *pull, unsigned long at)
{
	const struct drm_pagemap_devmem *devmem = pull->zdd->devmem;
	int err;

	/* Changed, or taken by somebody else: the access shall look again. */
	if (migrate_pfn_to_page(move->src[at]) != vmf->page)
		return 0;
	if (move->npages > 1) {
		err = pull_fill(move, devmem, pull, 0, move->npages,
				GFP_HIGHUSER_MOVABLE | __GFP_NORETRY | __GFP_NOWARN);
		if (!err)
			return 0;
		move_cancel(move);
	}
	return pull_fill(move, devmem, pull, at, at + 1, GFP_HIGHUSER_MOVABLE);
}

/*
 * A CPU wants a device page. The page is locked and referenced, so its record and the allocation stay.
 * 0 says: try the access again, whether or not anything has moved (C5).
 */
static vm_fault_t drm_pagemap_migrate_to_ram(struct vm_fault *vmf)
{
	struct drm_pagemap_pull pull = {.zdd = page_zdd(vmf->page), .vma = vmf->vma};
	const struct drm_pagemap_devmem *devmem = pull.zdd->devmem;
	struct migrate_vma args = {
		.vma = vmf->vma,
		.pgmap_owner = page_pgmap(vmf->page)->owner,
		.flags = MIGRATE_VMA_SELECT_DEVICE_PRIVATE,
		.fault_page = vmf->page,
	};
	unsigned long address = vmf->address & PAGE_MASK;
	struct drm_pagemap_move move = {};
	int err;

	if (time_before64(get_jiffies_64(), devmem->timeslice_expiration))
		return 0;
	/* The core makes none of these yet (C3.10). */
	if (WARN_ON_ONCE(folio_order(page_folio(vmf->page))))
		return VM_FAULT_SIGBUS;

	fault_window(vmf, devmem->size, &args);
	if (move_init(&move, (args.end - args.start) >> PAGE_SHIFT, __GFP_NOWARN)) {
		args.start = address;
		args.end = address + PAGE_SIZE;
		move_init(&move, 1, 0);
	}
	args.src = move.src;
	args.dst = move.dst;
	pull.start = args.start;

	err = migrate_vma_setup(&args);
	if (!err && args.cpages) {
		err = fault_fill(vmf, &move, &pull, (address - pull.start) >> PAGE_SHIFT);
		if (err)
			move_cancel(&move);
		migrate_vma_pages(&args);
		migrate_vma_finalize(&args);
	}
	move_fini(&move);
	return err ? VM_FAULT_SIGBUS : 0;
}

/* Possibly under a page-table spinlock (C5.5). */
static void drm_pagemap_folio_free(struct folio *folio)
{
	zdd_put(folio->page.zone_device_data);
}

/* @part is NULL when all parts are made. Interrupts are off (C3.10). */
static void drm_pagemap_folio_split(struct folio *whole, struct folio *part)
{
	if (!part)
		return;
	part->pgmap = whole->pgmap;
	part->page.zone_device_data = zdd_get(whole->page.zone_device_data);
}

static const struct dev_pagemap_ops drm_pagemap_pagemap_ops = {
	.folio_free = drm_pagemap_folio_free,
	.migrate_to_ram = drm_pagemap_migrate_to_ram,
	.folio_split = drm_pagemap_folio_split,
};

/**
 * drm_pagemap_pagemap_ops_get() - the callbacks that a provider registers its memory with
 *
 * Any context. Return: always the same object (C0.5).
 */
const struct dev_pagemap_ops *drm_pagemap_pagemap_ops_get(void)
{
	return &drm_pagemap_pagemap_ops;
}
EXPORT_SYMBOL_GPL(drm_pagemap_pagemap_ops_get);

/* ---- the module ------------------------------------------------------------------------------ */

/* Providers that are still to be let go of need this code (C1.5). */
static void __exit drm_pagemap_exit(void)
{
	while (flush_work(&dev_holds_work))
		;
	WARN_ON(!llist_empty(&dev_holds_to_put));
}
module_exit(drm_pagemap_exit);

MODULE_DESCRIPTION("Pages of processes in device memory");
MODULE_LICENSE("Dual MIT/GPL");
