// SPDX-License-Identifier: MIT
/*
 * Per-CPU variables: those of the program lie in a section of their own, those of alloc_percpu() in an arena
 * that nobody touches; each CPU has a copy of both, made when it is first looked at.
 *
 * A copy of the section begins as the loader gave it, because the section itself is never written.
 */
#include <linux/bitmap.h>
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/percpu.h>
#include <linux/spinlock.h>
#include <asm/page.h>
#include "host/host.h"
#include "sched/engine.h"
#include "sched/percpu.h"
#include "sim/sim.h"

#define ARENA_BYTES (64ul << 10)
#define GRAIN	    16ul
#define GRAINS	    (ARENA_BYTES / GRAIN)

extern char __start_psim_percpu[] __attribute__((weak));
extern char __stop_psim_percpu[] __attribute__((weak));

/* What one CPU has; either may not be there yet. */
struct copies {
	char *section;
	char *arena;
};

static struct copies *all;
static char *arena;
static __psim_scratch DECLARE_BITMAP(taken, GRAINS);
/* The last grain of each variable. */
static __psim_scratch DECLARE_BITMAP(last, GRAINS);
static struct psim_raw lock;

/* ---- the copies -------------------------------------------------------------------------------------------- */

static unsigned long section_bytes(void)
{
	return __stop_psim_percpu - __start_psim_percpu;
}

/* Between the variables there may be what a sanitizer guards. */
__attribute__((no_sanitize_address)) static void copy_section(char *to)
{
	const volatile char *from = __start_psim_percpu;

	for (unsigned long i = 0; i < section_bytes(); i++)
		to[i] = from[i];
}

static void no_memory(void)
{
	psim_fatal("percpu", "the host has no memory for a CPU's variables");
}

/* Context: the lock. */
static struct copies *copies_of(unsigned int cpu)
{
	if (!all)
		all = psim_host_malloc(NR_CPUS * sizeof(*all));
	if (!all)
		no_memory();
	return &all[cpu];
}

static char *make_section(struct copies *copies)
{
	if (!copies->section) {
		copies->section = psim_host_malloc(section_bytes());
		if (!copies->section)
			no_memory();
		copy_section(copies->section);
	}
	return copies->section;
}

static char *make_arena(struct copies *copies)
{
	if (!copies->arena)
		copies->arena = psim_host_reserve(ARENA_BYTES);
	if (!copies->arena)
		no_memory();
	return copies->arena;
}

void *__psim_per_cpu(const volatile void *variable, unsigned int cpu)
{
	unsigned long offset = (unsigned long)variable - (unsigned long)__start_psim_percpu;
	bool is_static = offset < section_bytes();
	struct copies *copies;
	char *base;

	if (!is_static) {
		offset = (unsigned long)variable - (unsigned long)arena;
		if (!arena || offset >= ARENA_BYTES || cpu >= NR_CPUS)
			psim_fatal("percpu",
				   "what is asked for is no per-CPU variable, or CPU %u is none",
				   cpu);
	}
	psim_raw_lock(&lock);
	copies = copies_of(cpu);
	base = is_static ? make_section(copies) : make_arena(copies);
	psim_raw_unlock(&lock);
	return base + offset;
}
EXPORT_SYMBOL(__psim_per_cpu);

void *__psim_this_cpu(const volatile void *variable)
{
	int cpu = psim_cpu();

	return __psim_per_cpu(variable, cpu < 0 ? 0 : cpu);
}
EXPORT_SYMBOL(__psim_this_cpu);

/* Who has a CPU to itself shares it with its interrupts alone. */
void __psim_this_cpu_lock(void)
{
	psim_preempt_off();
	psim_irq_off();
}
EXPORT_SYMBOL(__psim_this_cpu_lock);

void __psim_this_cpu_unlock(void)
{
	psim_irq_on();
	psim_preempt_on();
}
EXPORT_SYMBOL(__psim_this_cpu_unlock);

/* ---- alloc_percpu() --------------------------------------------------------------------------------------------- */

static void clear_copies(unsigned long offset, unsigned long bytes)
{
	for (unsigned int cpu = 0; all && cpu < NR_CPUS; cpu++) {
		if (all[cpu].arena)
			memset(all[cpu].arena + offset, 0, bytes);
	}
}

void *__psim_alloc_percpu(size_t size, size_t align, const char *site)
{
	unsigned long n = DIV_ROUND_UP(max(size, 1ul), GRAIN), first;
	void *variable = NULL;

	might_sleep();
	if (align > PAGE_SIZE || psim_fails(PSIM_FAIL_SLAB, site))
		return NULL;
	psim_raw_lock(&lock);
	if (!arena) {
		arena = psim_host_reserve(ARENA_BYTES);
		bitmap_zero(taken, GRAINS);
		bitmap_zero(last, GRAINS);
	}
	first = bitmap_find_next_zero_area(taken, GRAINS, 0, n, max(align / GRAIN, 1ul) - 1);
	if (arena && first + n <= GRAINS) {
		bitmap_set(taken, first, n);
		__set_bit(first + n - 1, last);
		clear_copies(first * GRAIN, n * GRAIN);
		variable = arena + first * GRAIN;
	}
	psim_raw_unlock(&lock);
	return variable;
}
EXPORT_SYMBOL(__psim_alloc_percpu);

void free_percpu(void *variable)
{
	unsigned long first, end;

	if (!variable)
		return;
	first = ((char *)variable - arena) / GRAIN;
	psim_raw_lock(&lock);
	end = first < GRAINS && test_bit(first, taken) ? find_next_bit(last, GRAINS, first) + 1 : 0;
	if (end) {
		bitmap_clear(taken, first, end - first);
		__clear_bit(end - 1, last);
	}
	psim_raw_unlock(&lock);
	if (!end)
		psim_report("law 3", "free_percpu of what is no per-CPU variable");
}
EXPORT_SYMBOL(free_percpu);

/* ---- a machine's end ---------------------------------------------------------------------------------------------- */

void psim_percpu_leftovers(void)
{
	/* most machines never ask for one */
	unsigned int n = arena ? bitmap_weight(last, GRAINS) : 0;

	if (n)
		psim_report("law 3", "%u per-CPU variables of alloc_percpu() are left", n);
}

void psim_percpu_stop(void)
{
	for (unsigned int cpu = 0; all && cpu < NR_CPUS; cpu++) {
		psim_host_free(all[cpu].section);
		if (all[cpu].arena)
			psim_host_release(all[cpu].arena, ARENA_BYTES);
	}
	psim_host_free(all);
	if (arena)
		psim_host_release(arena, ARENA_BYTES);
}
