// SPDX-License-Identifier: MIT
/*
 * Notifiers of an address space: the state's birth and end, the classic kind, and what those who
 * change slots call (S8.4, S8.5, S8.26, S8.29, S8.43, S8.44).
 *
 * Readers of the classic list hold SRCU, so callbacks may sleep. Not modelled: ageing callbacks.
 */
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/workqueue.h>
#include "mm/notifier.h"
#include "sched/engine.h"
#include "sim/sim.h"

DEFINE_STATIC_SRCU(srcu);

/* Every state there is, for the leftovers. */
static LIST_HEAD(states);
static DEFINE_SPINLOCK(states_lock);

/* ---- the state ------------------------------------------------------------------------------------ */

static struct mmu_notifier_subscriptions *state_alloc(struct mm_struct *mm)
{
	struct mmu_notifier_subscriptions *state = kzalloc(sizeof(*state), GFP_KERNEL);

	if (!state)
		return NULL;
	spin_lock_init(&state->lock);
	state->seq = 2;
	state->intervals = RB_ROOT_CACHED;
	INIT_HLIST_HEAD(&state->deferred);
	INIT_HLIST_HEAD(&state->classic);
	INIT_LIST_HEAD(&state->calls);
	init_waitqueue_head(&state->wait);
	state->mm = mm;
	return state;
}

/*
 * All rmap locks are held while the state appears: a migration of device pages runs its ranges under
 * those alone, and must not see an end whose start it skipped (S8.44).
 */
int psim_notifier_setup(struct mm_struct *mm)
{
	struct mmu_notifier_subscriptions *state;
	int err;

	mmap_assert_write_locked(mm);
	BUG_ON(atomic_read(&mm->mm_users) <= 0);
	if (psim_notifier_state(mm))
		return 0;
	state = state_alloc(mm);
	if (!state)
		return -ENOMEM;
	err = mm_take_all_locks(mm);
	if (err) {
		kfree(state);
		return err;
	}
	spin_lock(&states_lock);
	list_add_tail(&state->all, &states);
	spin_unlock(&states_lock);
	__atomic_store_n(&mm->notifier_subscriptions, state, __ATOMIC_RELEASE);
	mm_drop_all_locks(mm);
	return 0;
}

void __mmu_notifier_subscriptions_destroy(struct mm_struct *mm)
{
	struct mmu_notifier_subscriptions *state = psim_notifier_state(mm);

	spin_lock(&states_lock);
	list_del(&state->all);
	spin_unlock(&states_lock);
	mm->notifier_subscriptions = NULL;
	kfree(state);
}

/* ---- the classic list: few writers, readers under SRCU ------------------------------------------------ */

static struct mmu_notifier *entry(struct hlist_node *node)
{
	return node ? hlist_entry(node, struct mmu_notifier, hlist) : NULL;
}

#define for_each_classic(sub, state)                                            \
	for (sub = entry(srcu_dereference((state)->classic.first, &srcu)); sub; \
	     sub = entry(srcu_dereference(sub->hlist.next, &srcu)))

static void classic_add(struct mmu_notifier_subscriptions *state, struct mmu_notifier *sub)
{
	struct hlist_node *first = state->classic.first;

	sub->hlist.next = first;
	sub->hlist.pprev = &state->classic.first;
	if (first)
		first->pprev = &sub->hlist.next;
	rcu_assign_pointer(state->classic.first, &sub->hlist);
}

/* Readers that stand on @sub still find its successor. Context: the state's lock. */
static void classic_del(struct mmu_notifier *sub)
{
	struct hlist_node *next = sub->hlist.next;

	WRITE_ONCE(*sub->hlist.pprev, next);
	if (next)
		next->pprev = sub->hlist.pprev;
	sub->hlist.pprev = NULL;
}

static bool has_classic(struct mmu_notifier_subscriptions *state)
{
	return __atomic_load_n(&state->classic.first, __ATOMIC_RELAXED) != NULL;
}

/* ---- start and end ---------------------------------------------------------------------------------- */

static int classic_start_one(struct mmu_notifier *sub, const struct mmu_notifier_range *range)
{
	bool blockable = mmu_notifier_range_blockable(range);
	int err;

	psim_point(PSIM_POINT_CALLBACK);
	psim_trace(PSIM_EV_NOTIFIER_CALL, range->mm->__psim_id, range->start, range->end,
		   range->event);
	if (!blockable)
		non_block_start();
	err = sub->ops->invalidate_range_start(sub, range);
	if (!blockable)
		non_block_end();
	psim_trace(PSIM_EV_NOTIFIER_CALL_END, range->mm->__psim_id, range->start, range->end,
		   range->event);
	psim_point(PSIM_POINT_CALLBACK);
	if (err) {
		WARN_ON(blockable || err != -EAGAIN);
		/* it would be told of the end of a range that it refused */
		WARN_ON(sub->ops->invalidate_range_end);
	}
	return err;
}

static void classic_end_all(struct mmu_notifier_subscriptions *state,
			    const struct mmu_notifier_range *range)
{
	struct mmu_notifier *sub;

	for_each_classic(sub, state)
	{
		if (!sub->ops->invalidate_range_end)
			continue;
		psim_point(PSIM_POINT_CALLBACK);
		if (!mmu_notifier_range_blockable(range))
			non_block_start();
		sub->ops->invalidate_range_end(sub, range);
		if (!mmu_notifier_range_blockable(range))
			non_block_end();
		psim_point(PSIM_POINT_CALLBACK);
	}
}

/* Everybody is asked, also after one refused; then those who expect an end get it (S8.43). */
static int classic_start(struct mmu_notifier_subscriptions *state,
			 const struct mmu_notifier_range *range)
{
	struct mmu_notifier *sub;
	int err, first_err = 0, idx = srcu_read_lock(&srcu);

	for_each_classic(sub, state)
	{
		err = sub->ops->invalidate_range_start ? classic_start_one(sub, range) : 0;
		first_err = first_err ?: err;
	}
	if (first_err)
		classic_end_all(state, range);
	srcu_read_unlock(&srcu, idx);
	return first_err;
}

int __mmu_notifier_invalidate_range_start(struct mmu_notifier_range *range)
{
	struct mmu_notifier_subscriptions *state = psim_notifier_state(range->mm);
	int err;

	psim_trace(PSIM_EV_NOTIFIER_START, range->mm->__psim_id, range->start, range->end,
		   range->event);
	err = psim_interval_start(state, range);
	if (err || !has_classic(state))
		return err;
	err = classic_start(state, range);
	if (err)
		psim_interval_end(state);
	return err;
}

void __mmu_notifier_invalidate_range_end(struct mmu_notifier_range *range)
{
	struct mmu_notifier_subscriptions *state = psim_notifier_state(range->mm);
	int idx;

	psim_trace(PSIM_EV_NOTIFIER_END, range->mm->__psim_id, range->start, range->end,
		   range->event);
	psim_interval_end(state);
	if (!has_classic(state))
		return;
	lock_map_acquire(&__mmu_notifier_invalidate_range_start_map);
	idx = srcu_read_lock(&srcu);
	classic_end_all(state, range);
	srcu_read_unlock(&srcu, idx);
	lock_map_release(&__mmu_notifier_invalidate_range_start_map);
}

void __mmu_notifier_arch_invalidate_secondary_tlbs(struct mm_struct *mm, unsigned long start,
						   unsigned long end)
{
	struct mmu_notifier_subscriptions *state = psim_notifier_state(mm);
	struct mmu_notifier *sub;
	int idx;

	if (!has_classic(state))
		return;
	idx = srcu_read_lock(&srcu);
	for_each_classic(sub, state)
	{
		if (sub->ops->arch_invalidate_secondary_tlbs)
			sub->ops->arch_invalidate_secondary_tlbs(sub, mm, start, end);
	}
	srcu_read_unlock(&srcu, idx);
}

static void classic_release(struct mmu_notifier_subscriptions *state)
{
	struct mmu_notifier *sub;
	int idx = srcu_read_lock(&srcu);

	for_each_classic(sub, state)
	{
		if (sub->ops->release)
			sub->ops->release(sub, state->mm);
	}
	spin_lock(&state->lock);
	while (state->classic.first)
		classic_del(entry(state->classic.first));
	spin_unlock(&state->lock);
	srcu_read_unlock(&srcu, idx);
	synchronize_srcu(&srcu);
}

void __mmu_notifier_release(struct mm_struct *mm)
{
	struct mmu_notifier_subscriptions *state = psim_notifier_state(mm);

	psim_interval_release(state);
	if (has_classic(state))
		classic_release(state);
}

/* ---- registering ---------------------------------------------------------------------------------------- */

static int register_locked(struct mmu_notifier *sub, struct mm_struct *mm, const char *site)
{
	struct mmu_notifier_subscriptions *state;
	int err = psim_notifier_setup(mm);

	if (err || !sub)
		return err;
	state = psim_notifier_state(mm);
	mmgrab(mm);
	sub->mm = mm;
	sub->users = 1;
	sub->__psim_site = site;
	spin_lock(&state->lock);
	classic_add(state, sub);
	spin_unlock(&state->lock);
	return 0;
}

int __mmu_notifier_register(struct mmu_notifier *subscription, struct mm_struct *mm)
{
	return register_locked(subscription, mm, __func__);
}

int __psim_mmu_notifier_register(struct mmu_notifier *subscription, struct mm_struct *mm,
				 const char *site)
{
	int err;

	mmap_write_lock(mm);
	err = register_locked(subscription, mm, site);
	mmap_write_unlock(mm);
	return err;
}

int(mmu_notifier_register)(struct mmu_notifier *subscription, struct mm_struct *mm)
{
	return __psim_mmu_notifier_register(subscription, mm, "mmu_notifier_register");
}

void mmu_notifier_unregister(struct mmu_notifier *subscription, struct mm_struct *mm)
{
	struct mmu_notifier_subscriptions *state = psim_notifier_state(mm);
	bool there;
	int idx = srcu_read_lock(&srcu);

	spin_lock(&state->lock);
	there = !hlist_unhashed(&subscription->hlist);
	spin_unlock(&state->lock);
	if (there && subscription->ops->release)
		subscription->ops->release(subscription, mm);
	spin_lock(&state->lock);
	if (!hlist_unhashed(&subscription->hlist))
		classic_del(subscription);
	spin_unlock(&state->lock);
	srcu_read_unlock(&srcu, idx);
	synchronize_srcu(&srcu);
	mmdrop(mm);
}

/* ---- get and put ------------------------------------------------------------------------------------------ */

static struct mmu_notifier *find_counted(struct mmu_notifier_subscriptions *state,
					 const struct mmu_notifier_ops *ops)
{
	struct mmu_notifier *sub, *found = NULL;

	spin_lock(&state->lock);
	hlist_for_each_entry(sub, &state->classic, hlist) {
		if (sub->ops != ops)
			continue;
		if (sub->users == UINT_MAX) {
			found = ERR_PTR(-EOVERFLOW);
		} else {
			sub->users++;
			found = sub;
		}
		break;
	}
	spin_unlock(&state->lock);
	return found;
}

struct mmu_notifier *mmu_notifier_get_locked(const struct mmu_notifier_ops *ops,
					     struct mm_struct *mm)
{
	struct mmu_notifier *sub;
	int err;

	mmap_assert_write_locked(mm);
	if (psim_notifier_state(mm)) {
		sub = find_counted(psim_notifier_state(mm), ops);
		if (sub)
			return sub;
	}
	sub = ops->alloc_notifier(mm);
	if (IS_ERR(sub))
		return sub;
	sub->ops = ops;
	err = register_locked(sub, mm, __func__);
	if (!err)
		return sub;
	ops->free_notifier(sub);
	return ERR_PTR(err);
}

/* Subscriptions that wait to be freed, linked through their rcu heads. */
static struct rcu_head *dead;
static DEFINE_SPINLOCK(dead_lock);

static void free_dead(struct work_struct *work)
{
	struct mmu_notifier *sub;
	struct rcu_head *head;
	struct mm_struct *mm;

	spin_lock(&dead_lock);
	head = dead;
	dead = NULL;
	spin_unlock(&dead_lock);
	synchronize_srcu(&srcu);
	while (head) {
		sub = container_of(head, struct mmu_notifier, rcu);
		mm = sub->mm;
		head = head->next;
		sub->ops->free_notifier(sub);
		mmdrop(mm);
	}
}

static DECLARE_WORK(free_dead_work, free_dead);

void mmu_notifier_put(struct mmu_notifier *subscription)
{
	struct mmu_notifier_subscriptions *state = psim_notifier_state(subscription->mm);

	spin_lock(&state->lock);
	if (WARN_ON(!subscription->users) || --subscription->users) {
		spin_unlock(&state->lock);
		return;
	}
	if (!hlist_unhashed(&subscription->hlist))
		classic_del(subscription);
	spin_unlock(&state->lock);
	spin_lock(&dead_lock);
	subscription->rcu.next = dead;
	dead = &subscription->rcu;
	spin_unlock(&dead_lock);
	schedule_work(&free_dead_work);
}

void mmu_notifier_synchronize(void)
{
	flush_work(&free_dead_work);
	synchronize_srcu(&srcu);
}

/* ---- the machine's end ---------------------------------------------------------------------------------------- */

static void leftover_intervals(struct mmu_notifier_subscriptions *state)
{
	struct interval_tree_node *node;

	for (node = interval_tree_iter_first(&state->intervals, 0, ULONG_MAX); node;
	     node = interval_tree_iter_next(node, 0, ULONG_MAX)) {
		struct mmu_interval_notifier *sub =
			container_of(node, struct mmu_interval_notifier, interval_tree);

		psim_report("law 3",
			    "an interval notifier is left: mm %u [%#lx, %#lx], inserted by %s",
			    state->mm->__psim_id, node->start, node->last, sub->__psim_site);
	}
}

/* S8.11, S8.38: odd means that a range is active; nobody holds a sequence that has not come yet. */
static void audit_state(struct mmu_notifier_subscriptions *state)
{
	struct interval_tree_node *node = interval_tree_iter_first(&state->intervals, 0, ULONG_MAX);

	if ((state->seq & 1) && !state->active)
		psim_report("S8.11", "mm %u: invalidations are over, but the sequence is odd: %lu",
			    state->mm->__psim_id, state->seq);
	for (; node; node = interval_tree_iter_next(node, 0, ULONG_MAX)) {
		struct mmu_interval_notifier *sub =
			container_of(node, struct mmu_interval_notifier, interval_tree);

		if (sub->invalidate_seq > state->seq || !(sub->invalidate_seq & 1))
			psim_report("S8.15",
				    "mm %u: the subscription of %s has the sequence %lu, at %lu",
				    state->mm->__psim_id, sub->__psim_site, sub->invalidate_seq,
				    state->seq);
	}
}

void psim_notifier_audit(void)
{
	struct mmu_notifier_subscriptions *state;

	list_for_each_entry(state, &states, all)
		audit_state(state);
}

void psim_notifier_leftovers(void)
{
	struct mmu_notifier_subscriptions *state;
	struct mmu_notifier *sub;

	list_for_each_entry(state, &states, all) {
		leftover_intervals(state);
		hlist_for_each_entry(sub, &state->classic, hlist)
			psim_report("law 3", "an MMU notifier is left: mm %u, registered by %s",
				    state->mm->__psim_id, sub->__psim_site);
		if (state->active)
			psim_report("law 3", "mm %u: %lu invalidations have no end",
				    state->mm->__psim_id, state->active);
	}
}
