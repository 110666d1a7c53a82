// SPDX-License-Identifier: MIT
/*
 * The tour, on a machine that runs already: fill memory with the file, let the GPU digest it, let the
 * GPU change a part, see the change from the CPU through faults, undo it, and digest what is there.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <nettle/sha2.h>

#include "tour.h"

static const unsigned char pattern[] = "there and back again";
#define PATTERN_BYTES (sizeof(pattern) - 1)
#define STEP	      (1ul << 20)

static __attribute__((format(printf, 3, 4))) int failed(struct tour *tour, int err, const char *fmt,
							...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(tour->failure, sizeof(tour->failure), fmt, args);
	va_end(args);
	return err;
}

/* The GPU xors the middle third; the CPU sees it, byte by byte, and xors it back. */
static int change_and_undo(struct tour *tour, struct psim_gpu *gpu, struct psim_process *process,
			   unsigned long address)
{
	size_t first = tour->length / 3, last = first + (tour->length + 2) / 3;
	unsigned char piece[4096];
	int err;

	err = psim_gpu_xor(gpu, process, address + first, last - first, pattern, PATTERN_BYTES);
	if (err)
		return failed(tour, err, "the GPU's xor failed: %s", strerror(-err));
	for (size_t at = first; at < last; at += sizeof(piece)) {
		size_t n = last - at < sizeof(piece) ? last - at : sizeof(piece);

		err = psim_load(process, address + at, piece, n);
		if (err)
			return failed(tour, err, "the CPU cannot read byte %zu: %s", at,
				      strerror(-err));
		for (size_t i = 0; i < n; i++) {
			unsigned char key = pattern[(at + i - first) % PATTERN_BYTES];

			if (piece[i] != (tour->bytes[at + i] ^ key))
				return failed(tour, -EIO, "byte %zu is %#x, not %#x", at + i,
					      piece[i], tour->bytes[at + i] ^ key);
			piece[i] ^= key;
		}
		err = psim_store(process, address + at, piece, n);
		if (err)
			return failed(tour, err, "the CPU cannot write byte %zu: %s", at,
				      strerror(-err));
		tour->done += n;
	}
	return 0;
}

static int digest_by_cpu(struct tour *tour, struct psim_process *process, unsigned long address,
			 unsigned char *digest)
{
	static unsigned char buffer[STEP];
	struct sha256_ctx sha;

	sha256_init(&sha);
	for (size_t at = 0; at < tour->length; at += STEP) {
		size_t n = tour->length - at < STEP ? tour->length - at : STEP;
		int err = psim_load(process, address + at, buffer, n);

		if (err)
			return failed(tour, err, "the CPU cannot read byte %zu: %s", at,
				      strerror(-err));
		sha256_update(&sha, n, buffer);
		tour->done += n;
	}
	sha256_digest(&sha, SHA256_DIGEST_SIZE, digest);
	return 0;
}

static int check(struct tour *tour, const char *who, const unsigned char *digest)
{
	if (!memcmp(digest, tour->digest_file, sizeof(tour->digest_file)))
		return 0;
	return failed(tour, -EIO, "the digest by the %s differs from the file's", who);
}

static int there_and_back(struct tour *tour, struct tour_round *round, struct psim_gpu *gpu,
			  struct psim_process *process, unsigned long address)
{
	size_t mapped = (tour->length + PSIM_PAGE_SIZE - 1) / PSIM_PAGE_SIZE * PSIM_PAGE_SIZE;
	int err;

	err = psim_store(process, address, tour->bytes, tour->length);
	if (err)
		return failed(tour, err, "the CPU cannot write the file's bytes: %s",
			      strerror(-err));
	tour->done += tour->length;
	err = psim_gpu_migrate(gpu, process, address, mapped);
	if (err)
		return failed(tour, err, "the migration to the device failed: %s", strerror(-err));
	tour->done += tour->length;
	if (tour->meddle)
		tour->meddle(gpu, process, address);
	err = psim_gpu_sha256(gpu, process, address, tour->length, round->digest_gpu);
	if (err)
		return failed(tour, err, "the GPU's digest failed: %s", strerror(-err));
	tour->done += tour->length;
	err = change_and_undo(tour, gpu, process, address);
	if (!err)
		err = digest_by_cpu(tour, process, address, round->digest_cpu);
	if (!err)
		err = check(tour, "GPU", round->digest_gpu);
	if (!err)
		err = check(tour, "CPU", round->digest_cpu);
	return err;
}

static void take_figures(struct tour_round *round, struct psim_gpu *gpu,
			 struct psim_process *process)
{
	struct psim_process_stats cpu;
	struct psim_gpu_stats stats;

	psim_gpu_stats(gpu, &stats);
	psim_process_stats(process, &cpu);
	round->pages_to_device = stats.pages_to_device;
	round->pages_to_ram = stats.pages_to_ram;
	round->gpu_faults = stats.faults;
	round->evictions = stats.evictions;
	round->cpu_faults = cpu.faults;
	round->cpu_device_faults = cpu.device_faults;
}

static int run_round(struct tour *tour, struct tour_round *round)
{
	struct psim_gpu_config config = {.memory_bytes = round->device_memory};
	unsigned long long start = psim_now();
	struct psim_process *process = psim_process_create("tour");
	struct psim_gpu *gpu = psim_gpu_create(&config);
	long address = 0;
	int err = -ENOMEM;

	if (!process || !gpu)
		failed(tour, err, "no %s", process ? "GPU" : "process");
	else
		address = psim_mmap(process, 0, tour->length, PSIM_READ | PSIM_WRITE);
	if (address < 0)
		err = failed(tour, address, "no memory mapped: %s", strerror(-address));
	else if (address)
		err = there_and_back(tour, round, gpu, process, address);
	if (process && gpu)
		take_figures(round, gpu, process);
	if (process)
		psim_process_exit(process);
	if (gpu)
		psim_gpu_destroy(gpu);
	round->virtual_ns = psim_now() - start;
	return err;
}

static unsigned long long device_bytes(unsigned long long wanted)
{
	unsigned long long step = TOUR_MIN_DEVICE_MEMORY;

	return wanted < step ? step : (wanted + step - 1) / step * step;
}

int tour_run(struct tour *tour)
{
	struct sha256_ctx sha;
	int err = 0;

	/* fill, migrate, the GPU's digest, change a third, the CPU's digest */
	tour->work = TOUR_ROUNDS * (4 * tour->length + (tour->length + 2) / 3);
	tour->done = 0;
	sha256_init(&sha);
	sha256_update(&sha, tour->length, tour->bytes);
	sha256_digest(&sha, SHA256_DIGEST_SIZE, tour->digest_file);
	/* Room for all of it in whole chunks at any alignment. */
	tour->rounds[0].device_memory =
		device_bytes(tour->device_memory ? tour->device_memory
						 : tour->length + 2 * TOUR_MIN_DEVICE_MEMORY);
	tour->rounds[1].device_memory = device_bytes(tour->length / 4);
	for (int i = 0; !err && i < TOUR_ROUNDS; i++)
		err = run_round(tour, &tour->rounds[i]);
	return err;
}
