/* SPDX-License-Identifier: MIT */
/* What the files of this folder ask of the spinlocks. */
#ifndef PSIM_SPINLOCK_H
#define PSIM_SPINLOCK_H

#include <linux/spinlock.h>

/* What a spinning lock switches off while it is held; @how: __PSIM_SPIN_*. */
void psim_spin_context_enter(int how);
void psim_spin_context_leave(int how);

/* Lock inside of another primitive, interrupts off: no scheduling points of its own. */
void psim_spin_lock_quiet(spinlock_t *lock, const char *site);
void psim_spin_unlock_quiet(spinlock_t *lock, const char *site);

#endif /* PSIM_SPINLOCK_H */
