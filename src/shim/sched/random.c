// SPDX-License-Identifier: MIT
/*
 * Random numbers, all by one generator (SplitMix64, Steele, Lea and Flood 2014): those of the machine from
 * its seed, those of a caller from the caller's state.
 */
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/random.h>
#include <linux/string.h>
#include "sched/engine.h"
#include "sim/sim.h"

static u64 next(u64 *state)
{
	u64 z = *state += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return z ^ z >> 31;
}

/* ---- the machine's -------------------------------------------------------------------------------------- */

static struct psim_raw lock;
static u64 machine_state;
static bool seeded;

u64 get_random_u64(void)
{
	u64 value;

	psim_raw_lock(&lock);
	if (!seeded)
		machine_state = psim_config.seed ^ 0x72616e646f6dull;
	seeded = true;
	value = next(&machine_state);
	psim_raw_unlock(&lock);
	return value;
}
EXPORT_SYMBOL(get_random_u64);

u32 get_random_u32(void)
{
	return get_random_u64() >> 32;
}
EXPORT_SYMBOL(get_random_u32);

u16 get_random_u16(void)
{
	return get_random_u64() >> 48;
}

u8 get_random_u8(void)
{
	return get_random_u64() >> 56;
}

u32 get_random_u32_below(u32 ceil)
{
	/* numbers of the last, incomplete round of @ceil would make small results likelier */
	u32 limit = ceil ? -ceil % ceil : 0, value;

	do {
		value = get_random_u32();
	} while (value < limit);
	return ceil ? value % ceil : 0;
}
EXPORT_SYMBOL(get_random_u32_below);

void get_random_bytes(void *buf, size_t len)
{
	for (size_t done = 0; done < len; done += 8) {
		u64 value = get_random_u64();

		memcpy((char *)buf + done, &value, min(len - done, sizeof(value)));
	}
}
EXPORT_SYMBOL(get_random_bytes);

/* ---- a caller's ------------------------------------------------------------------------------------------- */

void prandom_seed_state(struct rnd_state *state, u64 seed)
{
	*state = (struct rnd_state){.s1 = seed, .s2 = seed >> 32};
}
EXPORT_SYMBOL(prandom_seed_state);

u32 prandom_u32_state(struct rnd_state *state)
{
	u64 word = state->s1 | (u64)state->s2 << 32, value = next(&word);

	state->s1 = word;
	state->s2 = word >> 32;
	return value >> 32;
}
EXPORT_SYMBOL(prandom_u32_state);

void prandom_bytes_state(struct rnd_state *state, void *buf, size_t nbytes)
{
	for (size_t done = 0; done < nbytes; done += 4) {
		u32 value = prandom_u32_state(state);

		memcpy((char *)buf + done, &value, min(nbytes - done, sizeof(value)));
	}
}
EXPORT_SYMBOL(prandom_bytes_state);
