// SPDX-License-Identifier: MIT
/*
 * The bytes of a device: reserved lazily, zero when handed out, pooled between machines so that plugging
 * a GPU in again makes no system call.
 */
#include <errno.h>

#include "../../shim/host/host.h"
#include "simgpu_hw.h"

#define POOLED 8

static struct store pool[POOLED];

static int from_pool(struct store *store, uint64_t bytes)
{
	for (int i = 0; i < POOLED; i++) {
		if (!pool[i].bytes || pool[i].reserved != bytes)
			continue;
		*store = pool[i];
		pool[i].bytes = NULL;
		return 1;
	}
	return 0;
}

int simhw_store_open(struct store *store, uint64_t bytes)
{
	void *p;

	if (from_pool(store, bytes))
		return 0;
	p = psim_host_reserve(bytes);
	if (!p)
		return -ENOMEM;
	*store = (struct store){.bytes = p, .reserved = bytes, .length = bytes};
	return 0;
}

void simhw_store_close(struct store *store)
{
	if (!store->bytes)
		return;
	psim_host_clear(store->bytes, store->touched);
	store->touched = 0;
	for (int i = 0; i < POOLED; i++) {
		if (pool[i].bytes)
			continue;
		pool[i] = *store;
		store->bytes = NULL;
		return;
	}
	psim_host_release(store->bytes, store->reserved);
	store->bytes = NULL;
}

/* A linked GPU's engine may write at the same time. */
static void touch(struct store *store, uint64_t end)
{
	uint64_t old = __atomic_load_n(&store->touched, __ATOMIC_RELAXED);

	while (old < end && !__atomic_compare_exchange_n(&store->touched, &old, end, 0,
							 __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		;
}

unsigned char *simhw_store_at(struct store *store, uint64_t offset, uint64_t n, int write)
{
	if (n > store->length || offset > store->length - n)
		return NULL;
	if (write)
		touch(store, (offset + n + 4095) & ~4095ull);
	return store->bytes + offset;
}
