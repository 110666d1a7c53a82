/* SPDX-License-Identifier: MIT */
/*
 * psim explain: a run told as a story. What happened is written on a tape (explain_tape.c) and read back: slots
 * and pages as they were at each moment (explain_model.c), the events of each task gathered into chapters
 * (explain_gather.c), each told in sentences with the rule behind them (explain_tell.c, explain_rules.c).
 */
#ifndef PSIM_EXPLAIN_H
#define PSIM_EXPLAIN_H

#include <stddef.h>
#include <stdio.h>
#include <jansson.h>
#include <psim/psim.h>

typedef unsigned long long number;

/* ---- the tape (explain_tape.c) --------------------------------------------------------------------- */

/* Events that the story is made of. */
enum what {
	SAW_SLOT,
	SAW_FAULT_BEGIN,
	SAW_FAULT,
	SAW_ASK_DRIVER,
	SAW_PROCESS,
	SAW_MMAP,
	SAW_MUNMAP,
	SAW_SETUP_BEGIN,
	SAW_COLLECT,
	SAW_SETUP,
	SAW_RANGE_BEGIN,
	SAW_RANGE,
	SAW_PAGES,
	SAW_FINALIZE,
	SAW_MIGRATED,
	SAW_DEVICE_INIT,
	SAW_DEVICE_FREE,
	SAW_ALLOC,
	SAW_FREE,
	SAW_NOTIFIER,
	SAW_DMA_MAP,
	SAW_COPY,
	SAW_FENCE,
	SAW_GPU_FAULT,
	SAW_GPU_COMMAND,
	SAW_TASK,
	SAW_TASK_END,
	SAW_REPORT,
	SAW_INJECT,
	SAW_LOCK,
	SAW_UNLOCK,
	SAW_FOLIO_LOCK,
	SAW_FOLIO_UNLOCK,
	SAW_NOTHING_OF_INTEREST
};

/* Pages whose counts were looked at with an event. */
struct counted {
	number pfn;
	struct psim_page_counts counts;
};

/**
 * struct record - an event on the tape
 * @what: which
 * @time, @task, @cpu, @task_name, @value: as in struct psim_trace_event
 * @word: of values that stand for words, the first two; NULL: there are none
 * @page: the pages it is about, as they were then; pfn 0: none
 * @locks: where it is of interest: the locks that the task held
 */
struct record {
	enum what what;
	number time, value[4];
	unsigned int task;
	int cpu;
	const char *task_name, *word[2];
	struct counted page[2];
	const char *locks;
};

struct tape {
	struct record *at;
	size_t n, room;
};

/* Between psim_start() and psim_stop(). Return: 0, or -errno. */
int tape_start(struct tape *tape);
void tape_free(struct tape *tape);
/* A text that stays: equal ones are the same. */
const char *keep_text(const char *text);

/* ---- slots and pages (explain_model.c) -------------------------------------------------------------- */

enum slot_kind {
	SLOT_EMPTY,
	SLOT_ZERO,
	SLOT_RAM,
	SLOT_DEVICE_READ,
	SLOT_DEVICE_WRITE,
	SLOT_MOVING,
	SLOT_OTHER
};

struct slot {
	enum slot_kind kind;
	number pfn;
};

struct slot model_slot(number mm, number address);
void model_set(number mm, number address, struct slot slot);
/* What a set_pte event says. */
struct slot slot_of(const struct record *record);
static inline int slot_maps(struct slot slot)
{
	return slot.kind == SLOT_RAM || slot.kind == SLOT_DEVICE_READ ||
	       slot.kind == SLOT_DEVICE_WRITE;
}
static inline int slot_on_device(struct slot slot)
{
	return slot.kind == SLOT_DEVICE_READ || slot.kind == SLOT_DEVICE_WRITE;
}
/* How many slots map the page now. */
unsigned int model_slots(number pfn);
/* How many address spaces had a slot so far. */
unsigned int model_spaces(void);
void model_name_space(number mm, const char *process);
/* "address space 2 (child)" */
const char *space_name(number mm);
void model_reset(void);

/* ---- rules (explain_rules.c) ------------------------------------------------------------------------- */

/* What a paragraph tells. */
enum story_step {
	STEP_MAPPED,
	STEP_UNMAPPED,
	STEP_GIVEN_BACK,
	STEP_COPIED_SLOTS,
	STEP_MOVED_SLOTS,
	STEP_PROTECTED,
	STEP_CHANGED_SLOTS,
	STEP_ZERO_PAGE,
	STEP_NEW_PAGE,
	STEP_COPY_ON_WRITE,
	STEP_SAME_PAGE,
	STEP_SWAPPED_IN,
	STEP_ASK_AGAIN,
	STEP_WAITED,
	STEP_TIMESLICE,
	STEP_OTHERS_DID,
	STEP_ASK_DRIVER,
	STEP_NO_ANSWER,
	STEP_SETUP,
	STEP_SETUP_NOTHING,
	STEP_BY_PAGES,
	STEP_DESTINATIONS,
	STEP_COPY,
	STEP_NO_COPY,
	STEP_PAGES,
	STEP_PAGES_FAILED,
	STEP_FINALIZE,
	STEP_FREED,
	STEP_NOTIFIED,
	STEP_GPU_FAULT,
	STEP_GPU_COMMAND,
	STEP_TASK,
	STEP_TASK_END,
	STEP_REPORT,
	STEP_INJECTED,
	NR_STEPS
};

/**
 * struct rule - a step in general
 * @name: a word or two, in front of the paragraph
 * @numbers: the rules that say so, as in docs/fidelity.md
 * @next: what happens, for who is asked what comes next
 */
struct rule {
	const char *name;
	const char *numbers;
	const char *next;
};

extern const struct rule rules[NR_STEPS];

/* ---- the story (explain_gather.c, explain_tell.c) ------------------------------------------------------ */

struct paragraph {
	enum story_step step;
	char *text;
};

#define MOST_PARAGRAPHS 12
#define MOST_COUNTS	6

/**
 * struct chapter - something that one task did
 * @title: a sentence
 * @task, @task_name, @begin, @end: who, and when, in virtual ns
 * @told: its number among those that were told, before they were put in order
 * @paragraphs: told one after another
 * @mm, @from, @to: the addresses it is about
 * @before, @after: the slots there, as lines; NULL: none
 * @counts: what its pages count in the end, and who holds them, a line each
 * @locks: what locks its task held when most were; NULL: not of interest
 * @faults, @migrations: events of the trace that are told here
 * @spans: addresses of faults and ranges of migrations
 */
struct chapter {
	char *title;
	unsigned int task;
	const char *task_name;
	number begin, end, mm, from, to;
	size_t told;
	struct paragraph paragraphs[MOST_PARAGRAPHS];
	unsigned int nr_paragraphs;
	char *before, *after;
	char *counts[MOST_COUNTS];
	unsigned int nr_counts;
	const char *locks;
	unsigned int faults, migrations;
	struct span {
		number mm, from, to;
	} spans[2];
	unsigned int nr_spans;
};

struct story {
	struct chapter *chapters;
	size_t n, room;
};

void story_make(struct story *story, const struct tape *tape);
void story_free(struct story *story);
struct chapter *story_add(struct story *story);
void say_step(struct chapter *chapter, enum story_step step, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
char *text_of(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* ---- a task's events on their way to a chapter ----------------------------------------------------------- */

struct change {
	number mm, address;
	struct slot old, new;
};

/**
 * struct journey - a migration, as far as it has come
 * @phase: what came last
 * @by_pages: it began with page frame numbers: an eviction
 * @mm, @from, @to: of setup; of the pages that were collected if it began with page frame numbers
 * @asked, @cpages: pages that were looked at, and that can move after setup
 * @taken, @holes, @ram, @device: entries that were collected: all; empty; pages of RAM; of devices
 * @new_device, @new_ram: destinations
 * @first, @last: the first and the last of them
 * @mapped: pages mapped for the device
 * @copied, @cleared: bytes
 * @errors: fences with an error
 * @moved, @filled: by migrate_pages
 * @freed_ram, @freed_device: pages that finalize let go
 * @source, @destination: the first page, as migrate_pages saw it
 * @at_end: the first pair, as finalize left it
 * @locks: that the task held when pages were handed over
 * @changes: how many of the task's changes are the migration's
 */
struct journey {
	enum {
		NO_JOURNEY,
		COLLECTING,
		COLLECTED,
		MOVING,
		ENDING
	} phase;
	int by_pages;
	number begin, end, mm, from, to;
	unsigned int asked, cpages, taken, holes, ram, device;
	unsigned int new_device, new_ram, mapped, errors;
	number first, last, copied, cleared;
	unsigned int moved, filled, freed_ram, freed_device;
	struct counted source, destination;
	struct counted at_end[2];
	const char *locks;
	size_t changes;
};

/**
 * struct gather - what a task did since its last chapter
 * @in_fault: between the beginning and the end of a fault
 * @asked_driver: and its driver was asked for a page
 * @unmapping: between munmap and the end of it: mm, from, to
 * @forking: slots of one address space are being copied to another, this one
 * @notified: events that drivers were told of
 * @retries: faults at @retry that were put off, the first at @retry_begin
 * @freed: pages that were let go
 */
struct gather {
	unsigned int task;
	const char *task_name;
	number begin, end;
	struct change *changes;
	size_t n, room;
	struct journey journey;
	int in_fault, asked_driver;
	struct {
		int on;
		number mm, from, to;
	} unmapping;
	number forking;
	const char *notified;
	unsigned int retries, freed;
	number retry, retry_begin;
};

void tell_map(struct story *story, const struct record *record);
void tell_unmap(struct story *story, struct gather *gather);
void tell_slots(struct story *story, struct gather *gather);
void tell_retries(struct story *story, struct gather *gather);
void tell_fault(struct story *story, struct gather *gather, const struct record *fault);
void tell_journey(struct story *story, struct gather *gather);
void tell_single(struct story *story, const struct record *record);

/* explain_picture.c: the slots of [from, to) before the changes and after them. */
void draw(struct chapter *chapter, const struct change *changes, size_t n);
/* A line about a page: what it counts, and who holds that. */
void tell_counts(struct chapter *chapter, const struct counted *page, int in_migration);
void tell_journey_steps(struct chapter *chapter, const struct journey *journey);
const char *hex(number n);

/* ---- showing it (explain_show.c, explain_quiz.c, explain_json.c) ------------------------------------------- */

/**
 * struct cycle - chapters that come again and again in the same way
 * @first, @length: the chapters
 * @times: how often they come, the first time counted
 */
struct cycle {
	size_t first, length, times;
};

/* The cycle that begins at @first; a chapter that does not come again is one of its own. */
struct cycle story_cycle(const struct story *story, size_t first);
/* "0x40000000 to 0x40010000, 0x40020000": of all chapters of the cycle. To be freed. */
char *cycle_addresses(const struct story *story, const struct cycle *cycle);

struct quiz;
/* How the story is told: waiting for a key, asking what comes next. */
struct teller {
	int step;
	struct quiz *quiz;
	int quit;
};

void show_story(const struct story *story, struct teller *teller);
json_t *story_json(const struct story *story);

struct quiz *quiz_make(const struct story *story, number seed);
/* Ask what comes next, before @step is told. Return: 0; 1: the reader has had enough. */
int quiz_ask(struct quiz *quiz, enum story_step step);
/* The score; frees. */
void quiz_end(struct quiz *quiz);

#endif /* PSIM_EXPLAIN_H */
