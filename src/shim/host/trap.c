// SPDX-License-Identifier: MIT
/*
 * Instructions of simulated code that the processor refuses: wild pointers above all. The signal's handler
 * only bends the task's registers, so that it goes on in a function of the shim as if the instruction had
 * called it: there a report can be made, and the task be given up, as anywhere else.
 *
 * The handlers are put in place with the first machine, and stay. What is not a machine's goes to whoever
 * had the signal before. A stack that is used up needs another one: the main thread has it.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#include "host.h"
#include "sanitizer.h"

#define STACK_BYTES (64ul << 10)
#define ABOVE	    1024 /* zeros where an unwinder looks for callers */

#if defined(__x86_64__)
#define ALIGNED __attribute__((force_align_arg_pointer))
#else
#define ALIGNED
#endif

static const int numbers[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL};
#define NUMBERS (sizeof(numbers) / sizeof(numbers[0]))

static struct sigaction before[NUMBERS];
static int installed;
static const struct psim_trap_user *user;
static __thread struct psim_trap trap;
static __thread int inside;
/* For handlers; and for a task that has no stack any more. */
static char handler_stack[STACK_BYTES] __attribute__((aligned(64)));
static char spare_stack[STACK_BYTES] __attribute__((aligned(64)));

static ALIGNED void land(void)
{
	user->landed(&trap);
	abort();
}

/* ---- registers ----------------------------------------------------------------------------------------- */

/*
 * The return address is one byte, or instruction, further: who walks up the stack looks just before it. A
 * jump to nowhere is told of its caller.
 */
#if defined(__x86_64__)

static void read_registers(const ucontext_t *context)
{
	trap.pc = context->uc_mcontext.gregs[REG_RIP];
	if (context->uc_mcontext.gregs[REG_TRAPNO] == 14)
		trap.access =
			context->uc_mcontext.gregs[REG_ERR] & 2 ? PSIM_TRAP_WRITE : PSIM_TRAP_READ;
}

static int bend(ucontext_t *context)
{
	greg_t *r = context->uc_mcontext.gregs;
	unsigned long *sp = (unsigned long *)r[REG_RSP];

	if (trap.overflow)
		sp = (unsigned long *)(spare_stack + STACK_BYTES - ABOVE);
	if (trap.access == PSIM_TRAP_CALL)
		trap.pc = *sp - 1;
	else
		*--sp = trap.pc + 1;
	r[REG_RSP] = (greg_t)sp;
	r[REG_RIP] = (greg_t)land;
	r[REG_EFL] &= ~0x400; /* strings go upwards */
	return 1;
}

#elif defined(__aarch64__)

static void read_registers(const ucontext_t *context)
{
	trap.pc = context->uc_mcontext.pc;
	trap.access = PSIM_TRAP_ACCESS;
}

static int bend(ucontext_t *context)
{
	mcontext_t *m = &context->uc_mcontext;

	if (trap.overflow)
		m->sp = (unsigned long)(spare_stack + STACK_BYTES - ABOVE);
	if (trap.access == PSIM_TRAP_CALL)
		trap.pc = m->regs[30] - 4;
	else
		m->regs[30] = trap.pc + 4;
	m->pc = (unsigned long)land;
	return 1;
}

#else

static void read_registers(const ucontext_t *context)
{
	(void)context;
}

static int bend(ucontext_t *context)
{
	(void)context;
	return 0;
}

#endif

/* ---- signals ---------------------------------------------------------------------------------------------- */

/* The instruction is run again, and the signal is theirs. */
static void give_back(void)
{
	for (size_t i = 0; i < NUMBERS; i++)
		sigaction(numbers[i], &before[i], NULL);
	installed = 0;
}

static void describe(int number, const siginfo_t *info, const ucontext_t *context)
{
	memset(&trap, 0, sizeof(trap));
	read_registers(context);
	trap.address = (unsigned long)info->si_addr;
	/* sent by the processor for an address that none can be; it does not say which */
	trap.no_address = info->si_code == SI_KERNEL;
	if (number == SIGFPE)
		trap.access = PSIM_TRAP_DIVISION;
	else if (number == SIGILL)
		trap.access = PSIM_TRAP_INSTRUCTION;
	else if (trap.address == trap.pc)
		trap.access = PSIM_TRAP_CALL;
	trap.overflow = psim_fiber_is_guard(trap.address);
	/* its last user left frames behind */
	if (trap.overflow)
		psim_host_unpoison(spare_stack, sizeof(spare_stack));
}

static void on_signal(int number, siginfo_t *info, void *context)
{
	enum psim_trap_owner owner;

	/* one that somebody sent */
	if (inside || info->si_code == SI_USER || info->si_code == SI_TKILL) {
		give_back();
		return;
	}
	inside = 1;
	describe(number, info, context);
	owner = user->owner();
	if (owner == PSIM_TRAP_TASK && bend(context))
		return;
	if (owner != PSIM_TRAP_NOBODY)
		user->landed(&trap);
	psim_host_say_last_words();
	give_back();
}

static void give_stack(void)
{
	stack_t stack = {.ss_sp = handler_stack, .ss_size = sizeof(handler_stack)}, old;

	/* a sanitizer's is as good, and it wants to have it back */
	if (!sigaltstack(NULL, &old) && (old.ss_flags & SS_DISABLE))
		sigaltstack(&stack, NULL);
}

void psim_host_trap(const struct psim_trap_user *wants)
{
	struct sigaction action = {.sa_sigaction = on_signal,
				   .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};

	inside = 0;
	user = wants;
	/* ThreadSanitizer looks into its own memory first: the instruction is one of its own */
	if (installed || PSIM_HAS_TSAN)
		return;
	installed = 1;
	give_stack();
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < NUMBERS; i++)
		sigaction(numbers[i], &action, &before[i]);
}

void psim_host_trap_again(void)
{
	struct sigaction now;

	if (installed && !sigaction(SIGSEGV, NULL, &now) && now.sa_sigaction != on_signal) {
		installed = 0;
		psim_host_trap(user);
	}
}
