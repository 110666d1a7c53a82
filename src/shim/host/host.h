/* SPDX-License-Identifier: MIT */
/*
 * The host room's face: everything the shim asks of the operating system below it.
 *
 * Only src/shim/host includes libc, pthreads or liburcu. This header is read by both dialects, so it
 * uses the compiler's own types and knows no kernel type. All addresses are host addresses; none of
 * them may reach a trace.
 */
#ifndef PSIM_HOST_H
#define PSIM_HOST_H

#include <stddef.h>

/* ---- memory ------------------------------------------------------------------------------ */

/**
 * enum psim_arena - address ranges that outlive a machine, so that starting again maps nothing anew
 * @PSIM_ARENA_MEMMAP: the struct page array
 * @PSIM_ARENA_RAM: bytes of simulated RAM
 * @PSIM_ARENA_SLAB: slab objects
 * @PSIM_ARENA_TABLES: page-table pages
 * @PSIM_ARENA_SIDE: what the shim knows of a page beyond its struct page
 * @PSIM_ARENA_TRACE: the event ring
 * @PSIM_ARENA_TRACE_STRINGS: names that events mention
 * @PSIM_ARENA_TLB: simulated TLBs
 * @PSIM_ARENA_IOMMU: the IOMMU's tables
 * @PSIM_ARENA_LOCKS: the graph of lock orders
 * @PSIM_ARENA_COUNT: how many there are
 */
enum psim_arena {
	PSIM_ARENA_MEMMAP,
	PSIM_ARENA_RAM,
	PSIM_ARENA_SLAB,
	PSIM_ARENA_TABLES,
	PSIM_ARENA_SIDE,
	PSIM_ARENA_TRACE,
	PSIM_ARENA_TRACE_STRINGS,
	PSIM_ARENA_TLB,
	PSIM_ARENA_IOMMU,
	PSIM_ARENA_LOCKS,
	PSIM_ARENA_COUNT
};

/**
 * psim_host_arena() - the address range of one arena, at least @bytes long
 * @id: which one
 * @bytes: length wanted; a longer range from an earlier machine is kept as it is
 *
 * The range is reserved, not committed: untouched pages cost nothing and read as zero. What an earlier
 * machine wrote is still there; the room that wrote it clears it with psim_host_clear() when its
 * machine stops. Registered as a LeakSanitizer root.
 *
 * Return: its first byte (page-aligned), or NULL if the host has no such range left.
 */
void *psim_host_arena(enum psim_arena id, unsigned long bytes);

/**
 * psim_host_clear() - make @bytes at @p read as zero again
 * Small ranges are overwritten, large ones are given back to the host; not instrumented, so poisoned
 * bytes may lie in the range.
 */
void psim_host_clear(void *p, unsigned long bytes);

/**
 * psim_host_copy() - as memcpy(), by the host's own, also where the length is a constant
 * For whole pages: what compilers put in the place of a memcpy() of a known length is half as fast.
 */
void psim_host_copy(void *to, const void *from, unsigned long bytes);

/**
 * psim_host_reserve() - an address range for a device's bytes: as an arena, but as many as one likes
 * Return: NULL if the host has no such range left.
 */
void *psim_host_reserve(unsigned long bytes);
void psim_host_release(void *p, unsigned long bytes);

/**
 * psim_host_malloc() - host memory for the shim's own bookkeeping, outside of the machine
 * Zeroed. Return: NULL when the host has none.
 */
void *psim_host_malloc(unsigned long bytes);
void psim_host_free(void *p);

/* AddressSanitizer's poison; nothing without it. */
void psim_host_poison(const void *p, unsigned long bytes);
void psim_host_unpoison(const void *p, unsigned long bytes);
/* Whether this build has ThreadSanitizer. */
int psim_host_has_tsan(void);

/* ---- statics of the kernel dialect ---------------------------------------------------------- */

/* Put every kernel-dialect static back to what the loader gave (sections psim_data and psim_bss). */
void psim_host_restore_statics(void);

/*
 * A static that is left as the last machine left it: for tables of which nothing is read that this machine
 * has not written, so that its start need not clear them.
 */
#define __psim_scratch __attribute__((section("psim_scratch")))

/* ---- scenarios ------------------------------------------------------------------------------- */

struct psim_scenario;
/* The one whose options psim_option() means; NULL: none. */
void psim_host_scenario_runs(const struct psim_scenario *scenario);

/* ---- output and files ----------------------------------------------------------------------- */

/* Return: 0, or a negative errno, and not all is written. */
int psim_host_write(int fd, const char *bytes, unsigned long n);
/* Open @path for writing, truncated. Return: a descriptor, or a negative errno. */
int psim_host_create(const char *path);
int psim_host_close(int fd);
/* Up to @max frames of the current stack, as "function+0x1f" lines, on standard error. */
void psim_host_backtrace(int skip, int max);
/**
 * psim_host_symbol() - the function or object at a host address, static ones included
 * @address: any
 * @name: gets "function", or "function+0x1f" with @offset; untouched when nothing is known
 * @bytes: room in @name
 * @offset: whether to append the offset
 * Return: 1, or 0 when nothing is known.
 */
int psim_host_symbol(unsigned long address, char *name, unsigned long bytes, int offset);
/**
 * enum psim_last_words - who wants to say something before the process ends with a machine inside of it
 * @PSIM_LAST_WORDS_MACHINE: the machine, first
 * @PSIM_LAST_WORDS_USER: the program
 * @PSIM_LAST_WORDS_COUNT: how many there are
 */
enum psim_last_words {
	PSIM_LAST_WORDS_MACHINE,
	PSIM_LAST_WORDS_USER,
	PSIM_LAST_WORDS_COUNT
};
/* NULL: nothing. */
void psim_host_last_words(enum psim_last_words who, void (*fn)(void));
/* Let them, each once. */
void psim_host_say_last_words(void);
/* End the process at once with @code (0..255), after the last words. */
void psim_host_exit(int code) __attribute__((noreturn));

/* ---- fibres: the deterministic engine's stacks ---------------------------------------------- */

/**
 * struct psim_fiber - one stack and where it stopped
 * Made from a pool; a pooled stack is reused by the next machine without a system call.
 */
struct psim_fiber;

/* The fibre that stands for the stack the caller is running on. Never freed. */
struct psim_fiber *psim_fiber_main(void);
/* Return: a fibre that will run entry(arg) when first switched to, or NULL without memory. */
struct psim_fiber *psim_fiber_new(void (*entry)(void *arg), void *arg);
/* Give an ended, or for ever abandoned, fibre back to the pool. Not the running one. */
void psim_fiber_free(struct psim_fiber *fiber);
/* Switch from the running fibre to @to. @last: the running fibre ends and is never resumed. */
void psim_fiber_switch(struct psim_fiber *to, int last);
/* Bytes at the top of a fibre's stack that are its owner's, until it is freed; not cleared. */
#define PSIM_FIBER_BLOCK 2048
void *psim_fiber_block(struct psim_fiber *fiber);
/* Bytes a fibre's stack has. */
unsigned long psim_fiber_stack_bytes(void);

/* Whether @address is below the running fibre's stack: it is used up. */
int psim_fiber_is_guard(unsigned long address);

/* ---- instructions that the processor refuses ------------------------------------------------- */

enum psim_trap_access {
	PSIM_TRAP_ACCESS, /* read or write */
	PSIM_TRAP_READ,
	PSIM_TRAP_WRITE,
	PSIM_TRAP_CALL,
	PSIM_TRAP_DIVISION,
	PSIM_TRAP_INSTRUCTION
};

/**
 * struct psim_trap - one of them
 * @access: what it was about
 * @pc: the instruction; of a call to nowhere, the call
 * @address: what it accessed
 * @no_address: not known: what it accessed is no address at all
 * @overflow: the stack is used up
 */
struct psim_trap {
	enum psim_trap_access access;
	unsigned long pc, address;
	int no_address, overflow;
};

/**
 * enum psim_trap_owner - whose the instruction was
 * @PSIM_TRAP_NOBODY: no machine's
 * @PSIM_TRAP_MAIN: the main stack's: it is told, and the signal goes on
 * @PSIM_TRAP_TASK: a task's
 */
enum psim_trap_owner {
	PSIM_TRAP_NOBODY,
	PSIM_TRAP_MAIN,
	PSIM_TRAP_TASK
};

/**
 * struct psim_trap_user - who wants to know
 * @owner: asked first, in the signal's handler
 * @landed: called in a task's place, on its stack: never returns; for the main stack in the handler
 */
struct psim_trap_user {
	enum psim_trap_owner (*owner)(void);
	void (*landed)(const struct psim_trap *trap);
};

/* From now on; cheap to say again. */
void psim_host_trap(const struct psim_trap_user *user);
/* Somebody may have taken the signals since: take them back. */
void psim_host_trap_again(void);

/* ---- threads: the free-running engine -------------------------------------------------------- */

struct psim_thread;

/* Start a host thread that runs entry(arg). Return: NULL when the host has none. */
struct psim_thread *psim_thread_new(void (*entry)(void *arg), void *arg);
/* Wait for its end and free it. */
void psim_thread_join(struct psim_thread *thread);
/* Let another thread run. */
void psim_thread_yield(void);
/* End the calling thread. */
void psim_thread_exit(void) __attribute__((noreturn));

/* A host mutex with a condition, in storage of the caller's, zero-initialised before first use. */
struct psim_monitor {
	unsigned long opaque[16];
};
void psim_monitor_lock(struct psim_monitor *m);
void psim_monitor_unlock(struct psim_monitor *m);
void psim_monitor_wait(struct psim_monitor *m); /* m is locked; may wake without reason */
void psim_monitor_wake_all(struct psim_monitor *m); /* m is locked */
void psim_monitor_destroy(struct psim_monitor *m);

/* liburcu, for the free-running engine only. */
void psim_host_rcu_register(void);
void psim_host_rcu_unregister(void);
void psim_host_rcu_read_lock(void);
void psim_host_rcu_read_unlock(void);
void psim_host_rcu_synchronize(void);

#endif /* PSIM_HOST_H */
