/* SPDX-License-Identifier: MIT */
/* What the kernel judge and its real processes share: one slot of memory for each process. */
#ifndef JUDGE_WIRE_H
#define JUDGE_WIRE_H

#include "judge.h"

#define WIRE_MEMORY_FD 3 /* the slots, MAP_SHARED */
#define WIRE_SOCKET_FD 4 /* of slot 0; the others follow */
#define WIRE_FILE_FD   (WIRE_SOCKET_FD + PROCESSES) /* of the first file */
#define WIRE_FDS       (1 + PROCESSES + FILES)

enum wire_command {
	WIRE_RUN = 'r',
	WIRE_VIEW = 'v',
	WIRE_DONE = 'd'
};

/**
 * struct wire_slot - a question to one process, and its answer
 * @limit: bytes of a GPU command that take effect
 * @child: the answer to a fork
 */
struct wire_slot {
	struct op op;
	size_t limit;
	int child;
	struct outcome outcome;
	struct view view;
};

#endif /* JUDGE_WIRE_H */
