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
#define GUESSES	   64 /* of tasks' names, and of other strings */
#define UNKNOWN	   0 /* the first two strings of all */
#define NO_TEXT	   2

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
/* Cleared when the pool is made. */
static struct psim_monitor guard;
static __psim_scratch struct {
	u64 name[TASK_COMM_LEN / sizeof(u64)];
	u32 place;
} of_task[GUESSES];
static __psim_scratch struct {
	const char *text;
	u32 place;
} of_text[GUESSES];

int psim_trace_strings_start(void)
{
	if (pool)
		return 0;
	pool = psim_host_arena(PSIM_ARENA_TRACE_STRINGS, sizeof(*pool));
	if (!pool)
		return -ENOMEM;
	memset(pool->bucket, 0, sizeof(pool->bucket));
	memset(of_task, 0, sizeof(of_task));
	memset(of_text, 0, sizeof(of_text));
	memcpy(pool->text, "?\0-", 4);
	pool->used = 4;
	pool->strings = 2;
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
	/* who has the number of an older one reads without the guard */
	__atomic_store_n(&pool->used, place + bytes, __ATOMIC_RELEASE);
	pool->strings++;
	pool->bucket[bucket] = place;
	return place;
}

static u32 find(const char *text)
{
	u32 bucket = hash_of(text) % BUCKETS;

	while (pool->bucket[bucket] && strcmp(pool->text + pool->bucket[bucket], text))
		bucket = (bucket + 1) % BUCKETS;
	return pool->bucket[bucket] ?: add(text, bucket);
}

/* Most are constants, and lie where they lay; what has become of others at that place is looked at. */
u32 psim_trace_string(const char *text)
{
	unsigned int i = (unsigned long)text / 8 % GUESSES;
	u32 place;

	if (!text)
		return NO_TEXT;
	psim_sim_lock(&guard);
	if (!pool && psim_trace_strings_start()) {
		psim_sim_unlock(&guard);
		return UNKNOWN;
	}
	if (of_text[i].text != text || strcmp(pool->text + of_text[i].place, text)) {
		of_text[i].text = text;
		of_text[i].place = find(text);
	}
	place = of_text[i].place;
	psim_sim_unlock(&guard);
	return place;
}

u32 psim_trace_task_name(unsigned int task, const char *name)
{
	unsigned int i = task % GUESSES;

	if (unlikely(!pool || memcmp(of_task[i].name, name, TASK_COMM_LEN) || !of_task[i].place)) {
		u32 place = psim_trace_string(name);

		memcpy(of_task[i].name, name, TASK_COMM_LEN);
		of_task[i].place = place;
	}
	return of_task[i].place;
}

const char *psim_trace_string_text(u64 number)
{
	return pool && number < __atomic_load_n(&pool->used, __ATOMIC_ACQUIRE) ? pool->text + number
									       : "?";
}
