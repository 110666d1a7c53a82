// SPDX-License-Identifier: MIT
/*
 * Links between GPUs: each end reaches the other's memory without the bus, at the link's own speed. Which
 * pairs are linked is decided when a GPU is plugged in, and is so for as long as both are there.
 */
#include <errno.h>

#include "simgpu_hw.h"

static int busy;

static void links_lock(void)
{
	while (__atomic_exchange_n(&busy, 1, __ATOMIC_ACQUIRE))
		;
}

static void links_unlock(void)
{
	__atomic_store_n(&busy, 0, __ATOMIC_RELEASE);
}

/* The link to @peer, or with NULL a place for one. */
static struct link *slot(struct simgpu_hw *gpu, const struct simgpu_hw *peer)
{
	for (int i = 0; i < SIMGPU_MAX_LINKS; i++) {
		if (gpu->links[i].peer == peer)
			return &gpu->links[i];
	}
	return NULL;
}

int simhw_link_make(struct simgpu_hw *a, struct simgpu_hw *b, uint64_t bytes_per_us,
		    uint64_t setup_ns)
{
	struct link link = {.bytes_per_us = bytes_per_us, .setup_ns = setup_ns};
	struct link *there, *back;

	links_lock();
	there = slot(a, NULL);
	back = slot(b, NULL);
	if (there && back && !slot(a, b)) {
		*there = *back = link;
		there->peer = b;
		back->peer = a;
	} else {
		there = NULL;
	}
	links_unlock();
	return there ? 0 : -ENOSPC;
}

void simhw_link_cut_all(struct simgpu_hw *gpu)
{
	links_lock();
	for (int i = 0; i < SIMGPU_MAX_LINKS; i++) {
		if (gpu->links[i].peer)
			*slot(gpu->links[i].peer, gpu) = (struct link){0};
		gpu->links[i] = (struct link){0};
	}
	links_unlock();
}

static const struct link *find(struct simgpu_hw *gpu, uint64_t number)
{
	const struct link *link = NULL;

	links_lock();
	for (int i = 0; i < SIMGPU_MAX_LINKS && !link; i++) {
		if (gpu->links[i].peer && gpu->links[i].peer->bus.id == number)
			link = &gpu->links[i];
	}
	links_unlock();
	return link;
}

uint64_t simhw_link_speed(struct simgpu_hw *gpu, uint64_t number)
{
	const struct link *link = find(gpu, number);

	return link ? link->bytes_per_us : 0;
}

const struct link *simhw_link_of(struct simgpu_hw *gpu, uint64_t address)
{
	const struct link *link = find(gpu, (address >> SIMGPU_LINK_SHIFT) - 1);

	if (!link)
		psim_hw_report(&gpu->bus, "GPU link", "an address where no link goes", address);
	return link;
}

uint64_t simhw_link_cost(const struct link *link, uint64_t bytes)
{
	return link->setup_ns + bytes * 1000 / link->bytes_per_us;
}

unsigned char *simhw_link_at(struct simgpu_hw *gpu, uint64_t address, uint64_t n, int write)
{
	const struct link *link = simhw_link_of(gpu, address);
	unsigned char *bytes;

	if (!link)
		return NULL;
	bytes = simhw_store_at(&link->peer->memory, address & SIMGPU_LINK_OFFSET, n, write);
	if (!bytes)
		psim_hw_report(&gpu->bus, "GPU link", "an address beyond the peer's memory",
			       address);
	return bytes;
}
