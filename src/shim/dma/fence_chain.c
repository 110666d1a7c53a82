// SPDX-License-Identifier: MIT
/*
 * dma_fence_chain: the fences of a timeline as a list from the last to the first. Whoever walks along it
 * takes out links whose fences are signalled, with a compare-and-exchange of one pointer and no lock.
 */
#include <linux/dma-fence-chain.h>
#include <linux/export.h>
#include <linux/minmax.h>

static bool chain_enable(struct dma_fence *fence);

static struct dma_fence *get_prev(struct dma_fence_chain *chain)
{
	struct dma_fence *prev;

	rcu_read_lock();
	prev = dma_fence_get_rcu_safe(&chain->prev);
	rcu_read_unlock();
	return prev;
}

/*
 * What follows @prev if that may be left out. Return: false: it is not signalled, so it stays.
 * A plain fence at the end has nothing behind it.
 */
static bool behind(struct dma_fence *prev, struct dma_fence **next)
{
	struct dma_fence_chain *link = to_dma_fence_chain(prev);

	if (!dma_fence_is_signaled(dma_fence_chain_contained(prev)))
		return false;
	*next = link ? get_prev(link) : NULL;
	return true;
}

struct dma_fence *dma_fence_chain_walk(struct dma_fence *fence)
{
	struct dma_fence_chain *chain = to_dma_fence_chain(fence);
	struct dma_fence *prev = NULL, *next;

	while (chain && (prev = get_prev(chain)) && behind(prev, &next)) {
		struct dma_fence *seen = cmpxchg(&chain->prev, prev, next);

		/* either the link's own reference to @prev is over, or somebody else was faster */
		dma_fence_put(seen == prev ? prev : next);
		dma_fence_put(prev);
		prev = NULL;
	}
	dma_fence_put(fence);
	return prev;
}
EXPORT_SYMBOL(dma_fence_chain_walk);

int dma_fence_chain_find_seqno(struct dma_fence **pfence, u64 seqno)
{
	struct dma_fence_chain *last;
	struct dma_fence *at;

	if (!seqno)
		return 0;
	last = to_dma_fence_chain(*pfence);
	if (!last || last->base.seqno < seqno)
		return -EINVAL;
	dma_fence_chain_for_each(at, &last->base)
	{
		/* another timeline begins, or the link before is too early */
		if (at->context != last->base.context || to_dma_fence_chain(at)->prev_seqno < seqno)
			break;
	}
	*pfence = at;
	dma_fence_put(&last->base);
	return 0;
}
EXPORT_SYMBOL(dma_fence_chain_find_seqno);

/* ---- the fence that others see ------------------------------------------------------------------------ */

static const char *chain_driver(struct dma_fence *fence)
{
	return "dma_fence_chain";
}

static const char *chain_timeline(struct dma_fence *fence)
{
	return "unbound";
}

/* Wait for the next one, or tell that there is none. The callback's reference ends here. */
static void go_on(struct irq_work *work)
{
	struct dma_fence_chain *chain = container_of(work, struct dma_fence_chain, work);

	if (!chain_enable(&chain->base))
		dma_fence_signal(&chain->base);
	dma_fence_put(&chain->base);
}

/* Under the signalled fence's lock, which the next look may need again. */
static void one_signalled(struct dma_fence *fence, struct dma_fence_cb *cb)
{
	struct dma_fence_chain *chain = container_of(cb, struct dma_fence_chain, cb);

	init_irq_work(&chain->work, go_on);
	irq_work_queue(&chain->work);
	dma_fence_put(fence);
}

/* A callback at any fence that is not signalled: the one nearest to the end of the timeline. */
static bool chain_enable(struct dma_fence *head)
{
	struct dma_fence_chain *chain = to_dma_fence_chain(head);
	struct dma_fence *at;

	dma_fence_get(head);
	dma_fence_chain_for_each(at, head)
	{
		struct dma_fence *fence = dma_fence_get(dma_fence_chain_contained(at));

		if (!dma_fence_add_callback(fence, &chain->cb, one_signalled)) {
			dma_fence_put(at);
			return true;
		}
		dma_fence_put(fence);
	}
	dma_fence_put(head);
	return false;
}

static bool chain_signaled(struct dma_fence *head)
{
	struct dma_fence *at;

	dma_fence_chain_for_each(at, head)
	{
		if (!dma_fence_is_signaled(dma_fence_chain_contained(at))) {
			dma_fence_put(at);
			return false;
		}
	}
	return true;
}

/* Links that only this one holds are unhooked first: so that a long timeline ends without recursion. */
static void chain_release(struct dma_fence *fence)
{
	struct dma_fence_chain *chain = to_dma_fence_chain(fence);
	struct dma_fence *prev = rcu_dereference_protected(chain->prev, true);

	while (prev && dma_fence_is_chain(prev) && kref_read(&prev->refcount) == 1) {
		struct dma_fence_chain *link = to_dma_fence_chain(prev);
		struct dma_fence *next = rcu_dereference_protected(link->prev, true);

		RCU_INIT_POINTER(link->prev, NULL);
		dma_fence_put(prev);
		prev = next;
	}
	dma_fence_put(prev);
	dma_fence_put(chain->fence);
	dma_fence_free(fence);
}

static void chain_deadline(struct dma_fence *head, ktime_t deadline)
{
	struct dma_fence *at;

	dma_fence_chain_for_each(at, head)
		dma_fence_set_deadline(dma_fence_chain_contained(at), deadline);
}

const struct dma_fence_ops dma_fence_chain_ops = {
	.get_driver_name = chain_driver,
	.get_timeline_name = chain_timeline,
	.enable_signaling = chain_enable,
	.signaled = chain_signaled,
	.release = chain_release,
	.set_deadline = chain_deadline,
};
EXPORT_SYMBOL(dma_fence_chain_ops);

void dma_fence_chain_init(struct dma_fence_chain *chain, struct dma_fence *prev,
			  struct dma_fence *fence, u64 seqno)
{
	struct dma_fence_chain *before = to_dma_fence_chain(prev);
	u64 context;

	/* a walk follows prev alone */
	WARN_ON(dma_fence_is_chain(fence));
	spin_lock_init(&chain->lock);
	rcu_assign_pointer(chain->prev, prev);
	chain->fence = fence;
	chain->prev_seqno = 0;
	if (before && __dma_fence_is_later(prev, seqno, prev->seqno)) {
		context = prev->context;
		chain->prev_seqno = prev->seqno;
	} else {
		context = dma_fence_context_alloc(1);
		if (before)
			seqno = max(prev->seqno, seqno);
	}
	dma_fence_init64(&chain->base, &dma_fence_chain_ops, &chain->lock, context, seqno);
}
EXPORT_SYMBOL(dma_fence_chain_init);
