// SPDX-License-Identifier: MIT
/*
 * The register switch for each machine, and the first frame of a new stack.
 *
 * What a function must keep is saved: the callee-saved registers, and the control words of the floating
 * point units. No system call: a fibre has no signal mask of its own. The CFI lets gdb and backtraces
 * pass through a stopped fibre, and ends them at its first frame.
 */
#include <stdint.h>

#include "fiber.h"

#if defined(__x86_64__)

/* As the switch finds it: control words, r15, r14, r13, r12, rbx, rbp, where to go on. */
struct frame {
	uint32_t mxcsr;
	uint32_t x87;
	uint64_t r15, r14, r13, r12, rbx, rbp, rip;
	uint64_t end[2];
};

__asm__(".text\n"
	".p2align 5\n"
	".globl psim_fiber_jump\n"
	".type psim_fiber_jump, @function\n"
	"psim_fiber_jump:\n"
	"	.cfi_startproc\n"
	"	pushq %rbp\n"
	"	.cfi_adjust_cfa_offset 8\n"
	"	.cfi_rel_offset %rbp, 0\n"
	"	pushq %rbx\n"
	"	.cfi_adjust_cfa_offset 8\n"
	"	.cfi_rel_offset %rbx, 0\n"
	"	pushq %r12\n"
	"	.cfi_adjust_cfa_offset 8\n"
	"	.cfi_rel_offset %r12, 0\n"
	"	pushq %r13\n"
	"	.cfi_adjust_cfa_offset 8\n"
	"	.cfi_rel_offset %r13, 0\n"
	"	pushq %r14\n"
	"	.cfi_adjust_cfa_offset 8\n"
	"	.cfi_rel_offset %r14, 0\n"
	"	pushq %r15\n"
	"	.cfi_adjust_cfa_offset 8\n"
	"	.cfi_rel_offset %r15, 0\n"
	"	subq $8, %rsp\n"
	"	.cfi_adjust_cfa_offset 8\n"
	"	stmxcsr (%rsp)\n"
	"	fnstcw 4(%rsp)\n"
	"	movq %rsp, (%rdi)\n"
	/* both stacks have the same frame here, so the same rules describe it */
	"	movq (%rsi), %rsp\n"
	"	ldmxcsr (%rsp)\n"
	"	fldcw 4(%rsp)\n"
	"	addq $8, %rsp\n"
	"	.cfi_adjust_cfa_offset -8\n"
	"	popq %r15\n"
	"	.cfi_adjust_cfa_offset -8\n"
	"	.cfi_restore %r15\n"
	"	popq %r14\n"
	"	.cfi_adjust_cfa_offset -8\n"
	"	.cfi_restore %r14\n"
	"	popq %r13\n"
	"	.cfi_adjust_cfa_offset -8\n"
	"	.cfi_restore %r13\n"
	"	popq %r12\n"
	"	.cfi_adjust_cfa_offset -8\n"
	"	.cfi_restore %r12\n"
	"	popq %rbx\n"
	"	.cfi_adjust_cfa_offset -8\n"
	"	.cfi_restore %rbx\n"
	"	popq %rbp\n"
	"	.cfi_adjust_cfa_offset -8\n"
	"	.cfi_restore %rbp\n"
	/*
	 * Not a jump: two tasks mostly stop in the same chain of calls, so with a return here the
	 * predictor of returns is right about every frame above.
	 */
	"	ret\n"
	"	.cfi_endproc\n"
	".size psim_fiber_jump, . - psim_fiber_jump\n"

	/* The oldest frame of a fibre: rbx holds the fibre; nothing is above. */
	".p2align 4\n"
	".globl psim_fiber_start\n"
	".hidden psim_fiber_start\n"
	".type psim_fiber_start, @function\n"
	"	nop\n"
	"psim_fiber_start:\n"
	"	.cfi_startproc\n"
	"	.cfi_undefined %rip\n"
	"	endbr64\n"
	"	movq %rbx, %rdi\n"
	"	xorl %ebp, %ebp\n"
	"	call psim_fiber_arrived\n"
	"	ud2\n"
	"	.cfi_endproc\n"
	".size psim_fiber_start, . - psim_fiber_start\n");

void psim_fiber_start(void);

void psim_fiber_prepare(struct psim_fiber *fiber)
{
	struct frame *frame;
	uintptr_t top = ((uintptr_t)fiber->bottom + fiber->bytes) & ~15ul;
	uint16_t x87;

	/* at psim_fiber_start the stack pointer is a multiple of 16: that of end[0] */
	frame = (struct frame *)(top - sizeof(*frame));
	__asm__("stmxcsr %0" : "=m"(frame->mxcsr));
	__asm__("fnstcw %0" : "=m"(x87));
	frame->x87 = x87;
	frame->rbx = (uintptr_t)fiber;
	frame->rbp = 0;
	frame->rip = (uintptr_t)psim_fiber_start;
	frame->end[0] = frame->end[1] = 0;
	fiber->sp = frame;
}

#elif defined(__aarch64__)

/* As the switch finds it: x19 .. x28, frame pointer, where to go on, d8 .. d15, FPCR. */
struct frame {
	uint64_t x[10], fp, lr;
	uint64_t d[8];
	uint64_t fpcr, unused;
};

__asm__(".text\n"
	".p2align 5\n"
	".globl psim_fiber_jump\n"
	".type psim_fiber_jump, %function\n"
	"psim_fiber_jump:\n"
	"	.cfi_startproc\n"
	"	sub sp, sp, #176\n"
	"	.cfi_adjust_cfa_offset 176\n"
	"	stp x19, x20, [sp, #0]\n"
	"	stp x21, x22, [sp, #16]\n"
	"	stp x23, x24, [sp, #32]\n"
	"	stp x25, x26, [sp, #48]\n"
	"	stp x27, x28, [sp, #64]\n"
	"	stp x29, x30, [sp, #80]\n"
	"	.cfi_rel_offset x19, 0\n"
	"	.cfi_rel_offset x20, 8\n"
	"	.cfi_rel_offset x21, 16\n"
	"	.cfi_rel_offset x22, 24\n"
	"	.cfi_rel_offset x23, 32\n"
	"	.cfi_rel_offset x24, 40\n"
	"	.cfi_rel_offset x25, 48\n"
	"	.cfi_rel_offset x26, 56\n"
	"	.cfi_rel_offset x27, 64\n"
	"	.cfi_rel_offset x28, 72\n"
	"	.cfi_rel_offset x29, 80\n"
	"	.cfi_rel_offset x30, 88\n"
	"	stp d8, d9, [sp, #96]\n"
	"	stp d10, d11, [sp, #112]\n"
	"	stp d12, d13, [sp, #128]\n"
	"	stp d14, d15, [sp, #144]\n"
	"	mrs x9, fpcr\n"
	"	str x9, [sp, #160]\n"
	"	mov x9, sp\n"
	"	str x9, [x0]\n"
	"	ldr x9, [x1]\n"
	"	mov sp, x9\n"
	"	ldr x9, [sp, #160]\n"
	"	msr fpcr, x9\n"
	"	ldp d8, d9, [sp, #96]\n"
	"	ldp d10, d11, [sp, #112]\n"
	"	ldp d12, d13, [sp, #128]\n"
	"	ldp d14, d15, [sp, #144]\n"
	"	ldp x19, x20, [sp, #0]\n"
	"	ldp x21, x22, [sp, #16]\n"
	"	ldp x23, x24, [sp, #32]\n"
	"	ldp x25, x26, [sp, #48]\n"
	"	ldp x27, x28, [sp, #64]\n"
	"	ldp x29, x30, [sp, #80]\n"
	"	add sp, sp, #176\n"
	"	.cfi_adjust_cfa_offset -176\n"
	"	ret\n"
	"	.cfi_endproc\n"
	".size psim_fiber_jump, . - psim_fiber_jump\n"

	/* The oldest frame of a fibre: x19 holds the fibre; nothing is above. */
	".p2align 4\n"
	".globl psim_fiber_start\n"
	".hidden psim_fiber_start\n"
	".type psim_fiber_start, %function\n"
	"	nop\n"
	"psim_fiber_start:\n"
	"	.cfi_startproc\n"
	"	.cfi_undefined x30\n"
	"	mov x0, x19\n"
	"	mov x29, xzr\n"
	"	mov x30, xzr\n"
	"	bl psim_fiber_arrived\n"
	"	brk #1\n"
	"	.cfi_endproc\n"
	".size psim_fiber_start, . - psim_fiber_start\n");

void psim_fiber_start(void);

void psim_fiber_prepare(struct psim_fiber *fiber)
{
	struct frame *frame;
	uintptr_t top = ((uintptr_t)fiber->bottom + fiber->bytes) & ~15ul;
	uint64_t fpcr;

	frame = (struct frame *)(top - sizeof(*frame));
	__asm__("mrs %0, fpcr" : "=r"(fpcr));
	frame->x[0] = (uintptr_t)fiber;
	frame->fp = 0;
	frame->lr = (uintptr_t)psim_fiber_start;
	frame->fpcr = fpcr;
	fiber->sp = frame;
}

#else

static void start(unsigned int high, unsigned int low)
{
	psim_fiber_arrived((struct psim_fiber *)(((uintptr_t)high << 16 << 16) | low));
}

void psim_fiber_prepare(struct psim_fiber *fiber)
{
	uintptr_t number = (uintptr_t)fiber;

	getcontext(&fiber->context);
	fiber->context.uc_stack.ss_sp = (void *)fiber->bottom;
	fiber->context.uc_stack.ss_size = fiber->bytes;
	fiber->context.uc_link = NULL;
	makecontext(&fiber->context, (void (*)(void))start, 2, (unsigned int)(number >> 16 >> 16),
		    (unsigned int)number);
}

void psim_fiber_jump(struct psim_fiber *from, struct psim_fiber *to)
{
	swapcontext(&from->context, &to->context);
}

#endif
