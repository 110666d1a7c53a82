/* SPDX-License-Identifier: MIT */
/* Round trips of user memory to device memory and back, without a driver around them; for benchmarks. */
#ifndef PSIM_BENCH_MIGRATE_KERNEL_H
#define PSIM_BENCH_MIGRATE_KERNEL_H

/**
 * bench_migrate_begin() - user memory and device memory of so many pages, in the machine that runs
 * @huge: 2 MiB folios on both sides; otherwise single pages
 * Return: 0 or a negative errno.
 */
int bench_migrate_begin(unsigned long pages, int huge);
/* Each 2 MiB goes to the device and comes back by one CPU fault. Return: 0, or -1: it did not. */
int bench_migrate_round(void);
void bench_migrate_end(void);

/* Write the eight words of 512 page descriptors, twice. */
void bench_write_descriptors(void);

#endif /* PSIM_BENCH_MIGRATE_KERNEL_H */
