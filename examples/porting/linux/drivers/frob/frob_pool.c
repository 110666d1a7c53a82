// SPDX-License-Identifier: MIT
/* A pool of pages by number, as some driver of a kernel tree has one. */
#include <linux/frob.h>
#include <linux/gfp.h>
#include <linux/kref.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/xarray.h>

struct frob_pool {
	struct kref ref;
	struct mutex lock;
	struct xarray pages;
	unsigned int limit;
	unsigned int used;
};

struct frob_pool *frob_pool_create(unsigned int limit);
int frob_pool_add(struct frob_pool *pool, unsigned long number);
void frob_pool_put(struct frob_pool *pool);

struct frob_pool *frob_pool_create(unsigned int limit)
{
	struct frob_pool *pool = kzalloc(sizeof(*pool), GFP_KERNEL);

	if (!pool)
		return NULL;
	kref_init(&pool->ref);
	mutex_init(&pool->lock);
	xa_init(&pool->pages);
	pool->limit = limit;
	return pool;
}
EXPORT_SYMBOL_GPL(frob_pool_create);

int frob_pool_add(struct frob_pool *pool, unsigned long number)
{
	struct page *page;
	int err;

	mutex_lock(&pool->lock);
	if (pool->used == pool->limit) {
		frob_report(FROB_LOUD, "the pool is full");
		err = -ENOSPC;
		goto out;
	}
	page = alloc_page(GFP_KERNEL | __GFP_ZERO);
	if (!page) {
		err = -ENOMEM;
		goto out;
	}
	err = xa_insert(&pool->pages, number, page, GFP_KERNEL);
	if (err)
		goto out;
	pool->used++;
out:
	mutex_unlock(&pool->lock);
	return err;
}
EXPORT_SYMBOL_GPL(frob_pool_add);

static void frob_pool_release(struct kref *ref)
{
	struct frob_pool *pool = container_of(ref, struct frob_pool, ref);
	unsigned long number;
	struct page *page;

	xa_for_each(&pool->pages, number, page) __free_page(page);
	xa_destroy(&pool->pages);
	kfree(pool);
}

void frob_pool_put(struct frob_pool *pool)
{
	kref_put(&pool->ref, frob_pool_release);
}
EXPORT_SYMBOL_GPL(frob_pool_put);

MODULE_DESCRIPTION("A pool of pages");
MODULE_LICENSE("Dual MIT/GPL");
