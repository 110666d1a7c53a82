/* SPDX-License-Identifier: MIT */
/*
 * What the interface of drm_pagemap.h looks like to a compiler: sizes, places and types, as a table
 * of numbers that two translation units make, one from each header.
 *
 * Types are compared with the ones written here, in both units: so a drift of either one shows.
 */
#ifndef SEED_TABLE_H
#define SEED_TABLE_H

#include <linux/types.h>

/**
 * struct seed_entry - one fact
 * @what: its text
 * @value: a size, an offset, an enumerator, an image of bit-fields, or whether a type is as expected
 */
struct seed_entry {
	const char *what;
	u64 value;
};

extern const struct seed_entry seed_entries[], own_entries[];
extern const unsigned int seed_nr_entries, own_nr_entries;
/* Values that only code can make: bit-fields, and what the inline functions return. */
unsigned int seed_images(u64 *images, unsigned int max);
unsigned int own_images(u64 *images, unsigned int max);

#endif /* SEED_TABLE_H */
