// SPDX-License-Identifier: MIT
/*
 * The slab allocator: kernel memory in size classes, over spans of 64 KiB from an arena.
 *
 * What is known of an object lies beside it in an array, so that objects of a power-of-two size are
 * aligned to it. Behind each object is a red zone. A freed object is filled with a pattern, which is
 * checked when it is taken again, and poisoned under AddressSanitizer; it waits in a queue behind
 * others before that. Addresses never reach a trace.
 */
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/poison.h>
#include <linux/sched/mm.h>
#include <linux/string.h>

#include "host/race.h"
#include "host/host.h"
#include "mm/slab.h"
#include "sched/engine.h"
#include "sched/lockdep.h"
#include "sim/sim.h"

#define SPAN_SHIFT	 16
#define SPAN_BYTES	 (1ul << SPAN_SHIFT)
#define OBJECT_BITS	 11 /* a span has at most 2048 objects, of 32 bytes */
#define OBJECTS_PER_SPAN (1u << OBJECT_BITS)

#define FIRST_SHIFT 5 /* classes 3/4 << k and 1 << k for k = 5 .. 15 */
#define LARGE_SHIFT 16 /* then runs of whole spans, 1 << k for k = 16 .. 31 */
#define LAST_SHIFT  31
#define FIRST_LARGE (2 * (LARGE_SHIFT - FIRST_SHIFT))
#define CLASSES	    (FIRST_LARGE + LAST_SHIFT - LARGE_SHIFT + 1)

#define RED_BYTES     sizeof(u64)
#define RED_ZONE      0xbbccbbccbbccbbccull
#define FREE_PATTERN  0x6b6b6b6b6b6b6b6bull
#define PATTERN_BYTES 256u

#define MAX_LEFTOVERS 16
#define MANY_SPANS    32

/**
 * struct class - objects of one stride
 * @span: number of the span that is being cut, plus 1
 * @cut: objects cut from it
 * @first, @last: queue of free objects, by number plus 1
 * @nr_free: how many
 */
static struct class
{
	u32 span, cut;
	u32 first, last, nr_free;
} classes[CLASSES];

static struct psim_raw lock;
static char *data;
static struct psim_object *objects;
static u8 *span_class; /* class plus 1; 0: not the first span of anything */
static unsigned long nr_spans, used_spans;
static unsigned long live;

/* ---- geometry --------------------------------------------------------------------------------------- */

static u32 stride_of(unsigned int class)
{
	unsigned int shift = FIRST_SHIFT + class / 2;

	if (class >= FIRST_LARGE)
		return 1u << (LARGE_SHIFT + class - FIRST_LARGE);
	return class % 2 ? 1u << shift : 3u << (shift - 2);
}

/* The class for @size bytes and a red zone, at a multiple of @align. */
static unsigned int class_of(size_t size, size_t align)
{
	size_t need = max(size + RED_BYTES, align);
	unsigned int shift = max_t(unsigned int, fls64(need - 1), FIRST_SHIFT);

	if (shift >= LARGE_SHIFT)
		return FIRST_LARGE + shift - LARGE_SHIFT;
	if (shift > FIRST_SHIFT && need <= 3u << (shift - 2) && align <= 16)
		return 2 * (shift - FIRST_SHIFT);
	return 2 * (shift - FIRST_SHIFT) + 1;
}

static unsigned int quarantine_of(unsigned int class)
{
	return class >= FIRST_LARGE ? 0 : class > 2 * (10 - FIRST_SHIFT) ? 4 : 16;
}

static struct psim_object *object_of(u32 number)
{
	return &objects[number];
}

static char *address_of(u32 number, u32 stride)
{
	return data + ((size_t)(number >> OBJECT_BITS) << SPAN_SHIFT) +
	       (size_t)(number & (OBJECTS_PER_SPAN - 1)) * stride;
}

/* Return: whether @p is where an object of some class begins, or can begin. */
static bool number_of(const void *p, u32 *number, unsigned int *class)
{
	size_t offset = (const char *)p - data, in_span = offset & (SPAN_BYTES - 1);
	size_t span = offset >> SPAN_SHIFT;
	u32 stride;

	/* without the lock: cut_object() has filled span_class[] in before it shows a span */
	if (!data || span >= __atomic_load_n(&used_spans, __ATOMIC_ACQUIRE) || !span_class[span])
		return false;
	*class = span_class[span] - 1;
	stride = stride_of(*class);
	*number = span << OBJECT_BITS | in_span / stride;
	return in_span % stride == 0;
}

struct psim_object *psim_slab_find(const void *p)
{
	struct psim_object *object;
	unsigned int class;
	u32 number;

	if (!number_of(p, &number, &class))
		return NULL;
	object = object_of(number);
	return object->state ? object : NULL;
}

struct psim_object *psim_slab_around(const void *p, const void **first)
{
	size_t offset = (const char *)p - data, span = offset >> SPAN_SHIFT;
	struct psim_object *object;
	u32 number, stride;

	/* a large one's later spans are not looked for */
	if (!data || span >= used_spans || !span_class[span])
		return NULL;
	stride = stride_of(span_class[span] - 1);
	number = span << OBJECT_BITS | (offset & (SPAN_BYTES - 1)) / stride;
	object = object_of(number);
	*first = address_of(number, stride);
	return object->state & PSIM_OBJECT_LIVE ? object : NULL;
}

/* ---- red zones and patterns ---------------------------------------------------------------------------- */

struct unaligned_word {
	u64 value;
} __packed;

static __no_sanitize_address void set_red_zone(char *p, u32 size)
{
	((volatile struct unaligned_word *)(p + size))->value = RED_ZONE;
}

static __no_sanitize_address bool red_zone_is_good(const char *p, u32 size)
{
	return ((const volatile struct unaligned_word *)(p + size))->value == RED_ZONE;
}

static void fill_pattern(char *p, u32 size)
{
	u64 *words = (u64 *)p;

	for (u32 i = 0; i < min(size, PATTERN_BYTES) / sizeof(u64); i++)
		words[i] = FREE_PATTERN;
}

static void check_pattern(const char *p, const struct psim_object *object)
{
	const u64 *words = (const u64 *)p;

	for (u32 i = 0; i < min(object->size, PATTERN_BYTES) / sizeof(u64); i++) {
		if (likely(words[i] == FREE_PATTERN))
			continue;
		psim_report("freed means poisoned",
			    "%u bytes taken in %s were written at byte %zu after %s freed them",
			    object->size, object->site, i * sizeof(u64), object->freed_in);
		return;
	}
}

/* ---- taking ------------------------------------------------------------------------------------------------ */

/* Return: number plus 1 of an object that was never used, or 0. */
static u32 cut_object(unsigned int class)
{
	struct class *c = &classes[class];
	u32 stride = stride_of(class), spans = stride > SPAN_BYTES ? stride >> SPAN_SHIFT : 1;

	if (!c->span || (c->cut + 1) * (size_t)stride > SPAN_BYTES) {
		if (nr_spans - used_spans < spans)
			return 0;
		c->span = used_spans + 1;
		c->cut = 0;
		span_class[used_spans] = class + 1;
		/* written before it is read: the host maps the page once, not first as zeros */
		((volatile struct psim_object *)objects)[used_spans << OBJECT_BITS].state = 0;
		psim_host_poison(data + (used_spans << SPAN_SHIFT), spans * SPAN_BYTES);
		__atomic_store_n(&used_spans, used_spans + spans, __ATOMIC_RELEASE);
	}
	return ((c->span - 1) << OBJECT_BITS | c->cut++) + 1;
}

static u32 pop_free(struct class *c)
{
	u32 found = c->first;

	c->first = object_of(found - 1)->next;
	if (!c->first)
		c->last = 0;
	c->nr_free--;
	return found;
}

static void push_free(struct class *c, u32 number)
{
	object_of(number)->next = 0;
	if (c->last)
		object_of(c->last - 1)->next = number + 1;
	else
		c->first = number + 1;
	c->last = number + 1;
	c->nr_free++;
}

/* Return: number plus 1, or 0. */
static u32 take_object(unsigned int class)
{
	struct class *c = &classes[class];
	u32 found = 0;

	if (c->nr_free <= quarantine_of(class))
		found = cut_object(class);
	if (!found && c->nr_free)
		found = pop_free(c);
	return found;
}

void *psim_slab_alloc(size_t size, size_t align, bool zero, u32 state, struct kmem_cache *cache,
		      const char *site)
{
	unsigned int class;
	struct psim_object *object;
	u32 found;
	char *p;

	if (size > 1ul << LAST_SHIFT)
		return NULL;
	class = class_of(size, align);
	if (class >= CLASSES)
		return NULL;
	psim_raw_lock(&lock);
	found = take_object(class);
	live += !!found;
	psim_raw_unlock(&lock);
	if (!found)
		return NULL;
	object = object_of(found - 1);
	p = address_of(found - 1, stride_of(class));
	psim_host_unpoison(p, max_t(u32, size, object->size));
	if (object->state == PSIM_OBJECT_FREE) {
		check_pattern(p, object);
		psim_host_poison(p, stride_of(class));
		psim_host_unpoison(p, size);
		if (zero)
			memset(p, 0, size);
	}
	*object = (struct psim_object){
		.site = site,
		.cache = cache,
		.size = size,
		.high = max_t(u32, size, object->high),
		.state = PSIM_OBJECT_LIVE | state,
	};
	if (unlikely(psim_race))
		psim_race->owned(p, stride_of(class));
	set_red_zone(p, size);
	return p;
}

bool psim_slab_refuses(gfp_t gfp, const char *site)
{
	__psim_might_alloc(gfp, site);
	psim_point(PSIM_POINT_ALLOC);
	return psim_fails(PSIM_FAIL_SLAB, site) && !(gfp & __GFP_NOFAIL);
}

/* ---- giving back ---------------------------------------------------------------------------------------------- */

void psim_slab_free(const void *p, const char *what, const char *site)
{
	struct psim_object *object;
	unsigned int class;
	u32 number;
	bool was_live;

	if (!number_of(p, &number, &class) || !object_of(number)->state) {
		psim_report("slab", "%s in %s: no object begins at the address", what, site);
		return;
	}
	object = object_of(number);
	psim_raw_lock(&lock);
	was_live = object->state & PSIM_OBJECT_LIVE;
	object->state = PSIM_OBJECT_FREE;
	live -= was_live;
	psim_raw_unlock(&lock);
	if (!was_live) {
		psim_report("slab", "%s in %s: %u bytes taken in %s were freed already, in %s",
			    what, site, object->size, object->site, object->freed_in);
		return;
	}
	if (!red_zone_is_good(p, object->size))
		psim_report("slab", "%s in %s: %u bytes taken in %s were written beyond their end",
			    what, site, object->size, object->site);
	psim_lock_check_freed(p, object->size);
	if (unlikely(psim_race))
		psim_race->freed(p, object->size, site);
	object->freed_in = site;
	fill_pattern((char *)p, object->size);
	psim_host_poison(p, stride_of(class));
	psim_raw_lock(&lock);
	push_free(&classes[class], number);
	psim_raw_unlock(&lock);
}

/* ---- the room ---------------------------------------------------------------------------------------------------- */

static int start(const struct psim_config *config)
{
	unsigned long long bytes = clamp_t(u64, config->ram_bytes, 256ull << 20, 16ull << 30);
	unsigned long spans = bytes >> SPAN_SHIFT;
	unsigned long beside =
		spans * OBJECTS_PER_SPAN * sizeof(*objects) + ALIGN(spans, PAGE_SIZE);
	char *arena = psim_host_arena(PSIM_ARENA_SLAB, beside + bytes + SPAN_BYTES);

	if (!arena)
		return psim_misuse(-ENOMEM,
				   "the host has not enough address space for kernel memory");
	objects = (struct psim_object *)arena;
	span_class = (u8 *)(objects + spans * OBJECTS_PER_SPAN);
	data = (char *)ALIGN((unsigned long)arena + beside, SPAN_BYTES);
	nr_spans = spans;
	return 0;
}

/* Objects that were ever cut from the span, and bytes that they may have used. */
static u32 cut_of(unsigned long span, size_t *bytes)
{
	unsigned int class = span_class[span] - 1;
	u32 stride = stride_of(class), cut = max_t(u32, SPAN_BYTES / stride, 1);

	if (classes[class].span == span + 1)
		cut = classes[class].cut;
	*bytes = class < FIRST_LARGE ? (size_t)cut * stride
				     : objects[span << OBJECT_BITS].high + RED_BYTES;
	return cut;
}

static void leftovers(void)
{
	unsigned long shown = 0;
	size_t bytes;

	for (unsigned long span = 0; live && span < used_spans; span++) {
		if (!span_class[span])
			continue;
		for (u32 i = 0, cut = cut_of(span, &bytes); i < cut; i++) {
			struct psim_object *object = &objects[(span << OBJECT_BITS) + i];

			if (!(object->state & PSIM_OBJECT_LIVE) || shown++ >= MAX_LEFTOVERS)
				continue;
			psim_report("law 3", "%s %u bytes taken in %s are left",
				    object->state & PSIM_OBJECT_VMALLOC ? "vmalloc" : "kmalloc",
				    object->size, object->site);
		}
	}
	if (shown > MAX_LEFTOVERS)
		psim_report("law 3", "%lu more objects of the slab are left",
			    shown - MAX_LEFTOVERS);
}

/* What was used must read zero in the next machine, so that it runs as this one did. */
static void stop(void)
{
	bool many = used_spans > MANY_SPANS;
	size_t bytes;

	for (unsigned long span = 0; span < used_spans; span++) {
		if (!span_class[span])
			continue;
		size_t n = (size_t)cut_of(span, &bytes) * sizeof(*objects);

		if (!many)
			psim_host_clear(data + (span << SPAN_SHIFT), bytes);
		psim_host_clear(&objects[span << OBJECT_BITS], n);
	}
	psim_host_unpoison(data, used_spans << SPAN_SHIFT);
	if (many)
		psim_host_clear(data, used_spans << SPAN_SHIFT);
	psim_host_clear(span_class, used_spans);
	used_spans = 0;
}

const struct psim_room psim_room_slab = {
	.name = "slab",
	.start = start,
	.leftovers = leftovers,
	.stop = stop,
};
