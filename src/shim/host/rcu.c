// SPDX-License-Identifier: MIT
/*
 * liburcu (the membarrier flavour) for the free-running engine only: its grace periods block the host's
 * thread. call_rcu is not used, because it would start a thread of its own.
 */
#include <urcu/urcu-memb.h>

#include "host.h"

/* The main thread outlives machines, and so does its registration. */
static __thread int registered;

void psim_host_rcu_register(void)
{
	if (!registered)
		urcu_memb_register_thread();
	registered = 1;
}

void psim_host_rcu_unregister(void)
{
	if (registered)
		urcu_memb_unregister_thread();
	registered = 0;
}

void psim_host_rcu_read_lock(void)
{
	urcu_memb_read_lock();
}

void psim_host_rcu_read_unlock(void)
{
	urcu_memb_read_unlock();
}

void psim_host_rcu_synchronize(void)
{
	urcu_memb_synchronize_rcu();
}
