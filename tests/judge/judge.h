/* SPDX-License-Identifier: MIT */
/*
 * Judges of user-visible memory: one sequence of operations is run by the machine, by a small model of
 * what user space sees, and by real processes of the kernel that the tests run on; they have to agree.
 * docs/judges.md says what is compared, and what is known to differ.
 */
#ifndef JUDGE_H
#define JUDGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PAGE	    4096ul
#define ARENA	    0x200000000000ul /* where all mappings of a sequence lie, in every process */
#define ARENA_PAGES 96
#define ARENA_END   (ARENA + ARENA_PAGES * PAGE)
#define PROCESSES   4
#define TASK_TOP    0x7ffffffff000ul /* the first address that is no user address (x86-64, 4 levels) */
#define MOST_BYTES  (8 * PAGE) /* of one load, store or GPU command */
#define FILES	    2 /* as of memfd_create(), open in every process */
#define FILE_PAGES  16ul
#define MOST_AREAS  (2 * ARENA_PAGES)
#define FILLED	    0xa5 /* what a buffer holds before a load */
#define ELSEWHERE \
	1l /* the result of a mapping that is not within the arena; it is undone at once */
#define LOW_ADDRESS    0x10000ul /* below it, MAP_FIXED needs privileges */
#define SURELY_FITS    (1ul << 26) /* no host refuses to map this much */
#define OPS_AT_MOST    (1u << 22)
#define OP_BYTE_FACTOR 0x9e3779b1u
#define OUTCOME_TEXT   200

/* ---- operations ------------------------------------------------------------------------------------ */

enum op_kind {
	OP_MMAP,
	OP_MUNMAP,
	OP_MPROTECT,
	OP_MREMAP,
	OP_MADVISE,
	OP_MLOCK,
	OP_MUNLOCK,
	OP_MLOCK2,
	OP_MLOCKALL,
	OP_MUNLOCKALL,
	OP_FORK,
	OP_EXIT,
	OP_TRUNCATE,
	OP_LOAD,
	OP_STORE,
	OP_MIGRATE,
	OP_EVICT,
	OP_SWAP_OUT,
	OP_GPU_FILL,
	OP_GPU_COPY,
	OP_GPU_XOR,
	OP_GPU_CRC32,
	OP_KINDS
};

/**
 * struct op - one operation; which members count, ops.c says
 * @process: slot of the process that does it
 * @address, @length: what it is done to
 * @target, @target_length: mremap: where to, new length; GPU copy: the source
 * @slot: fork: the child's slot
 * @file: number of a file, from 1 on; 0: none
 * @offset: mmap: where in the file; truncate: its new length
 * @prot: PROT_*
 * @flags: MAP_*, MREMAP_*, MLOCK_*, MCL_*
 * @advice: MADV_*
 * @value: seed of the bytes stored; the byte of a GPU fill; evict: pages
 */
struct op {
	enum op_kind kind;
	unsigned int process;
	unsigned int slot, file;
	unsigned long address, length, offset;
	unsigned long target, target_length;
	int prot, flags, advice;
	unsigned int value;
};

/* What the operation's members are, for the printers and the shrinker. */
enum op_member {
	MEMBER_RANGE = 1 << 0,
	MEMBER_TARGET = 1 << 1,
	MEMBER_TARGET_LENGTH = 1 << 2,
	MEMBER_PROT = 1 << 3,
	MEMBER_MAP_FLAGS = 1 << 4,
	MEMBER_REMAP_FLAGS = 1 << 5,
	MEMBER_ADVICE = 1 << 6,
	MEMBER_VALUE = 1 << 7,
	MEMBER_SLOT = 1 << 8,
	MEMBER_FILE = 1 << 10,
	MEMBER_LOCK_FLAGS = 1 << 11,
	MEMBER_BYTES = 1 << 9 /* the range is one of bytes: any alignment, MOST_BYTES at most */
};

/**
 * struct op_type - one row of the operation table
 * @name: as printed
 * @members: which members of struct op count
 * @weight: how often the generator draws it; 0: the machine does not know it yet
 * @gpu: the GPU does it: real processes do its effect on bytes, or nothing
 */
struct op_type {
	const char *name;
	unsigned int members;
	unsigned int weight;
	bool gpu;
};

extern const struct op_type op_types[OP_KINDS];

/* How much of a mapping elsewhere there is to undo: mremap may leave a wild length as it is. */
static inline unsigned long undone(unsigned long address, unsigned long length)
{
	return length < TASK_TOP - address ? length : TASK_TOP - address;
}

/* One line, no newline. */
void op_print(const struct op *op, char *text, size_t bytes);
/* The bytes that a store with this value stores at offset @i of it. */
static inline unsigned char op_byte(const struct op *op, size_t i)
{
	return (op->value * OP_BYTE_FACTOR >> 8) + i * 7 + (i >> 12) * 31;
}

/* ---- what an operation gives, and what can be seen afterwards --------------------------------------- */

/**
 * struct outcome - what one operation gave
 * @any: this judge does not say
 * @result: 0, an address, ELSEWHERE, or a negative errno
 * @bytes: what a load read, after FILLED
 * @crc: of a GPU crc32
 * @done: model: bytes of a GPU command that took effect
 */
struct outcome {
	bool any;
	long result;
	unsigned int crc;
	size_t done;
	unsigned char bytes[MOST_BYTES];
};

/* A yes, a no, or a judge that does not say. */
enum says {
	SAYS_NO,
	SAYS_YES,
	SAYS_NOTHING
};

/* What a mapping is told to be; the kernel judge does not look. */
enum trait {
	TRAIT_LOCKED = 1,
	TRAIT_ON_FAULT = 2,
	TRAIT_DONT_FORK = 4,
	TRAIT_WIPE_ON_FORK = 8,
	TRAITS_UNKNOWN = 255
};

/* One line of /proc/PID/maps. */
struct area {
	unsigned long start, end;
	unsigned char prot;
	bool shared;
};

/**
 * struct view - what can be seen of one process
 * @areas, @area_count: its mappings in order; @area_count is -1 where the judge does not say
 * @mapped: each page of the arena: is there a mapping?
 * @present: is there a page?
 * @exclusive: is the page mapped once?
 * @traits: TRAIT_*, or TRAITS_UNKNOWN
 */
struct view {
	int area_count;
	struct area areas[MOST_AREAS];
	unsigned char mapped[ARENA_PAGES];
	unsigned char present[ARENA_PAGES];
	unsigned char exclusive[ARENA_PAGES];
	unsigned char traits[ARENA_PAGES];
};

/* ---- the three that run it ---------------------------------------------------------------------------- */

/* @ops: how many operations will come, for the budget of steps. */
bool machine_start(size_t ops);
/* Whether the machine can do it at all now. */
void machine_run(const struct op *op, struct outcome *out);
void machine_view(unsigned int process, struct view *view);
/* End all. Return: reports of the whole run. */
int machine_stop(void);
/* The last report, or NULL if there has been none since the start. */
const char *machine_report(void);
/* Audit now. Return: false if that made a report. */
bool machine_audit(void);

void model_start(void);
bool model_alive(unsigned int process);
/* @machine: what the machine gave, to go on with where the model does not say. */
void model_run(const struct op *op, struct outcome *out, const struct outcome *machine);
void model_view(unsigned int process, struct view *view);
/* What migrations have made unlike a process that never had them: not to be compared with the kernel. */
bool model_tainted_present(unsigned int process, unsigned int page);
bool model_tainted_exclusive(unsigned int process, unsigned int page);
/* Migrations give mappings an anon_vma that they would not have, and then they merge differently. */
bool model_migrated(unsigned int process);
/* A GPU has brought shared pages into memory, perhaps, that a real process never touched. */
bool model_gpu_used(void);
/* Pages came back from swap, one process at a time: who holds them alone is not as it was. */
bool model_swapped(void);
/* Such a process is about to do what hangs on how mappings merged. */
bool model_hangs_on_merging(const struct op *op);
/*
 * What it does hangs on which neighbours are one mapping, and would go on to: nobody does it. That is what
 * MREMAP_DONTUNMAP leaves behind of a locked mapping, and how far mlockall() and mprotect() populate a mapping
 * with pages that cannot be had.
 */
bool model_loses_track(const struct op *op);
/* File-backed or shared: faults bring in neighbours as well. */
bool model_shared(unsigned int process, unsigned int page);

bool kernel_start(void);
/* @model: for GPU commands: how much of it takes effect */
void kernel_run(const struct op *op, struct outcome *out, const struct outcome *model);
void kernel_view(unsigned int process, struct view *view);
void kernel_stop(void);
/* A real process died or hangs: nothing more comes from it. */
bool kernel_lost(void);
/* Whether a real process can do it and live. */
bool kernel_can(const struct op *op);

/* ---- running ------------------------------------------------------------------------------------------ */

enum {
	JUDGE_MODEL = 1,
	JUDGE_KERNEL = 2,
	JUDGE_ALONE = 4 /* no machine: the model against the kernel */
};

/**
 * struct verdict - how a sequence ended
 * @at: the operation that they disagree about; the number of operations for something at the end
 * @text: what about; empty when they agree
 * @skipped: operations that could not be run
 * @byte: which byte that a load read differs, and what it should be; -1: it is not that
 */
struct verdict {
	size_t at;
	char text[OUTCOME_TEXT * 3];
	size_t skipped;
	long byte, should_be;
};

/**
 * run_sequence() - a fresh machine, fresh judges, all operations
 * @audit_every: audit after every so many operations; 0: only at the end
 * @expected: gets what the judges said of each operation, or NULL
 * Return: true if all agree.
 */
bool run_sequence(const struct op *ops, size_t count, unsigned int judges, unsigned int audit_every,
		  struct verdict *verdict, long *expected);

/* ---- drawing ------------------------------------------------------------------------------------------ */

/**
 * struct source - where the generator's choices come from: a seed, or the bytes of a fuzzer
 * @bytes: NULL: from @state
 * @left: how many there are still
 */
struct source {
	uint64_t state;
	const unsigned char *bytes;
	size_t left;
};

/* Return: how many operations were drawn: @count, or fewer when the bytes came to an end. */
size_t generate(struct source *source, struct op *ops, size_t count);

/* ---- failing ------------------------------------------------------------------------------------------ */

/* Make the failing sequence short, in place. Return: its new length. */
size_t shrink(struct op *ops, size_t count, unsigned int judges, unsigned int audit_every);
/* Run it in a process of its own, so that a crash is a verdict as well. Return: true if all agree. */
bool run_apart(const struct op *ops, size_t count, unsigned int judges, unsigned int audit_every,
	       struct verdict *verdict);
/* Print it as a test case for tests/user. */
void print_c(const struct op *ops, size_t count, const struct verdict *verdict,
	     const long *expected);

#endif /* JUDGE_H */
