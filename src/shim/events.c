// SPDX-License-Identifier: MIT
/*
 * What the events are called, what their values are, and the words that some values stand for. As rooms.c
 * this file knows every floor.
 */
#include <linux/dma-direction.h>
#include <linux/kernel.h>
#include <linux/mmu_notifier.h>
#include <linux/string.h>
#include <psim/trace.h>

#include "mm/pte.h"
#include "sched/engine.h"
#include "sim/trace.h"

/* ---- words --------------------------------------------------------------------------------------------- */

#define WORDS(name) static const char *const words_##name[]

WORDS(pte) = {
	[PSIM_PTE_NONE] = "none",
	[PSIM_PTE_PRESENT] = "present",
	[PSIM_PTE_SWAP] = "swap",
	[PSIM_PTE_MIGRATION_READ] = "migration-read",
	[PSIM_PTE_MIGRATION_READ_EXCLUSIVE] = "migration-read-exclusive",
	[PSIM_PTE_MIGRATION_WRITE] = "migration-write",
	[PSIM_PTE_DEVICE_READ] = "device-read",
	[PSIM_PTE_DEVICE_WRITE] = "device-write",
	[PSIM_PTE_DEVICE_EXCLUSIVE] = "device-exclusive",
	[PSIM_PTE_HWPOISON] = "hwpoison",
	[PSIM_PTE_MARKER] = "marker",
	[PSIM_PTE_TABLE] = "table",
};

WORDS(notifier) = {
	[MMU_NOTIFY_UNMAP] = "unmap",
	[MMU_NOTIFY_CLEAR] = "clear",
	[MMU_NOTIFY_PROTECTION_VMA] = "protection-vma",
	[MMU_NOTIFY_PROTECTION_PAGE] = "protection-page",
	[MMU_NOTIFY_SOFT_DIRTY] = "soft-dirty",
	[MMU_NOTIFY_RELEASE] = "release",
	[MMU_NOTIFY_MIGRATE] = "migrate",
	[MMU_NOTIFY_EXCLUSIVE] = "exclusive",
};

WORDS(direction) = {
	[DMA_BIDIRECTIONAL] = "both",
	[DMA_TO_DEVICE] = "to-device",
	[DMA_FROM_DEVICE] = "from-device",
	[DMA_NONE] = "none",
};

WORDS(task) = {
	[PSIM_TASK_MAIN] = "main",	 [PSIM_TASK_USER] = "user",
	[PSIM_TASK_KTHREAD] = "kthread", [PSIM_TASK_WORKER] = "worker",
	[PSIM_TASK_DEVICE] = "device",	 [PSIM_TASK_IRQ] = "irq",
	[PSIM_TASK_SOFTIRQ] = "softirq",
};

/* The simulated GPU's operations, in the order of its registers' description. */
WORDS(opcode) = {"copy-in", "copy-out", "clear",  "move",    "fill",	"copy",
		 "xor",	    "crc32",	"sha256", "peer-in", "peer-out"};

/* ---- kinds --------------------------------------------------------------------------------------------- */

enum show {
	NOTHING,
	DECIMAL,
	SIGNED,
	HEX,
	WORD,
	STRING
};

static const struct kind {
	const char *name, *group, *about;
	struct {
		const char *name;
		enum show show;
		unsigned int words;
		const char *const *word;
	} value[PSIM_TRACE_VALUES];
} kinds[] = {
/* clang-format off */
#define D(name)	       {name, DECIMAL, 0, NULL}
#define I(name)	       {name, SIGNED, 0, NULL}
#define H(name)	       {name, HEX, 0, NULL}
#define W(name, table) {name, WORD, ARRAY_SIZE(words_##table), words_##table}
#define S(name)	       {name, STRING, 0, NULL}
#define KIND(id, name, group, about, ...) [PSIM_EV_##id] = {#name, group, about, {__VA_ARGS__}},
	/* clang-format on */
	PSIM_EVENTS(KIND)
#undef KIND
#undef D
#undef I
#undef H
#undef W
#undef S
};

/* What would hide everything else; a filter asks for them. */
static const char *const quiet_groups[] = {"lock", "ref"};

unsigned int psim_trace_kinds(void)
{
	return ARRAY_SIZE(kinds);
}

const char *psim_trace_name(unsigned int kind)
{
	return kind < ARRAY_SIZE(kinds) ? kinds[kind].name : NULL;
}

const char *psim_trace_group(unsigned int kind)
{
	return kind < ARRAY_SIZE(kinds) ? kinds[kind].group : NULL;
}

const char *psim_trace_about(unsigned int kind)
{
	return kind < ARRAY_SIZE(kinds) ? kinds[kind].about : NULL;
}

int psim_trace_by_default(unsigned int kind)
{
	if (kind >= ARRAY_SIZE(kinds))
		return 0;
	for (unsigned int i = 0; i < ARRAY_SIZE(quiet_groups); i++) {
		if (!strcmp(kinds[kind].group, quiet_groups[i]))
			return 0;
	}
	return 1;
}

int psim_trace_kind(const char *name)
{
	for (unsigned int kind = 0; kind < ARRAY_SIZE(kinds); kind++) {
		if (!strcmp(kinds[kind].name, name))
			return kind;
	}
	return -1;
}

const char *psim_trace_value_name(unsigned int kind, unsigned int i)
{
	return kind < ARRAY_SIZE(kinds) && i < PSIM_TRACE_VALUES ? kinds[kind].value[i].name : NULL;
}

int psim_trace_value_hex(unsigned int kind, unsigned int i)
{
	return kind < ARRAY_SIZE(kinds) && i < PSIM_TRACE_VALUES &&
	       kinds[kind].value[i].show == HEX;
}

int psim_trace_value_signed(unsigned int kind, unsigned int i)
{
	return kind < ARRAY_SIZE(kinds) && i < PSIM_TRACE_VALUES &&
	       kinds[kind].value[i].show == SIGNED;
}

bool psim_trace_value_string(unsigned int kind, unsigned int i)
{
	return kinds[kind].value[i].show == STRING;
}

const char *psim_trace_value_word(unsigned int kind, unsigned int i, unsigned long long value)
{
	if (!psim_trace_value_name(kind, i))
		return NULL;
	if (kinds[kind].value[i].show == STRING)
		return psim_trace_string_text(value);
	return value < kinds[kind].value[i].words ? kinds[kind].value[i].word[value] : NULL;
}
