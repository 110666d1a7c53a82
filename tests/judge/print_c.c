// SPDX-License-Identifier: MIT
/* A sequence as a test case in C: to be pasted into a file of tests/user. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "judge.h"

static const char *address(unsigned long value)
{
	static char texts[4][40];
	static unsigned int next;
	char *text = texts[next++ % 4];

	if (value >= ARENA && value <= ARENA_END && value % PAGE == 0)
		snprintf(text, sizeof(texts[0]), "ARENA + %lu * PAGE", (value - ARENA) / PAGE);
	else
		snprintf(text, sizeof(texts[0]), "%#lxul", value);
	return text;
}

static const char *bytes(unsigned long value)
{
	static char texts[4][40];
	static unsigned int next;
	char *text = texts[next++ % 4];

	if (value && value % PAGE == 0 && value < 1ul << 30)
		snprintf(text, sizeof(texts[0]), "%lu * PAGE", value / PAGE);
	else
		snprintf(text, sizeof(texts[0]), "%#lxul", value);
	return text;
}

/* The call; its value is compared with what the judges say. */
static void print_call(const struct op *op)
{
	unsigned int p = op->process;
	const char *at = address(op->address), *n = bytes(op->length);

	switch (op->kind) {
	case OP_MMAP:
		printf("psim_mmap_at(p[%u], %s, %s, %#x, %#x, ", p, at, n, op->prot, op->flags);
		if (op->file)
			printf("files[%u], %#lx)", op->file - 1, op->offset);
		else
			printf("NULL, 0)");
		break;
	case OP_MPROTECT:
		printf("psim_mprotect(p[%u], %s, %s, %#x)", p, at, n, op->prot);
		break;
	case OP_MREMAP:
		printf("psim_mremap(p[%u], %s, %s, %s, %d, %s)", p, at, n, bytes(op->target_length),
		       op->flags, address(op->target));
		break;
	case OP_MADVISE:
		printf("psim_madvise(p[%u], %s, %s, %d)", p, at, n, op->advice);
		break;
	case OP_MLOCK2:
		printf("psim_mlock2(p[%u], %s, %s, %d)", p, at, n, op->flags);
		break;
	case OP_MLOCKALL:
		printf("psim_mlockall(p[%u], %d)", p, op->flags);
		break;
	case OP_MUNLOCKALL:
		printf("psim_munlockall(p[%u])", p);
		break;
	case OP_TRUNCATE:
		printf("psim_file_truncate(files[%u], %#lx)", op->file - 1, op->offset);
		break;
	case OP_FORK:
		printf("psim_fork(p[%u], \"p%u\", &p[%u])", p, op->slot, op->slot);
		break;
	case OP_EXIT:
		printf("psim_process_exit(p[%u])", p);
		break;
	case OP_LOAD:
		printf("psim_load(p[%u], %s, buffer, %s)", p, at, n);
		break;
	case OP_STORE:
		printf("psim_store(p[%u], %s, bytes, %s)", p, at, n);
		break;
	case OP_EVICT:
		printf("psim_gpu_evict(gpu, %u * PAGE)", op->value % ARENA_PAGES);
		break;
	case OP_SWAP_OUT:
		printf("psim_swap_out(p[%u], %s)", p, at);
		break;
	case OP_GPU_FILL:
		printf("psim_gpu_fill(gpu, p[%u], %s, %s, %#x)", p, at, n, op->value);
		break;
	case OP_GPU_COPY:
		printf("psim_gpu_copy(gpu, p[%u], %s, %s, %s)", p, at, address(op->target), n);
		break;
	case OP_GPU_XOR:
		printf("psim_gpu_xor(gpu, p[%u], %s, %s, bytes, 64)", p, at, n);
		break;
	case OP_GPU_CRC32:
		printf("psim_gpu_crc32(gpu, p[%u], %s, %s, &crc)", p, at, n);
		break;
	case OP_MIGRATE:
		printf("psim_gpu_migrate(gpu, p[%u], %s, %s)", p, at, n);
		break;
	default:
		printf("psim_%s(p[%u], %s, %s)", op_types[op->kind].name, p, at, n);
	}
}

static void print_op(const struct op *op, long expected)
{
	if (op->kind == OP_STORE || op->kind == OP_GPU_XOR)
		printf("\tfill(bytes, %#xu);\n", op->value);
	if (op->kind == OP_MIGRATE || op->kind == OP_EVICT || op->kind == OP_SWAP_OUT) {
		printf("\t");
		print_call(op);
		printf(";\n");
		return;
	}
	if (expected == ELSEWHERE) {
		printf("\telsewhere = ");
		print_call(op);
		printf(";\n\tassert_int_equal(psim_munmap(p[%u], elsewhere, %s), 0);\n",
		       op->process, bytes(op->kind == OP_MREMAP ? op->target_length : op->length));
		return;
	}
	if (op->kind == OP_LOAD)
		printf("\tmemset(buffer, %#x, sizeof(buffer));\n", FILLED);
	printf("\tassert_int_equal(");
	print_call(op);
	if (expected < 0 && expected > -4096)
		printf(", -%s);\n", strerrorname_np(-expected));
	else
		printf(", %s);\n", expected ? address(expected) : "0");
}

void print_c(const struct op *ops, size_t count, const struct verdict *verdict,
	     const long *expected)
{
	printf("/* %s */\n", verdict->text);
	printf("static void fill(unsigned char *bytes, unsigned int value)\n{\n"
	       "\tfor (unsigned long i = 0; i < %lu; i++)\n"
	       "\t\tbytes[i] = (value * %#xu >> 8) + i * 7 + (i >> 12) * 31;\n}\n\n",
	       MOST_BYTES, OP_BYTE_FACTOR);
	printf("static void sequence__judges_agree(void **state)\n{\n"
	       "\tconst struct psim_config config = {.ram_bytes = 16 << 20, .quiet = 1};\n"
	       "\tconst struct psim_gpu_config gpu_config = {.memory_bytes = 256 << 10};\n"
	       "\tconst unsigned long ARENA = %#lx, PAGE = PSIM_PAGE_SIZE;\n"
	       "\tstatic unsigned char buffer[%lu], bytes[%lu];\n"
	       "\tstruct psim_process *p[%u] = {0};\n"
	       "\tstruct psim_file *files[2];\n"
	       "\tstruct psim_gpu *gpu;\n"
	       "\tunsigned int crc;\n"
	       "\tlong elsewhere;\n\n"
	       "\t(void)state, (void)crc, (void)elsewhere, (void)buffer, (void)bytes;\n"
	       "\tassert_int_equal(psim_start(&config), 0);\n"
	       "\tfor (int i = 0; i < 2; i++)\n"
	       "\t\tfiles[i] = psim_file_create(%lu * PAGE, 1);\n"
	       "\tp[0] = psim_process_create(\"p0\");\n"
	       "\tgpu = psim_gpu_create(&gpu_config);\n",
	       ARENA, MOST_BYTES, MOST_BYTES, PROCESSES, FILE_PAGES / 2);
	for (size_t i = 0; i < count; i++)
		if (expected[i] != -ECANCELED)
			print_op(&ops[i], expected[i]);
	if (verdict->byte >= 0)
		printf("\tassert_int_equal(buffer[%ld], %#lx);\n", verdict->byte,
		       verdict->should_be);
	else
		printf("\t/* %s */\n", verdict->text);
	printf("\tfor (int i = 0; i < 2; i++)\n"
	       "\t\tpsim_file_close(files[i]);\n"
	       "\tfor (int i = 0; i < %u; i++)\n"
	       "\t\tif (p[i])\n"
	       "\t\t\tpsim_process_exit(p[i]);\n"
	       "\tpsim_gpu_destroy(gpu);\n"
	       "\tassert_int_equal(psim_stop(), 0);\n}\n",
	       PROCESSES);
}
