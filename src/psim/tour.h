/* SPDX-License-Identifier: MIT */
/* The tour: a file's bytes go to the GPU and come back, twice, and every digest agrees. */
#ifndef PSIM_TOUR_H
#define PSIM_TOUR_H

#include <stddef.h>
#include <psim/psim.h>

#define TOUR_ROUNDS	       2
#define TOUR_MIN_DEVICE_MEMORY (64ull << 10)
/* What the machine needs besides the file's bytes. */
#define TOUR_SPARE_RAM (16ull << 20)

/**
 * struct tour_round - figures of one round
 * @device_memory: bytes of GPU memory in this round
 * @virtual_ns: virtual time it took
 * @digest_gpu, @digest_cpu: SHA-256, by the GPU and over what the CPU read back
 */
struct tour_round {
	unsigned long long device_memory;
	unsigned long pages_to_device;
	unsigned long pages_to_ram;
	unsigned long cpu_faults;
	unsigned long cpu_device_faults;
	unsigned long gpu_faults;
	unsigned long evictions;
	unsigned long long virtual_ns;
	unsigned char digest_gpu[32];
	unsigned char digest_cpu[32];
};

/**
 * struct tour - what to do, and what came of it
 * @bytes, @length: the file
 * @device_memory: GPU memory of the first round; 0: enough for all. The second has a quarter of the data.
 * @meddle: called when everything is on the device, before it computes; for tests; may be NULL
 * @done, @work: out, while it runs: how much of the work is done, in bytes that somebody goes through
 * @rounds: out: figures
 * @digest_file: out
 * @failure: out: what went wrong, or ""
 */
struct tour {
	const unsigned char *bytes;
	size_t length;
	unsigned long long device_memory;
	void (*meddle)(struct psim_gpu *gpu, struct psim_process *process, unsigned long address);
	volatile unsigned long long done, work;
	struct tour_round rounds[TOUR_ROUNDS];
	unsigned char digest_file[32];
	char failure[160];
};

/* Run it on the machine that is running. Return: 0, or a negative errno with @failure filled in. */
int tour_run(struct tour *tour);
/* The text that lies in the tree. */
const unsigned char *tour_text(size_t *length);
/* Show the figures: as a table, or as JSON. */
void tour_print(const struct tour *tour, const char *source, unsigned long long wall_ns,
		int reports, int json);

#endif /* PSIM_TOUR_H */
