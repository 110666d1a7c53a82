/* SPDX-License-Identifier: MIT */
/* A fibre's inside, between its pool (fiber.c) and the switch for each machine. */
#ifndef PSIM_FIBER_H
#define PSIM_FIBER_H

#include <stddef.h>

#if defined(__x86_64__) || defined(__aarch64__)
#define PSIM_FIBER_ASM 1
#else
#define PSIM_FIBER_ASM 0
#include <ucontext.h>
#endif

/**
 * struct psim_fiber - one stack and where it stopped
 * @sp: where its registers lie, while it does not run; first, the switch knows that
 * @bottom: lowest byte of the stack; for the main fibre, what AddressSanitizer says
 * @bytes: its length
 * @block: PSIM_FIBER_BLOCK bytes above the stack, for its owner
 * @entry: what it runs, with @arg
 * @next: link in the pool
 * @from: the fibre that switched here last
 * @fake: AddressSanitizer's fake stack, while it does not run
 * @tsan: ThreadSanitizer's fibre
 * @ended: it will not be resumed, and said so
 */
struct psim_fiber {
	void *sp;
	const void *bottom;
	size_t bytes;
	void *block;
	void (*entry)(void *arg);
	void *arg;
	struct psim_fiber *next;
	struct psim_fiber *from;
	void *fake;
	void *tsan;
	int ended;
#if !PSIM_FIBER_ASM
	ucontext_t context;
#endif
};

/* Lay out the stack so that the first switch to it calls psim_fiber_arrived(). */
void psim_fiber_prepare(struct psim_fiber *fiber);
void psim_fiber_arrived(struct psim_fiber *fiber);
/* Save the registers that a function must keep in @from, go on where @to stopped. */
void psim_fiber_jump(struct psim_fiber *from, struct psim_fiber *to);

#endif /* PSIM_FIBER_H */
