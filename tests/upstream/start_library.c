// SPDX-License-Identifier: MIT
/* What a kernel does at boot for its lib/radix-tree.c, and what one that ends would do. */
#include <linux/rcupdate.h>
#include <linux/slab.h>

extern struct kmem_cache *radix_tree_node_cachep;
void radix_tree_init(void);
void start_library(void);
void stop_library(void);

void start_library(void)
{
	radix_tree_init();
}

void stop_library(void)
{
	rcu_barrier();
	kmem_cache_destroy(radix_tree_node_cachep);
}
