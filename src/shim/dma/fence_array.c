// SPDX-License-Identifier: MIT
/*
 * dma_fence_array: one fence for several. Until somebody waits it only looks at its members when asked;
 * then it has a callback at each.
 */
#include <linux/dma-fence-array.h>
#include <linux/export.h>
#include <linux/slab.h>

/* In base.error: no member has told of an error yet. No errno is positive. */
#define NO_ERROR_YET 1

/* The first error of a member stays. */
static void note_error(struct dma_fence_array *array, struct dma_fence *member)
{
	int error = READ_ONCE(member->error);

	if (error)
		cmpxchg(&array->base.error, NO_ERROR_YET, error);
}

static void settle_error(struct dma_fence_array *array)
{
	cmpxchg(&array->base.error, NO_ERROR_YET, 0);
}

static const char *array_driver(struct dma_fence *fence)
{
	return "dma_fence_array";
}

static const char *array_timeline(struct dma_fence *fence)
{
	return "unbound";
}

/* The members' locks are let go. The reference was taken by whoever queued the work. */
static void signal_array(struct irq_work *work)
{
	struct dma_fence_array *array = container_of(work, struct dma_fence_array, work);

	settle_error(array);
	dma_fence_signal(&array->base);
	dma_fence_put(&array->base);
}

static void member_signalled(struct dma_fence *member, struct dma_fence_cb *cb)
{
	struct dma_fence_array *array = container_of(cb, struct dma_fence_array_cb, cb)->array;

	note_error(array, member);
	if (atomic_dec_and_test(&array->num_pending))
		irq_work_queue(&array->work);
	else
		dma_fence_put(&array->base);
}

/* Every callback owns a reference to the array: it may be the last one. */
static bool array_enable(struct dma_fence *fence)
{
	struct dma_fence_array *array = to_dma_fence_array(fence);

	for (unsigned int i = 0; i < array->num_fences; i++) {
		struct dma_fence_array_cb *cb = &array->callbacks[i];
		struct dma_fence *member = array->fences[i];

		cb->array = array;
		dma_fence_get(fence);
		if (!dma_fence_add_callback(member, &cb->cb, member_signalled))
			continue;
		note_error(array, member);
		dma_fence_put(fence);
		if (atomic_dec_and_test(&array->num_pending)) {
			settle_error(array);
			return false;
		}
	}
	return true;
}

static bool array_signaled(struct dma_fence *fence)
{
	struct dma_fence_array *array = to_dma_fence_array(fence);
	int missing = atomic_read(&array->num_pending);

	/* once there are callbacks, they count; before that, the members are looked at */
	if (!test_bit(DMA_FENCE_FLAG_ENABLE_SIGNAL_BIT, &fence->flags))
		for (unsigned int i = 0; i < array->num_fences && missing > 0; i++)
			if (dma_fence_is_signaled(array->fences[i])) {
				note_error(array, array->fences[i]);
				missing--;
			}
	if (missing > 0)
		return false;
	settle_error(array);
	return true;
}

static void array_release(struct dma_fence *fence)
{
	struct dma_fence_array *array = to_dma_fence_array(fence);

	for (unsigned int i = 0; i < array->num_fences; i++)
		dma_fence_put(array->fences[i]);
	kfree(array->fences);
	dma_fence_free(fence);
}

static void array_deadline(struct dma_fence *fence, ktime_t deadline)
{
	struct dma_fence_array *array = to_dma_fence_array(fence);

	for (unsigned int i = 0; i < array->num_fences; i++)
		dma_fence_set_deadline(array->fences[i], deadline);
}

const struct dma_fence_ops dma_fence_array_ops = {
	.get_driver_name = array_driver,
	.get_timeline_name = array_timeline,
	.enable_signaling = array_enable,
	.signaled = array_signaled,
	.release = array_release,
	.set_deadline = array_deadline,
};
EXPORT_SYMBOL(dma_fence_array_ops);

struct dma_fence_array *dma_fence_array_alloc(int num_fences)
{
	struct dma_fence_array *array;

	return kzalloc(struct_size(array, callbacks, num_fences), GFP_KERNEL);
}
EXPORT_SYMBOL(dma_fence_array_alloc);

void dma_fence_array_init(struct dma_fence_array *array, int num_fences, struct dma_fence **fences,
			  u64 context, unsigned int seqno, bool signal_on_any)
{
	WARN_ON(!num_fences || !fences);
	array->num_fences = num_fences;
	array->fences = fences;
	atomic_set(&array->num_pending, signal_on_any ? 1 : num_fences);
	init_irq_work(&array->work, signal_array);
	spin_lock_init(&array->lock);
	dma_fence_init(&array->base, &dma_fence_array_ops, &array->lock, context, seqno);
	array->base.error = NO_ERROR_YET;
	/* a container in a container has no bound on its depth */
	for (int i = 0; i < num_fences; i++)
		WARN_ON(dma_fence_is_container(fences[i]));
}
EXPORT_SYMBOL(dma_fence_array_init);

struct dma_fence_array *dma_fence_array_create(int num_fences, struct dma_fence **fences,
					       u64 context, unsigned int seqno, bool signal_on_any)
{
	struct dma_fence_array *array = dma_fence_array_alloc(num_fences);

	if (array)
		dma_fence_array_init(array, num_fences, fences, context, seqno, signal_on_any);
	return array;
}
EXPORT_SYMBOL(dma_fence_array_create);

bool dma_fence_match_context(struct dma_fence *fence, u64 context)
{
	struct dma_fence *member;
	unsigned int i;

	dma_fence_array_for_each(member, i, fence) if (member->context != context) return false;
	return true;
}
EXPORT_SYMBOL(dma_fence_match_context);

struct dma_fence *dma_fence_array_first(struct dma_fence *head)
{
	struct dma_fence_array *array = to_dma_fence_array(head);

	if (!array)
		return head;
	return array->num_fences ? array->fences[0] : NULL;
}
EXPORT_SYMBOL(dma_fence_array_first);

struct dma_fence *dma_fence_array_next(struct dma_fence *head, unsigned int index)
{
	struct dma_fence_array *array = to_dma_fence_array(head);

	return array && index < array->num_fences ? array->fences[index] : NULL;
}
EXPORT_SYMBOL(dma_fence_array_next);
