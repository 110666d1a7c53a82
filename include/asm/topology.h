/* SPDX-License-Identifier: MIT */
/* One node. */
#ifndef _ASM_TOPOLOGY_H
#define _ASM_TOPOLOGY_H

#include <linux/topology.h>

#endif /* _ASM_TOPOLOGY_H */
