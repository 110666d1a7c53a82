// SPDX-License-Identifier: MIT
/*
 * What users of shared virtual memory meet: one address space that CPUs and GPUs use at the same time,
 * while it is forked, unmapped and remapped, memory runs out on either side, and a GPU goes away.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <psim/psim.h>

#define MOST_CHUNK_PAGES 16
/* A multiple of every chunk size, so that pieces are whole chunks. */
#define ADDRESS 0x40000000ul
#define MS	1000000ull

#define MREMAP_MAYMOVE 1
#define MREMAP_FIXED   2

/* What a scenario returns when bytes are not what they should be, and when it did not show what it shows. */
#define WRONG_BYTES (-EILSEQ)
#define NOT_SHOWN   (-ENODATA)

#define CHUNK_OPTION                                                     \
	{                                                                \
		"chunk", 16, "pages that move at once: 1, 2, 4, 8 or 16" \
	}
static const struct psim_option chunk_option[] = {CHUNK_OPTION, {0}};

/**
 * struct stage - what every scenario here starts with, and gives back
 * @chunk, @bytes: what the GPUs move at once; two chunks
 * @process: has @bytes at ADDRESS
 * @child: of a fork, if there was one
 * @gpus: one, or two
 * @err: the first thing that went wrong
 */
struct stage {
	unsigned long chunk, bytes;
	struct psim_process *process, *child;
	struct psim_gpu *gpus[2];
	int err;
};

/* No bytes are ever lost, whatever failed. */
static void expect_bytes(struct stage *s, int condition)
{
	if (!s->err && !condition)
		s->err = WRONG_BYTES;
}

/* Where pages are, and how long something takes, is promised where no call was made to fail. */
static void expect(struct stage *s, int condition)
{
	if (!s->err && !condition && !psim_fail_given())
		s->err = NOT_SHOWN;
}

static void did(struct stage *s, long err)
{
	if (!s->err && err < 0)
		s->err = err;
}

/* This very error, where no call was made to fail; otherwise whatever became of that. */
static void expect_error(struct stage *s, int err, int wanted)
{
	if (err == wanted)
		return;
	did(s, err);
	expect(s, 0);
}

/* Something was to be made: NULL: there was no memory. */
static void made(struct stage *s, const void *object)
{
	did(s, object ? 0 : -ENOMEM);
}

static void enter(struct stage *s, const struct psim_gpu_config *wanted)
{
	struct psim_gpu_config config = {0};
	unsigned long pages = psim_option("chunk");

	memset(s, 0, sizeof(*s));
	if (!pages || pages > MOST_CHUNK_PAGES || pages & (pages - 1)) {
		s->err = -EINVAL;
		return;
	}
	s->chunk = pages * PSIM_PAGE_SIZE;
	s->bytes = 2 * s->chunk;
	if (wanted)
		config = *wanted;
	config.chunk_bytes = s->chunk;
	s->process = psim_process_create("app");
	s->gpus[0] = psim_gpu_create(&config);
	made(s, s->process);
	made(s, s->gpus[0]);
	if (!s->err)
		did(s, psim_mmap(s->process, ADDRESS, s->bytes, PSIM_READ | PSIM_WRITE));
}

/* A second one; @link: to the first, or NULL. */
static void add_gpu(struct stage *s, struct psim_gpu_link *link)
{
	struct psim_gpu_config config = {
		.chunk_bytes = s->chunk, .links = link, .nr_links = link ? 1 : 0};

	if (s->err)
		return;
	if (link)
		link->peer = s->gpus[0];
	s->gpus[1] = psim_gpu_create(&config);
	made(s, s->gpus[1]);
}

static int leave(struct stage *s)
{
	for (int i = 0; i < 2; i++) {
		if (s->gpus[i])
			did(s, psim_gpu_destroy(s->gpus[i]));
	}
	if (s->child)
		did(s, psim_process_exit(s->child));
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

	for (unsigned long at = 0; !s->err && at < s->bytes; at += sizeof(page)) {
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
			expect_bytes(s, page[i] == byte_at(at + i));
	}
}

static void check_all(struct stage *s)
{
	check(s, s->process, ADDRESS, 0, s->bytes);
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
	{"timeslice", 5, "in milliseconds, 3 or more"},
	{"turns", 4, "how often"},
	CHUNK_OPTION,
	{0}};

PSIM_SCENARIO(ping_pong_timeslice, "a CPU that wants memory back waits until its timeslice ends",
	      .options = timeslice_options,
	      .small = "timeslice=3 turns=1 chunk=1 delays=1 points=locks")
{
	unsigned long long timeslice = psim_option("timeslice"), turns = psim_option("turns");
	struct psim_gpu_config config = {.timeslice_ms = timeslice};
	unsigned long long before;
	unsigned char byte;
	struct stage s;

	enter(&s, &config);
	for (unsigned long turn = 0; !s.err && turn < turns; turn++) {
		did(&s, psim_gpu_fill(s.gpus[0], s.process, ADDRESS, s.chunk, turn));
		expect_at(&s, 0, s.chunk, PSIM_DEVICE);
		before = psim_now();
		did(&s, psim_load(s.process, ADDRESS, &byte, 1));
		/* a tick may have gone by since the migration's end */
		expect(&s, psim_now() - before > (timeslice - 2) * MS);
		expect_bytes(&s, byte == (unsigned char)turn);
		expect_at(&s, 0, s.chunk, PSIM_RAM);
	}
	return leave(&s);
}

/* ---- two GPUs ---- */

struct user {
	struct stage *s;
	struct psim_gpu *gpu;
	unsigned long offset; /* its half of each page */
	unsigned long pages, rounds;
};

static unsigned char pattern(unsigned long round, unsigned long offset)
{
	return round + offset / 16;
}

static int fill_my_halves(void *arg)
{
	struct user *user = arg;
	int err = 0;

	for (unsigned long round = 1; !err && round <= user->rounds; round++) {
		for (unsigned long i = 0; !err && i < user->pages; i++)
			err = psim_gpu_fill(user->gpu, user->s->process,
					    ADDRESS + i * PSIM_PAGE_SIZE + user->offset,
					    PSIM_PAGE_SIZE / 2, pattern(round, user->offset));
	}
	return err;
}

static const struct psim_option writers_options[] = {
	{"pages", 16, "pages that both write, up to two chunks"},
	{"rounds", 4, "how often each writes all"},
	CHUNK_OPTION,
	{0}};

/* One page that moves alone, once. */
#define SMALL_WRITERS "pages=1 rounds=1 chunk=1 delays=1 points=coarse"

/* Both write into every page, each into its own half of it, at the same time. */
static void two_writers(struct stage *s)
{
	unsigned long pages = psim_option("pages"), rounds = psim_option("rounds");
	struct psim_task *tasks[2] = {NULL, NULL};
	struct user users[2];
	unsigned char page[PSIM_PAGE_SIZE];

	if (!s->err && (!pages || pages > s->bytes / PSIM_PAGE_SIZE || !rounds))
		s->err = -EINVAL;
	for (int i = 0; !s->err && i < 2; i++) {
		users[i] = (struct user){s, s->gpus[i], i * PSIM_PAGE_SIZE / 2, pages, rounds};
		tasks[i] = psim_spawn(s->process, "writer", fill_my_halves, &users[i]);
		made(s, tasks[i]);
	}
	for (int i = 0; i < 2; i++) {
		if (tasks[i])
			did(s, psim_join(tasks[i]));
	}
	for (unsigned long n = 0; !s->err && n < pages; n++) {
		did(s, psim_load(s->process, ADDRESS + n * PSIM_PAGE_SIZE, page, sizeof(page)));
		for (unsigned long i = 0; !s->err && i < sizeof(page); i++) {
			unsigned long half = i / (PSIM_PAGE_SIZE / 2) * (PSIM_PAGE_SIZE / 2);

			expect_bytes(s, page[i] == pattern(rounds, half));
		}
	}
}

PSIM_SCENARIO(two_gpus, "two GPUs without a link want the same pages at the same time",
	      .options = writers_options, .small = SMALL_WRITERS)
{
	struct stage s;

	enter(&s, NULL);
	add_gpu(&s, NULL);
	two_writers(&s);
	return leave(&s);
}

PSIM_SCENARIO(two_linked_gpus, "two linked GPUs want the same pages at the same time",
	      .options = writers_options, .small = SMALL_WRITERS)
{
	struct psim_gpu_link link = {0};
	struct stage s;

	enter(&s, NULL);
	add_gpu(&s, &link);
	two_writers(&s);
	return leave(&s);
}

static int migrate_once(void *arg)
{
	struct user *user = arg;

	return psim_gpu_migrate(user->gpu, user->s->process, ADDRESS, user->s->bytes);
}

PSIM_SCENARIO(two_gpus_populate, "two linked GPUs populate the same range at the same time",
	      .options = chunk_option, .small = "chunk=4 delays=1 points=coarse")
{
	struct psim_gpu_link link = {0};
	struct psim_task *tasks[2] = {NULL, NULL};
	struct user users[2];
	struct stage s;

	enter(&s, NULL);
	add_gpu(&s, &link);
	write_all(&s);
	for (int i = 0; !s.err && i < 2; i++) {
		users[i] = (struct user){.s = &s, .gpu = s.gpus[i]};
		tasks[i] = psim_spawn(s.process, "populate", migrate_once, &users[i]);
		made(&s, tasks[i]);
	}
	for (int i = 0; i < 2; i++) {
		int err = tasks[i] ? psim_join(tasks[i]) : 0;

		/* One of them may find a page in the other's hands to the last. */
		if (err != -EBUSY)
			did(&s, err);
	}
	expect_at(&s, 0, s.chunk, PSIM_DEVICE);
	check_all(&s);
	return leave(&s);
}

/* ---- the address space changes ---- */

PSIM_SCENARIO(fork_on_device, "a process forks while its memory is on the device",
	      .options = chunk_option, .small = "chunk=4 delays=1 points=coarse")
{
	unsigned char byte = 0xaa, got = 0;
	unsigned int crc[2] = {0};
	struct stage s;

	enter(&s, NULL);
	write_all(&s);
	did(&s, psim_gpu_crc32(s.gpus[0], s.process, ADDRESS, s.bytes, &crc[0]));
	expect_at(&s, 0, s.bytes, PSIM_DEVICE);
	if (!s.err)
		did(&s, psim_fork(s.process, "child", &s.child));
	if (s.err)
		return leave(&s);
	expect_at(&s, 0, s.bytes, PSIM_DEVICE);
	/* The parent's GPU goes on reading; a write of either side is that side's alone. */
	did(&s, psim_gpu_crc32(s.gpus[0], s.process, ADDRESS, s.bytes, &crc[1]));
	expect_bytes(&s, crc[0] == crc[1]);
	did(&s, psim_store(s.child, ADDRESS, &byte, 1));
	did(&s, psim_gpu_fill(s.gpus[0], s.process, ADDRESS + s.chunk, 1, 0x55));
	did(&s, psim_load(s.process, ADDRESS, &got, 1));
	expect_bytes(&s, got == byte_at(0));
	did(&s, psim_load(s.child, ADDRESS + s.chunk, &got, 1));
	expect_bytes(&s, got == byte_at(s.chunk));
	did(&s, psim_load(s.process, ADDRESS + s.chunk, &got, 1));
	expect_bytes(&s, got == 0x55);
	check(&s, s.child, ADDRESS + PSIM_PAGE_SIZE, PSIM_PAGE_SIZE, s.bytes);
	/* The child's share is evicted, too. */
	did(&s, psim_gpu_evict(s.gpus[0], ~0ull));
	check(&s, s.child, ADDRESS + PSIM_PAGE_SIZE, PSIM_PAGE_SIZE, s.bytes);
	did(&s, psim_process_exit(s.child));
	s.child = NULL;
	check(&s, s.process, ADDRESS + PSIM_PAGE_SIZE, PSIM_PAGE_SIZE, s.chunk);
	return leave(&s);
}

PSIM_SCENARIO(partial_unmap,
	      "a hole is torn into an allocation, mapped anew, and the rest remapped",
	      .options = chunk_option, .small = "chunk=4 delays=1 points=coarse")
{
	unsigned long elsewhere = ADDRESS + (1ul << 30);
	unsigned char byte = 1;
	struct stage s;

	enter(&s, NULL);
	write_all(&s);
	did(&s, psim_gpu_migrate(s.gpus[0], s.process, ADDRESS, s.bytes));
	/* the middle of the first chunk */
	did(&s, psim_munmap(s.process, ADDRESS + s.chunk / 4, s.chunk / 2));
	expect_at(&s, 0, s.chunk / 4, PSIM_DEVICE);
	expect_at(&s, s.chunk * 3 / 4, s.bytes, PSIM_DEVICE);
	did(&s, psim_mmap(s.process, ADDRESS + s.chunk / 4, s.chunk / 2, PSIM_READ | PSIM_WRITE));
	did(&s, psim_load(s.process, ADDRESS + s.chunk / 4, &byte, 1));
	expect_bytes(&s, byte == 0);
	/* the end of it moves elsewhere, and comes back from there */
	did(&s, psim_mremap(s.process, ADDRESS + s.chunk * 3 / 4, s.chunk / 4, s.chunk / 4,
			    MREMAP_MAYMOVE | MREMAP_FIXED, elsewhere));
	check(&s, s.process, elsewhere, s.chunk * 3 / 4, s.chunk);
	check(&s, s.process, ADDRESS, 0, s.chunk / 4);
	check(&s, s.process, ADDRESS + s.chunk, s.chunk, s.bytes);
	expect(&s, stats_of(s.gpus[0]).memory_free == 256ull << 20);
	return leave(&s);
}

PSIM_SCENARIO(half_on_device, "half of a range is on the device already when the range goes there",
	      .options = chunk_option, .small = "chunk=4 delays=1 points=coarse")
{
	struct stage s;

	enter(&s, NULL);
	write_all(&s);
	did(&s, psim_gpu_migrate(s.gpus[0], s.process, ADDRESS, s.chunk / 2));
	did(&s, psim_gpu_migrate(s.gpus[0], s.process, ADDRESS, s.bytes));
	expect_at(&s, 0, s.bytes, PSIM_DEVICE);
	/* Nothing went by way of RAM. */
	expect(&s, stats_of(s.gpus[0]).pages_to_ram == 0);
	expect(&s, stats_of(s.gpus[0]).pages_to_device == s.bytes / PSIM_PAGE_SIZE);
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
		err = psim_gpu_migrate(user->gpu, user->s->process, ADDRESS, user->s->bytes);
		if (!err)
			err = psim_gpu_crc32(user->gpu, user->s->process, ADDRESS + user->s->chunk,
					     1, &crc);
		if (!err)
			err = psim_load(user->s->process, ADDRESS + user->s->chunk / 2, &crc, 1);
	}
	return err;
}

PSIM_SCENARIO(unplug, "a GPU is unplugged while memory moves to and fro", .options = chunk_option,
	      .small = "chunk=4 delays=1 points=coarse")
{
	struct psim_gpu_memory *memory = NULL;
	struct psim_task *task = NULL;
	struct user user;
	struct stage s;

	enter(&s, NULL);
	write_all(&s);
	if (!s.err) {
		user = (struct user){.s = &s, .gpu = s.gpus[0]};
		memory = psim_gpu_hold(s.gpus[0]);
		task = psim_spawn(s.process, "user", use_gpu, &user);
		made(&s, memory);
		made(&s, task);
	}
	psim_sleep(MS / 10);
	did(&s, psim_gpu_unplug(s.gpus[0]));
	if (task)
		expect_error(&s, psim_join(task), -ENODEV);
	/* Nobody's bytes are lost, and who still has a reference is told. */
	check_all(&s);
	if (memory)
		expect_error(&s, psim_gpu_memory_migrate(memory, s.process, ADDRESS, s.bytes, 0),
			     -ENODEV);
	psim_gpu_memory_put(memory);
	return leave(&s);
}

static const struct psim_option smallest_gpu_option[] = {
	{"chunk", 16, "pages that move at once: 16, all that the smallest GPU has"}, {0}};

PSIM_SCENARIO(out_of_device_memory,
	      "device memory runs out: eviction, and when that is no help, an error",
	      .options = smallest_gpu_option, .small = "delays=1 points=coarse")
{
	struct psim_gpu_config config = {.memory_bytes = 64 << 10};
	struct stage s;

	enter(&s, &config);
	write_all(&s);
	/* Half of the range fits: the other half is evicted for it. */
	did(&s, psim_gpu_migrate(s.gpus[0], s.process, ADDRESS, s.bytes));
	expect(&s, stats_of(s.gpus[0]).evictions > 0);
	expect_at(&s, 0, s.chunk, PSIM_RAM);
	expect_at(&s, s.chunk, s.bytes, PSIM_DEVICE);
	check_all(&s);
	did(&s, psim_fail_nth(PSIM_FAIL_DEVICE_MEMORY, 1));
	expect_error(&s, psim_gpu_migrate(s.gpus[0], s.process, ADDRESS, s.bytes), -ENOMEM);
	did(&s, psim_fail_nth(PSIM_FAIL_DEVICE_MEMORY, 0));
	expect_at(&s, 0, s.bytes, PSIM_RAM);
	/* What a GPU cannot have in its own memory it uses where it is. */
	did(&s, psim_fail_nth(PSIM_FAIL_DEVICE_MEMORY, 1));
	did(&s, psim_gpu_fill(s.gpus[0], s.process, ADDRESS, 1, byte_at(0)));
	did(&s, psim_fail_nth(PSIM_FAIL_DEVICE_MEMORY, 0));
	expect_at(&s, 0, PSIM_PAGE_SIZE, PSIM_RAM);
	check_all(&s);
	return leave(&s);
}

PSIM_SCENARIO(out_of_memory_in_fault,
	      "a CPU fault on device memory finds no RAM: neighbours wait, bytes stay",
	      .options = chunk_option, .small = "chunk=4 delays=1 points=coarse")
{
	unsigned char byte = 0;
	struct stage s;

	enter(&s, NULL);
	write_all(&s);
	did(&s, psim_gpu_migrate(s.gpus[0], s.process, ADDRESS, s.bytes));
	/* No page for a neighbour: the page itself comes. */
	did(&s, psim_fail_nth(PSIM_FAIL_PAGE, 3));
	did(&s, psim_load(s.process, ADDRESS, &byte, 1));
	did(&s, psim_fail_nth(PSIM_FAIL_PAGE, 0));
	expect_bytes(&s, byte == byte_at(0));
	expect_at(&s, 0, PSIM_PAGE_SIZE, PSIM_RAM);
	expect_at(&s, PSIM_PAGE_SIZE, s.bytes, PSIM_DEVICE);
	/* None for itself, of an allocation that has only this one left to bring: SIGBUS, and no loss. */
	did(&s, psim_munmap(s.process, ADDRESS + PSIM_PAGE_SIZE, s.chunk - 2 * PSIM_PAGE_SIZE));
	did(&s, psim_fail_nth(PSIM_FAIL_PAGE, 1));
	expect_error(&s, psim_load(s.process, ADDRESS + s.chunk - PSIM_PAGE_SIZE, &byte, 1), -EIO);
	did(&s, psim_fail_nth(PSIM_FAIL_PAGE, 0));
	expect_at(&s, s.chunk - PSIM_PAGE_SIZE, s.bytes, PSIM_DEVICE);
	check(&s, s.process, ADDRESS + s.chunk - PSIM_PAGE_SIZE, s.chunk - PSIM_PAGE_SIZE, s.bytes);
	return leave(&s);
}
