// SPDX-License-Identifier: MIT
/* psim explain: the page tables as the tape has told so far, and how many slots map each page. */
#include <stdlib.h>
#include <string.h>

#include "explain.h"

/* A hash table from a number to a slot; never shrinks. */
struct entry {
	number key;
	int used;
	struct slot slot;
};

static struct table {
	struct entry *entries;
	size_t n, room;
} slots, pages;

#define MOST_SPACES 64

static struct {
	number mm;
	const char *process;
	int used; /* a slot was written in it */
} spaces[MOST_SPACES];
static unsigned int nr_spaces;

static struct entry *find(const struct table *table, number key)
{
	size_t at = (key * 0x9e3779b97f4a7c15ull >> 20) & (table->room - 1);

	while (table->entries[at].used && table->entries[at].key != key)
		at = (at + 1) & (table->room - 1);
	return &table->entries[at];
}

static void grow(struct table *table)
{
	struct table bigger = {.room = table->room ? 2 * table->room : 1024};

	bigger.entries = calloc(bigger.room, sizeof(*bigger.entries));
	if (!bigger.entries)
		abort();
	for (size_t i = 0; i < table->room; i++) {
		if (table->entries[i].used)
			*find(&bigger, table->entries[i].key) = table->entries[i];
	}
	bigger.n = table->n;
	free(table->entries);
	*table = bigger;
}

/* The entry, made if need be. */
static struct entry *take(struct table *table, number key)
{
	struct entry *entry;

	if (2 * table->n >= table->room)
		grow(table);
	entry = find(table, key);
	if (!entry->used) {
		entry->used = 1;
		entry->key = key;
		table->n++;
	}
	return entry;
}

static number key_of(number mm, number address)
{
	return mm << 40 ^ address >> 12;
}

struct slot model_slot(number mm, number address)
{
	struct entry *entry = slots.room ? find(&slots, key_of(mm, address)) : NULL;

	return entry && entry->used ? entry->slot : (struct slot){0};
}

static void count(struct slot slot, int more)
{
	/* a page's entry has no slot: the number of its slots is kept in its place */
	if (slot_maps(slot))
		take(&pages, slot.pfn)->slot.pfn += more;
}

static unsigned int space(number mm)
{
	unsigned int i = 0;

	while (i < nr_spaces && spaces[i].mm != mm)
		i++;
	if (i == MOST_SPACES)
		return MOST_SPACES - 1;
	if (i == nr_spaces) {
		spaces[nr_spaces].process = NULL;
		spaces[nr_spaces].used = 0;
		spaces[nr_spaces++].mm = mm;
	}
	return i;
}

void model_name_space(number mm, const char *process)
{
	spaces[space(mm)].process = process;
}

const char *space_name(number mm)
{
	static char text[80];
	const char *process = spaces[space(mm)].process;

	snprintf(text, sizeof(text), "address space %llu%s%s%s", mm, process ? " (" : "",
		 process ? process : "", process ? ")" : "");
	return text;
}

void model_set(number mm, number address, struct slot slot)
{
	struct entry *entry = take(&slots, key_of(mm, address));

	spaces[space(mm)].used = 1;
	count(entry->slot, -1);
	entry->slot = slot;
	count(slot, 1);
}

unsigned int model_slots(number pfn)
{
	struct entry *entry = pages.room ? find(&pages, pfn) : NULL;

	return entry && entry->used ? (unsigned int)entry->slot.pfn : 0;
}

unsigned int model_spaces(void)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < nr_spaces; i++)
		n += spaces[i].used;
	return n;
}

struct slot slot_of(const struct record *record)
{
	static const struct {
		const char *word;
		enum slot_kind kind;
	} kinds[] = {
		{"none", SLOT_EMPTY},
		{"present", SLOT_RAM},
		{"migration-read", SLOT_MOVING},
		{"migration-read-exclusive", SLOT_MOVING},
		{"migration-write", SLOT_MOVING},
		{"device-read", SLOT_DEVICE_READ},
		{"device-write", SLOT_DEVICE_WRITE},
	};
	struct slot slot = {.kind = SLOT_OTHER, .pfn = record->value[3]};

	for (unsigned int i = 0; record->word[0] && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (!strcmp(record->word[0], kinds[i].word))
			slot.kind = kinds[i].kind;
	}
	if (slot.kind == SLOT_RAM && record->page[0].counts.zero)
		slot.kind = SLOT_ZERO;
	return slot;
}

void model_reset(void)
{
	free(slots.entries);
	free(pages.entries);
	slots = pages = (struct table){0};
	nr_spaces = 0;
}
