// SPDX-License-Identifier: MIT
/*
 * Interval notifiers: subscriptions to ranges, each with a sequence number that tells its readers
 * whether an invalidation came in between (S8.10 to S8.19, S8.25 to S8.42).
 *
 * While an active range has met a subscription (odd sequence) the tree of intervals is frozen, so that
 * callbacks run without a lock; insertions and removals of that time are applied at its end.
 */
#include <linux/errno.h>
#include <linux/overflow.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include "mm/notifier.h"
#include "sched/engine.h"
#include "sim/sim.h"

static struct mmu_interval_notifier *to_sub(struct interval_tree_node *node)
{
	return node ? container_of(node, struct mmu_interval_notifier, interval_tree) : NULL;
}

static bool frozen(const struct mmu_notifier_subscriptions *state)
{
	return state->seq & 1;
}

/* The sequence as waiters see it: whoever sees it change also sees what changed before. */
static unsigned long seq_acquire(struct mmu_notifier_subscriptions *state)
{
	psim_point(PSIM_POINT_ONCE);
	return __atomic_load_n(&state->seq, __ATOMIC_ACQUIRE);
}

static void seq_release(struct mmu_notifier_subscriptions *state, unsigned long seq)
{
	__atomic_store_n(&state->seq, seq, __ATOMIC_RELEASE);
}

static bool inside_callback(struct mmu_notifier_subscriptions *state)
{
	struct psim_notifier_call *call;

	list_for_each_entry(call, &state->calls, link) {
		if (call->task == current)
			return true;
	}
	return false;
}

/* For the lock checker: here one may wait for callbacks, so nothing they take may be held (S8.41). */
static void might_wait(void)
{
	lock_map_acquire(&__mmu_notifier_invalidate_range_start_map);
	lock_map_release(&__mmu_notifier_invalidate_range_start_map);
}

static void deadlock(const struct mmu_interval_notifier *sub, const char *what)
{
	psim_fatal("S8.41",
		   "%s(): called from an invalidate callback of mm %u, waits for its own end "
		   "(subscription of %s [%#lx, %#lx])",
		   what, sub->mm->__psim_id, sub->__psim_site, sub->interval_tree.start,
		   sub->interval_tree.last);
}

unsigned long mmu_interval_read_begin(struct mmu_interval_notifier *interval_sub)
{
	struct mmu_notifier_subscriptions *state = psim_notifier_state(interval_sub->mm);
	unsigned long seq;
	bool invalidating, inside;

	spin_lock(&state->lock);
	seq = READ_ONCE(interval_sub->invalidate_seq);
	invalidating = seq == state->seq;
	inside = invalidating && inside_callback(state);
	spin_unlock(&state->lock);
	if (inside)
		deadlock(interval_sub, "mmu_interval_read_begin");
	might_wait();
	if (invalidating)
		wait_event(state->wait, seq_acquire(state) != seq);
	return seq;
}

/* ---- start and end ------------------------------------------------------------------------------ */

static struct mmu_interval_notifier *begin(struct mmu_notifier_subscriptions *state,
					   const struct mmu_notifier_range *range,
					   struct psim_notifier_call *call, unsigned long *seq)
{
	struct interval_tree_node *node;

	spin_lock(&state->lock);
	state->active++;
	node = interval_tree_iter_first(&state->intervals, range->start, range->end - 1);
	if (node) {
		seq_release(state, state->seq | 1);
		call->task = current;
		list_add(&call->link, &state->calls);
	}
	*seq = state->seq;
	spin_unlock(&state->lock);
	return to_sub(node);
}

static bool invalidate_one(struct mmu_interval_notifier *sub,
			   const struct mmu_notifier_range *range, unsigned long seq)
{
	bool blockable = mmu_notifier_range_blockable(range), ok;

	psim_point(PSIM_POINT_CALLBACK);
	psim_trace(PSIM_EV_NOTIFIER_CALL, range->mm->__psim_id, range->start, range->end,
		   range->event);
	if (!blockable)
		non_block_start();
	ok = sub->ops->invalidate(sub, range, seq);
	if (!blockable)
		non_block_end();
	psim_trace(PSIM_EV_NOTIFIER_CALL_END, range->mm->__psim_id, range->start, range->end,
		   range->event);
	psim_point(PSIM_POINT_CALLBACK);
	/* only a range that must not block can be refused (S8.27) */
	if (WARN_ON(!ok && blockable))
		ok = true;
	return ok;
}

int psim_interval_start(struct mmu_notifier_subscriptions *state,
			const struct mmu_notifier_range *range)
{
	struct mmu_interval_notifier *sub;
	struct interval_tree_node *node;
	struct psim_notifier_call call;
	unsigned long seq;
	bool ok = true;

	sub = begin(state, range, &call, &seq);
	if (!sub)
		return 0;
	while (sub && ok) {
		ok = invalidate_one(sub, range, seq);
		node = interval_tree_iter_next(&sub->interval_tree, range->start, range->end - 1);
		sub = to_sub(node);
	}
	spin_lock(&state->lock);
	list_del(&call.link);
	spin_unlock(&state->lock);
	if (ok)
		return 0;
	psim_interval_end(state);
	return -EAGAIN;
}

/* Insert and remove what was put off while the tree was frozen. */
static void apply_deferred(struct mmu_notifier_subscriptions *state)
{
	struct mmu_interval_notifier *sub;
	struct hlist_node *next;

	hlist_for_each_entry_safe(sub, next, &state->deferred, deferred_item) {
		if (RB_EMPTY_NODE(&sub->interval_tree.rb))
			interval_tree_insert(&sub->interval_tree, &state->intervals);
		else
			interval_tree_remove(&sub->interval_tree, &state->intervals);
		hlist_del_init(&sub->deferred_item);
	}
}

void psim_interval_end(struct mmu_notifier_subscriptions *state)
{
	bool wake = false, underflow;

	spin_lock(&state->lock);
	underflow = state->active == 0;
	if (!underflow && --state->active == 0 && frozen(state)) {
		apply_deferred(state);
		seq_release(state, state->seq + 1);
		wake = true;
	}
	spin_unlock(&state->lock);
	if (underflow)
		psim_report("S8.14", "mm %u: mmu_notifier_invalidate_range_end() without its start",
			    state->mm->__psim_id);
	if (wake)
		wake_up_all(&state->wait);
}

void psim_interval_release(struct mmu_notifier_subscriptions *state)
{
	struct mmu_notifier_range range;

	mmu_notifier_range_init_owner(&range, MMU_NOTIFY_RELEASE, MMU_NOTIFIER_RANGE_BLOCKABLE,
				      state->mm, 0, ULONG_MAX, NULL);
	psim_trace(PSIM_EV_NOTIFIER_START, state->mm->__psim_id, 0, ULONG_MAX, MMU_NOTIFY_RELEASE);
	psim_interval_start(state, &range);
	psim_interval_end(state);
	psim_trace(PSIM_EV_NOTIFIER_END, state->mm->__psim_id, 0, ULONG_MAX, MMU_NOTIFY_RELEASE);
}

/* ---- insert and remove ------------------------------------------------------------------------------ */

/* Into the tree, or onto the list of those that wait until it may change (S8.38, S8.39). */
static void link_interval(struct mmu_notifier_subscriptions *state,
			  struct mmu_interval_notifier *sub)
{
	spin_lock(&state->lock);
	if (frozen(state)) {
		hlist_add_head(&sub->deferred_item, &state->deferred);
		sub->invalidate_seq = state->seq;
	} else if (state->active) {
		/* ranges are active that nobody watched: hold this reader back until they end */
		interval_tree_insert(&sub->interval_tree, &state->intervals);
		seq_release(state, state->seq | 1);
		sub->invalidate_seq = state->seq;
	} else {
		interval_tree_insert(&sub->interval_tree, &state->intervals);
		sub->invalidate_seq = state->seq - 1;
	}
	spin_unlock(&state->lock);
}

static int insert(struct mmu_interval_notifier *sub, struct mm_struct *mm, unsigned long start,
		  unsigned long length, const struct mmu_interval_notifier_ops *ops,
		  const char *site)
{
	sub->mm = mm;
	sub->ops = ops;
	sub->__psim_site = site;
	RB_CLEAR_NODE(&sub->interval_tree.rb);
	INIT_HLIST_NODE(&sub->deferred_item);
	sub->interval_tree.start = start;
	if (!length || check_add_overflow(start, length - 1, &sub->interval_tree.last))
		return -EOVERFLOW;
	if (WARN_ON(atomic_read(&mm->mm_users) <= 0))
		return -EINVAL;
	mmgrab(mm);
	link_interval(psim_notifier_state(mm), sub);
	return 0;
}

int __psim_mmu_interval_notifier_insert(struct mmu_interval_notifier *interval_sub,
					struct mm_struct *mm, unsigned long start,
					unsigned long length,
					const struct mmu_interval_notifier_ops *ops,
					const char *site)
{
	int err = 0;

	might_lock(&mm->mmap_lock);
	if (!psim_notifier_state(mm)) {
		mmap_write_lock(mm);
		err = psim_notifier_setup(mm);
		mmap_write_unlock(mm);
	}
	return err ? err : insert(interval_sub, mm, start, length, ops, site);
}

int __psim_mmu_interval_notifier_insert_locked(struct mmu_interval_notifier *interval_sub,
					       struct mm_struct *mm, unsigned long start,
					       unsigned long length,
					       const struct mmu_interval_notifier_ops *ops,
					       const char *site)
{
	int err;

	mmap_assert_write_locked(mm);
	err = psim_notifier_setup(mm);
	return err ? err : insert(interval_sub, mm, start, length, ops, site);
}

int(mmu_interval_notifier_insert)(struct mmu_interval_notifier *interval_sub, struct mm_struct *mm,
				  unsigned long start, unsigned long length,
				  const struct mmu_interval_notifier_ops *ops)
{
	return __psim_mmu_interval_notifier_insert(interval_sub, mm, start, length, ops,
						   "mmu_interval_notifier_insert");
}

int(mmu_interval_notifier_insert_locked)(struct mmu_interval_notifier *interval_sub,
					 struct mm_struct *mm, unsigned long start,
					 unsigned long length,
					 const struct mmu_interval_notifier_ops *ops)
{
	return __psim_mmu_interval_notifier_insert_locked(interval_sub, mm, start, length, ops,
							  "mmu_interval_notifier_insert_locked");
}

/* How a removal went. */
enum removal {
	REMOVED,
	MUST_WAIT,
	FROM_CALLBACK,
	NOT_THERE
};

static enum removal unlink_interval(struct mmu_notifier_subscriptions *state,
				    struct mmu_interval_notifier *sub, unsigned long *seq)
{
	bool in_tree = !RB_EMPTY_NODE(&sub->interval_tree.rb);

	*seq = state->seq;
	if (!in_tree && hlist_unhashed(&sub->deferred_item))
		return NOT_THERE;
	if (!in_tree) {
		/* put off, and nobody has seen it yet */
		hlist_del_init(&sub->deferred_item);
		return REMOVED;
	}
	if (frozen(state)) {
		if (inside_callback(state))
			return FROM_CALLBACK;
		hlist_add_head(&sub->deferred_item, &state->deferred);
		return MUST_WAIT;
	}
	interval_tree_remove(&sub->interval_tree, &state->intervals);
	return REMOVED;
}

void mmu_interval_notifier_remove(struct mmu_interval_notifier *interval_sub)
{
	struct mm_struct *mm = interval_sub->mm;
	struct mmu_notifier_subscriptions *state = psim_notifier_state(mm);
	enum removal how;
	unsigned long seq;

	might_sleep();
	spin_lock(&state->lock);
	how = unlink_interval(state, interval_sub, &seq);
	spin_unlock(&state->lock);
	if (how == FROM_CALLBACK)
		deadlock(interval_sub, "mmu_interval_notifier_remove");
	if (how == NOT_THERE) {
		psim_report("S8.40",
			    "mmu_interval_notifier_remove(): the subscription of %s to mm %u is "
			    "not inserted",
			    interval_sub->__psim_site, mm->__psim_id);
		return;
	}
	might_wait();
	if (how == MUST_WAIT)
		wait_event(state->wait, seq_acquire(state) != seq);
	/* a second removal finds neither */
	RB_CLEAR_NODE(&interval_sub->interval_tree.rb);
	INIT_HLIST_NODE(&interval_sub->deferred_item);
	mmdrop(mm);
}
