// SPDX-License-Identifier: MIT
/*
 * The fuzz target: bytes become choices of the generator, and so operations; machine and model have to
 * agree. With clang's libFuzzer this is the whole program; replay.c feeds files to it with any compiler.
 */
#include <stdio.h>
#include <stdlib.h>

#include "judge.h"

#define OPS 256

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size)
{
	static struct op ops[OPS];
	struct source source = {.bytes = bytes, .left = size};
	struct verdict verdict;
	char text[OUTCOME_TEXT];
	size_t count;

	if (!size)
		return 0;
	count = generate(&source, ops, OPS);
	if (run_sequence(ops, count, JUDGE_MODEL, 1, &verdict, NULL))
		return 0;
	for (size_t i = 0; i < count; i++) {
		op_print(&ops[i], text, sizeof(text));
		fprintf(stderr, "%6zu  %s\n", i, text);
	}
	fprintf(stderr, "operation %zu: %s\n", verdict.at, verdict.text);
	abort();
}
