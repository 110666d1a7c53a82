/* SPDX-License-Identifier: MIT */
/* Shrinkers: caches that give memory back when the page allocator asks (S9.68). */
#ifndef _LINUX_SHRINKER_H
#define _LINUX_SHRINKER_H

#include <linux/compiler.h>
#include <linux/completion.h>
#include <linux/list.h>
#include <linux/refcount.h>
#include <linux/types.h>

struct mem_cgroup;

/* A scan gets nowhere now; nothing to scan. */
#define SHRINK_STOP  (~0ul)
#define SHRINK_EMPTY (~0ul - 1)

/**
 * struct shrink_control - what is asked for
 * @gfp_mask: context of the allocation that needs memory
 * @nid: node, always 0
 * @nr_to_scan: objects to look at in this call
 * @nr_scanned: how many were; set to @nr_to_scan before, the callback may change it
 */
struct shrink_control {
	gfp_t gfp_mask;
	int nid;
	unsigned long nr_to_scan;
	unsigned long nr_scanned;
	struct mem_cgroup *memcg;
};

/**
 * struct shrinker - one cache's callbacks
 * @count_objects: how many could be freed; 0: do not ask now; SHRINK_EMPTY: there are none
 * @scan_objects: free some; returns how many, or SHRINK_STOP
 * @batch: objects a scan; 0: 128
 * @seeks: cost of making an object again
 * @private_data: the owner's
 */
struct shrinker {
	unsigned long (*count_objects)(struct shrinker *shrinker, struct shrink_control *sc);
	unsigned long (*scan_objects)(struct shrinker *shrinker, struct shrink_control *sc);
	long batch;
	int seeks;
	unsigned int flags;
	void *private_data;
	refcount_t refcount;
	struct completion done;
	struct list_head list;
	bool __psim_registered;
	const char *__psim_name;
	const char *__psim_site;
};

#define DEFAULT_SEEKS	     2
#define SHRINKER_NUMA_AWARE  (1u << 2)
#define SHRINKER_MEMCG_AWARE (1u << 3)
#define SHRINKER_NONSLAB     (1u << 4)

/* A shrinker with no callbacks yet, or NULL. @fmt: its name. May sleep. */
struct shrinker *__psim_shrinker_alloc(unsigned int flags, const char *site, const char *fmt, ...)
	__printf(3, 4);
#define shrinker_alloc(flags, fmt...) __psim_shrinker_alloc((flags), __func__, fmt)
/* From now on it is asked. May sleep. */
void shrinker_register(struct shrinker *shrinker);
/* Never asked again once this returns; waits for a call in progress; NULL is allowed. May sleep. */
void shrinker_free(struct shrinker *shrinker);

#endif /* _LINUX_SHRINKER_H */
