// SPDX-License-Identifier: MIT
/*
 * Who holds what: the held-locks list of each task, the assertions on it, and the checks when a lock is
 * not initialised, is let go by the wrong task, is freed while held, or outlives its task. The graph of
 * lock orders is in lockorder.c.
 */
#include <linux/bug.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include "sched/engine.h"
#include "host/race.h"
#include "sched/lockdep.h"
#include "sim/sim.h"

static inline struct __psim_task_sync *mine(void)
{
	return &current->__psim_sync;
}

static const char *name_of(const struct lockdep_map *map)
{
	return map->name ? map->name : "(never initialised)";
}

bool psim_held_off;

void psim_held_start(const struct psim_config *config)
{
	psim_held_off = config->without & PSIM_HELD_LOCKS;
}

/* ---- in traces ------------------------------------------------------------------------------------------ */

/* By the order in which events mention locks. */
unsigned int psim_lock_nr(const struct lockdep_map *map)
{
	static unsigned int last;
	unsigned int *nr = (unsigned int *)&map->__psim_nr, none = 0;
	unsigned int next;

	if (__atomic_load_n(nr, __ATOMIC_RELAXED))
		return *nr;
	next = __psim_fetch(add, &last, 1, __ATOMIC_RELAXED) + 1;
	return __psim_compare_exchange(nr, &none, next, __ATOMIC_RELAXED, __ATOMIC_RELAXED) ? next
											    : none;
}

/* A lock keeps its name as long as its number, which says where it was found. */
static void trace_lock(enum psim_event event, const struct lockdep_map *map, int read, bool trylock)
{
	static struct {
		unsigned int nr;
		u32 name;
	} names[64];
	unsigned int nr = psim_lock_nr(map), i = nr % ARRAY_SIZE(names);

	if (__psim_threads) {
		psim_trace_record(event, psim_trace_string(map->name), nr, read, trylock);
		return;
	}
	if (names[i].nr != nr) {
		names[i].nr = nr;
		names[i].name = psim_trace_string(map->name);
	}
	psim_trace_record(event, names[i].name, nr, read, trylock);
}

/* ---- the list ---------------------------------------------------------------------------------------- */

static void push(struct lockdep_map *map, unsigned int subclass, int read, bool trylock,
		 const char *site)
{
	struct __psim_task_sync *s = mine();
	struct __psim_held *h;

	if (psim_held_off)
		return;
	if (unlikely(s->nr_held >= __PSIM_MAX_HELD)) {
		psim_fatal("law 4", "%s takes %s as lock number %u: too many are held", site,
			   name_of(map), s->nr_held + 1);
	}
	h = &s->held[s->nr_held++];
	h->map = map;
	h->site = site;
	h->read = read;
	h->subclass = subclass;
	h->trylock = trylock;
	psim_lock_order(s);
}

/*
 * Readers come after writers, and writers after everybody: two clocks, at the map and behind its first byte.
 * A map that only the checker knows (no lock of its own) makes no edges.
 */
void psim_held_push_slow(struct lockdep_map *map, unsigned int subclass, int read, bool trylock,
			 const char *site)
{
	push(map, subclass, read, trylock, site);
	if (psim_traces(PSIM_EV_LOCK))
		trace_lock(PSIM_EV_LOCK, map, read, trylock);
	psim_edge_in(map);
	if (!read)
		psim_edge_in((char *)map + 1);
}

struct __psim_held *psim_held_search(const struct lockdep_map *map)
{
	struct __psim_task_sync *s = mine();
	unsigned int i;

	for (i = s->nr_held; i--;)
		if (s->held[i].map == map)
			return &s->held[i];
	return NULL;
}

static bool pop(struct lockdep_map *map, const char *site)
{
	struct __psim_task_sync *s = mine();
	unsigned int i;

	if (psim_held_off)
		return true;
	for (i = s->nr_held; i--;)
		if (s->held[i].map == map)
			break;
	if (unlikely(i == -1u)) {
		psim_report("law 4", "%s releases lock %s, which this task does not hold", site,
			    name_of(map));
		return false;
	}
	for (s->nr_held--; i < s->nr_held; i++)
		s->held[i] = s->held[i + 1];
	return true;
}

bool psim_held_pop_slow(struct lockdep_map *map, const char *site)
{
	const struct __psim_held *h = psim_race ? psim_held_find(map) : NULL;

	if (h)
		psim_edge_out((char *)map + !!h->read);
	if (psim_traces(PSIM_EV_UNLOCK))
		trace_lock(PSIM_EV_UNLOCK, map, 0, false);
	return pop(map, site);
}

void psim_lock_never_initialised(struct lockdep_map *map, const char *kind, const char *site)
{
	psim_report("law 4", "%s uses a %s that was never initialised, or is destroyed", site,
		    kind);
	map->name = "(never initialised)";
}

void psim_lock_recursion(struct lockdep_map *map, const char *kind, const char *site)
{
	struct __psim_held *h = psim_held_find(map);

	psim_fatal("law 4", "%s takes %s %s, which this task already holds since %s: deadlock",
		   site, kind, name_of(map), h ? h->site : "?");
}

/* ---- the face --------------------------------------------------------------------------------------------- */

void lockdep_init_map(struct lockdep_map *lock, const char *name, struct lock_class_key *key,
		      int subclass)
{
	lock->name = name;
	lock->key = key;
	lock->__psim_class = 0;
	lock->__psim_nr = 0;
	if (unlikely(subclass))
		psim_lock_order_level(lock, subclass);
}

void __psim_lockdep_forget(struct lockdep_map *lock)
{
	lock->name = NULL;
}

void lockdep_register_key(struct lock_class_key *key)
{
	psim_inert(__func__);
}

void lockdep_unregister_key(struct lock_class_key *key)
{
	psim_inert(__func__);
}

int lock_is_held_type(const struct lockdep_map *lock, int read)
{
	struct __psim_held *h = psim_held_find(lock);

	if (psim_held_off)
		return LOCK_STATE_UNKNOWN;
	if (!h || (read >= 0 && !!h->read != read))
		return LOCK_STATE_NOT_HELD;
	return LOCK_STATE_HELD;
}

int __psim_lockdep_depth(const struct task_struct *task)
{
	return task->__psim_sync.nr_held;
}

void __psim_lockdep_complain(const struct lockdep_map *lock, const char *what, const char *site)
{
	psim_report("law 4", "%s: lock %s %s", site, name_of(lock), what);
}

void __psim_lockdep_none_held(const char *site)
{
	struct __psim_task_sync *s = mine();

	if (s->nr_held)
		psim_report("law 4", "%s: lock %s is held since %s", site, name_of(s->held[0].map),
			    s->held[0].site);
}

void __psim_lockdep_context(int which, const char *site)
{
	static const char *const what[] = {"preemption is not off", "interrupts are not off",
					   "interrupts are off", "this is not a soft interrupt"};
	const bool ok[] = {psim_in_atomic(), psim_irqs_are_off(), !psim_irqs_are_off(),
			   psim_in_softirq()};

	if (!ok[which])
		psim_report("law 4", "%s: %s", site, what[which]);
}

void __psim_lock_map_acquire(struct lockdep_map *lock, unsigned int subclass, int trylock, int read,
			     const char *site)
{
	psim_lock_check_init(lock, "lock map", site);
	push(lock, subclass, read, trylock, site);
}

void __psim_lock_map_release(struct lockdep_map *lock, const char *site)
{
	pop(lock, site);
}

void __psim_might_lock(struct lockdep_map *lock, unsigned int subclass, int read, const char *site)
{
	psim_lock_check_init(lock, "lock", site);
	push(lock, subclass, read, false, site);
	pop(lock, site);
}

/* ---- contexts --------------------------------------------------------------------------------------------- */

void psim_sync_must_not_sleep(const char *what)
{
	struct __psim_task_sync *s = mine();

	if (unlikely(!current || current->__psim_preempt_count || current->__psim_irqs_off))
		psim_may_sleep(what);
	if (unlikely(s->rcu_nesting))
		psim_report("law 4", "%s may sleep, but this task is an RCU reader", what);
	if (unlikely(s->non_block > 0))
		psim_report("law 4", "%s may sleep inside non_block_start()", what);
}

void __psim_might_sleep(const char *what)
{
	psim_sync_may_sleep(what);
}

void __psim_cant_sleep(const char *what)
{
	if (!psim_in_atomic() && !psim_irqs_are_off())
		psim_report("law 4", "%s must be called where nothing sleeps", what);
}

void __psim_non_block(int change)
{
	mine()->non_block += change;
}

void psim_lock_check_freed(const void *addr, size_t size)
{
	struct __psim_task_sync *s = mine();
	unsigned int i;

	for (i = 0; i < s->nr_held; i++) {
		const char *map = (const char *)s->held[i].map;

		if (unlikely(map >= (const char *)addr && map < (const char *)addr + size))
			psim_report("law 4", "memory is freed with lock %s inside, held since %s",
				    name_of(s->held[i].map), s->held[i].site);
	}
	psim_timers_check_freed(addr, size);
	psim_work_check_freed(addr, size);
}

void psim_sync_task_exit(struct task_struct *task)
{
	struct __psim_task_sync *s = &task->__psim_sync;
	unsigned int i;

	for (i = 0; i < s->nr_held; i++)
		psim_report("law 4", "the task ends, but holds lock %s since %s",
			    name_of(s->held[i].map), s->held[i].site);
	if (s->rcu_nesting)
		psim_report("law 4", "the task ends inside rcu_read_lock()");
	s->nr_held = 0;
}

void psim_sync_callback_left(const char *what, void *function, unsigned int held_before)
{
	struct __psim_task_sync *s = mine();
	unsigned int i;

	for (i = held_before; i < s->nr_held; i++)
		psim_report("law 4", "%s %ps returned with lock %s, held since %s", what, function,
			    name_of(s->held[i].map), s->held[i].site);
	if (s->rcu_nesting)
		psim_report("law 4", "%s %ps returned inside rcu_read_lock()", what, function);
}
