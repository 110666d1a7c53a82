// SPDX-License-Identifier: MIT
/* percpu_ref: one count, and what happens around its end. */
#include <linux/bug.h>
#include <linux/container_of.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/percpu-refcount.h>
#include "sim/sim.h"

int __psim_percpu_ref_init(struct percpu_ref *ref, percpu_ref_func_t *release, unsigned int flags,
			   const char *site)
{
	bool dead = flags & PERCPU_REF_INIT_DEAD;

	if (psim_fails(PSIM_FAIL_SLAB, site))
		return -ENOMEM;
	*ref = (struct percpu_ref){
		.__psim_dead = dead, .__psim_again = flags, .__psim_release = release};
	atomic_long_set(&ref->__psim_count, dead ? 0 : 1);
	return 0;
}
EXPORT_SYMBOL(__psim_percpu_ref_init);

void percpu_ref_exit(struct percpu_ref *ref)
{
	ref->__psim_release = NULL;
}
EXPORT_SYMBOL(percpu_ref_exit);

void percpu_ref_put_many(struct percpu_ref *ref, unsigned long nr)
{
	long count = atomic_long_sub_return(nr, &ref->__psim_count);

	if (!count)
		ref->__psim_release(ref);
	else
		WARN_ONCE(count < 0, "percpu_ref: %ld references too many were put", -count);
}
EXPORT_SYMBOL(percpu_ref_put_many);

static void confirm_and_put(struct rcu_head *head)
{
	struct percpu_ref *ref = container_of(head, struct percpu_ref, __psim_rcu);

	ref->__psim_confirm(ref);
	percpu_ref_put(ref);
}

void percpu_ref_kill_and_confirm(struct percpu_ref *ref, percpu_ref_func_t *confirm)
{
	if (WARN_ONCE(percpu_ref_is_dying(ref), "percpu_ref_kill() called more than once"))
		return;
	WRITE_ONCE(ref->__psim_dead, true);
	if (confirm) {
		ref->__psim_confirm = confirm;
		percpu_ref_get(ref);
		call_rcu(&ref->__psim_rcu, confirm_and_put);
	}
	percpu_ref_put(ref);
}
EXPORT_SYMBOL(percpu_ref_kill_and_confirm);

void percpu_ref_kill(struct percpu_ref *ref)
{
	percpu_ref_kill_and_confirm(ref, NULL);
}
EXPORT_SYMBOL(percpu_ref_kill);

void percpu_ref_resurrect(struct percpu_ref *ref)
{
	WARN_ON_ONCE(!percpu_ref_is_dying(ref));
	BUG_ON(!ref->__psim_again);
	percpu_ref_get(ref);
	WRITE_ONCE(ref->__psim_dead, false);
}
EXPORT_SYMBOL(percpu_ref_resurrect);

void percpu_ref_reinit(struct percpu_ref *ref)
{
	WARN_ON_ONCE(!percpu_ref_is_zero(ref));
	percpu_ref_resurrect(ref);
}
EXPORT_SYMBOL(percpu_ref_reinit);

/* Inert: how references are counted cannot be seen. */
void percpu_ref_switch_to_atomic_sync(struct percpu_ref *ref)
{
	psim_inert(__func__);
}
EXPORT_SYMBOL(percpu_ref_switch_to_atomic_sync);

void percpu_ref_switch_to_percpu(struct percpu_ref *ref)
{
	psim_inert(__func__);
}
EXPORT_SYMBOL(percpu_ref_switch_to_percpu);
