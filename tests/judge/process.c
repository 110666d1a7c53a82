// SPDX-License-Identifier: MIT
/*
 * A real process of the kernel judge: does what it is told to its own memory, says what came of it, and
 * what /proc/self tells of its mappings and pages. A program of its own, without sanitizers, so that
 * its address space is small and known. Its forks serve the other slots.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "wire.h"

#define MEMLOCK_LIMIT (8ul << 20)

static struct wire_slot *slots;
static unsigned int mine;
static int pagemap = -1;
static sigjmp_buf guarded;

static void die(const char *what)
{
	perror(what);
	_exit(1);
}

static void caught(int signal)
{
	siglongjmp(guarded, signal);
}

/* The result of a system call as the kernel gives it. */
static long answer(long result)
{
	return result == -1 ? -errno : result;
}

/* ---- accesses -------------------------------------------------------------------------------------- */

static size_t to_page_end(unsigned long address, size_t left)
{
	size_t n = PAGE - address % PAGE;

	return n < left ? n : left;
}

/* Copy page by page; what was copied before the signal stays. Return: 0, -EFAULT, -EIO. */
static long access_memory(unsigned char *buffer, unsigned long address, size_t length, bool write)
{
	volatile size_t done = 0;
	int signal = sigsetjmp(guarded, 1);

	if (signal)
		return signal == SIGBUS ? -EIO : -EFAULT;
	while (done < length) {
		size_t n = to_page_end(address + done, length - done);
		volatile unsigned char *at = (void *)(address + done);

		/* the first byte takes the fault, so that nothing of a failing page is done */
		if (write)
			*at = buffer[done];
		else
			buffer[done] = *at;
		if (write)
			memcpy((void *)(address + done), buffer + done, n);
		else
			memcpy(buffer + done, (void *)(address + done), n);
		done += n;
	}
	return 0;
}

static long store(const struct op *op, size_t length)
{
	unsigned char bytes[MOST_BYTES];

	for (size_t i = 0; i < length; i++)
		bytes[i] = op_byte(op, i);
	return access_memory(bytes, op->address, length, true);
}

/* The effect of a GPU command on bytes. */
static long gpu_command(const struct op *op, size_t limit)
{
	unsigned char bytes[MOST_BYTES];
	long err = 0;

	switch (op->kind) {
	case OP_GPU_FILL:
		memset(bytes, (unsigned char)op->value, limit);
		return access_memory(bytes, op->address, limit, true);
	case OP_GPU_XOR:
		err = access_memory(bytes, op->address, limit, false);
		for (size_t i = 0; i < limit; i++)
			bytes[i] ^= op_byte(op, i % 64);
		return err ? err : access_memory(bytes, op->address, limit, true);
	case OP_GPU_COPY:
		for (size_t done = 0, n; !err && done < limit; done += n) {
			n = to_page_end(op->target + done,
					to_page_end(op->address + done, limit - done));
			err = access_memory(bytes, op->target + done, n, false);
			if (!err)
				err = access_memory(bytes, op->address + done, n, true);
		}
		return err;
	default:
		return 0;
	}
}

/* ---- life -------------------------------------------------------------------------------------------- */

static void open_pagemap(void)
{
	if (pagemap >= 0)
		close(pagemap);
	pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	if (pagemap < 0)
		die("pagemap");
}

static long do_fork(unsigned int slot)
{
	pid_t child = fork();

	if (child)
		slots[mine].child = child;
	if (!child) {
		mine = slot;
		open_pagemap();
	}
	return child < 0 ? -errno : 0;
}

/* ---- operations -------------------------------------------------------------------------------------- */

/* A mapping that did not come to lie in the arena is undone. */
static long placed(long address, size_t length)
{
	if (address < 0 && address > -4096)
		return address;
	length = (length + PAGE - 1) & ~(PAGE - 1);
	if ((unsigned long)address >= ARENA && address + length <= ARENA_END)
		return address;
	if (syscall(SYS_munmap, address, undone(address, length)))
		die("undo");
	return ELSEWHERE;
}

static long run(const struct op *op, size_t limit, unsigned char *bytes)
{
	switch (op->kind) {
	case OP_MMAP:
		return placed(answer(syscall(SYS_mmap, op->address, op->length, op->prot, op->flags,
					     op->file ? WIRE_FILE_FD + (int)op->file - 1 : -1,
					     op->offset)),
			      op->length);
	case OP_MUNMAP:
		return answer(syscall(SYS_munmap, op->address, op->length));
	case OP_MPROTECT:
		return answer(syscall(SYS_mprotect, op->address, op->length, op->prot));
	case OP_MREMAP:
		return placed(answer(syscall(SYS_mremap, op->address, op->length, op->target_length,
					     op->flags, op->target)),
			      op->target_length);
	case OP_MADVISE:
		return answer(syscall(SYS_madvise, op->address, op->length, op->advice));
	case OP_MLOCK:
		return answer(syscall(SYS_mlock, op->address, op->length));
	case OP_MUNLOCK:
		return answer(syscall(SYS_munlock, op->address, op->length));
	case OP_MLOCK2:
		return answer(syscall(SYS_mlock2, op->address, op->length, op->flags));
	case OP_MLOCKALL:
		return answer(syscall(SYS_mlockall, op->flags));
	case OP_MUNLOCKALL:
		return answer(syscall(SYS_munlockall));
	case OP_TRUNCATE:
		return answer(ftruncate(WIRE_FILE_FD + op->file - 1, op->offset));
	case OP_FORK:
		return do_fork(op->slot);
	case OP_EXIT:
		_exit(0);
	case OP_LOAD:
		memset(bytes, FILLED, op->length);
		return access_memory(bytes, op->address, op->length, false);
	case OP_STORE:
		return store(op, op->length);
	default:
		return gpu_command(op, limit);
	}
}

/* ---- looking ------------------------------------------------------------------------------------------ */

static void look_at_maps(struct view *view)
{
	FILE *file = fopen("/proc/self/maps", "re");
	char line[512], prot[8];
	unsigned long start, end;

	if (!file)
		die("maps");
	view->area_count = 0;
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%lx-%lx %7s", &start, &end, prot) != 3 || end <= ARENA)
			continue;
		if (start >= ARENA_END || view->area_count == MOST_AREAS)
			break;
		view->areas[view->area_count++] = (struct area){
			.start = start,
			.end = end,
			.prot = (prot[0] == 'r' ? PROT_READ : 0) |
				(prot[1] == 'w' ? PROT_WRITE : 0) |
				(prot[2] == 'x' ? PROT_EXEC : 0),
			.shared = prot[3] == 's',
		};
	}
	fclose(file);
}

static void look_at_pages(struct view *view)
{
	uint64_t entries[ARENA_PAGES];

	if (pread(pagemap, entries, sizeof(entries), ARENA / PAGE * 8) != sizeof(entries))
		die("pagemap");
	for (unsigned int i = 0; i < ARENA_PAGES; i++) {
		/* bit 62: swapped out, which hosts with swap may do at any time; bit 58: just a guard */
		bool swapped = (entries[i] >> 62 & 1) && !(entries[i] >> 58 & 1);

		view->mapped[i] = SAYS_NO;
		view->traits[i] = TRAITS_UNKNOWN;
		view->present[i] = swapped ? SAYS_NOTHING : entries[i] >> 63 & 1;
		view->exclusive[i] = swapped ? SAYS_NOTHING : entries[i] >> 56 & 1;
	}
	for (int i = 0; i < view->area_count; i++)
		for (unsigned long at = view->areas[i].start; at < view->areas[i].end; at += PAGE)
			if (at >= ARENA && at < ARENA_END)
				view->mapped[(at - ARENA) / PAGE] = SAYS_YES;
}

static void serve(void)
{
	char command;

	for (;;) {
		struct wire_slot *slot = &slots[mine];

		if (read(WIRE_SOCKET_FD + mine, &command, 1) != 1)
			_exit(0);
		if (command == WIRE_RUN) {
			unsigned int before = mine;
			struct op op = slot->op;
			long result = run(&op, slot->limit, slot->outcome.bytes);

			if (mine != before)
				continue; /* the child of a fork: its parent answers */
			slot->outcome.result = result;
		} else {
			look_at_maps(&slot->view);
			look_at_pages(&slot->view);
		}
		command = WIRE_DONE;
		if (write(WIRE_SOCKET_FD + mine, &command, 1) != 1)
			_exit(0);
	}
}

/* As a task without privileges; root in a container would not meet the limits. */
static void become_ordinary(void)
{
	struct rlimit limit = {MEMLOCK_LIMIT, MEMLOCK_LIMIT};
	static const struct rlimit core = {0, 0};

	setrlimit(RLIMIT_MEMLOCK, &limit);
	setrlimit(RLIMIT_CORE, &core);
	if (!geteuid() && (setresgid(65534, 65534, 65534) || setresuid(65534, 65534, 65534)))
		die("setresuid");
	prctl(PR_SET_DUMPABLE, 1); /* else /proc/self belongs to root */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
}

int main(void)
{
	static unsigned char stack[65536];
	const stack_t alternate = {.ss_sp = stack, .ss_size = sizeof(stack)};
	struct sigaction action = {.sa_handler = caught, .sa_flags = SA_ONSTACK};

	slots = mmap(NULL, PROCESSES * sizeof(*slots), PROT_READ | PROT_WRITE, MAP_SHARED,
		     WIRE_MEMORY_FD, 0);
	if (slots == MAP_FAILED)
		die("judge-process: it is started by psim-judge");
	become_ordinary();
	sigaltstack(&alternate, NULL);
	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGBUS, &action, NULL);
	signal(SIGCHLD, SIG_IGN);
	open_pagemap();
	serve();
	return 0;
}
