// SPDX-License-Identifier: MIT
/*
 * Host memory: address ranges that outlive a machine, bookkeeping blocks, AddressSanitizer's poison.
 *
 * An arena is reserved once and only replaced when a later machine needs a longer one, so that
 * starting again makes no system call. Huge host pages are kept off: one touched simulated page must
 * not commit two megabytes.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "host.h"
#include "race.h"
#include "sanitizer.h"

/* Above this, giving pages back to the host is cheaper than writing zeros. */
#define SHORT	      256
#define CLEAR_BY_HAND (256ul << 10)
#define HOST_PAGE     4096ul

static struct {
	char *base;
	unsigned long bytes;
} arenas[PSIM_ARENA_COUNT];

void *psim_host_reserve(unsigned long bytes)
{
	void *base = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (base == MAP_FAILED)
		return NULL;
	madvise(base, bytes, MADV_NOHUGEPAGE);
	return base;
}

void psim_host_release(void *p, unsigned long bytes)
{
	psim_host_unpoison(p, bytes);
	munmap(p, bytes);
}

void *psim_host_arena(enum psim_arena id, unsigned long bytes)
{
	char *base;

	bytes = (bytes + HOST_PAGE - 1) & ~(HOST_PAGE - 1);
	if (arenas[id].base && arenas[id].bytes >= bytes)
		return arenas[id].base;
	base = psim_host_reserve(bytes);
	if (!base)
		return NULL;
	if (arenas[id].base)
		psim_host_release(arenas[id].base, arenas[id].bytes);
	arenas[id].base = base;
	arenas[id].bytes = bytes;
	return base;
}

/*
 * Not memset: the sanitizers intercept that, and poisoned bytes may lie in the range. Short ranges are the rule,
 * for which the string instruction takes too long to begin.
 */
static void zero_by_hand(char *p, unsigned long bytes)
{
#if defined(__x86_64__)
#if !PSIM_HAS_ASAN && !PSIM_HAS_TSAN
	typedef long long block __attribute__((vector_size(16), aligned(1), may_alias));

	if (bytes >= sizeof(block) && bytes < SHORT) {
		char *last = p + bytes - sizeof(block);

		for (; p < last; p += sizeof(block))
			*(block *)p = (block){0, 0};
		*(block *)last = (block){0, 0};
		return;
	}
#endif
	__asm__ volatile("rep stosb" : "+D"(p), "+c"(bytes) : "a"(0) : "memory");
#else
	volatile char *q = p;

	while (bytes--)
		*q++ = 0;
#endif
}

void psim_host_clear(void *p, unsigned long bytes)
{
	char *start = p, *end = start + bytes;
	char *first = (char *)(((unsigned long)start + HOST_PAGE - 1) & ~(HOST_PAGE - 1));
	char *last = (char *)((unsigned long)end & ~(HOST_PAGE - 1));

	if (bytes <= CLEAR_BY_HAND) {
		zero_by_hand(start, bytes);
		return;
	}
	zero_by_hand(start, first - start);
	zero_by_hand(last, end - last);
	madvise(first, last - first, MADV_DONTNEED);
}

void psim_host_copy(void *to, const void *from, unsigned long bytes)
{
	memcpy(to, from, bytes);
}

/* The shim keeps these blocks in places that LeakSanitizer does not scan. */
void *psim_host_malloc(unsigned long bytes)
{
	void *p;

	__lsan_disable();
	p = calloc(1, bytes);
	__lsan_enable();
	if (psim_race && p)
		psim_race->owned(p, bytes);
	return p;
}

void psim_host_free(void *p)
{
	free(p);
}

void psim_host_poison(const void *p, unsigned long bytes)
{
	PSIM_ASAN_POISON(p, bytes);
	(void)p;
	(void)bytes;
}

void psim_host_unpoison(const void *p, unsigned long bytes)
{
	PSIM_ASAN_UNPOISON(p, bytes);
	(void)p;
	(void)bytes;
}

int psim_host_has_tsan(void)
{
	return PSIM_HAS_TSAN;
}
