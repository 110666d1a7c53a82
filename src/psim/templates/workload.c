// SPDX-License-Identifier: MIT
/*
 * @DASHED@: a workload for psim lab: a stream of accesses. It is gone through twice, once to see which pages there
 * are, so the same values and seed have to give the same accesses.
 */
#include <stdlib.h>

#include <psim/lab.h>

#define GPU0 1 /* psim_lab_access.who; 0 is the CPU */

struct @NAME@ {
	unsigned long long size; /* of its memory, in bytes */
	unsigned long long left; /* accesses */
	unsigned long long at;
	unsigned long long drawn; /* what has been drawn last */
	double jumps;
};

static const struct psim_lab_option options[] = {
	{"size", "of its memory", 1 << 20, 4096, 1ull << 40},
	{"accesses", "in all", 100000, 1, 1e12},
	{"jumps", "share of accesses that go anywhere", 0.01, 0, 1},
	{0},
};

static void *begin(const double *values, const char *file, unsigned long long seed, char *error,
		   size_t length)
{
	struct @NAME@ *w = malloc(sizeof(*w));

	(void)file, (void)error, (void)length;
	if (w)
		*w = (struct @NAME@){
			.size = values[0], .left = values[1], .jumps = values[2], .drawn = seed};
	return w;
}

/* The next of a sequence of its own: rand() would be everybody's. */
static unsigned long long draw(struct @NAME@ *w)
{
	unsigned long long x = w->drawn += 0x9e3779b97f4a7c15ull;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
	x = (x ^ x >> 27) * 0x94d049bb133111ebull;
	return x ^ x >> 31;
}

/* A GPU reads its memory from end to end, 64 bytes at a time, and leaps now and then. */
static long next(void *state, struct psim_lab_access *list, size_t max, char *error, size_t length)
{
	struct @NAME@ *w = state;
	size_t n = 0;

	(void)error, (void)length;
	while (n < max && w->left) {
		if (draw(w) >> 11 < w->jumps * (1ull << 53))
			w->at = draw(w) % w->size / 64 * 64;
		list[n++] = (struct psim_lab_access){
			.address = 0x10000000 + w->at, .bytes = 64, .who = GPU0};
		w->at = (w->at + 64) % w->size / 64 * 64;
		w->left--;
	}
	return n;
}

const struct psim_lab_workload psim_lab_workload = {
	.version = PSIM_LAB_VERSION,
	.name = "@DASHED@",
	.about = "a scan that leaps",
	.options = options,
	.open = begin,
	.next = next,
	.close = free,
};
