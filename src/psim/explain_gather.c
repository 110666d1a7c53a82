// SPDX-License-Identifier: MIT
/*
 * psim explain: the tape is read once. What each task does is gathered until it is clear what it was, a fault, a
 * migration, an unmapping, and then told as a chapter.
 */
#include <stdlib.h>
#include <string.h>

#include "explain.h"

#define PAGE	 PSIM_PAGE_SIZE
#define MIGRATES 2 /* an entry that takes part in a migration */

static struct {
	struct gather *at;
	size_t n;
} tasks;

static struct gather *gather_of(const struct record *record)
{
	struct gather *gather = NULL;

	for (size_t i = 0; i < tasks.n && !gather; i++) {
		if (tasks.at[i].task == record->task)
			gather = &tasks.at[i];
	}
	if (!gather) {
		tasks.at = realloc(tasks.at, (tasks.n + 1) * sizeof(*tasks.at));
		if (!tasks.at)
			abort();
		gather = memset(&tasks.at[tasks.n++], 0, sizeof(*gather));
		gather->task = record->task;
		gather->begin = record->time;
	}
	gather->task_name = record->task_name;
	return gather;
}

/* Tell what is gathered. */
static void flush(struct story *story, struct gather *gather)
{
	if (gather->journey.phase)
		tell_journey(story, gather);
	if (gather->unmapping.on)
		tell_unmap(story, gather);
	if (gather->n)
		tell_slots(story, gather);
	gather->freed = 0;
	gather->forking = 0;
}

/* The same where the task has surely begun something else: no fault that was put off comes again. */
static void flush_all(struct story *story, struct gather *gather)
{
	flush(story, gather);
	if (gather->retries)
		tell_retries(story, gather);
}

/* ---- slots --------------------------------------------------------------------------------------------------- */

static struct change *add_change(struct gather *gather, const struct record *record)
{
	struct change *change;

	if (gather->n == gather->room) {
		gather->room = gather->room ? 2 * gather->room : 16;
		gather->changes = realloc(gather->changes, gather->room * sizeof(*change));
		if (!gather->changes)
			abort();
	}
	change = &gather->changes[gather->n++];
	change->mm = record->value[0];
	change->address = record->value[1];
	change->old = model_slot(change->mm, change->address);
	change->new = slot_of(record);
	model_set(change->mm, change->address, change->new);
	if (!gather->journey.phase && change->old.kind == SLOT_EMPTY && slot_maps(change->new) &&
	    model_slots(change->new.pfn) > 1)
		gather->forking = change->mm;
	return change;
}

/* While slots are copied, none is cleared, and none of the child's is written twice. */
static int ends_fork(const struct gather *gather, const struct record *record, struct slot slot)
{
	if (!gather->forking)
		return 0;
	return slot.kind == SLOT_EMPTY ||
	       (record->value[0] == gather->forking &&
		model_slot(record->value[0], record->value[1]).kind != SLOT_EMPTY);
}

/* Within a fault it is the fault's; what else was gathered is told before. */
static void begin_journey(struct story *story, struct gather *gather, const struct record *record)
{
	if (!gather->in_fault || gather->journey.phase)
		flush(story, gather);
	if (!gather->in_fault)
		gather->begin = record->time;
	gather->journey = (struct journey){.phase = COLLECTING, .begin = record->time};
}

static int is_unmapping(const struct gather *gather, const struct record *record)
{
	return gather->unmapping.on && gather->unmapping.mm == record->value[0] &&
	       record->value[1] >= gather->unmapping.from &&
	       record->value[1] < gather->unmapping.to;
}

static void on_slot(struct story *story, struct gather *gather, const struct record *record)
{
	struct journey *journey = &gather->journey;
	struct slot slot = slot_of(record);

	if (ends_fork(gather, record, slot))
		flush(story, gather);
	if (gather->unmapping.on && (!is_unmapping(gather, record) || slot.kind != SLOT_EMPTY))
		flush(story, gather);
	if (!gather->n && !gather->in_fault && !journey->phase)
		gather->begin = record->time;
	add_change(gather, record);
	if (journey->phase)
		journey->changes = gather->n;
}

/* ---- migrations --------------------------------------------------------------------------------------------------- */

static void on_collect(struct gather *gather, const struct record *record)
{
	struct journey *journey = &gather->journey;
	number src = record->value[1];

	journey->end = record->time;
	if (!(src & MIGRATES))
		return;
	journey->taken++;
	if (!record->page[0].pfn)
		journey->holes++;
	else if (record->page[0].counts.device)
		journey->device++;
	else
		journey->ram++;
}

static void on_setup(struct story *story, struct gather *gather, const struct record *record)
{
	struct journey *journey = &gather->journey;

	journey->phase = COLLECTED;
	journey->end = record->time;
	journey->mm = record->value[0];
	journey->from = record->value[1];
	journey->to = record->value[2];
	journey->asked = (journey->to - journey->from) / PAGE;
	journey->cpages = record->value[3];
	if (!journey->cpages && !gather->in_fault)
		flush(story, gather);
}

static void on_range(struct story *story, struct gather *gather, const struct record *record)
{
	struct journey *journey = &gather->journey;

	journey->phase = COLLECTED;
	journey->end = record->time;
	journey->by_pages = 1;
	journey->asked = record->value[0];
	journey->cpages = record->value[1];
	for (size_t i = 0; i < gather->n; i++) {
		const struct change *change = &gather->changes[i];

		if (change->new.kind != SLOT_MOVING)
			continue;
		journey->device++;
		if (journey->to && change->mm != journey->mm)
			continue;
		journey->mm = change->mm;
		if (!journey->to || change->address < journey->from)
			journey->from = change->address;
		if (change->address + PAGE > journey->to)
			journey->to = change->address + PAGE;
	}
	if (!journey->cpages)
		flush(story, gather);
}

static void on_pages(struct gather *gather, const struct record *record)
{
	struct journey *journey = &gather->journey;
	const struct counted *to = &record->page[1];

	if (!journey->phase)
		return;
	journey->phase = MOVING;
	journey->end = record->time;
	if (to->pfn) {
		journey->first = journey->first ? journey->first : to->pfn;
		journey->last = to->pfn;
		journey->new_device += to->counts.device;
		journey->new_ram += !to->counts.device;
	}
	if (record->value[2] && record->page[0].pfn)
		journey->moved++;
	else if (record->value[2])
		journey->filled++;
	if (record->page[0].pfn && !journey->source.pfn) {
		journey->source = record->page[0];
		journey->destination = *to;
	}
	if (!journey->locks)
		journey->locks = record->locks;
}

static void on_finalize(struct gather *gather, const struct record *record)
{
	struct journey *journey = &gather->journey;

	if (!journey->phase)
		return;
	if (journey->phase != ENDING) {
		journey->at_end[0] = record->page[0];
		journey->at_end[1] = record->page[1];
	}
	journey->phase = ENDING;
	journey->end = record->time;
}

/* Engines and interrupts work for whoever waits for a copy: the migration that was collected last. */
static struct journey *waiting_journey(void)
{
	struct journey *found = NULL;

	for (size_t i = 0; i < tasks.n; i++) {
		struct journey *journey = &tasks.at[i].journey;

		if (journey->phase == COLLECTED && journey->cpages &&
		    (!found || journey->end > found->end))
			found = journey;
	}
	return found;
}

static void on_copy(const struct record *record)
{
	struct journey *journey = waiting_journey();

	if (!journey)
		return;
	if (record->word[0] && !strcmp(record->word[0], "clear"))
		journey->cleared += record->value[1];
	else
		journey->copied += record->value[1];
}

static void on_fence(const struct record *record)
{
	struct journey *journey = waiting_journey();

	if (journey && record->value[2])
		journey->errors++;
}

/* ---- the rest --------------------------------------------------------------------------------------------------------- */

static void on_fault_begin(struct story *story, struct gather *gather, const struct record *record)
{
	flush(story, gather);
	gather->in_fault = 1;
	gather->asked_driver = 0;
	gather->begin = record->time;
}

static void on_fault(struct story *story, struct gather *gather, const struct record *record)
{
	tell_fault(story, gather, record);
	gather->in_fault = 0;
}

static void on_munmap(struct story *story, struct gather *gather, const struct record *record)
{
	flush_all(story, gather);
	gather->begin = record->time;
	gather->unmapping.on = 1;
	gather->unmapping.mm = record->value[0];
	gather->unmapping.from = record->value[1];
	gather->unmapping.to = record->value[2];
}

static void on_freed(struct gather *gather, const struct record *record)
{
	struct journey *journey = &gather->journey;

	if (!journey->phase)
		gather->freed++;
	else if (record->what == SAW_FREE)
		journey->freed_ram++;
	else
		journey->freed_device++;
}

/* Engines, interrupts and workers are the machine's own affair, and so is who runs the scenario. */
static int is_told(const struct record *record)
{
	if (record->what == SAW_TASK_END)
		return 1;
	return record->task && record->word[1] &&
	       (!strcmp(record->word[1], "user") || !strcmp(record->word[1], "kthread"));
}

static void read(struct story *story, const struct record *record)
{
	struct gather *gather = gather_of(record);

	switch (record->what) {
	case SAW_SLOT:
		on_slot(story, gather, record);
		break;
	case SAW_FAULT_BEGIN:
		on_fault_begin(story, gather, record);
		break;
	case SAW_ASK_DRIVER:
		gather->asked_driver = 1;
		break;
	case SAW_PROCESS:
		model_name_space(record->value[0], record->word[0]);
		break;
	case SAW_FAULT:
		on_fault(story, gather, record);
		break;
	case SAW_MMAP:
		flush_all(story, gather);
		tell_map(story, record);
		break;
	case SAW_MUNMAP:
		on_munmap(story, gather, record);
		break;
	case SAW_SETUP_BEGIN:
	case SAW_RANGE_BEGIN:
		begin_journey(story, gather, record);
		break;
	case SAW_COLLECT:
		on_collect(gather, record);
		break;
	case SAW_SETUP:
		on_setup(story, gather, record);
		break;
	case SAW_RANGE:
		on_range(story, gather, record);
		break;
	case SAW_PAGES:
		on_pages(gather, record);
		break;
	case SAW_FINALIZE:
		on_finalize(gather, record);
		break;
	case SAW_MIGRATED:
		if (gather->journey.phase && !gather->in_fault)
			flush(story, gather);
		break;
	case SAW_FREE:
	case SAW_DEVICE_FREE:
		on_freed(gather, record);
		break;
	case SAW_NOTIFIER:
		gather->notified = record->word[0];
		break;
	case SAW_DMA_MAP:
		gather->journey.mapped += gather->journey.phase == COLLECTED;
		break;
	case SAW_COPY:
		on_copy(record);
		break;
	case SAW_FENCE:
		on_fence(record);
		break;
	case SAW_TASK:
	case SAW_TASK_END:
		if (!is_told(record))
			break;
		flush_all(story, gather);
		tell_single(story, record);
		break;
	case SAW_GPU_FAULT:
	case SAW_GPU_COMMAND:
	case SAW_REPORT:
	case SAW_INJECT:
		tell_single(story, record);
		break;
	default:
		break;
	}
	gather->end = record->time;
}

/* In the order in which they ended; what ended at the same moment, as it was told. */
static int by_end(const void *a, const void *b)
{
	const struct chapter *x = a, *y = b;

	if (x->end != y->end)
		return x->end < y->end ? -1 : 1;
	return x->told < y->told ? -1 : x->told > y->told;
}

void story_make(struct story *story, const struct tape *tape)
{
	model_reset();
	for (size_t i = 0; i < tape->n; i++)
		read(story, &tape->at[i]);
	for (size_t i = 0; i < tasks.n; i++) {
		flush_all(story, &tasks.at[i]);
		free(tasks.at[i].changes);
	}
	free(tasks.at);
	tasks.at = NULL;
	tasks.n = 0;
	model_reset();
	for (size_t i = 0; i < story->n; i++)
		story->chapters[i].told = i;
	qsort(story->chapters, story->n, sizeof(*story->chapters), by_end);
}
