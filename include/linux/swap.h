/* SPDX-License-Identifier: MIT */
/* The LRU lists; swap itself is not modelled. */
#ifndef _LINUX_SWAP_H
#define _LINUX_SWAP_H

#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/__psim_lru.h>

#endif /* _LINUX_SWAP_H */
