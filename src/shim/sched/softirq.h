/* SPDX-License-Identifier: MIT */
/* Timers and RCU callbacks share one soft interrupt: what their files ask of each other. */
#ifndef PSIM_SOFTIRQ_H
#define PSIM_SOFTIRQ_H

#include <linux/types.h>

/* RCU callbacks are ready: the soft interrupt is due at once. */
void psim_softirq_raise(void);
/* Run the RCU callbacks that are ready. */
void psim_rcu_run(void);

/* Arm a timer anew at @expires, or disarm it, inside of another primitive: no scheduling points. */
struct timer_list;
void psim_timer_arm(struct timer_list *timer, unsigned long expires);
/* The same at a moment in virtual nanoseconds. */
void psim_timer_arm_ns(struct timer_list *timer, u64 due);
bool psim_timer_disarm(struct timer_list *timer);
/* Whether its function runs now. */
bool psim_timer_runs(const struct timer_list *timer);

/* Parts of the sync room's life. */
void psim_timers_start(void);
void psim_timers_leftovers(void);
void psim_rcu_start(void);
void psim_rcu_drained(void);
void psim_rcu_leftovers(void);
void psim_rcu_stop(void);
void psim_workqueues_leftovers(void);
void psim_workqueues_stop(void);

/* Jiffies without a scheduling point. */
unsigned long psim_jiffies_now(void);
/* The virtual moment (ns) at which jiffies have passed @j. */
u64 psim_jiffies_deadline(unsigned long j);

#endif /* PSIM_SOFTIRQ_H */
