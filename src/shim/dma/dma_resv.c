// SPDX-License-Identifier: MIT
/*
 * dma_resv: the fences of a buffer. The list is replaced as a whole when it grows; entries are replaced in
 * place, pointer and usage in one word, so that readers under RCU never see one without the other.
 *
 * As in a kernel with its mutex debugging on, room that was reserved ends with the lock.
 */
#include <linux/dma-fence-array.h>
#include <linux/dma-resv.h>
#include <linux/export.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/overflow.h>
#include <linux/slab.h>

DEFINE_WD_CLASS(reservation_ww_class);
EXPORT_SYMBOL(reservation_ww_class);

#define USAGE_BITS 3ul

/**
 * struct dma_resv_list - the fences
 * @num_fences: how many; readers may see more of them than when they began
 * @max_fences: how many may be there
 * @entry: a fence, and its usage in the lowest bits
 */
struct dma_resv_list {
	struct rcu_head rcu;
	unsigned int num_fences, max_fences;
	unsigned long entry[];
};

static unsigned long pack(struct dma_fence *fence, enum dma_resv_usage usage)
{
	return (unsigned long)fence | usage;
}

static struct dma_fence *unpack(const struct dma_resv_list *list, unsigned int i,
				enum dma_resv_usage *usage)
{
	unsigned long entry = READ_ONCE(list->entry[i]);

	*usage = entry & USAGE_BITS;
	return (struct dma_fence *)(entry & ~USAGE_BITS);
}

static struct dma_resv_list *list_new(unsigned int max)
{
	struct dma_resv_list *list = kmalloc(struct_size(list, entry, max), GFP_KERNEL);

	if (!list)
		return NULL;
	list->num_fences = 0;
	list->max_fences = max;
	return list;
}

static void list_free(struct dma_resv_list *list)
{
	enum dma_resv_usage usage;

	if (!list)
		return;
	for (unsigned int i = 0; i < list->num_fences; i++)
		dma_fence_put(unpack(list, i, &usage));
	kfree_rcu(list, rcu);
}

/* Under the lock. */
static struct dma_resv_list *list_of(struct dma_resv *obj)
{
	return rcu_dereference_protected(obj->fences, dma_resv_held(obj));
}

void dma_resv_init(struct dma_resv *obj)
{
	ww_mutex_init(&obj->lock, &reservation_ww_class);
	RCU_INIT_POINTER(obj->fences, NULL);
}
EXPORT_SYMBOL(dma_resv_init);

void dma_resv_fini(struct dma_resv *obj)
{
	list_free(rcu_dereference_protected(obj->fences, true));
	ww_mutex_destroy(&obj->lock);
}
EXPORT_SYMBOL(dma_resv_fini);

/* ---- changing, under the lock ---------------------------------------------------------------------------- */

int dma_resv_reserve_fences(struct dma_resv *obj, unsigned int num_fences)
{
	struct dma_resv_list *old = list_of(obj), *list;
	unsigned int used = old ? old->num_fences : 0, max;
	enum dma_resv_usage usage;

	dma_resv_assert_held(obj);
	if (WARN_ON(!num_fences))
		return -EINVAL;
	if (old && used + num_fences <= old->max_fences)
		return 0;
	max = old ? max(used + num_fences, old->max_fences * 2)
		  : max(4u, (unsigned int)roundup_pow_of_two(num_fences));
	list = list_new(max);
	if (!list)
		return -ENOMEM;
	/* what is signalled does not move on */
	for (unsigned int i = 0; i < used; i++)
		if (!dma_fence_is_signaled(unpack(old, i, &usage)))
			list->entry[list->num_fences++] = old->entry[i];
	rcu_assign_pointer(obj->fences, list);
	if (!old)
		return 0;
	for (unsigned int i = 0, kept = 0; i < used; i++) {
		if (kept < list->num_fences && list->entry[kept] == old->entry[i])
			kept++;
		else
			dma_fence_put(unpack(old, i, &usage));
	}
	kfree_rcu(old, rcu);
	return 0;
}
EXPORT_SYMBOL(dma_resv_reserve_fences);

void dma_resv_reset_max_fences(struct dma_resv *obj)
{
	struct dma_resv_list *list = list_of(obj);

	if (list)
		WRITE_ONCE(list->max_fences, list->num_fences);
}
EXPORT_SYMBOL(dma_resv_reset_max_fences);

/* May @fence take the place of the other? */
static bool supersedes(struct dma_fence *fence, enum dma_resv_usage usage, struct dma_fence *old,
		       enum dma_resv_usage old_usage)
{
	if (old->context == fence->context && old_usage >= usage &&
	    dma_fence_is_later_or_same(fence, old))
		return true;
	return dma_fence_is_signaled(old);
}

void dma_resv_add_fence(struct dma_resv *obj, struct dma_fence *fence, enum dma_resv_usage usage)
{
	struct dma_resv_list *list = list_of(obj);
	unsigned int n = list ? list->num_fences : 0;
	enum dma_resv_usage old_usage;

	dma_resv_assert_held(obj);
	/* its members one by one, so that they can be replaced */
	WARN_ON(dma_fence_is_container(fence));
	dma_fence_get(fence);
	for (unsigned int i = 0; i < n; i++) {
		struct dma_fence *old = unpack(list, i, &old_usage);

		if (supersedes(fence, usage, old, old_usage)) {
			WRITE_ONCE(list->entry[i], pack(fence, usage));
			dma_fence_put(old);
			return;
		}
	}
	BUG_ON(!list || n >= list->max_fences);
	WRITE_ONCE(list->entry[n], pack(fence, usage));
	/* readers that see the number see the entry */
	smp_store_release(&list->num_fences, n + 1);
}
EXPORT_SYMBOL(dma_resv_add_fence);

void dma_resv_replace_fences(struct dma_resv *obj, u64 context, struct dma_fence *fence,
			     enum dma_resv_usage usage)
{
	struct dma_resv_list *list = list_of(obj);
	enum dma_resv_usage old_usage;

	dma_resv_assert_held(obj);
	for (unsigned int i = 0; list && i < list->num_fences; i++) {
		struct dma_fence *old = unpack(list, i, &old_usage);

		if (old->context != context)
			continue;
		WRITE_ONCE(list->entry[i], pack(dma_fence_get(fence), usage));
		dma_fence_put(old);
	}
}
EXPORT_SYMBOL(dma_resv_replace_fences);

/* ---- walking ------------------------------------------------------------------------------------------------ */

struct dma_fence *dma_resv_iter_first(struct dma_resv_iter *cursor)
{
	struct dma_fence *fence;

	cursor->index = 0;
	cursor->fences = list_of(cursor->obj);
	fence = dma_resv_iter_next(cursor);
	cursor->is_restarted = true;
	return fence;
}
EXPORT_SYMBOL(dma_resv_iter_first);

struct dma_fence *dma_resv_iter_next(struct dma_resv_iter *cursor)
{
	dma_resv_assert_held(cursor->obj);
	cursor->is_restarted = false;
	while (cursor->fences && cursor->index < cursor->fences->num_fences) {
		struct dma_fence *fence =
			unpack(cursor->fences, cursor->index++, &cursor->fence_usage);

		if (cursor->fence_usage <= cursor->usage)
			return fence;
	}
	return NULL;
}
EXPORT_SYMBOL(dma_resv_iter_next);

/* Under RCU: is the list that is walked still the buffer's? */
static bool is_current(struct dma_resv_iter *cursor)
{
	return rcu_dereference(cursor->obj->fences) == cursor->fences;
}

static void begin_anew(struct dma_resv_iter *cursor)
{
	cursor->index = 0;
	cursor->fences = rcu_dereference(cursor->obj->fences);
	cursor->num_fences = cursor->fences ? smp_load_acquire(&cursor->fences->num_fences) : 0;
	cursor->is_restarted = true;
}

/* Under RCU: to the next fence that counts; NULL at the end. */
static struct dma_fence *step(struct dma_resv_iter *cursor)
{
	while (cursor->index < cursor->num_fences) {
		struct dma_fence *fence =
			unpack(cursor->fences, cursor->index++, &cursor->fence_usage);

		fence = dma_fence_get_rcu(fence);
		if (!fence) {
			/* replaced and gone before it was held */
			begin_anew(cursor);
			continue;
		}
		if (!dma_fence_is_signaled(fence) && cursor->fence_usage <= cursor->usage)
			return fence;
		dma_fence_put(fence);
	}
	return NULL;
}

static struct dma_fence *walk(struct dma_resv_iter *cursor, bool anew)
{
	rcu_read_lock();
	do {
		dma_fence_put(cursor->fence);
		cursor->fence = NULL;
		if (anew || !is_current(cursor))
			begin_anew(cursor);
		cursor->fence = step(cursor);
		anew = true;
	} while (!is_current(cursor));
	rcu_read_unlock();
	return cursor->fence;
}

struct dma_fence *dma_resv_iter_first_unlocked(struct dma_resv_iter *cursor)
{
	return walk(cursor, true);
}
EXPORT_SYMBOL(dma_resv_iter_first_unlocked);

struct dma_fence *dma_resv_iter_next_unlocked(struct dma_resv_iter *cursor)
{
	cursor->is_restarted = false;
	return walk(cursor, false);
}
EXPORT_SYMBOL(dma_resv_iter_next_unlocked);

/* ---- asking ------------------------------------------------------------------------------------------------- */

static void put_all(struct dma_fence **fences, unsigned int n)
{
	while (n)
		dma_fence_put(fences[--n]);
	kfree(fences);
}

int dma_resv_get_fences(struct dma_resv *obj, enum dma_resv_usage usage, unsigned int *num_fences,
			struct dma_fence ***fences)
{
	struct dma_fence *fence, **found = NULL;
	struct dma_resv_iter cursor;
	unsigned int n = 0;
	int err = 0;

	dma_resv_iter_begin(&cursor, obj, usage);
	dma_resv_for_each_fence_unlocked(&cursor, fence)
	{
		if (dma_resv_iter_is_restarted(&cursor)) {
			put_all(found, n);
			n = 0;
			/* new entries lie behind what was counted, and are not walked to */
			found = kmalloc_array(max(cursor.num_fences, 1u), sizeof(*found),
					      GFP_KERNEL);
			err = found ? 0 : -ENOMEM;
			if (err)
				break;
		}
		found[n++] = dma_fence_get(fence);
	}
	dma_resv_iter_end(&cursor);
	*num_fences = n;
	*fences = found;
	return err;
}
EXPORT_SYMBOL(dma_resv_get_fences);

int dma_resv_get_singleton(struct dma_resv *obj, enum dma_resv_usage usage,
			   struct dma_fence **fence)
{
	struct dma_fence_array *array;
	struct dma_fence **fences;
	unsigned int n;
	int err = dma_resv_get_fences(obj, usage, &n, &fences);

	if (err)
		return err;
	*fence = NULL;
	if (n > 1) {
		array = dma_fence_array_create(n, fences, dma_fence_context_alloc(1), 1, false);
		if (!array) {
			put_all(fences, n);
			return -ENOMEM;
		}
		*fence = &array->base;
		return 0;
	}
	if (n)
		*fence = fences[0];
	kfree(fences);
	return 0;
}
EXPORT_SYMBOL(dma_resv_get_singleton);

int dma_resv_copy_fences(struct dma_resv *dst, struct dma_resv *src)
{
	struct dma_resv_list *list = NULL;
	struct dma_resv_iter cursor;
	struct dma_fence *fence;

	dma_resv_assert_held(dst);
	dma_resv_iter_begin(&cursor, src, DMA_RESV_USAGE_BOOKKEEP);
	dma_resv_for_each_fence_unlocked(&cursor, fence)
	{
		if (dma_resv_iter_is_restarted(&cursor)) {
			list_free(list);
			list = list_new(cursor.num_fences);
			if (!list) {
				dma_resv_iter_end(&cursor);
				return -ENOMEM;
			}
		}
		list->entry[list->num_fences++] =
			pack(dma_fence_get(fence), dma_resv_iter_usage(&cursor));
	}
	dma_resv_iter_end(&cursor);
	list_free(rcu_replace_pointer(dst->fences, list, dma_resv_held(dst)));
	return 0;
}
EXPORT_SYMBOL(dma_resv_copy_fences);

long dma_resv_wait_timeout(struct dma_resv *obj, enum dma_resv_usage usage, bool intr,
			   unsigned long timeout)
{
	long left = timeout ? timeout : 1;
	struct dma_resv_iter cursor;
	struct dma_fence *fence;

	dma_resv_iter_begin(&cursor, obj, usage);
	dma_resv_for_each_fence_unlocked(&cursor, fence)
	{
		left = dma_fence_wait_timeout(fence, intr, timeout ? left : 0);
		if (left <= 0)
			break;
	}
	dma_resv_iter_end(&cursor);
	return left;
}
EXPORT_SYMBOL(dma_resv_wait_timeout);

void dma_resv_set_deadline(struct dma_resv *obj, enum dma_resv_usage usage, ktime_t deadline)
{
	struct dma_resv_iter cursor;
	struct dma_fence *fence;

	dma_resv_iter_begin(&cursor, obj, usage);
	dma_resv_for_each_fence_unlocked(&cursor, fence) dma_fence_set_deadline(fence, deadline);
	dma_resv_iter_end(&cursor);
}
EXPORT_SYMBOL(dma_resv_set_deadline);

bool dma_resv_test_signaled(struct dma_resv *obj, enum dma_resv_usage usage)
{
	struct dma_resv_iter cursor;
	struct dma_fence *fence;

	dma_resv_iter_begin(&cursor, obj, usage);
	fence = dma_resv_iter_first_unlocked(&cursor);
	dma_resv_iter_end(&cursor);
	return !fence;
}
EXPORT_SYMBOL(dma_resv_test_signaled);
