// SPDX-License-Identifier: MIT
/*
 * Fibres: stacks that the deterministic engine switches between in user space.
 *
 * The switch itself is in fiber_switch.c. Around it stand the
 * sanitizers' annotations. Stacks come from a pool that outlives machines; each has a guard page below
 * and a small block for its owner at the top. An abandoned stack is clean again when it is reused.
 */
#include <stdlib.h>
#include <sys/mman.h>

#include "host.h"
#include "fiber.h"
#include "sanitizer.h"

#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#define STACK_REGISTER(from, to) ((void)VALGRIND_STACK_REGISTER((from), (to)))
#else
#define STACK_REGISTER(from, to) ((void)0)
#endif

#if PSIM_HAS_TSAN
#include <sanitizer/tsan_interface.h>
#endif
#if PSIM_HAS_ASAN
#include <sanitizer/common_interface_defs.h>
#endif

#define GUARD_BYTES 4096ul
/* Sanitized frames are several times as large. */
#define STACK_BYTES ((PSIM_HAS_ASAN || PSIM_HAS_TSAN ? 1024ul : 256ul) << 10)

static struct psim_fiber main_fiber;
static struct psim_fiber *running = &main_fiber;
static struct psim_fiber *pool;

unsigned long psim_fiber_stack_bytes(void)
{
	return STACK_BYTES - PSIM_FIBER_BLOCK;
}

struct psim_fiber *psim_fiber_main(void)
{
	running = &main_fiber;
#if PSIM_HAS_TSAN
	main_fiber.tsan = __tsan_get_current_fiber();
#endif
	return &main_fiber;
}

int psim_fiber_is_guard(unsigned long address)
{
	unsigned long bottom = (unsigned long)running->bottom;

	return running != &main_fiber && address < bottom && address >= bottom - GUARD_BYTES;
}

/* ---- what runs on a new stack ------------------------------------------------------------------ */

/* The first switch to a fibre has arrived; called by the trampoline, and has nowhere to return to. */
void psim_fiber_arrived(struct psim_fiber *fiber)
{
#if PSIM_HAS_ASAN
	__sanitizer_finish_switch_fiber(NULL, &fiber->from->bottom, &fiber->from->bytes);
#endif
	fiber->entry(fiber->arg);
	abort();
}

/* ---- the pool ------------------------------------------------------------------------------------ */

/* A stack of its own: guard page, then the stack, then the owner's block at its upper end. */
static struct psim_fiber *make(void)
{
	struct psim_fiber *fiber;
	char *base;

	fiber = psim_host_malloc(sizeof(*fiber));
	if (!fiber)
		return NULL;
	base = mmap(NULL, GUARD_BYTES + STACK_BYTES, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
	if (base == MAP_FAILED) {
		psim_host_free(fiber);
		return NULL;
	}
	mprotect(base, GUARD_BYTES, PROT_NONE);
	fiber->bottom = base + GUARD_BYTES;
	fiber->bytes = STACK_BYTES - PSIM_FIBER_BLOCK;
	fiber->block = base + GUARD_BYTES + fiber->bytes;
	STACK_REGISTER(fiber->bottom, base + GUARD_BYTES + STACK_BYTES);
#if PSIM_HAS_ASAN
	__lsan_register_root_region(fiber->bottom, STACK_BYTES);
#endif
#if PSIM_HAS_TSAN
	fiber->tsan = __tsan_create_fiber(0);
#endif
	return fiber;
}

struct psim_fiber *psim_fiber_new(void (*entry)(void *arg), void *arg)
{
	struct psim_fiber *fiber = pool;

	if (fiber)
		pool = fiber->next;
	else
		fiber = make();
	if (!fiber)
		return NULL;
	psim_host_unpoison(fiber->block, PSIM_FIBER_BLOCK);
	fiber->entry = entry;
	fiber->arg = arg;
	fiber->fake = NULL;
	fiber->ended = 0;
	psim_fiber_prepare(fiber);
	return fiber;
}

void *psim_fiber_block(struct psim_fiber *fiber)
{
	return fiber->block;
}

void psim_fiber_free(struct psim_fiber *fiber)
{
#if PSIM_HAS_ASAN
	/* an abandoned fibre left the redzones of its frames behind */
	psim_host_unpoison(fiber->bottom, fiber->bytes);
	psim_host_poison(fiber->block, PSIM_FIBER_BLOCK);
#endif
#if PSIM_HAS_TSAN
	if (!fiber->ended) {
		/* its shadow call stack is in the middle of something */
		__tsan_destroy_fiber(fiber->tsan);
		fiber->tsan = __tsan_create_fiber(0);
	}
#endif
	fiber->next = pool;
	pool = fiber;
}

/* ---- switching ------------------------------------------------------------------------------------- */

#if PSIM_HAS_TSAN
#if defined(__clang__)
__attribute__((no_sanitize("thread"), disable_sanitizer_instrumentation))
#else
__attribute__((no_sanitize_thread))
#endif
#endif
void psim_fiber_switch(struct psim_fiber *to, int last)
{
	struct psim_fiber *from = running;

	running = to;
#if PSIM_HAS_ASAN
	to->from = from;
	__sanitizer_start_switch_fiber(last ? NULL : &from->fake, to->bottom, to->bytes);
#endif
#if PSIM_HAS_TSAN
	__tsan_switch_to_fiber(to->tsan, 0);
#endif
	from->ended = last;
	psim_fiber_jump(from, to);
#if PSIM_HAS_ASAN
	__sanitizer_finish_switch_fiber(from->fake, &from->from->bottom, &from->from->bytes);
#endif
}
