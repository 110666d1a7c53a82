/* SPDX-License-Identifier: MIT */
/* Pseudo-random numbers from a state of the caller's own: the same seed, the same numbers. */
#ifndef _LINUX_PRANDOM_H
#define _LINUX_PRANDOM_H

#include <linux/types.h>

struct rnd_state {
	__u32 s1, s2, s3, s4;
};

/**
 * prandom_u32_state() - the next number, 0 to 2^32 - 1
 * DEVIATION: another generator than a kernel's, so that a seed gives other numbers than there.
 */
u32 prandom_u32_state(struct rnd_state *state);
/* Fill @nbytes at @buf. */
void prandom_bytes_state(struct rnd_state *state, void *buf, size_t nbytes);
void prandom_seed_state(struct rnd_state *state, u64 seed);

#endif /* _LINUX_PRANDOM_H */
