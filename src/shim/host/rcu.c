// SPDX-License-Identifier: MIT
/*
 * liburcu (the membarrier flavour) for the free-running engine only: its grace periods block the host's
 * thread. call_rcu is not used, because it would start a thread of its own.
 */
#include <urcu/urcu-memb.h>

#include "host.h"

void psim_host_rcu_register(void)
{
	urcu_memb_register_thread();
}

void psim_host_rcu_unregister(void)
{
	urcu_memb_unregister_thread();
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
