/* SPDX-License-Identifier: MIT */
/* Which node the running CPU is on: there is one. */
#ifndef _LINUX_TOPOLOGY_H
#define _LINUX_TOPOLOGY_H

#include <linux/numa.h>

static inline int numa_node_id(void)
{
	return 0;
}

#endif /* _LINUX_TOPOLOGY_H */
