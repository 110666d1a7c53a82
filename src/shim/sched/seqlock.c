// SPDX-License-Identifier: MIT
/* Sequence counters: odd while a writer is inside. */
#include <linux/sched.h>
#include <linux/seqlock.h>
#include "host/race.h"
#include "sched/engine.h"
#include "sched/lockdep.h"

void __seqcount_init(seqcount_t *s, const char *name, struct lock_class_key *key)
{
	s->sequence = 0;
	lockdep_init_map(&s->dep_map, name, key, 0);
}

unsigned int __psim_seq_raw(const seqcount_t *s)
{
	psim_point(PSIM_POINT_ONCE);
	return __atomic_load_n(&s->sequence, __ATOMIC_ACQUIRE);
}

unsigned int __psim_seq_begin(const seqcount_t *s)
{
	unsigned int start;

	while ((start = __psim_seq_raw(s)) & 1)
		psim_yielded();
	psim_edge_in(s);
	return start;
}

int __psim_seq_retry(const seqcount_t *s, unsigned int start)
{
	psim_point(PSIM_POINT_ONCE);
	__psim_smp_mb();
	return __atomic_load_n(&s->sequence, __ATOMIC_ACQUIRE) != start;
}

void __psim_seq_write_begin(seqcount_t *s)
{
	unsigned int before = __psim_fetch(add, &s->sequence, 1, __ATOMIC_SEQ_CST);

	lockdep_assert(!(before & 1));
	psim_point(PSIM_POINT_ONCE);
}

void __psim_seq_write_end(seqcount_t *s)
{
	psim_point(PSIM_POINT_ONCE);
	psim_edge_out(s);
	__psim_fetch(add, &s->sequence, 1, __ATOMIC_SEQ_CST);
}
