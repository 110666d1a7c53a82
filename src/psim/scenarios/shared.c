// SPDX-License-Identifier: MIT
/*
 * What users of shared virtual memory meet: one address space that CPUs and GPUs use at the same time,
 * while it is forked, unmapped and remapped, memory runs out on either side, and a GPU goes away.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <psim/psim.h>

#define PAGES 32
#define BYTES (PAGES * PSIM_PAGE_SIZE)
#define CHUNK (16 * PSIM_PAGE_SIZE)
/* A multiple of every chunk size, so that pieces are whole chunks. */
#define ADDRESS 0x40000000ul
#define MS	1000000ull

#define MREMAP_MAYMOVE 1
#define MREMAP_FIXED   2

/**
 * struct stage - what every scenario here starts with, and gives back
 * @process: has BYTES at ADDRESS
 * @gpus: one, or two
 * @err: the first thing that went wrong
 */
struct stage {
	struct psim_process *process;
	struct psim_gpu *gpus[2];
	int err;
};

static void expect(struct stage *s, int condition)
{
	if (!s->err && !condition)
		s->err = -EIO;
}

static void did(struct stage *s, long err)
{
	if (!s->err && err < 0)
		s->err = err;
}

static void enter(struct stage *s, const struct psim_gpu_config *config)
{
	long address;

	memset(s, 0, sizeof(*s));
	s->process = psim_process_create("app");
	s->gpus[0] = psim_gpu_create(config);
	if (!s->process || !s->gpus[0]) {
		s->err = -ENOMEM;
		return;
	}
	address = psim_mmap(s->process, ADDRESS, BYTES, PSIM_READ | PSIM_WRITE);
	did(s, address);
	expect(s, address == ADDRESS);
}

static int leave(struct stage *s)
{
	for (int i = 0; i < 2; i++) {
		if (s->gpus[i])
			did(s, psim_gpu_destroy(s->gpus[i]));
	}
	if (s->process)
		did(s, psim_process_exit(s->process));
	return s->err;
}

static unsigned char byte_at(unsigned long at)
{
	return at * 31 + at / PSIM_PAGE_SIZE + 1;
}

static void write_all(struct stage *s)
{
	unsigned char page[PSIM_PAGE_SIZE];

	for (unsigned long at = 0; !s->err && at < BYTES; at += sizeof(page)) {
		for (unsigned long i = 0; i < sizeof(page); i++)
			page[i] = byte_at(at + i);
		did(s, psim_store(s->process, ADDRESS + at, page, sizeof(page)));
	}
}

/* [from, to) of the range reads at @address as it was written; @process may be another one. */
static void check(struct stage *s, struct psim_process *process, unsigned long address,
		  unsigned long from, unsigned long to)
{
	unsigned char page[PSIM_PAGE_SIZE];

	for (unsigned long at = from; !s->err && at < to; at += sizeof(page)) {
		did(s, psim_load(process, address + at - from, page, sizeof(page)));
		for (unsigned long i = 0; !s->err && i < sizeof(page); i++)
			expect(s, page[i] == byte_at(at + i));
	}
}

static void check_all(struct stage *s)
{
	check(s, s->process, ADDRESS, 0, BYTES);
}

static void expect_at(struct stage *s, unsigned long from, unsigned long to, enum psim_place place)
{
	for (unsigned long at = from; !s->err && at < to; at += PSIM_PAGE_SIZE)
		expect(s, psim_where(s->process, ADDRESS + at, NULL) == (int)place);
}

static struct psim_gpu_stats stats_of(struct psim_gpu *gpu)
{
	struct psim_gpu_stats stats = {0};

	if (gpu)
		psim_gpu_stats(gpu, &stats);
	return stats;
}

static const struct psim_option timeslice_options[] = {
	{"timeslice", 5, "in milliseconds, 3 or more"}, {"turns", 4, "how often"}, {0}};

PSIM_SCENARIO(ping_pong_timeslice, "a CPU that wants memory back waits until its timeslice ends",
	      .options = timeslice_options, .small = "timeslice=3 turns=1 delays=1 points=locks")
{
	unsigned long long timeslice = psim_option("timeslice"), turns = psim_option("turns");
	struct psim_gpu_config config = {.timeslice_ms = timeslice};
	unsigned long long before;
	unsigned char byte;
	struct stage s;

	enter(&s, &config);
	for (unsigned long turn = 0; !s.err && turn < turns; turn++) {
		did(&s, psim_gpu_fill(s.gpus[0], s.process, ADDRESS, CHUNK, turn));
		expect_at(&s, 0, CHUNK, PSIM_DEVICE);
		before = psim_now();
		did(&s, psim_load(s.process, ADDRESS, &byte, 1));
		/* a tick may have gone by since the migration's end */
		expect(&s, psim_now() - before > (timeslice - 2) * MS && byte == turn);
		expect_at(&s, 0, CHUNK, PSIM_RAM);
	}
	return leave(&s);
}

/* ---- two GPUs ---- */

struct user {
	struct stage *s;
	struct psim_gpu *gpu;
	unsigned long offset; /* its half of each page */
	unsigned int rounds;
};

static int fill_my_halves(void *arg)
{
	struct user *user = arg;
	int err = 0;

	for (unsigned int round = 1; !err && round <= user->rounds; round++) {
		for (unsigned long at = 0; !err && at < CHUNK; at += PSIM_PAGE_SIZE)
			err = psim_gpu_fill(user->gpu, user->s->process,
					    ADDRESS + at + user->offset, PSIM_PAGE_SIZE / 2,
					    round + user->offset / 16);
	}
	return err;
}

/* Both write into every page, each into its own half of it, at the same time. */
static void two_writers(struct stage *s)
{
	struct user users[2];
	struct psim_task *tasks[2] = {NULL, NULL};
	unsigned char page[PSIM_PAGE_SIZE];

	for (int i = 0; !s->err && i < 2; i++) {
		users[i] = (struct user){s, s->gpus[i], i * PSIM_PAGE_SIZE / 2, 4};
		tasks[i] = psim_spawn(s->process, "writer", fill_my_halves, &users[i]);
		expect(s, tasks[i] != NULL);
	}
	for (int i = 0; i < 2; i++) {
		if (tasks[i])
			did(s, psim_join(tasks[i]));
	}
	for (unsigned long at = 0; !s->err && at < CHUNK; at += PSIM_PAGE_SIZE) {
		did(s, psim_load(s->process, ADDRESS + at, page, sizeof(page)));
		for (unsigned long i = 0; i < sizeof(page); i++)
			expect(s,
			       page[i] == 4 + (i < sizeof(page) / 2 ? 0 : PSIM_PAGE_SIZE / 2 / 16) %
							  256);
	}
}

PSIM_SCENARIO(two_gpus, "two GPUs without a link want the same pages at the same time",
	      .small = "delays=0")
{
	struct stage s;

	enter(&s, NULL);
	s.gpus[1] = psim_gpu_create(NULL);
	expect(&s, s.gpus[1] != NULL);
	two_writers(&s);
	return leave(&s);
}

PSIM_SCENARIO(two_linked_gpus, "two linked GPUs want the same pages at the same time",
	      .small = "delays=0")
{
	struct psim_gpu_link link = {0};
	struct psim_gpu_config config = {.links = &link, .nr_links = 1};
	struct stage s;

	enter(&s, NULL);
	link.peer = s.gpus[0];
	s.gpus[1] = psim_gpu_create(&config);
	expect(&s, s.gpus[1] != NULL);
	two_writers(&s);
	return leave(&s);
}

static int migrate_once(void *arg)
{
	struct user *user = arg;

	return psim_gpu_migrate(user->gpu, user->s->process, ADDRESS, BYTES);
}

PSIM_SCENARIO(two_gpus_populate, "two linked GPUs populate the same range at the same time",
	      .small = "delays=1 points=coarse")
{
	struct psim_gpu_link link = {0};
	struct psim_gpu_config config = {.links = &link, .nr_links = 1};
	struct psim_task *tasks[2] = {NULL, NULL};
	struct user users[2];
	struct stage s;

	enter(&s, NULL);
	link.peer = s.gpus[0];
	s.gpus[1] = psim_gpu_create(&config);
	expect(&s, s.gpus[1] != NULL);
	write_all(&s);
	for (int i = 0; !s.err && i < 2; i++) {
		users[i] = (struct user){&s, s.gpus[i], 0, 1};
		tasks[i] = psim_spawn(s.process, "populate", migrate_once, &users[i]);
		expect(&s, tasks[i] != NULL);
	}
	for (int i = 0; i < 2; i++) {
		int err = tasks[i] ? psim_join(tasks[i]) : 0;

		/* One of them may find a page in the other's hands to the last. */
		if (err != -EBUSY)
			did(&s, err);
	}
	expect_at(&s, 0, CHUNK, PSIM_DEVICE);
	check_all(&s);
	return leave(&s);
}

/* ---- the address space changes ---- */

PSIM_SCENARIO(fork_on_device, "a process forks while its memory is on the device",
	      .small = "delays=1 points=coarse")
{
	struct psim_process *child = NULL;
	unsigned char byte = 0xaa, got;
	unsigned int crc[2] = {0};
	struct stage s;

	enter(&s, NULL);
	write_all(&s);
	did(&s, psim_gpu_crc32(s.gpus[0], s.process, ADDRESS, BYTES, &crc[0]));
	expect_at(&s, 0, BYTES, PSIM_DEVICE);
	did(&s, psim_fork(s.process, "child", &child));
	if (s.err)
		return leave(&s);
	expect_at(&s, 0, BYTES, PSIM_DEVICE);
	/* The parent's GPU goes on reading; a write of either side is that side's alone. */
	did(&s, psim_gpu_crc32(s.gpus[0], s.process, ADDRESS, BYTES, &crc[1]));
	expect(&s, crc[0] == crc[1]);
	did(&s, psim_store(child, ADDRESS, &byte, 1));
	did(&s, psim_gpu_fill(s.gpus[0], s.process, ADDRESS + CHUNK, 1, 0x55));
	did(&s, psim_load(s.process, ADDRESS, &got, 1));
	expect(&s, got == byte_at(0));
	did(&s, psim_load(child, ADDRESS + CHUNK, &got, 1));
	expect(&s, got == byte_at(CHUNK));
	did(&s, psim_load(s.process, ADDRESS + CHUNK, &got, 1));
	expect(&s, got == 0x55);
	check(&s, child, ADDRESS + PSIM_PAGE_SIZE, PSIM_PAGE_SIZE, BYTES);
	/* The child's share is evicted, too. */
	did(&s, psim_gpu_evict(s.gpus[0], ~0ull));
	check(&s, child, ADDRESS + PSIM_PAGE_SIZE, PSIM_PAGE_SIZE, BYTES);
	did(&s, psim_process_exit(child));
	check(&s, s.process, ADDRESS + PSIM_PAGE_SIZE, PSIM_PAGE_SIZE, CHUNK);
	return leave(&s);
}

PSIM_SCENARIO(partial_unmap,
	      "a hole is torn into an allocation, mapped anew, and the rest remapped",
	      .small = "delays=1 points=coarse")
{
	unsigned long elsewhere = ADDRESS + (1ul << 30);
	unsigned char byte = 1;
	struct stage s;

	enter(&s, NULL);
	write_all(&s);
	did(&s, psim_gpu_migrate(s.gpus[0], s.process, ADDRESS, BYTES));
	/* the middle of the first chunk */
	did(&s, psim_munmap(s.process, ADDRESS + CHUNK / 4, CHUNK / 2));
	expect_at(&s, 0, CHUNK / 4, PSIM_DEVICE);
	expect_at(&s, CHUNK * 3 / 4, BYTES, PSIM_DEVICE);
	did(&s, psim_mmap(s.process, ADDRESS + CHUNK / 4, CHUNK / 2, PSIM_READ | PSIM_WRITE));
	did(&s, psim_load(s.process, ADDRESS + CHUNK / 4, &byte, 1));
	expect(&s, byte == 0);
	/* the end of it moves elsewhere, and comes back from there */
	did(&s, psim_mremap(s.process, ADDRESS + CHUNK * 3 / 4, CHUNK / 4, CHUNK / 4,
			    MREMAP_MAYMOVE | MREMAP_FIXED, elsewhere));
	check(&s, s.process, elsewhere, CHUNK * 3 / 4, CHUNK);
	check(&s, s.process, ADDRESS, 0, CHUNK / 4);
	check(&s, s.process, ADDRESS + CHUNK, CHUNK, BYTES);
	expect(&s, stats_of(s.gpus[0]).memory_free == 256ull << 20);
	return leave(&s);
}

PSIM_SCENARIO(half_on_device, "half of a range is on the device already when the range goes there",
	      .small = "delays=1 points=coarse")
{
	struct stage s;

	enter(&s, NULL);
	write_all(&s);
	did(&s, psim_gpu_migrate(s.gpus[0], s.process, ADDRESS, CHUNK / 2));
	did(&s, psim_gpu_migrate(s.gpus[0], s.process, ADDRESS, BYTES));
	expect_at(&s, 0, BYTES, PSIM_DEVICE);
	/* Nothing went by way of RAM. */
	expect(&s, stats_of(s.gpus[0]).pages_to_ram == 0);
	expect(&s, stats_of(s.gpus[0]).pages_to_device == PAGES);
	check_all(&s);
	return leave(&s);
}

/* ---- something runs out, or goes away ---- */

static int use_gpu(void *arg)
{
	struct user *user = arg;
	unsigned int crc;
	int err = 0;

	while (!err || err == -EBUSY) {
		err = psim_gpu_migrate(user->gpu, user->s->process, ADDRESS, BYTES);
		if (!err)
			err = psim_gpu_crc32(user->gpu, user->s->process, ADDRESS + CHUNK, 1, &crc);
		if (!err)
			err = psim_load(user->s->process, ADDRESS + CHUNK / 2, &crc, 1);
	}
	return err;
}

PSIM_SCENARIO(unplug, "a GPU is unplugged while memory moves to and fro",
	      .small = "delays=1 points=coarse")
{
	struct psim_gpu_memory *memory = NULL;
	struct psim_task *task = NULL;
	struct user user;
	struct stage s;

	enter(&s, NULL);
	write_all(&s);
	if (!s.err) {
		user = (struct user){&s, s.gpus[0], 0, 0};
		memory = psim_gpu_hold(s.gpus[0]);
		task = psim_spawn(s.process, "user", use_gpu, &user);
		expect(&s, memory && task);
	}
	psim_sleep(MS / 10);
	did(&s, psim_gpu_unplug(s.gpus[0]));
	if (task)
		expect(&s, psim_join(task) == -ENODEV);
	/* Nobody's bytes are lost, and who still has a reference is told. */
	check_all(&s);
	if (memory)
		expect(&s,
		       psim_gpu_memory_migrate(memory, s.process, ADDRESS, BYTES, 0) == -ENODEV);
	psim_gpu_memory_put(memory);
	return leave(&s);
}

PSIM_SCENARIO(out_of_device_memory,
	      "device memory runs out: eviction, and when that is no help, an error",
	      .small = "delays=1 points=coarse")
{
	struct psim_gpu_config config = {.memory_bytes = CHUNK};
	struct stage s;

	enter(&s, &config);
	write_all(&s);
	/* Half of the range fits: the other half is evicted for it. */
	did(&s, psim_gpu_migrate(s.gpus[0], s.process, ADDRESS, BYTES));
	expect(&s, stats_of(s.gpus[0]).evictions > 0);
	expect_at(&s, 0, CHUNK, PSIM_RAM);
	expect_at(&s, CHUNK, BYTES, PSIM_DEVICE);
	check_all(&s);
	did(&s, psim_fail_nth(PSIM_FAIL_DEVICE_MEMORY, 1));
	expect(&s, psim_gpu_migrate(s.gpus[0], s.process, ADDRESS, BYTES) == -ENOMEM);
	expect_at(&s, 0, BYTES, PSIM_RAM);
	/* What a GPU cannot have in its own memory it uses where it is. */
	did(&s, psim_fail_nth(PSIM_FAIL_DEVICE_MEMORY, 1));
	did(&s, psim_gpu_fill(s.gpus[0], s.process, ADDRESS, 1, byte_at(0)));
	expect_at(&s, 0, PSIM_PAGE_SIZE, PSIM_RAM);
	check_all(&s);
	return leave(&s);
}

PSIM_SCENARIO(out_of_memory_in_fault,
	      "a CPU fault on device memory finds no RAM: neighbours wait, bytes stay",
	      .small = "delays=1 points=coarse")
{
	unsigned char byte = 0;
	struct stage s;

	enter(&s, NULL);
	write_all(&s);
	did(&s, psim_gpu_migrate(s.gpus[0], s.process, ADDRESS, BYTES));
	/* No page for a neighbour: the page itself comes. */
	did(&s, psim_fail_nth(PSIM_FAIL_PAGE, 3));
	did(&s, psim_load(s.process, ADDRESS, &byte, 1));
	expect(&s, byte == byte_at(0));
	expect_at(&s, 0, PSIM_PAGE_SIZE, PSIM_RAM);
	expect_at(&s, PSIM_PAGE_SIZE, BYTES, PSIM_DEVICE);
	/* None for itself, of an allocation that has only this one left to bring: SIGBUS, and no loss. */
	did(&s, psim_munmap(s.process, ADDRESS + PSIM_PAGE_SIZE, CHUNK - 2 * PSIM_PAGE_SIZE));
	did(&s, psim_fail_nth(PSIM_FAIL_PAGE, 1));
	expect(&s, psim_load(s.process, ADDRESS + CHUNK - PSIM_PAGE_SIZE, &byte, 1) == -EIO);
	expect_at(&s, CHUNK - PSIM_PAGE_SIZE, BYTES, PSIM_DEVICE);
	check(&s, s.process, ADDRESS + CHUNK - PSIM_PAGE_SIZE, CHUNK - PSIM_PAGE_SIZE, BYTES);
	return leave(&s);
}
