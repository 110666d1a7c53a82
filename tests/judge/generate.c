// SPDX-License-Identifier: MIT
/*
 * The generator: draws operations from a seed, or from a fuzzer's bytes. Most are sensible and near each
 * other, so that they meet; some members are wild numbers.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "judge.h"

#define WILD_IN 60 /* one member in so many is wild */

/* ---- choices -------------------------------------------------------------------------------------- */

static uint64_t splitmix(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return z ^ z >> 31;
}

static uint64_t take_bytes(struct source *source, unsigned int n)
{
	uint64_t value = 0;

	for (; n && source->left; n--, source->left--)
		value = value << 8 | *source->bytes++;
	return value;
}

/* A number below @n; small ones take one of the fuzzer's bytes. */
static uint64_t draw(struct source *source, uint64_t n)
{
	if (!source->bytes)
		return splitmix(&source->state) % n;
	return take_bytes(source, n <= 256 ? 1 : n <= 65536 ? 2 : 8) % n;
}

static bool one_in(struct source *source, unsigned int n)
{
	return draw(source, n) == n - 1;
}

#define pick(source, array) ((array)[draw(source, sizeof(array) / sizeof((array)[0]))])

/* ---- members ---------------------------------------------------------------------------------------- */

static unsigned long wild_number(struct source *source)
{
	static const unsigned long numbers[] = {
		0,
		1,
		PAGE - 1,
		PAGE,
		PAGE + 1,
		0xffff,
		ARENA + 1,
		ARENA - PAGE,
		ARENA_END - 1,
		ARENA_END,
		ARENA_PAGES * PAGE,
		1ul << 30,
		1ul << 40,
		TASK_TOP - PAGE,
		TASK_TOP,
		1ul << 47,
		1ul << 63,
		~0ul,
		-PAGE,
		-ARENA,
		0xffffffff80000000ul,
		TASK_TOP - ARENA,
	};

	if (one_in(source, 4))
		return draw(source, ~0ul);
	return pick(source, numbers) + (one_in(source, 3) ? draw(source, 2 * PAGE) - PAGE : 0);
}

static unsigned long draw_pages(struct source *source)
{
	static const unsigned char pages[] = {1, 1, 1, 1, 2, 2, 3, 4, 5, 8, 13, 16, 24, 40};

	return pick(source, pages);
}

static void draw_range(struct source *source, struct op *op, unsigned int members)
{
	op->address = ARENA + draw(source, ARENA_PAGES) * PAGE;
	op->length = draw_pages(source) * PAGE;
	if (op->address + op->length > ARENA_END && !one_in(source, 8))
		op->length = ARENA_END - op->address;
	if (members & MEMBER_BYTES && !one_in(source, 3)) {
		op->address += draw(source, PAGE);
		op->length = 1 + draw(source, 200);
	}
	if (one_in(source, 40))
		op->length -= draw(source, PAGE); /* rounded up again */
	if (one_in(source, WILD_IN))
		op->address = wild_number(source);
	if (one_in(source, WILD_IN))
		op->length = wild_number(source);
	if (members & MEMBER_BYTES && op->length > MOST_BYTES)
		op->length %= MOST_BYTES + 1;
}

static int draw_prot(struct source *source)
{
	/* not PROT_EXEC alone: with protection keys that cannot be read, without it can */
	static const unsigned char prots[] = {
		PROT_READ | PROT_WRITE,
		PROT_READ | PROT_WRITE,
		PROT_READ | PROT_WRITE,
		PROT_READ | PROT_WRITE,
		PROT_READ,
		PROT_READ,
		PROT_NONE,
		PROT_READ | PROT_EXEC,
		PROT_READ | PROT_WRITE | PROT_EXEC,
		PROT_WRITE,
	};

	if (one_in(source, WILD_IN))
		return (int)wild_number(source) & ~PROT_EXEC;
	return pick(source, prots);
}

static int draw_map_flags(struct source *source)
{
	/* not among the wild: growing stacks, huge pages, droppable memory, 32-bit addresses */
	static const int extra[] = {0,		MAP_NORESERVE, MAP_POPULATE,
				    MAP_LOCKED, MAP_STACK,     MAP_NONBLOCK | MAP_POPULATE};
	static const int where[] = {MAP_FIXED, MAP_FIXED, MAP_FIXED_NOREPLACE, 0};
	int flags = (one_in(source, 4) ? MAP_SHARED : MAP_PRIVATE) | MAP_ANONYMOUS;

	flags |= pick(source, where);
	if (one_in(source, 3))
		flags |= pick(source, extra);
	if (one_in(source, WILD_IN))
		flags = (flags & ~(MAP_TYPE | MAP_ANONYMOUS)) | draw(source, 4) |
			(one_in(source, 2) ? MAP_ANONYMOUS : 0);
	return flags;
}

static int draw_remap_flags(struct source *source)
{
	static const int flags[] = {MREMAP_MAYMOVE | MREMAP_FIXED,
				    MREMAP_MAYMOVE | MREMAP_FIXED,
				    MREMAP_MAYMOVE,
				    0,
				    MREMAP_MAYMOVE | MREMAP_DONTUNMAP,
				    MREMAP_MAYMOVE | MREMAP_DONTUNMAP | MREMAP_FIXED};

	if (one_in(source, WILD_IN))
		return draw(source, 16);
	return pick(source, flags);
}

static int draw_advice(struct source *source)
{
	static const int advice[] = {MADV_DONTNEED,
				     MADV_DONTNEED,
				     MADV_FREE,
				     22, /* POPULATE_READ */
				     23,
				     /* POPULATE_WRITE */ MADV_DONTFORK,
				     MADV_DOFORK,
				     MADV_WIPEONFORK,
				     MADV_KEEPONFORK,
				     MADV_HUGEPAGE,
				     MADV_NOHUGEPAGE,
				     25 /* COLLAPSE */,
				     MADV_COLD,
				     MADV_WILLNEED,
				     MADV_NORMAL,
				     MADV_RANDOM,
				     MADV_SEQUENTIAL,
				     MADV_DONTDUMP,
				     MADV_DODUMP,
				     24 /* DONTNEED_LOCKED */,
				     MADV_PAGEOUT,
				     MADV_REMOVE,
				     102 /* GUARD_INSTALL */,
				     102,
				     103 /* GUARD_REMOVE */};
	/* numbers that no kernel knows */
	static const int wild[] = {-1, 5, 7, 30, 99, 1000, 0x7fffffff};

	return one_in(source, WILD_IN) ? pick(source, wild) : pick(source, advice);
}

static int draw_lock_flags(struct source *source, enum op_kind kind)
{
	static const int all[] = {MCL_CURRENT,
				  MCL_FUTURE,
				  MCL_CURRENT | MCL_FUTURE,
				  MCL_CURRENT | 4 /* ONFAULT */,
				  MCL_FUTURE | 4,
				  4,
				  0};

	if (one_in(source, WILD_IN))
		return (int)wild_number(source);
	return kind == OP_MLOCKALL ? pick(source, all) : (int)draw(source, 2);
}

/* ---- operations --------------------------------------------------------------------------------------- */

static void draw_file(struct source *source, struct op *op)
{
	op->file = 1 + draw(source, FILES);
	op->offset = draw(source, FILE_PAGES + 1) * PAGE;
	op->flags &= ~MAP_ANONYMOUS;
	if ((op->flags & MAP_TYPE) != MAP_SHARED)
		op->flags = (op->flags & ~MAP_TYPE) | MAP_PRIVATE;
}

/**
 * struct generator - what lasts from operation to operation
 * @alive: processes, a bit each: fork and exit always work, so it is known who is alive
 * @no_gpu: without migrations, mappings can be compared to the letter
 */
struct generator {
	struct source *source;
	unsigned int alive;
	bool no_gpu;
};

static enum op_kind draw_kind(struct generator *generator)
{
	unsigned int weights[OP_KINDS], total = 0, at;

	for (unsigned int i = 0; i < OP_KINDS; i++) {
		weights[i] = generator->no_gpu && op_types[i].gpu ? 0 : op_types[i].weight;
		total += weights[i];
	}
	at = draw(generator->source, total);
	for (unsigned int i = 0; i < OP_KINDS; i++) {
		if (at < weights[i])
			return i;
		at -= weights[i];
	}
	return OP_LOAD;
}

static unsigned int draw_process(struct source *source, unsigned int alive)
{
	unsigned int process = draw(source, PROCESSES);

	while (!(alive >> process & 1))
		process = (process + 1) % PROCESSES;
	return process;
}

static void draw_fork(struct source *source, struct op *op, unsigned int *alive)
{
	op->slot = draw(source, PROCESSES);
	while (*alive >> op->slot & 1) /* there is one: draw_op() looked */
		op->slot = (op->slot + 1) % PROCESSES;
	*alive |= 1u << op->slot;
}

static void draw_op(struct generator *generator, struct op *op)
{
	struct source *source = generator->source;
	unsigned int *alive = &generator->alive;
	unsigned int members;

	memset(op, 0, sizeof(*op));
	op->kind = draw_kind(generator);
	op->process = draw_process(source, *alive);
	if (op->kind == OP_FORK && *alive == (1u << PROCESSES) - 1)
		op->kind = OP_EXIT;
	else if (op->kind == OP_EXIT && !(*alive & (*alive - 1)))
		op->kind = OP_FORK;
	members = op_types[op->kind].members;
	if (op->kind == OP_FORK)
		draw_fork(source, op, alive);
	if (op->kind == OP_EXIT)
		*alive &= ~(1u << op->process);
	if (members & MEMBER_RANGE)
		draw_range(source, op, members);
	if (members & MEMBER_TARGET) {
		op->target = ARENA + draw(source, ARENA_PAGES) * PAGE;
		if (one_in(source, WILD_IN))
			op->target = wild_number(source);
	}
	if (members & MEMBER_TARGET_LENGTH) {
		op->target_length = one_in(source, 2) ? op->length : draw_pages(source) * PAGE;
		if (one_in(source, WILD_IN))
			op->target_length = wild_number(source);
	}
	if (members & MEMBER_PROT)
		op->prot = draw_prot(source);
	if (members & MEMBER_MAP_FLAGS)
		op->flags = draw_map_flags(source);
	if (!op_types[OP_MLOCK].weight)
		op->flags &= ~MAP_LOCKED;
	if (op->length > SURELY_FITS) /* else it may take hours */
		op->flags &= ~(MAP_POPULATE | MAP_LOCKED);
	if (op->kind == OP_TRUNCATE || (op->kind == OP_MMAP && one_in(source, 5)))
		draw_file(source, op);
	if (members & MEMBER_REMAP_FLAGS)
		op->flags = draw_remap_flags(source);
	if (members & MEMBER_LOCK_FLAGS)
		op->flags = draw_lock_flags(source, op->kind);
	if (members & MEMBER_ADVICE)
		op->advice = draw_advice(source);
	if (members & MEMBER_VALUE)
		op->value = draw(source, 256);
}

/* At the end every byte of every process is read. */
static size_t read_all(struct op *ops, size_t room)
{
	size_t n = 0;

	for (unsigned int process = 0; process < PROCESSES; process++)
		for (unsigned int page = 0; page < ARENA_PAGES && n < room; page++)
			ops[n++] = (struct op){.kind = OP_LOAD,
					       .process = process,
					       .address = ARENA + page * PAGE,
					       .length = PAGE};
	return n;
}

size_t generate(struct source *source, struct op *ops, size_t count)
{
	size_t sweep = PROCESSES * ARENA_PAGES, n = 0;
	struct generator generator = {.source = source, .alive = 1, .no_gpu = one_in(source, 3)};

	if (count < 4 * sweep)
		sweep = 0;
	while (n < count - sweep && (!source->bytes || source->left))
		draw_op(&generator, &ops[n++]);
	return n + (sweep ? read_all(ops + n, count - n) : 0);
}
