// SPDX-License-Identifier: MIT
/*
 * Wild pointers of simulated code, and what else the processor refuses: a report like any other, with the
 * task and its backtrace, and the end of the run.
 */
#include <linux/kernel.h>
#include <linux/sched.h>

#include "host/steer.h"
#include "sim/guard.h"

#define NULL_PAGE 65536ul /* what lies so near to NULL was meant to be a member */

static enum psim_trap_owner owner(void)
{
	struct psim_context context = {.cpu = -1, .name = "main"};

	if (!psim_running() || psim_halted())
		return PSIM_TRAP_NOBODY;
	psim_context_now(&context);
	return context.task ? PSIM_TRAP_TASK : PSIM_TRAP_MAIN;
}

static void name_address(const struct psim_trap *trap, char *text, size_t bytes)
{
	if (trap->no_address)
		scnprintf(text, bytes, "what is no address (poison, or overwritten)");
	else if (trap->address < NULL_PAGE)
		scnprintf(text, bytes, "NULL, byte %lu", trap->address);
	else if (!psim_object_name || !psim_object_name(trap->address, text, bytes))
		scnprintf(text, bytes, "an address where nothing is");
}

static void describe(const struct psim_trap *trap, char *text, size_t bytes)
{
	static const char *const accesses[] = {
		[PSIM_TRAP_ACCESS] = "access to",
		[PSIM_TRAP_READ] = "read of",
		[PSIM_TRAP_WRITE] = "write to",
		[PSIM_TRAP_CALL] = "call of",
	};
	char function[64] = "?", object[96];

	psim_host_symbol(trap->pc, function, sizeof(function), 0);
	name_address(trap, object, sizeof(object));
	if (trap->overflow)
		scnprintf(text, bytes, "the stack is used up in %s", function);
	else if (trap->access == PSIM_TRAP_DIVISION)
		scnprintf(text, bytes, "a division by 0 in %s", function);
	else if (trap->access == PSIM_TRAP_INSTRUCTION)
		scnprintf(text, bytes, "an instruction that there is not in %s", function);
	else
		scnprintf(text, bytes, "wild pointer: %s %s in %s", accesses[trap->access], object,
			  function);
}

/* In the place of the instruction, on its task's stack. */
static void landed(const struct psim_trap *trap)
{
	char text[256];

	describe(trap, text, sizeof(text));
	if (owner() != PSIM_TRAP_TASK) {
		psim_report("memory", "%s", text);
		return;
	}
	psim_fatal("memory", "%s", text);
}

void psim_trap_start(void)
{
	static const struct psim_trap_user user = {.owner = owner, .landed = landed};

	psim_host_trap(&user);
	/* the explorer looks once, not for each schedule */
	if (!psim_steer)
		psim_host_trap_again();
}
