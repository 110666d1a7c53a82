// SPDX-License-Identifier: MIT
/*
 * The kernel judge: real processes, one for each slot, that do the same to real memory. This side starts
 * and ends them and passes operations over a socket and shared memory.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "wire.h"

/* Above lie a real process's own code, libraries and stack. */
#define OWN_START 0x500000000000ul

static struct wire_slot *slots;
static int sockets[PROCESSES] = {-1, -1, -1, -1};
static int pids[PROCESSES];
static pid_t first;
static bool lost;

/* ---- start and end --------------------------------------------------------------------------------- */

static bool complain(const char *what)
{
	fprintf(stderr, "psim-judge: the kernel judge: %s: %s\n", what, strerror(errno));
	return false;
}

/* In the new process: the descriptors at their places, then the program. */
static void become_process(const int fds[WIRE_FDS])
{
	int high[WIRE_FDS];

	for (int i = 0; i < WIRE_FDS; i++)
		high[i] = fcntl(fds[i], F_DUPFD, WIRE_MEMORY_FD + WIRE_FDS);
	for (int i = 0; i < WIRE_FDS; i++)
		dup2(high[i], WIRE_MEMORY_FD + i);
	syscall(SYS_close_range, WIRE_MEMORY_FD + WIRE_FDS, ~0u, 0);
	execl(JUDGE_PROCESS, JUDGE_PROCESS, (char *)NULL);
	_exit(127);
}

static bool open_sockets(int theirs[PROCESSES])
{
	for (int i = 0; i < PROCESSES; i++) {
		int pair[2];

		if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
			return complain("socketpair");
		sockets[i] = pair[0];
		theirs[i] = pair[1];
	}
	return true;
}

bool kernel_start(void)
{
	int fds[WIRE_FDS], memory = memfd_create("judge", MFD_CLOEXEC);

	fds[0] = memory;
	memset(pids, 0, sizeof(pids));
	lost = false;
	if (memory < 0 || ftruncate(memory, PROCESSES * sizeof(*slots)))
		return complain("memfd");
	slots = mmap(NULL, PROCESSES * sizeof(*slots), PROT_READ | PROT_WRITE, MAP_SHARED, memory,
		     0);
	if (slots == MAP_FAILED)
		return complain("mmap");
	if (!open_sockets(fds + 1))
		return false;
	for (int i = 1 + PROCESSES; i < WIRE_FDS; i++) {
		fds[i] = memfd_create("file", MFD_CLOEXEC);
		if (fds[i] < 0 || ftruncate(fds[i], FILE_PAGES / 2 * PAGE))
			return complain("memfd");
	}
	first = fork();
	if (first < 0)
		return complain("fork");
	if (!first)
		become_process(fds);
	for (int i = 0; i < WIRE_FDS; i++)
		close(fds[i]);
	pids[0] = first;
	return true;
}

void kernel_stop(void)
{
	for (int i = 0; i < PROCESSES; i++) {
		if (sockets[i] >= 0)
			close(sockets[i]); /* its read ends, and so does it */
		sockets[i] = -1;
	}
	if (first > 0)
		waitpid(first, NULL, 0);
	first = 0;
	if (slots)
		munmap(slots, PROCESSES * sizeof(*slots));
	slots = NULL;
}

bool kernel_lost(void)
{
	return lost;
}

/* ---- operations ------------------------------------------------------------------------------------------ */

static void ask(unsigned int process, char command)
{
	if (!lost && write(sockets[process], &command, 1) != 1)
		lost = true;
}

static bool wait_answer(unsigned int process)
{
	struct pollfd poll_fd = {.fd = sockets[process], .events = POLLIN};
	char answer;

	if (lost)
		return false;
	/* an operation takes microseconds; a dead process never answers: its parent holds the socket */
	if (poll(&poll_fd, 1, 5000) == 1 && read(sockets[process], &answer, 1) == 1)
		return true;
	lost = true;
	return false;
}

/* Exit is over when the kernel has taken the memory back. */
static void run_exit(unsigned int process)
{
	int pidfd = syscall(SYS_pidfd_open, pids[process], 0);
	struct pollfd gone = {.fd = pidfd, .events = POLLIN};

	ask(process, WIRE_RUN);
	if (pidfd >= 0) {
		poll(&gone, 1, 20000);
		close(pidfd);
	}
	if (pids[process] == first) {
		waitpid(first, NULL, 0);
		first = 0;
	}
	pids[process] = 0;
}

void kernel_run(const struct op *op, struct outcome *out, const struct outcome *model)
{
	struct wire_slot *slot = &slots[op->process];

	slot->op = *op;
	slot->limit = model ? model->done : 0;
	if (op->kind == OP_EXIT) {
		run_exit(op->process);
		out->result = 0;
		return;
	}
	ask(op->process, WIRE_RUN);
	if (!wait_answer(op->process)) {
		out->result = -ETIMEDOUT;
		return;
	}
	out->result = slot->outcome.result;
	out->any = op_types[op->kind].gpu;
	if (op->kind == OP_LOAD)
		memcpy(out->bytes, slot->outcome.bytes, op->length);
	if (op->kind == OP_FORK && !out->result)
		pids[op->slot] = slot->child;
}

void kernel_view(unsigned int process, struct view *view)
{
	ask(process, WIRE_VIEW);
	if (wait_answer(process))
		*view = slots[process].view;
}

/* ---- what a real process lives through -------------------------------------------------------------------- */

static bool hits_own(unsigned long start, unsigned long length)
{
	unsigned long end = start + length;

	return start < TASK_TOP && (end < start || end > OWN_START);
}

static bool ends_in_user_space(unsigned long start, unsigned long length)
{
	return start <= TASK_TOP && length <= TASK_TOP - start;
}

/*
 * Depends on the host: a fixed mapping below vm.mmap_min_addr, and one so long that it may be more memory than
 * there is; if it was to replace another, Linux refuses it before or after that is gone.
 */
static bool hosts_differ(unsigned long address, unsigned long length, bool fixed)
{
	if (fixed && ends_in_user_space(address, length) && address < LOW_ADDRESS)
		return true;
	return length > SURELY_FITS && length <= TASK_TOP;
}

/* Is it @major.@minor or later? */
static bool kernel_at_least(int major, int minor)
{
	static int at[2];
	struct utsname name;

	if (!at[0] && (uname(&name) || sscanf(name.release, "%d.%d", &at[0], &at[1]) != 2))
		at[0] = 1;
	return at[0] > major || (at[0] == major && at[1] >= minor);
}

/* What older kernels do otherwise (docs/judges.md). */
static bool too_new(const struct op *op)
{
	switch (op->kind) {
	case OP_MADVISE:
		return (op->advice == 22 && !kernel_at_least(5, 14)) ||
		       (op->advice == 23 && !kernel_at_least(5, 14)) ||
		       (op->advice == 24 && !kernel_at_least(5, 18)) ||
		       (op->advice == 25 && !kernel_at_least(6, 1)) ||
		       (op->advice == 102 && !kernel_at_least(6, 15)) ||
		       (op->advice == 103 && !kernel_at_least(6, 15));
	case OP_MREMAP:
		return op->length > PAGE && op->flags & MREMAP_FIXED && !kernel_at_least(6, 17);
	default:
		return false;
	}
}

bool kernel_can(const struct op *op)
{
	bool hits = hits_own(op->address, op->length), fixed;

	if (too_new(op))
		return false;
	switch (op->kind) {
	case OP_MMAP:
		fixed = op->flags & (MAP_FIXED | MAP_FIXED_NOREPLACE);
		if (hosts_differ(op->address, op->length, fixed))
			return false;
		if (!fixed)
			return true;
		return !hits || !ends_in_user_space(op->address, op->length);
	case OP_MUNMAP:
		return !hits || !ends_in_user_space(op->address, op->length);
	case OP_MREMAP:
		if (hosts_differ(op->target, op->target_length, op->flags & MREMAP_FIXED))
			return false;
		/* a move that shrinks is charged with what it gives up */
		if (op->flags & MREMAP_FIXED && op->length > SURELY_FITS &&
		    ends_in_user_space(op->address, op->length) && op->target_length < SURELY_FITS)
			return false;
		if (op->flags & MREMAP_FIXED && hits_own(op->target, op->target_length) &&
		    ends_in_user_space(op->target, op->target_length))
			return false;
		return !hits;
	case OP_MADVISE:
		return !hits;
	case OP_MPROTECT:
	case OP_MLOCK:
	case OP_MUNLOCK:
	case OP_MLOCK2: /* stops at the hole behind the arena */
		return op->address < OWN_START || op->address >= TASK_TOP;
	case OP_LOAD:
	case OP_STORE:
		return !hits;
	default:
		return true;
	}
}
