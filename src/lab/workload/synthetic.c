// SPDX-License-Identifier: MIT
/*
 * Synthetic workloads: sequential, uniform, Zipf, phased, producer-consumer, and a column walk. Each is a
 * function of its settings and the seed, the same on every machine.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "workload.h"

#define BASE 0x100000000ull /* where the memory begins: any aligned address */

/* The options that all have, and up to three of their own. */
enum {
	SIZE,
	ACCESSES,
	STEP,
	WRITES,
	OWN
};
#define COMMON(accesses)                                                \
	{"size", "bytes of memory", 64 << 20, 4096, 1ull << 40},        \
		{"accesses", "how many", accesses, 1, 1e15},            \
		{"bytes", "of each access", 128, 1, 4096},              \
	{                                                               \
		"writes", "share of the accesses that write", 0.5, 0, 1 \
	}

struct synthetic {
	const double *values;
	double own[LAB_MAX_OPTIONS];
	struct random random;
	unsigned long long done, total, size;
	unsigned int step;
	unsigned long long at; /* a position of its own */
	unsigned long long pages;
	double zeta, alpha, eta, theta; /* Zipf */
};

static void *open_any(const double *values, const char *file, unsigned long long seed, char *error,
		      size_t length)
{
	struct synthetic *s = calloc(1, sizeof(*s));

	if (file) {
		snprintf(error, length, "%s: this workload reads no file", file);
		free(s);
		return NULL;
	}
	if (!s)
		return NULL;
	for (unsigned int i = 0; i < LAB_MAX_OPTIONS; i++)
		s->own[i] = values[i];
	s->values = s->own;
	s->size = values[SIZE];
	s->total = values[ACCESSES];
	s->step = values[STEP];
	s->pages = (s->size + PSIM_LAB_PAGE - 1) / PSIM_LAB_PAGE;
	random_seed(&s->random, seed);
	return s;
}

static struct psim_lab_access make(struct synthetic *s, unsigned long long offset, unsigned int who,
				   bool write)
{
	/* an access ends where the memory does */
	unsigned long long left = s->size - offset;

	return (struct psim_lab_access){.address = BASE + offset,
					.bytes = left < s->step ? left : s->step,
					.who = who,
					.flags = write ? PSIM_LAB_WRITE : 0};
}

static bool draw_write(struct synthetic *s)
{
	return random_real(&s->random) < s->values[WRITES];
}

/* Fill the list with @one until it is full or the workload has ended. */
static long fill(struct synthetic *s, struct psim_lab_access *list, size_t max,
		 struct psim_lab_access (*one)(struct synthetic *s))
{
	size_t n = 0;

	for (; n < max && s->done < s->total; s->done++)
		list[n++] = one(s);
	return n;
}

#define WORKLOAD(ident, title, text, list_of_options)                                       \
	static long next_##ident(void *state, struct psim_lab_access *list, size_t max,     \
				 char *error, size_t length)                                \
	{                                                                                   \
		(void)error, (void)length;                                                  \
		return fill(state, list, max, one_##ident);                                 \
	}                                                                                   \
	const struct psim_lab_workload lab_workload_##ident = {.version = PSIM_LAB_VERSION, \
							       .name = title,               \
							       .about = text,               \
							       .options = list_of_options,  \
							       .open = open_any,            \
							       .next = next_##ident,        \
							       .close = free}

/* ---- one after another, again and again --------------------------------------------------------------------- */

static const struct psim_lab_option sequential_options[] = {
	COMMON(1 << 20),
	{"stride", "bytes from one access to the next; 0: as many as it has", 0, 0, 1ull << 40},
	{0},
};

static struct psim_lab_access one_sequential(struct synthetic *s)
{
	unsigned long long offset = s->at;
	unsigned long long stride = s->values[OWN] > 0 ? s->values[OWN] : s->step;

	s->at += stride;
	if (s->at >= s->size) /* a column walk goes on with the next column */
		s->at = stride > s->step ? (s->at + s->step) % stride % s->size : 0;
	return make(s, offset, 1, draw_write(s));
}
WORKLOAD(sequential, "sequential", "a GPU goes through the memory, again and again",
	 sequential_options);

/* ---- anywhere --------------------------------------------------------------------------------------------------- */

static const struct psim_lab_option uniform_options[] = {COMMON(1 << 20), {0}};

static unsigned long long draw_offset(struct synthetic *s, unsigned long long page)
{
	unsigned long long offset = page * PSIM_LAB_PAGE + random_below(&s->random, 32) * 128;

	return offset < s->size ? offset : page * PSIM_LAB_PAGE;
}

static struct psim_lab_access one_uniform(struct synthetic *s)
{
	unsigned long long offset = draw_offset(s, random_below(&s->random, s->pages));

	return make(s, offset, 1, draw_write(s));
}
WORKLOAD(uniform, "uniform", "a GPU goes anywhere", uniform_options);

/* ---- some pages much more often than others -------------------------------------------------------------------- */

static const struct psim_lab_option zipf_options[] = {
	COMMON(1 << 20),
	{"skew", "exponent: page k is met 1/k^skew times as often as the first", 0.99, 0.01, 0.999},
	{0},
};

/* Sum of 1/i^theta: exact at first, then the integral, so that large memories start at once. */
static double zeta(unsigned long long n, double theta)
{
	unsigned long long exact = n < 100000 ? n : 100000;
	double sum = 0;

	for (unsigned long long i = 1; i <= exact; i++)
		sum += pow(i, -theta);
	if (n > exact)
		sum += (pow(n, 1 - theta) - pow(exact, 1 - theta)) / (1 - theta);
	return sum;
}

/* Gray and others' way to draw from it in constant time. */
static unsigned long long draw_zipf(struct synthetic *s)
{
	double u, uz;

	if (s->zeta == 0) {
		s->theta = s->values[OWN];
		s->zeta = zeta(s->pages, s->theta);
		s->alpha = 1 / (1 - s->theta);
		s->eta =
			(1 - pow(2.0 / s->pages, 1 - s->theta)) / (1 - zeta(2, s->theta) / s->zeta);
	}
	u = random_real(&s->random);
	uz = u * s->zeta;
	if (uz < 1 || s->pages < 2)
		return 0;
	if (uz < 1 + pow(0.5, s->theta) || s->pages < 3)
		return 1;
	return (unsigned long long)(s->pages * pow(s->eta * u - s->eta + 1, s->alpha)) % s->pages;
}

static struct psim_lab_access one_zipf(struct synthetic *s)
{
	/* often-met pages do not lie side by side: a step that has no factor in common with most sizes */
	unsigned long long page = draw_zipf(s) * 2654435761ull % s->pages;

	return make(s, draw_offset(s, page), 1, draw_write(s));
}
WORKLOAD(zipf, "zipf", "a GPU goes to some pages much more often than to others", zipf_options);

/* ---- a working set that moves -------------------------------------------------------------------------------------- */

static const struct psim_lab_option phased_options[] = {
	COMMON(1 << 20),
	{"phases", "how many, one after another", 8, 1, 1e9},
	{"share", "of the memory that one phase uses", 0.25, 0.0001, 1},
	{0},
};

static struct psim_lab_access one_phased(struct synthetic *s)
{
	unsigned long long phase = s->done * s->values[OWN] / s->total;
	unsigned long long pages = s->pages * s->values[OWN + 1];
	unsigned long long first = phase * 0x9e3779b97f4a7c15ull % s->pages;

	pages = pages ? pages : 1;
	return make(s, draw_offset(s, (first + random_below(&s->random, pages)) % s->pages), 1,
		    draw_write(s));
}
WORKLOAD(phased, "phased", "a GPU works in one part of the memory, then in another",
	 phased_options);

/* ---- one writes, another reads ---------------------------------------------------------------------------------------- */

static const struct psim_lab_option producer_options[] = {
	COMMON(1 << 20),
	{"chunk", "bytes that are written, then read", 1 << 20, 4096, 1ull << 40},
	{"gpus", "readers, in turns", 1, 1, LAB_MAX_GPUS},
	{0},
};

static struct psim_lab_access one_producer(struct synthetic *s)
{
	unsigned long long chunk = s->values[OWN], turn, step;
	unsigned int gpus = s->values[OWN + 1];
	struct psim_lab_access access;

	chunk = chunk < s->size ? chunk : s->size;
	chunk = chunk < s->step ? s->step : chunk - chunk % s->step;
	turn = s->at / chunk;
	step = s->at % chunk;
	s->at += s->step;
	access = make(s, (turn / 2 * chunk + step) % s->size, turn % 2 ? 1 + turn / 2 % gpus : 0,
		      !(turn % 2));
	access.flags |= step ? 0 : PSIM_LAB_WAIT;
	return access;
}
WORKLOAD(producer, "producer-consumer", "the CPU writes a part, a GPU reads it", producer_options);
