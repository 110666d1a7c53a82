// SPDX-License-Identifier: MIT
/* psim explain: pictures of page tables, before and after, and what a page counts and who holds it. */
#include <stdlib.h>

#include "explain.h"

#define PAGE	  PSIM_PAGE_SIZE
#define IN_WORDS  4 /* slots that are told in words */
#define IN_A_ROW  32
#define MOST	  128 /* slots that are drawn one by one; more are told as runs */
#define MOST_RUNS 12

static const char letters[] = {
	[SLOT_EMPTY] = '.',	  [SLOT_ZERO] = '0',	     [SLOT_RAM] = 'R',
	[SLOT_DEVICE_READ] = 'd', [SLOT_DEVICE_WRITE] = 'D', [SLOT_MOVING] = 'w',
	[SLOT_OTHER] = '?',
};

static const char *const words[] = {
	[SLOT_EMPTY] = "empty",
	[SLOT_ZERO] = "the zero page",
	[SLOT_RAM] = "in RAM",
	[SLOT_DEVICE_READ] = "in device memory, read-only",
	[SLOT_DEVICE_WRITE] = "in device memory",
	[SLOT_MOVING] = "on its way: wait",
	[SLOT_OTHER] = "something else",
};

/* The slots before the changes, or after them: what others did later does not show. */
struct view {
	number mm;
	const struct change *changes;
	size_t n;
	int before;
};

static struct slot slot_in(const struct view *view, number address)
{
	for (size_t i = 0; i < view->n; i++) {
		const struct change *change = &view->changes[view->before ? i : view->n - 1 - i];

		if (change->mm == view->mm && change->address == address)
			return view->before ? change->old : change->new;
	}
	return model_slot(view->mm, address);
}

static void in_words(FILE *file, const struct view *view, number from, number to)
{
	for (number at = from; at < to; at += PAGE) {
		struct slot slot = slot_in(view, at);

		fprintf(file, "%#llx  ", at);
		if (slot_maps(slot) || slot.kind == SLOT_MOVING)
			fprintf(file, "page %#llx ", slot.pfn);
		fprintf(file, "%s\n", words[slot.kind]);
	}
}

static void in_letters(FILE *file, const struct view *view, number from, number to)
{
	for (number at = from; at < to; at += PAGE) {
		number i = (at - from) / PAGE;

		if (i % IN_A_ROW == 0)
			fprintf(file, "%s%#llx  ", i ? "\n" : "", at);
		fputc(letters[slot_in(view, at).kind], file);
	}
	fputc('\n', file);
}

static void in_runs(FILE *file, const struct view *view, number from, number to)
{
	number first = from;
	enum slot_kind kind = slot_in(view, from).kind;
	unsigned int runs = 0;

	for (number at = from + PAGE; at <= to && runs < MOST_RUNS; at += PAGE) {
		enum slot_kind now = at < to ? slot_in(view, at).kind : SLOT_EMPTY;

		if (at < to && now == kind)
			continue;
		if (kind != SLOT_EMPTY ||
		    at - first <= MOST * PAGE) /* the wide empty spaces between */
			fprintf(file, "%#llx  %llu x %c (%s)\n", first, (at - first) / PAGE,
				letters[kind], words[kind]);
		first = at;
		kind = now;
		runs++;
	}
	if (first < to)
		fprintf(file, "%#llx  ...\n", first);
}

static void draw_space(FILE *file, const struct view *view, number from, number to)
{
	number pages = (to - from) / PAGE;

	if (pages <= IN_WORDS)
		in_words(file, view, from, to);
	else if (pages <= MOST)
		in_letters(file, view, from, to);
	else
		in_runs(file, view, from, to);
}

/* Each address space that has a change, the chapter's own first. */
static char *draw_all(const struct chapter *chapter, const struct change *changes, size_t n,
		      int before)
{
	struct view view = {chapter->mm, changes, n, before};
	number others[4];
	unsigned int nr_others = 0;
	char *text = NULL;
	size_t length;
	FILE *file = open_memstream(&text, &length);

	if (!file)
		abort();
	for (size_t i = 0; i < n && nr_others < 4; i++) {
		unsigned int j = 0;

		while (j < nr_others && others[j] != changes[i].mm)
			j++;
		if (j == nr_others && changes[i].mm != chapter->mm)
			others[nr_others++] = changes[i].mm;
	}
	if (model_spaces() > 1)
		fprintf(file, "%s\n", space_name(chapter->mm));
	draw_space(file, &view, chapter->from, chapter->to);
	for (unsigned int j = 0; j < nr_others; j++) {
		view.mm = others[j];
		fprintf(file, "%s\n", space_name(view.mm));
		draw_space(file, &view, chapter->from, chapter->to);
	}
	fclose(file);
	return text;
}

void draw(struct chapter *chapter, const struct change *changes, size_t n)
{
	if (!n || chapter->to <= chapter->from)
		return;
	chapter->before = draw_all(chapter, changes, n, 1);
	chapter->after = draw_all(chapter, changes, n, 0);
}

/* ---- counts --------------------------------------------------------------------------------------------------- */

static void holder(FILE *file, int *left, int refs, const char *who)
{
	if (refs <= 0 || *left <= 0)
		return;
	fprintf(file, "%s%d %s", *left < 0 ? "" : ftell(file) ? " + " : "", refs, who);
	*left -= refs;
}

static char *holders_of(const struct chapter *chapter, const struct counted *page, int in_migration)
{
	const struct psim_page_counts *counts = &page->counts;
	int left = counts->refs;
	char *text = NULL;
	size_t length;
	FILE *file = open_memstream(&text, &length);

	if (!file)
		abort();
	holder(file, &left, counts->maps, counts->maps == 1 ? "slot" : "slots");
	holder(file, &left, in_migration, "migration");
	holder(file, &left, counts->queued, "queue to the LRU lists");
	holder(file, &left, 1024 * counts->pins, counts->pins == 1 ? "by a pin" : "by pins");
	if (chapter->faults && counts->device)
		holder(file, &left, 1, "fault");
	holder(file, &left, left, "held otherwise");
	fclose(file);
	return text;
}

void tell_counts(struct chapter *chapter, const struct counted *page, int in_migration)
{
	const struct psim_page_counts *counts = &page->counts;
	char *who, lock[40] = "";

	if (!page->pfn || counts->zero || chapter->nr_counts == MOST_COUNTS)
		return;
	if (!counts->refs) {
		chapter->counts[chapter->nr_counts++] = text_of("page %#llx: free", page->pfn);
		return;
	}
	who = holders_of(chapter, page, in_migration);
	if (counts->locked)
		snprintf(lock, sizeof(lock), "; locked by task %u", counts->owner);
	chapter->counts[chapter->nr_counts++] =
		text_of("page %#llx%s: refs %d = %s; maps %d%s", page->pfn,
			in_migration ? ", half-way" : "", counts->refs, who, counts->maps, lock);
	free(who);
}
