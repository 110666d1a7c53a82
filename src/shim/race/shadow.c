// SPDX-License-Identifier: MIT
/*
 * What is remembered of memory: for each 8 bytes, the accesses that a later one could race with, each with
 * its task's time, the bytes of the 8 it touched, and its kind; and the clocks that pass through words.
 *
 * An access that a later one stands for is dropped: the later one comes after it, and whatever races with
 * the earlier one races with the later one too. A page of 4 KiB has a table of its own, made at its first
 * touch; a machine's start forgets the touched ones.
 */
#include <stdlib.h>
#include <string.h>

#include "race/race.h"

#define PAGE_BITS  12
#define CELLS	   512u
#define HASH_BITS  14
#define MOST_PAIRS 512u

struct record {
	u32 next; /* number, 0: none */
	u32 time;
	u32 slot;
	unsigned char bytes, kind;
	const void *pc;
	const char *what;
};

struct passing {
	u32 next;
	u64 address;
	struct race_clock clock;
};

struct page {
	u64 number;
	struct page *next; /* of the same hash */
	u32 passing;
	u32 cells[CELLS];
};

static struct page *hash[1u << HASH_BITS];
static struct page **pages; /* in use: [0, nr_pages); made: [0, made_pages) */
static u32 nr_pages, made_pages, room_pages;
static struct page *last;

static struct record *records; /* number 0 stands for none */
static u32 nr_records = 1, room_records, free_record;
static struct passing **passings;
static u32 nr_passings = 1, made_passings = 1, room_passings, free_passing;

/* What was reported already. */
static struct {
	const void *a, *b;
	u64 granule;
	u32 tasks[2];
} pairs[MOST_PAIRS];
static u32 nr_pairs;

static void *grown(void *at, u32 *room, u32 need, u64 size)
{
	if (need < *room)
		return at;
	*room = *room ? 2 * *room : 1024;
	at = realloc(at, *room * size);
	if (!at)
		abort();
	return at;
}

/* ---- pages ----------------------------------------------------------------------------------------------- */

static struct page **bucket(u64 number)
{
	return &hash[number * 0x9e3779b97f4a7c15ul >> (64 - HASH_BITS)];
}

static struct page *find(u64 number)
{
	struct page *p = *bucket(number);

	while (p && p->number != number)
		p = p->next;
	return p;
}

static struct page *page_of(u64 address)
{
	u64 number = address >> PAGE_BITS;
	struct page *p = last;

	if (p && p->number == number)
		return p;
	p = find(number);
	if (!p) {
		pages = grown(pages, &room_pages, nr_pages + 1, sizeof(*pages));
		if (nr_pages == made_pages) {
			pages[made_pages] = calloc(1, sizeof(**pages));
			if (!pages[made_pages++])
				abort();
		}
		p = pages[nr_pages++];
		p->number = number;
		p->next = *bucket(number);
		*bucket(number) = p;
	}
	last = p;
	return p;
}

void race_shadow_reset(void)
{
	for (u32 i = 0; i < nr_pages; i++) {
		*bucket(pages[i]->number) = NULL;
		memset(pages[i], 0, sizeof(*pages[i]));
	}
	nr_pages = 0;
	last = NULL;
	nr_records = 1;
	nr_passings = 1;
	free_record = free_passing = 0;
	nr_pairs = 0;
}

/* ---- accesses -------------------------------------------------------------------------------------------- */

/* KCSAN's rules: two marked accesses never race; otherwise one that writes is enough. */
static int conflict(unsigned int a, unsigned int b)
{
	static const unsigned char with[RACE_KINDS] = {
		[RACE_READ] = 1 << RACE_WRITE | 1 << RACE_MARKED_WRITE,
		[RACE_WRITE] = 0xf,
		[RACE_MARKED_READ] = 1 << RACE_WRITE,
		[RACE_MARKED_WRITE] = 1 << RACE_READ | 1 << RACE_WRITE,
	};

	return with[a] >> b & 1;
}

/* Whether a later access of kind @a stands for one of kind @b: what races with @b races with @a. */
static int stands_for(unsigned int a, unsigned int b)
{
	static const unsigned char kinds[RACE_KINDS] = {
		[RACE_READ] = 1 << RACE_READ | 1 << RACE_MARKED_READ,
		[RACE_WRITE] = 0xf,
		[RACE_MARKED_READ] = 1 << RACE_MARKED_READ,
		[RACE_MARKED_WRITE] = 1 << RACE_MARKED_READ | 1 << RACE_MARKED_WRITE,
	};

	return kinds[a] >> b & 1;
}

/* By the two places, or by the two tasks and the word: one access after the other of data++ is enough. */
static int known_pair(const void *a, const void *b, u64 granule, u32 one, u32 other)
{
	for (u32 i = 0; i < nr_pairs; i++) {
		if ((pairs[i].a == a && pairs[i].b == b) || (pairs[i].a == b && pairs[i].b == a))
			return 1;
		if (pairs[i].granule == granule && pairs[i].tasks[0] == one &&
		    pairs[i].tasks[1] == other)
			return 1;
	}
	if (nr_pairs == MOST_PAIRS)
		return 1;
	pairs[nr_pairs].a = a;
	pairs[nr_pairs].b = b;
	pairs[nr_pairs].granule = granule;
	pairs[nr_pairs].tasks[0] = one;
	pairs[nr_pairs++].tasks[1] = other;
	return 0;
}

static struct psim_race_access describe(const struct race_task *t, unsigned int kind,
					const void *pc, const char *what)
{
	return (struct psim_race_access){
		.task = t->number,
		.name = t->name,
		.pc = pc,
		.what = what,
		.write = kind == RACE_WRITE || kind == RACE_MARKED_WRITE,
		.marked = kind >= RACE_MARKED_READ,
	};
}

static void found(const struct record *r, const struct record *new, u64 granule)
{
	unsigned int both = r->bytes & new->bytes;
	struct psim_race_access now, before;

	if (known_pair(r->what ? (const void *)r->what : r->pc,
		       new->what ? (const void *)new->what : new->pc, granule, r->slot, new->slot))
		return;
	now = describe(race_task_of(new->slot), new->kind, new->pc, new->what);
	before = describe(race_task_of(r->slot), r->kind, r->pc, r->what);
	now.address = before.address = (granule << 3) + __builtin_ctz(both);
	now.bytes = before.bytes = __builtin_popcount(both);
	/* what the report itself touches is not looked at: so the records stay */
	race_watching--;
	psim_race_report(&now, &before);
	race_watching++;
}

/* Meet the earlier accesses of the cell. Return: whether one of them stands for @new already. */
static int meet(u32 *cell, const struct record *new, const struct race_task *me, u64 granule)
{
	int covered = 0;

	for (u32 *link = cell; *link;) {
		struct record *r = &records[*link];
		u32 number = *link;

		if (!(r->bytes & new->bytes)) {
			link = &r->next;
			continue;
		}
		if (r->slot != me->slot && r->time > race_clock_of(&me->now, r->slot)) {
			if (conflict(r->kind, new->kind))
				found(r, new, granule);
		} else if (r->slot == me->slot && r->time == new->time &&
			   !(new->bytes & ~r->bytes) && stands_for(r->kind, new->kind)) {
			covered = 1;
		} else if (stands_for(new->kind, r->kind)) {
			r->bytes &= ~new->bytes;
		}
		if (r->bytes) {
			link = &r->next;
			continue;
		}
		*link = r->next;
		r->next = free_record;
		free_record = number;
	}
	return covered;
}

static void one(struct page *page, u64 granule, const struct record *new,
		const struct race_task *me)
{
	u32 *cell = &page->cells[granule % CELLS], number;

	if (*cell && meet(cell, new, me, granule))
		return;
	number = free_record;
	if (number) {
		free_record = records[number].next;
	} else {
		records = grown(records, &room_records, nr_records + 1, sizeof(*records));
		number = nr_records++;
	}
	records[number] = *new;
	records[number].next = *cell;
	*cell = number;
}

void race_access(u64 address, u64 bytes, enum race_kind kind, const void *pc, const char *what)
{
	struct race_task *me = race_running();

	if (!me)
		return;
	if (me->atomic && kind < RACE_MARKED_READ)
		kind += RACE_MARKED_READ;
	while (bytes) {
		u64 from = address & 7, n = bytes < 8 - from ? bytes : 8 - from;
		struct record new = {
			.time = me->now.at[me->slot],
			.slot = me->slot,
			.bytes = ((1u << n) - 1) << from,
			.kind = kind,
			.pc = pc,
			.what = what,
		};

		one(page_of(address), address >> 3, &new, me);
		address += n;
		bytes -= n;
	}
}

/* ---- clocks that pass through words ------------------------------------------------------------------------ */

struct race_clock *race_passing(u64 address, int make)
{
	struct page *page = page_of(address);
	u32 number;

	for (number = page->passing; number; number = passings[number]->next) {
		if (passings[number]->address == address)
			return &passings[number]->clock;
	}
	if (!make)
		return NULL;
	number = free_passing;
	if (number) {
		free_passing = passings[number]->next;
	} else {
		number = nr_passings++;
		passings = grown(passings, &room_passings, nr_passings, sizeof(*passings));
		if (number >= made_passings) {
			passings[number] = calloc(1, sizeof(**passings));
			made_passings = number + 1;
		}
		if (!passings[number])
			abort();
	}
	passings[number]->address = address;
	passings[number]->clock.n = 0;
	passings[number]->next = page->passing;
	page->passing = number;
	return &passings[number]->clock;
}

/* ---- forgetting ---------------------------------------------------------------------------------------------- */

static void forget_passing(struct page *page, u64 from, u64 to)
{
	for (u32 *link = &page->passing; *link;) {
		struct passing *p = passings[*link];
		u32 number = *link;

		if (p->address < from || p->address >= to) {
			link = &p->next;
			continue;
		}
		*link = p->next;
		p->next = free_passing;
		free_passing = number;
	}
}

static void forget_cell(u32 *cell)
{
	while (*cell) {
		struct record *r = &records[*cell];
		u32 number = *cell;

		*cell = r->next;
		r->next = free_record;
		free_record = number;
	}
}

void race_forget(u64 address, u64 bytes)
{
	u64 end = address + bytes;

	while (address < end) {
		u64 next = ((address >> PAGE_BITS) + 1) << PAGE_BITS, to = next < end ? next : end;
		struct page *page = find(address >> PAGE_BITS);

		if (page) {
			forget_passing(page, address, to);
			for (u64 granule = address >> 3; granule < (to + 7) >> 3; granule++)
				forget_cell(&page->cells[granule % CELLS]);
		}
		address = to;
	}
}
