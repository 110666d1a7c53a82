// SPDX-License-Identifier: MIT
/* The operation table, and operations in words. */
#include <stdio.h>

#include "judge.h"

#define WHERE MEMBER_RANGE

const struct op_type op_types[OP_KINDS] = {
	[OP_MMAP] = {"mmap", WHERE | MEMBER_PROT | MEMBER_MAP_FLAGS | MEMBER_FILE, 20, false},
	[OP_MUNMAP] = {"munmap", WHERE, 8, false},
	[OP_MPROTECT] = {"mprotect", WHERE | MEMBER_PROT, 8, false},
	[OP_MREMAP] = {"mremap", WHERE | MEMBER_TARGET | MEMBER_TARGET_LENGTH | MEMBER_REMAP_FLAGS,
		       6, false},
	[OP_MADVISE] = {"madvise", WHERE | MEMBER_ADVICE, 14, false},
	[OP_MLOCK] = {"mlock", WHERE, 3, false},
	[OP_MUNLOCK] = {"munlock", WHERE, 3, false},
	[OP_MLOCK2] = {"mlock2", WHERE | MEMBER_LOCK_FLAGS, 3, false},
	[OP_MLOCKALL] = {"mlockall", MEMBER_LOCK_FLAGS, 1, false},
	[OP_MUNLOCKALL] = {"munlockall", 0, 1, false},
	[OP_FORK] = {"fork", MEMBER_SLOT, 4, false},
	[OP_EXIT] = {"exit", 0, 3, false},
	[OP_TRUNCATE] = {"truncate", MEMBER_FILE, 2, false},
	[OP_LOAD] = {"load", WHERE | MEMBER_BYTES, 30, false},
	[OP_STORE] = {"store", WHERE | MEMBER_BYTES | MEMBER_VALUE, 30, false},
	[OP_MIGRATE] = {"migrate", WHERE, 10, true},
	[OP_EVICT] = {"evict", MEMBER_VALUE, 2, true},
	[OP_SWAP_OUT] = {"swap_out", WHERE, 4, true},
	[OP_GPU_FILL] = {"gpu_fill", WHERE | MEMBER_BYTES | MEMBER_VALUE, 5, true},
	[OP_GPU_COPY] = {"gpu_copy", WHERE | MEMBER_BYTES | MEMBER_TARGET, 4, true},
	[OP_GPU_XOR] = {"gpu_xor", WHERE | MEMBER_BYTES | MEMBER_VALUE, 3, true},
	[OP_GPU_CRC32] = {"gpu_crc32", WHERE | MEMBER_BYTES, 3, true},
};

/* "arena+0x3000", or the number */
static const char *address(unsigned long value)
{
	static char texts[4][32];
	static unsigned int next;
	char *text = texts[next++ % 4];

	if (value >= ARENA && value <= ARENA_END)
		snprintf(text, sizeof(texts[0]), "arena+%#lx", value - ARENA);
	else
		snprintf(text, sizeof(texts[0]), "%#lx", value);
	return text;
}

void op_print(const struct op *op, char *text, size_t bytes)
{
	const struct op_type *type = &op_types[op->kind];
	size_t n = snprintf(text, bytes, "p%u: %s", op->process, type->name);

#define ADD(member, ...)                           \
	if (type->members & (member) && n < bytes) \
	n += snprintf(text + n, bytes - n, __VA_ARGS__)
	ADD(MEMBER_SLOT, " to p%u", op->slot);
	if (op->file)
		ADD(MEMBER_FILE, " file %u at %#lx,", op->file, op->offset);
	ADD(MEMBER_RANGE, " %s, %#lx bytes", address(op->address), op->length);
	ADD(MEMBER_TARGET, ", target %s", address(op->target));
	ADD(MEMBER_TARGET_LENGTH, ", %#lx bytes", op->target_length);
	ADD(MEMBER_PROT, ", prot %#x", op->prot);
	ADD(MEMBER_MAP_FLAGS | MEMBER_REMAP_FLAGS | MEMBER_LOCK_FLAGS, ", flags %#x", op->flags);
	ADD(MEMBER_ADVICE, ", advice %d", op->advice);
	ADD(MEMBER_VALUE, ", value %#x", op->value);
#undef ADD
}
