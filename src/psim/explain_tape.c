// SPDX-License-Identifier: MIT
/* psim explain: what happened, written down while it happens, with the counts of the pages it was about. */
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <psim/trace.h>

#include "explain.h"

#define TASKS 64

static const char *const names[] = {
	[SAW_SLOT] = "set_pte",
	[SAW_FAULT] = "page_fault_user",
	[SAW_MMAP] = "mmap",
	[SAW_MUNMAP] = "munmap",
	[SAW_COLLECT] = "migrate_vma_collect",
	[SAW_SETUP] = "migrate_vma_setup",
	[SAW_DEVICE_RANGE] = "migrate_device",
	[SAW_PAGES] = "migrate_pages",
	[SAW_FINALIZE] = "migrate_finalize",
	[SAW_DEVICE_INIT] = "zone_device_page_init",
	[SAW_DEVICE_FREE] = "zone_device_folio_free",
	[SAW_ALLOC] = "mm_page_alloc",
	[SAW_FREE] = "mm_page_free",
	[SAW_NOTIFIER] = "mmu_notifier_start",
	[SAW_DMA_MAP] = "dma_map_page",
	[SAW_COPY] = "gpu_copy",
	[SAW_FENCE] = "dma_fence_signaled",
	[SAW_GPU_FAULT] = "gpu_fault",
	[SAW_GPU_COMMAND] = "gpu_command",
	[SAW_TASK] = "task_newtask",
	[SAW_TASK_END] = "sched_process_exit",
	[SAW_REPORT] = "report",
	[SAW_INJECT] = "inject",
};

static enum what *what_of; /* by kind */
static number last_mapped[TASKS]; /* the page that a task put into a slot last */

/* ---- texts -------------------------------------------------------------------------------------------------- */

static int by_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

const char *keep_text(const char *text)
{
	static void *texts;
	char **found = tfind(text, &texts, by_text);
	char *copy;

	if (found)
		return *found;
	copy = strdup(text);
	if (!copy || !tsearch(copy, &texts, by_text))
		abort();
	return copy;
}

/* ---- events --------------------------------------------------------------------------------------------------- */

static void look(struct record *record, unsigned int i, number pfn)
{
	if (pfn && !psim_page_counts(pfn, &record->page[i].counts))
		record->page[i].pfn = pfn;
}

/* An entry of a migration: a page frame number above six bits, of which the first says whether there is one. */
static number pfn_of(number entry)
{
	return entry & 1 ? entry >> 6 : 0;
}

static void look_at_pages(struct record *record)
{
	const number *value = record->value;
	number *mapped = &last_mapped[record->task % TASKS];

	switch (record->what) {
	case SAW_SLOT:
		look(record, 0, value[3]);
		*mapped = value[3];
		break;
	case SAW_FAULT:
		look(record, 0, *mapped);
		break;
	case SAW_COLLECT:
		look(record, 0, pfn_of(value[1]));
		break;
	case SAW_PAGES:
	case SAW_FINALIZE:
		look(record, 0, pfn_of(value[0]));
		look(record, 1, pfn_of(value[1]));
		break;
	default:
		break;
	}
}

static void find_words(struct record *record, const struct psim_trace_event *event)
{
	unsigned int found = 0;

	for (unsigned int i = 0; psim_trace_value_name(event->kind, i); i++) {
		const char *word = psim_trace_value_word(event->kind, i, event->value[i]);

		if (word && found < 2)
			record->word[found++] = keep_text(word);
	}
}

static struct record *next(struct tape *tape)
{
	if (tape->n == tape->room) {
		tape->room = tape->room ? 2 * tape->room : 4096;
		tape->at = realloc(tape->at, tape->room * sizeof(*tape->at));
		if (!tape->at)
			abort();
	}
	return memset(&tape->at[tape->n++], 0, sizeof(*tape->at));
}

static void write_down(const struct psim_trace_event *event, void *arg)
{
	struct record *record;

	if (what_of[event->kind] == SAW_NOTHING_OF_INTEREST)
		return;
	record = next(arg);
	record->what = what_of[event->kind];
	record->time = event->time;
	memcpy(record->value, event->value, sizeof(record->value));
	record->task = event->task;
	record->cpu = event->cpu;
	record->task_name = keep_text(event->task_name);
	find_words(record, event);
	look_at_pages(record);
}

int tape_start(struct tape *tape)
{
	unsigned int kinds = psim_trace_kinds();
	int err;

	free(what_of);
	what_of = calloc(kinds, sizeof(*what_of));
	if (!what_of)
		abort();
	memset(last_mapped, 0, sizeof(last_mapped));
	for (unsigned int kind = 0; kind < kinds; kind++) {
		unsigned int i = 0;

		while (i < SAW_NOTHING_OF_INTEREST && strcmp(names[i], psim_trace_name(kind)) != 0)
			i++;
		what_of[kind] = i;
	}
	/* words are kept while a ring is there, however small */
	err = psim_trace_start(&(struct psim_trace_config){.events = 1});
	return err ? err : psim_trace_watch(write_down, tape);
}

void tape_free(struct tape *tape)
{
	free(tape->at);
	*tape = (struct tape){0};
}
