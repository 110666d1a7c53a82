// SPDX-License-Identifier: MIT
/* Scenarios of one process and one GPU, each on the default machine. */
#include <errno.h>
#include <string.h>
#include <psim/psim.h>

#define PAGES 16
#define BYTES (PAGES * PSIM_PAGE_SIZE)
/* A multiple of every chunk size, so that pieces are whole chunks. */
#define ADDRESS 0x40000000

/* What every scenario here starts with, and gives back. */
struct stage {
	struct psim_process *process;
	struct psim_gpu *gpu;
	unsigned long address;
};

static void leave(struct stage *stage)
{
	if (stage->process)
		psim_process_exit(stage->process);
	if (stage->gpu)
		psim_gpu_destroy(stage->gpu);
}

static int enter(struct stage *stage, const struct psim_gpu_config *config, size_t bytes)
{
	long address;

	stage->process = psim_process_create("app");
	stage->gpu = psim_gpu_create(config);
	if (!stage->process || !stage->gpu) {
		leave(stage);
		return -ENOMEM;
	}
	address = psim_mmap(stage->process, ADDRESS, bytes, PSIM_READ | PSIM_WRITE);
	if (address < 0) {
		leave(stage);
		return address;
	}
	stage->address = address;
	return 0;
}

/* What a scenario returns when bytes are not what they should be, and when pages are elsewhere. */
#define WRONG_BYTES (-EILSEQ)
#define WRONG_PLACE (-ENODATA)

static int is_at(struct stage *stage, unsigned long offset, enum psim_place place)
{
	return psim_where(stage->process, stage->address + offset, NULL) == (int)place;
}

PSIM_SCENARIO(there_and_back, "a page goes to the device, and a CPU read brings it back",
	      .small = "preemptions=1 points=coarse")
{
	char text[] = "there and back";
	struct stage s = {0};
	int err = enter(&s, NULL, BYTES);

	if (err)
		return err;
	err = psim_store(s.process, s.address, text, sizeof(text));
	if (!err)
		err = psim_gpu_migrate(s.gpu, s.process, s.address, BYTES);
	if (!err && !is_at(&s, 0, PSIM_DEVICE))
		err = WRONG_PLACE;
	memset(text, 0, sizeof(text));
	if (!err)
		err = psim_load(s.process, s.address, text, sizeof(text));
	if (!err && strcmp(text, "there and back"))
		err = WRONG_BYTES;
	if (!err && !is_at(&s, 0, PSIM_RAM))
		err = WRONG_PLACE;
	leave(&s);
	return err;
}

static const struct psim_option ping_pong_options[] = {{"turns", 20, "how often"}, {0}};

PSIM_SCENARIO(ping_pong, "CPU and GPU write to one page in turns", .options = ping_pong_options,
	      .small = "turns=1 delays=1 points=coarse")
{
	unsigned long turns = psim_option("turns");
	struct stage s = {0};
	unsigned char byte, pattern = 0xff;
	int err = enter(&s, NULL, BYTES);

	if (err)
		return err;
	for (unsigned long turn = 0; !err && turn < turns; turn++) {
		byte = turn;
		err = psim_store(s.process, s.address, &byte, 1);
		if (!err)
			err = psim_gpu_xor(s.gpu, s.process, s.address, 1, &pattern, 1);
		if (!err)
			err = psim_load(s.process, s.address, &byte, 1);
		if (!err && byte != (unsigned char)~turn)
			err = WRONG_BYTES;
	}
	leave(&s);
	return err;
}

static const struct psim_option eviction_options[] = {
	{"times", 4, "how much more data than device memory, 2 or more"}, {0}};

PSIM_SCENARIO(eviction, "more data than device memory: the oldest goes first",
	      .options = eviction_options, .small = "times=2 delays=1 points=coarse")
{
	unsigned long times = psim_option("times"), last = (times - 1) * BYTES;
	struct psim_gpu_config config = {.memory_bytes = BYTES};
	struct psim_gpu_stats stats = {0};
	struct stage s = {0};
	int err = times < 2 ? -EINVAL : enter(&s, &config, times * BYTES);

	if (err)
		return err;
	err = psim_gpu_fill(s.gpu, s.process, s.address, times * BYTES, 0x5a);
	psim_gpu_stats(s.gpu, &stats);
	if (!err && (stats.evictions < times - 1 || !is_at(&s, 0, PSIM_RAM) ||
		     !is_at(&s, last, PSIM_DEVICE)))
		err = WRONG_PLACE;
	for (unsigned long at = 0; !err && at < times * BYTES; at += PSIM_PAGE_SIZE) {
		unsigned char byte = 0;

		err = psim_load(s.process, s.address + at + 7, &byte, 1);
		if (!err && byte != 0x5a)
			err = WRONG_BYTES;
	}
	leave(&s);
	return err;
}

static const struct psim_option zero_options[] = {
	{"chunk", 16, "pages that move at once: 1, 2, 4, 8 or 16"}, {0}};

PSIM_SCENARIO(device_memory_is_zero, "memory that nobody wrote reads as zeros on the device too",
	      .options = zero_options, .small = "chunk=2 delays=1 points=coarse")
{
	unsigned long chunk = psim_option("chunk") * PSIM_PAGE_SIZE;
	struct psim_gpu_config config = {.chunk_bytes = chunk};
	static const unsigned char zeros[PSIM_PAGE_SIZE];
	unsigned char page[PSIM_PAGE_SIZE];
	struct stage s = {0};
	unsigned int crc = 0, expected = 0;
	int err = enter(&s, &config, 2 * chunk);

	if (err)
		return err;
	/* Dirty the device's memory, give it back, and get it again for memory never touched. */
	err = psim_gpu_fill(s.gpu, s.process, s.address, chunk, 0xee);
	if (!err)
		err = psim_gpu_evict(s.gpu, ~0ull);
	if (!err)
		err = psim_gpu_migrate(s.gpu, s.process, s.address + chunk, chunk);
	if (!err && !is_at(&s, chunk, PSIM_DEVICE))
		err = WRONG_PLACE;
	if (!err)
		err = psim_gpu_crc32(s.gpu, s.process, s.address + chunk, PSIM_PAGE_SIZE, &crc);
	if (!err)
		err = psim_load(s.process, s.address + chunk, page, sizeof(page));
	if (!err && memcmp(page, zeros, sizeof(page)))
		err = WRONG_BYTES;
	if (!err)
		err = psim_gpu_crc32(s.gpu, s.process, s.address + chunk, PSIM_PAGE_SIZE,
				     &expected);
	if (!err && crc != expected)
		err = WRONG_BYTES;
	leave(&s);
	return err;
}
