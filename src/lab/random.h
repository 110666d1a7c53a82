/* SPDX-License-Identifier: MIT */
/* Numbers at random, the same everywhere: xorshift64*, seeded through splitmix64. */
#ifndef LAB_RANDOM_H
#define LAB_RANDOM_H

#include <stdint.h>

struct random {
	uint64_t state;
};

static inline void random_seed(struct random *r, uint64_t seed)
{
	uint64_t z = seed + 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	r->state = (z ^ z >> 31) | 1;
}

static inline uint64_t random_next(struct random *r)
{
	r->state ^= r->state >> 12;
	r->state ^= r->state << 25;
	r->state ^= r->state >> 27;
	return r->state * 0x2545f4914f6cdd1dull;
}

/* In [0, n). */
static inline uint64_t random_below(struct random *r, uint64_t n)
{
	return (unsigned __int128)random_next(r) * n >> 64;
}

/* In [0, 1). */
static inline double random_real(struct random *r)
{
	return (random_next(r) >> 11) * 0x1p-53;
}

#endif /* LAB_RANDOM_H */
