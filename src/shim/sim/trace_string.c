// SPDX-License-Identifier: MIT
/*
 * Strings that events mention: a number each, the place in one pool where it lies. The pool outlives the
 * machine, as the ring does.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "sim/trace.h"

#define POOL_BYTES (1u << 20)
#define BUCKETS	   4096
#define GUESSES	   64
#define UNKNOWN	   0 /* the first string of all */

/**
 * struct pool - the strings
 * @used: bytes of @text
 * @bucket: by hash, linear probing: a string's place; 0: none
 * @text: one after the other, each with its final 0
 */
struct pool {
	u32 used, strings;
	u32 bucket[BUCKETS];
	char text[POOL_BYTES];
};

static struct pool *pool;
static struct psim_monitor guard;
static u32 guesses[GUESSES];

int psim_trace_strings_start(void)
{
	if (pool)
		return 0;
	pool = psim_host_arena(PSIM_ARENA_TRACE_STRINGS, sizeof(*pool));
	if (!pool)
		return -ENOMEM;
	memset(pool->bucket, 0, sizeof(pool->bucket));
	memcpy(pool->text, "?", 2);
	pool->used = 2;
	pool->strings = 1;
	return 0;
}

static u32 hash_of(const char *text)
{
	u32 hash = 2166136261u;

	while (*text)
		hash = (hash ^ (unsigned char)*text++) * 16777619u;
	return hash;
}

static u32 add(const char *text, u32 bucket)
{
	size_t bytes = strlen(text) + 1;
	u32 place = pool->used;

	/* half of the buckets stay free */
	if (pool->strings >= BUCKETS / 2 || bytes > POOL_BYTES - pool->used)
		return UNKNOWN;
	memcpy(pool->text + place, text, bytes);
	pool->used += bytes;
	pool->strings++;
	pool->bucket[bucket] = place;
	return place;
}

u32 psim_trace_string(const char *text)
{
	u32 bucket, place;

	if (!pool || !text)
		return UNKNOWN;
	psim_sim_lock(&guard);
	bucket = hash_of(text) % BUCKETS;
	while (pool->bucket[bucket] && strcmp(pool->text + pool->bucket[bucket], text))
		bucket = (bucket + 1) % BUCKETS;
	place = pool->bucket[bucket] ?: add(text, bucket);
	psim_sim_unlock(&guard);
	return place;
}

u32 psim_trace_task_name(unsigned int task, const char *name)
{
	u32 *guess = &guesses[task % GUESSES];

	if (unlikely(!*guess || strcmp(pool->text + *guess, name)))
		*guess = psim_trace_string(name);
	return *guess;
}

const char *psim_trace_string_text(u64 number)
{
	return pool && number < pool->used ? pool->text + number : "?";
}
