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
	[SAW_FAULT_BEGIN] = "page_fault_user",
	[SAW_FAULT] = "page_fault_user_end",
	[SAW_ASK_DRIVER] = "migrate_to_ram",
	[SAW_PROCESS] = "process_create",
	[SAW_MMAP] = "mmap",
	[SAW_MUNMAP] = "munmap",
	[SAW_SETUP_BEGIN] = "migrate_vma_setup",
	[SAW_COLLECT] = "migrate_vma_collect",
	[SAW_SETUP] = "migrate_vma_setup_end",
	[SAW_RANGE_BEGIN] = "migrate_device",
	[SAW_RANGE] = "migrate_device_end",
	[SAW_PAGES] = "migrate_pages",
	[SAW_FINALIZE] = "migrate_finalize",
	[SAW_MIGRATED] = "migrate_vma_finalize_end",
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
	[SAW_LOCK] = "lock_acquired",
	[SAW_UNLOCK] = "lock_release",
	[SAW_FOLIO_LOCK] = "folio_lock",
	[SAW_FOLIO_UNLOCK] = "folio_unlock",
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

/* ---- locks -------------------------------------------------------------------------------------------------------- */

#define MOST_HELD 16

/* What a task holds: locks by name, folios by number. */
static struct held {
	unsigned int folios, n;
	struct {
		const char *name;
		number nr;
		int shared;
	} locks[MOST_HELD];
} held[TASKS];

/* "&(mm)->mmap_lock" is read more easily as "mm->mmap_lock". The machine's own are nobody's business. */
static const char *lock_name(const char *name)
{
	char plain[80];
	size_t n = 0;

	if (strstr(name, "psim"))
		return NULL;
	for (; *name && n < sizeof(plain) - 1; name++) {
		if (!strchr("&()", *name))
			plain[n++] = *name;
	}
	plain[n] = 0;
	return keep_text(plain);
}

static void note_lock(const struct psim_trace_event *event)
{
	struct held *who = &held[event->task % TASKS];
	const char *word = psim_trace_value_word(event->kind, 0, event->value[0]);
	const char *name = word ? lock_name(word) : NULL;

	if (!name || who->n == MOST_HELD)
		return;
	who->locks[who->n].name = name;
	who->locks[who->n].nr = event->value[1];
	who->locks[who->n++].shared = event->value[2] != 0;
}

static void note_unlock(const struct psim_trace_event *event)
{
	struct held *who = &held[event->task % TASKS];

	for (unsigned int i = who->n; i-- > 0;) {
		if (who->locks[i].nr != event->value[1])
			continue;
		who->n--;
		memmove(&who->locks[i], &who->locks[i + 1], (who->n - i) * sizeof(who->locks[0]));
		return;
	}
}

/* "mm->mmap_lock (shared), 3 folio locks"; NULL: nothing */
static const char *locks_of(unsigned int task)
{
	const struct held *who = &held[task % TASKS];
	const char *kept = NULL;
	char *text = NULL;
	size_t length;
	FILE *file = open_memstream(&text, &length);

	if (!file)
		abort();
	for (unsigned int i = 0; i < who->n; i++)
		fprintf(file, "%s%s%s", i ? ", " : "", who->locks[i].name,
			who->locks[i].shared ? " (shared)" : "");
	if (who->folios)
		fprintf(file, "%s%u folio lock%s", who->n ? ", " : "", who->folios,
			who->folios == 1 ? "" : "s");
	fclose(file);
	if (text[0])
		kept = keep_text(text);
	free(text);
	return kept;
}

/* Return: whether it was about locks, which are not on the tape. */
static int follow_locks(enum what what, const struct psim_trace_event *event)
{
	unsigned int *folios = &held[event->task % TASKS].folios;

	if (what == SAW_LOCK)
		note_lock(event);
	else if (what == SAW_UNLOCK)
		note_unlock(event);
	else if (what == SAW_FOLIO_LOCK)
		++*folios;
	else if (what == SAW_FOLIO_UNLOCK)
		*folios -= *folios > 0;
	else
		return 0;
	return 1;
}

/* ---- the tape ------------------------------------------------------------------------------------------------------ */

static void write_down(const struct psim_trace_event *event, void *arg)
{
	enum what what = what_of[event->kind];
	struct record *record;

	if (what == SAW_NOTHING_OF_INTEREST || follow_locks(what, event))
		return;
	record = next(arg);
	record->what = what;
	record->time = event->time;
	memcpy(record->value, event->value, sizeof(record->value));
	record->task = event->task;
	record->cpu = event->cpu;
	record->task_name = keep_text(event->task_name);
	find_words(record, event);
	look_at_pages(record);
	if (what == SAW_PAGES)
		record->locks = locks_of(event->task);
}

/* The names of all events that are wanted, with commas. To be freed. */
static char *filter(void)
{
	char *text = NULL;
	size_t length;
	FILE *file = open_memstream(&text, &length);

	if (!file)
		abort();
	for (unsigned int i = 0; i < SAW_NOTHING_OF_INTEREST; i++)
		fprintf(file, "%s%s", i ? "," : "", names[i]);
	fclose(file);
	return text;
}

int tape_start(struct tape *tape)
{
	struct psim_trace_config config = {.events = 1};
	unsigned int kinds = psim_trace_kinds();
	char *wanted;
	int err;

	free(what_of);
	what_of = calloc(kinds, sizeof(*what_of));
	if (!what_of)
		abort();
	memset(last_mapped, 0, sizeof(last_mapped));
	memset(held, 0, sizeof(held));
	for (unsigned int kind = 0; kind < kinds; kind++) {
		unsigned int i = 0;

		while (i < SAW_NOTHING_OF_INTEREST && strcmp(names[i], psim_trace_name(kind)) != 0)
			i++;
		what_of[kind] = i;
	}
	/* words are kept while a ring is there, however small */
	config.filter = wanted = filter();
	err = psim_trace_start(&config);
	free(wanted);
	return err ? err : psim_trace_watch(write_down, tape);
}

void tape_free(struct tape *tape)
{
	free(tape->at);
	*tape = (struct tape){0};
}
