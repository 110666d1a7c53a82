// SPDX-License-Identifier: MIT
/* psim explain: what was gathered becomes a chapter: faults, mappings, changed slots, single events. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "explain.h"
#include "psim.h"

#define PAGE PSIM_PAGE_SIZE

/* Bits of a fault's result. */
#define FAULT_OOM     0x1
#define FAULT_SIGBUS  0x2
#define FAULT_SIGSEGV 0x40
#define FAULT_RETRY   0x400

/* ---- chapters ------------------------------------------------------------------------------------------ */

static char *format_text(const char *format, va_list args)
{
	char *text;

	if (vasprintf(&text, format, args) < 0)
		abort();
	return text;
}

char *text_of(const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = format_text(format, args);
	va_end(args);
	return text;
}

const char *hex(number n)
{
	static char texts[8][24];
	static unsigned int next;
	char *text = texts[next++ % 8];

	snprintf(text, sizeof(texts[0]), "%#llx", n);
	return text;
}

struct chapter *story_add(struct story *story)
{
	if (story->n == story->room) {
		story->room = story->room ? 2 * story->room : 64;
		story->chapters = realloc(story->chapters, story->room * sizeof(*story->chapters));
		if (!story->chapters)
			abort();
	}
	return memset(&story->chapters[story->n++], 0, sizeof(struct chapter));
}

void say_step(struct chapter *chapter, enum story_step step, const char *format, ...)
{
	struct paragraph *paragraph = &chapter->paragraphs[chapter->nr_paragraphs];
	va_list args;

	if (chapter->nr_paragraphs == MOST_PARAGRAPHS)
		return;
	va_start(args, format);
	paragraph->text = format_text(format, args);
	va_end(args);
	paragraph->step = step;
	chapter->nr_paragraphs++;
}

void story_free(struct story *story)
{
	for (size_t i = 0; i < story->n; i++) {
		struct chapter *chapter = &story->chapters[i];

		for (unsigned int j = 0; j < chapter->nr_paragraphs; j++)
			free(chapter->paragraphs[j].text);
		for (unsigned int j = 0; j < chapter->nr_counts; j++)
			free(chapter->counts[j]);
		free(chapter->title);
		free(chapter->before);
		free(chapter->after);
	}
	free(story->chapters);
	*story = (struct story){0};
}

static struct chapter *chapter_of(struct story *story, const struct gather *gather)
{
	struct chapter *chapter = story_add(story);

	chapter->task = gather->task;
	chapter->task_name = gather->task_name;
	chapter->begin = gather->begin;
	chapter->end = gather->end;
	return chapter;
}

static struct chapter *chapter_at(struct story *story, const struct record *record)
{
	struct chapter *chapter = story_add(story);

	chapter->task = record->task;
	chapter->task_name = record->task_name;
	chapter->begin = chapter->end = record->time;
	return chapter;
}

/* The range that the changes cover in the first one's address space. */
static void set_range(struct chapter *chapter, const struct change *changes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		number address = changes[i].address;

		if (!i)
			chapter->mm = changes[i].mm;
		if (changes[i].mm != chapter->mm)
			continue;
		if (!i || address < chapter->from)
			chapter->from = address;
		if (address + PAGE > chapter->to)
			chapter->to = address + PAGE;
	}
}

static void add_span(struct chapter *chapter, number mm, number from, number to)
{
	if (chapter->nr_spans < 2)
		chapter->spans[chapter->nr_spans++] = (struct span){mm, from, to};
}

static void done_with_changes(struct gather *gather, size_t n)
{
	if (n)
		memmove(gather->changes, gather->changes + n,
			(gather->n - n) * sizeof(*gather->changes));
	gather->n -= n;
	gather->notified = NULL;
	gather->freed = 0;
	gather->forking = 0;
}

/* ---- mappings ---------------------------------------------------------------------------------------------- */

void tell_map(struct story *story, const struct record *record)
{
	struct chapter *chapter = chapter_at(story, record);
	number bytes = record->value[2] - record->value[1];

	chapter->mm = record->value[0];
	chapter->from = record->value[1];
	chapter->to = record->value[2];
	chapter->title = text_of("%s maps %s", record->task_name, human_size(bytes));
	say_step(chapter, STEP_MAPPED,
		 "The addresses from %s to %s may be used now. No memory comes with them: %s.",
		 hex(chapter->from), hex(chapter->to),
		 bytes == PAGE ? "the slot is empty until it is touched"
			       : "their slots are empty until they are touched");
}

static const char *freed_text(const struct gather *gather)
{
	static char text[80];

	if (!gather->freed)
		return "";
	snprintf(text, sizeof(text), " %u of their pages had no other reference, and %s free.",
		 gather->freed, gather->freed == 1 ? "is" : "are");
	return text;
}

void tell_unmap(struct story *story, struct gather *gather)
{
	struct chapter *chapter = chapter_of(story, gather);

	chapter->mm = gather->unmapping.mm;
	chapter->from = gather->unmapping.from;
	chapter->to = gather->unmapping.to;
	chapter->title =
		text_of("%s unmaps %s", gather->task_name, human_size(chapter->to - chapter->from));
	say_step(chapter, STEP_UNMAPPED,
		 "The addresses from %s to %s are given up. %zu slot%s cleared.%s",
		 hex(chapter->from), hex(chapter->to), gather->n, gather->n == 1 ? " is" : "s are",
		 freed_text(gather));
	draw(chapter, gather->changes, gather->n);
	gather->unmapping.on = 0;
	done_with_changes(gather, gather->n);
}

/* ---- slots that changed for no reason that was gathered ------------------------------------------------------------ */

static int all_cleared(const struct gather *gather)
{
	for (size_t i = 0; i < gather->n; i++) {
		if (gather->changes[i].new.kind != SLOT_EMPTY)
			return 0;
	}
	return 1;
}

/* Each page that left an address is at another one of the same address space now. */
static size_t count_moved(const struct gather *gather)
{
	size_t moved = 0;

	for (size_t i = 0; i < gather->n; i++) {
		const struct change *from = &gather->changes[i];

		for (size_t j = 0; slot_maps(from->old) && j < gather->n; j++) {
			const struct change *to = &gather->changes[j];

			moved += to->mm == from->mm && to->address != from->address &&
				 to->new.pfn == from->old.pfn &&slot_maps(to->new);
		}
	}
	return 2 * moved == gather->n ? moved : 0;
}

/* The same pages before and after. */
static int same_pages(const struct gather *gather)
{
	for (size_t i = 0; i < gather->n; i++) {
		const struct change *change = &gather->changes[i];

		if (!slot_maps(change->old) || !slot_maps(change->new) ||
		    change->old.pfn != change->new.pfn)
			return 0;
	}
	return 1;
}

static void tell_written(struct chapter *chapter, const struct gather *gather)
{
	size_t moved = gather->n <= 1024 ? count_moved(gather) : 0;
	const char *s = gather->n == 1 ? "" : "s", *are = gather->n == 1 ? " is" : "s are";

	if (moved) {
		chapter->title = text_of("%s moves %zu page%s to other addresses",
					 gather->task_name, moved, moved == 1 ? "" : "s");
		say_step(chapter, STEP_MOVED_SLOTS,
			 "Slots move; the pages that they name, and what those count, stay.");
	} else if (same_pages(gather)) {
		chapter->title = text_of("%s changes the permission of %zu slot%s",
					 gather->task_name, gather->n, s);
		say_step(chapter, STEP_PROTECTED, "%zu slot%s written, from %s on: the same pages.",
			 gather->n, are, hex(chapter->from));
	} else {
		chapter->title = text_of("%s changes %zu slot%s", gather->task_name, gather->n, s);
		say_step(chapter, STEP_CHANGED_SLOTS, "%zu slot%s written, from %s on.", gather->n,
			 are, hex(chapter->from));
	}
}

static void tell_copied(struct chapter *chapter, const struct gather *gather)
{
	size_t copied = 0;

	for (size_t i = 0; i < gather->n; i++)
		copied += gather->changes[i].mm == gather->forking;
	chapter->title = text_of("%s forks", gather->task_name);
	say_step(chapter, STEP_COPIED_SLOTS,
		 "The child, %s, gets a copy of %zu slot%s, not of the pages: each "
		 "page is mapped once more, and has one reference more. Nobody may write to them "
		 "without a fault from now on.",
		 space_name(gather->forking), copied, copied == 1 ? "" : "s");
}

void tell_slots(struct story *story, struct gather *gather)
{
	struct chapter *chapter = chapter_of(story, gather);

	set_range(chapter, gather->changes, gather->n);
	if (gather->forking) {
		tell_copied(chapter, gather);
	} else if (all_cleared(gather)) {
		chapter->title = text_of("%s gives %zu page%s back", gather->task_name, gather->n,
					 gather->n == 1 ? "" : "s");
		say_step(
			chapter, STEP_GIVEN_BACK,
			"From %s on %zu slot%s cleared; each page loses the reference of its slot.%s",
			hex(chapter->from), gather->n, gather->n == 1 ? " is" : "s are",
			freed_text(gather));
	} else {
		tell_written(chapter, gather);
	}
	if (gather->notified)
		say_step(chapter, STEP_NOTIFIED,
			 "Whoever watches the range was told before: the reason is \"%s\".",
			 gather->notified);
	draw(chapter, gather->changes, gather->n);
	done_with_changes(gather, gather->n);
}

void tell_retries(struct story *story, struct gather *gather)
{
	struct chapter *chapter = chapter_of(story, gather);

	chapter->begin = gather->retry_begin;
	chapter->title = text_of("%s asks for %s", gather->task_name, hex(gather->retry));
	chapter->faults = gather->retries;
	add_span(chapter, 0, gather->retry, gather->retry + PAGE);
	say_step(chapter, STEP_ASK_AGAIN,
		 "A fault at %s is put off: it is to come again, with the mmap lock.",
		 hex(gather->retry));
	gather->retries = 0;
}

/* ---- faults -------------------------------------------------------------------------------------------------------------- */

/* What the fault did to the slot of its page: from what it was before to what it is now. */
static struct change change_of(const struct gather *gather, number mm, number page)
{
	struct change all = {mm, page, model_slot(mm, page), model_slot(mm, page)};

	for (size_t i = 0; i < gather->n; i++) {
		if (gather->changes[i].mm == mm && gather->changes[i].address == page) {
			all.old = gather->changes[i].old;
			break;
		}
	}
	return all;
}

/* The first of the pages that moved, and where it was, when all was over. */
static void tell_ends(struct chapter *chapter, const struct journey *journey)
{
	if (journey->at_end[1].pfn)
		tell_counts(chapter, &journey->at_end[1], 0);
	if (journey->at_end[0].pfn)
		tell_counts(chapter, &journey->at_end[0], 0);
}

static void tell_failed(struct chapter *chapter, number result)
{
	const char *why = result & FAULT_OOM	  ? "there is no memory"
			  : result & FAULT_SIGBUS ? "SIGBUS"
						  : "SIGSEGV";

	say_step(chapter, STEP_NO_ANSWER, "There is no good answer: %s. The slot stays as it was.",
		 why);
}

static void tell_unchanged(struct chapter *chapter, const struct change *change, int asked_driver)
{
	if (asked_driver && slot_on_device(change->new))
		say_step(chapter, STEP_TIMESLICE,
			 "The slot names page %s of a device. Its driver is asked, and leaves it "
			 "where it is for now: the access is repeated.",
			 hex(change->new.pfn));
	else if (change->new.kind == SLOT_MOVING || slot_on_device(change->new))
		say_step(
			chapter, STEP_WAITED,
			"Page %s is on its way, or somebody has it locked. The task waits until it "
			"is unlocked, without a reference, and tries again.",
			hex(change->new.pfn));
	else
		say_step(chapter, STEP_OTHERS_DID,
			 "When the kernel looks, the slot is as it should be: somebody else was "
			 "faster. The access is repeated.");
}

static void tell_changed(struct chapter *chapter, const struct change *change, int write)
{
	const char *pfn = hex(change->new.pfn);

	if (change->new.kind == SLOT_ZERO)
		say_step(chapter, STEP_ZERO_PAGE,
			 "The slot was empty. Nobody wrote there, so zeros are enough: it gets the "
			 "zero page, which all share and nobody may write to.");
	else if (change->old.kind == SLOT_EMPTY)
		say_step(chapter, STEP_NEW_PAGE,
			 "The slot was empty. The kernel takes page %s of RAM, fills it with "
			 "zeros, and maps it.",
			 pfn);
	else if (change->old.kind == SLOT_OTHER)
		say_step(chapter, STEP_SWAPPED_IN,
			 "The slot said where the page was kept. It comes back as page %s.", pfn);
	else if (change->old.pfn == change->new.pfn && change->old.kind == change->new.kind &&
		 !write)
		say_step(chapter, STEP_OTHERS_DID,
			 "Page %s is there already. The slot is marked as used.", pfn);
	else if (change->old.pfn == change->new.pfn && change->old.kind == change->new.kind)
		say_step(
			chapter, STEP_SAME_PAGE,
			"Page %s is this process's alone, so it stays, and the slot allows writing "
			"now.",
			pfn);
	else
		say_step(chapter, STEP_COPY_ON_WRITE,
			 "The slot had %s, which may not be written to. The process gets a page of "
			 "its own, %s, with the same bytes.",
			 change->old.kind == SLOT_ZERO ? "the zero page" : "a page that is shared",
			 pfn);
}

void tell_fault(struct story *story, struct gather *gather, const struct record *fault)
{
	number mm = fault->value[0], address = fault->value[1], result = fault->value[3];
	number page = address & ~(number)(PAGE - 1);
	int write = fault->value[2] != 0, journey = gather->journey.phase != NO_JOURNEY;
	struct change change = change_of(gather, mm, page);
	struct chapter *chapter;

	if (gather->retries && gather->retry != page)
		tell_retries(story, gather);
	if ((result & FAULT_RETRY) && !gather->n && !journey) {
		if (!gather->retries++)
			gather->retry_begin = gather->begin;
		gather->retry = page;
		return;
	}
	if (gather->retries)
		gather->begin = gather->retry_begin;
	chapter = chapter_of(story, gather);
	chapter->end = fault->time;
	chapter->mm = mm;
	chapter->from = page;
	chapter->to = page + PAGE;
	chapter->title = text_of("%s %s %s, and faults", gather->task_name,
				 write ? "writes to" : "reads", hex(address));
	chapter->faults = 1 + gather->retries;
	add_span(chapter, mm, page, page + PAGE);
	if (gather->retries)
		say_step(
			chapter, STEP_ASK_AGAIN,
			"The fault begins under the VMA's own lock. That is not enough here: it is "
			"put off, and comes again with the mmap lock.");
	if (journey) {
		chapter->migrations = 1;
		chapter->from = gather->journey.from;
		chapter->to = gather->journey.to;
		add_span(chapter, gather->journey.mm, chapter->from, chapter->to);
		say_step(chapter, STEP_ASK_DRIVER,
			 "The slot names page %s of a device, which no CPU can use. The page is "
			 "locked, and its driver is asked to bring it back.",
			 hex(change.old.pfn));
		tell_journey_steps(chapter, &gather->journey);
	}
	if (result & (FAULT_OOM | FAULT_SIGBUS | FAULT_SIGSEGV))
		tell_failed(chapter, result);
	else if (!journey && !gather->n)
		tell_unchanged(chapter, &change, gather->asked_driver);
	else if (!journey)
		tell_changed(chapter, &change, write);
	draw(chapter, gather->changes, gather->n);
	if (journey)
		tell_ends(chapter, &gather->journey);
	else if (slot_maps(change.new) && fault->page[0].pfn == change.new.pfn)
		tell_counts(chapter, &fault->page[0], 0);
	gather->journey = (struct journey){0};
	gather->retries = 0;
	done_with_changes(gather, gather->n);
}

/* ---- a migration of its own -------------------------------------------------------------------------------------------------- */

static char *title_of(const struct gather *gather)
{
	const struct journey *journey = &gather->journey;
	unsigned int gone = journey->moved + journey->filled;
	unsigned int pages = gone ? gone : journey->cpages ? journey->cpages : journey->asked;
	const char *s = pages == 1 ? "" : "s", *es = pages == 1 ? "es" : "", *what;

	if (!gone)
		return text_of("%s: %u page%s where %s%s", gather->task_name, pages,
			       pages == 1 ? " stays" : "s stay", pages == 1 ? "it is" : "they are",
			       journey->by_pages ? " (eviction)" : "");
	what = pages == 1 ? "comes back" : "come back";
	if (journey->new_device)
		return text_of("%s: %u page%s go%s to device memory", gather->task_name, pages, s,
			       es);
	return text_of("%s: %u page%s %s to RAM%s", gather->task_name, pages, s, what,
		       journey->by_pages ? " (eviction)" : "");
}

void tell_journey(struct story *story, struct gather *gather)
{
	struct journey *journey = &gather->journey;
	struct chapter *chapter = chapter_of(story, gather);

	chapter->end = journey->end;
	chapter->mm = journey->mm;
	chapter->from = journey->from;
	chapter->to = journey->to;
	chapter->migrations = 1;
	chapter->title = title_of(gather);
	if (journey->to)
		add_span(chapter, journey->mm, journey->from, journey->to);
	tell_journey_steps(chapter, journey);
	draw(chapter, gather->changes, journey->changes);
	tell_ends(chapter, journey);
	done_with_changes(gather, journey->changes);
	*journey = (struct journey){0};
}

/* ---- events that are chapters by themselves ------------------------------------------------------------------------------------- */

static const char *word(const struct record *record, unsigned int i)
{
	return record->word[i] ? record->word[i] : "?";
}

static void tell_task(struct story *story, const struct record *record)
{
	struct chapter *chapter = chapter_at(story, record);

	chapter->title = text_of("%s starts %s", record->task_name, word(record, 0));
	say_step(chapter, STEP_TASK, "Task %llu, %s, %s.", record->value[0], word(record, 0),
		 !strcmp(word(record, 1), "user") ? "a thread of a process" : "a kernel thread");
}

void tell_single(struct story *story, const struct record *record)
{
	struct chapter *chapter;

	if (record->what == SAW_TASK) {
		tell_task(story, record);
		return;
	}
	if (record->what == SAW_TASK_END)
		return;
	chapter = chapter_at(story, record);
	switch (record->what) {
	case SAW_GPU_FAULT:
		chapter->title =
			text_of("GPU %llu faults at %s", record->value[0], hex(record->value[1]));
		say_step(chapter, STEP_GPU_FAULT,
			 "It wanted to %s, and its own page table has no slot that allows it. It "
			 "interrupts, and its driver will look what the process has there.",
			 record->value[2] ? "write" : "read");
		break;
	case SAW_GPU_COMMAND:
		chapter->title =
			text_of("GPU %llu begins a command: %s", record->value[0], word(record, 0));
		say_step(chapter, STEP_GPU_COMMAND,
			 "%llu byte%s at %s, an address of the process: the GPU translates it by a "
			 "page table of its own.",
			 record->value[3], record->value[3] == 1 ? "" : "s", hex(record->value[2]));
		break;
	case SAW_INJECT:
		chapter->title = text_of("A call fails on purpose");
		say_step(chapter, STEP_INJECTED, "The next of kind \"%s\" was told to fail.",
			 word(record, 0));
		break;
	default:
		chapter->title = text_of("A LAW IS BROKEN");
		say_step(chapter, STEP_REPORT, "%s", word(record, 0));
	}
}
