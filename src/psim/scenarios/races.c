// SPDX-License-Identifier: MIT
/*
 * Scenarios of two tasks that want the same pages at the same time. What they need is set up in the
 * default order; the race itself is the part that psim explore explores.
 */
#include <errno.h>
#include <string.h>
#include <psim/psim.h>
#include <psim/shrink.h>

#define ADDRESS	   0x40000000ul
#define MOST_PAGES 16

struct race {
	struct psim_process *process;
	struct psim_gpu *gpu, *other;
	struct psim_process *child;
	struct psim_gpu_memory *memory, *memory_again;
	unsigned long bytes;
	int may_be_gone; /* the memory may be unmapped: loads may find nothing */
};

static const struct psim_option pages_option[] = {{"pages", 4, "pages that both want, up to 16"},
						  {0}};

/* ---- before and after --------------------------------------------------------------------------------- */

static unsigned char pattern(unsigned long at)
{
	return 0x51 + at / PSIM_PAGE_SIZE;
}

static int fill(struct race *race)
{
	int err = 0;

	for (unsigned long at = 0; !err && at < race->bytes; at += PSIM_PAGE_SIZE) {
		unsigned char byte = pattern(at);

		err = psim_store(race->process, ADDRESS + at, &byte, 1);
	}
	return err;
}

static int check(struct race *race, struct psim_process *process)
{
	int err = 0;

	for (unsigned long at = 0; !err && at < race->bytes; at += PSIM_PAGE_SIZE) {
		unsigned char byte = 0;

		err = psim_load(process, ADDRESS + at, &byte, 1);
		if (!err && byte != pattern(at))
			err = -EILSEQ;
	}
	return err;
}

static int leave(struct race *race, int err)
{
	if (race->child)
		psim_process_exit(race->child);
	if (race->process)
		psim_process_exit(race->process);
	if (race->memory)
		psim_gpu_memory_put(race->memory);
	if (race->memory_again)
		psim_gpu_memory_put(race->memory_again);
	if (race->gpu)
		psim_gpu_destroy(race->gpu);
	if (race->other)
		psim_gpu_destroy(race->other);
	return err;
}

static const struct psim_gpu_config small_gpu = {
	.memory_bytes = 64 << 10,
	.chunk_bytes = PSIM_PAGE_SIZE,
};

/* A process with written pages, and a GPU. Return: 0; a negative errno, and nothing is left. */
static int enter(struct race *race)
{
	unsigned long pages = psim_option("pages");
	long address;
	int err;

	memset(race, 0, sizeof(*race));
	if (!pages || pages > MOST_PAGES)
		return -EINVAL;
	race->bytes = pages * PSIM_PAGE_SIZE;
	race->process = psim_process_create("app");
	race->gpu = psim_gpu_create(&small_gpu);
	if (!race->process || !race->gpu)
		return leave(race, -ENOMEM);
	address = psim_mmap(race->process, ADDRESS, race->bytes, PSIM_READ | PSIM_WRITE);
	if (address < 0)
		return leave(race, address);
	err = fill(race);
	return err ? leave(race, err) : 0;
}

/* ---- who races ------------------------------------------------------------------------------------------- */

static int cpu_reads(void *arg)
{
	struct race *race = arg;
	int err = check(race, race->process);

	return err == -EFAULT && race->may_be_gone ? 0 : err;
}

static int driver_evicts(void *arg)
{
	struct race *race = arg;
	int err = psim_gpu_evict(race->gpu, ~0ull);

	/* the fault holds the page's lock: nothing is lost by an eviction that gives up */
	return err == -EBUSY ? 0 : err;
}

static int driver_migrates(void *arg)
{
	struct race *race = arg;
	int err = psim_gpu_migrate(race->gpu, race->process, ADDRESS, race->bytes);

	/* the other side may have the pages just then, or they may be gone */
	return err == -EBUSY || ((err == -EFAULT || err == -EINVAL) && race->may_be_gone) ? 0 : err;
}

static int gpu_reads(void *arg)
{
	struct race *race = arg;
	unsigned int crc;
	int err = psim_gpu_crc32(race->gpu, race->process, ADDRESS, race->bytes, &crc);

	return err == -EFAULT && race->may_be_gone ? 0 : err;
}

static int app_unmaps(void *arg)
{
	struct race *race = arg;

	return psim_munmap(race->process, ADDRESS, race->bytes);
}

static int other_migrates(void *arg)
{
	struct race *race = arg;
	int err = psim_gpu_migrate(race->other, race->process, ADDRESS, race->bytes);

	return err == -EBUSY ? 0 : err;
}

static int driver_unplugs(void *arg)
{
	struct race *race = arg;

	return psim_gpu_unplug(race->gpu);
}

static int driver_evicts_or_is_late(void *arg)
{
	int err = driver_evicts(arg);

	return err == -ENODEV ? 0 : err;
}

static int app_forks(void *arg)
{
	struct race *race = arg;

	return psim_fork(race->process, "child", &race->child);
}

static int user_puts(void *arg)
{
	struct race *race = arg;

	psim_gpu_memory_put(race->memory);
	race->memory = NULL;
	return 0;
}

static int user_looks_up(void *arg)
{
	struct race *race = arg;

	race->memory_again = psim_gpu_hold(race->gpu);
	return race->memory_again ? 0 : -ENOMEM;
}

static int memory_is_short(void *arg)
{
	long freed = psim_shrink(16);

	(void)arg;
	return freed < 0 ? freed : 0;
}

struct racer {
	struct psim_process *process; /* NULL: a kernel thread */
	const char *name;
	int (*body)(void *race);
};

/* All at once; the explored part. Return: the first error. */
static int all(struct race *race, const struct racer *racers, int n)
{
	struct psim_task *tasks[3] = {0};
	int err = 0;

	psim_explore_begin();
	for (int i = 0; i < n; i++)
		tasks[i] = psim_spawn(racers[i].process, racers[i].name, racers[i].body, race);
	for (int i = 0; i < n; i++) {
		int one = tasks[i] ? psim_join(tasks[i]) : -ENOMEM;

		err = err ? err : one;
	}
	psim_explore_end();
	return err;
}

static int both(struct race *race, struct psim_process *of_a, int (*a)(void *arg),
		struct psim_process *of_b, int (*b)(void *arg))
{
	struct racer racers[] = {{of_a, "first", a}, {of_b, "second", b}};

	return all(race, racers, 2);
}

/* ---- the races ---------------------------------------------------------------------------------------------- */

PSIM_SCENARIO(fault_vs_evict, "a CPU fault on device pages, while the driver evicts them",
	      .options = pages_option, .small = "pages=1 delays=2 points=coarse", .marked = 1)
{
	struct race race;
	int err = enter(&race);

	if (err)
		return err;
	err = psim_gpu_migrate(race.gpu, race.process, ADDRESS, race.bytes);
	if (!err)
		err = both(&race, race.process, cpu_reads, NULL, driver_evicts);
	if (!err)
		err = check(&race, race.process);
	return leave(&race, err);
}

PSIM_SCENARIO(fault_vs_munmap, "a CPU fault on device pages, while another thread unmaps them",
	      .options = pages_option, .small = "pages=1 preemptions=1 points=coarse", .marked = 1)
{
	struct race race;
	int err = enter(&race);

	if (err)
		return err;
	race.may_be_gone = 1;
	err = psim_gpu_migrate(race.gpu, race.process, ADDRESS, race.bytes);
	if (!err)
		err = both(&race, race.process, cpu_reads, race.process, app_unmaps);
	return leave(&race, err);
}

/* A kernel thread and a thread that unmaps the pages, which lie in RAM. */
static int against_munmap(int (*body)(void *race))
{
	struct race race;
	int err = enter(&race);

	if (err)
		return err;
	race.may_be_gone = 1;
	return leave(&race, both(&race, NULL, body, race.process, app_unmaps));
}

PSIM_SCENARIO(gpu_vs_munmap, "a GPU reads pages, while a thread unmaps them",
	      .options = pages_option, .small = "pages=1 delays=1 points=coarse", .marked = 1)
{
	return against_munmap(gpu_reads);
}

PSIM_SCENARIO(migrate_vs_munmap, "a migration to the device, while a thread unmaps the pages",
	      .options = pages_option, .small = "pages=1 preemptions=1 points=coarse", .marked = 1)
{
	return against_munmap(driver_migrates);
}

PSIM_SCENARIO(migrate_vs_fault, "a migration to the device, while the CPU reads the pages",
	      .options = pages_option, .small = "pages=1 preemptions=1 points=coarse", .marked = 1)
{
	struct race race;
	int err = enter(&race);

	if (err)
		return err;
	err = both(&race, NULL, driver_migrates, race.process, cpu_reads);
	if (!err)
		err = check(&race, race.process);
	return leave(&race, err);
}

PSIM_SCENARIO(migrate_vs_fork, "a migration to the device, while the process forks",
	      .options = pages_option, .small = "pages=1 preemptions=1 points=coarse", .marked = 1)
{
	struct race race;
	int err = enter(&race);

	if (err)
		return err;
	err = both(&race, NULL, driver_migrates, race.process, app_forks);
	if (!err)
		err = check(&race, race.process);
	if (!err)
		err = check(&race, race.child);
	return leave(&race, err);
}

PSIM_SCENARIO(migrate_vs_migrate, "two GPUs want the same pages", .options = pages_option,
	      .small = "pages=1 delays=2 points=coarse", .marked = 1)
{
	struct race race;
	int err = enter(&race);

	if (err)
		return err;
	race.other = psim_gpu_create(&small_gpu);
	err = race.other ? both(&race, NULL, driver_migrates, NULL, other_migrates) : -ENOMEM;
	if (!err)
		err = check(&race, race.process);
	return leave(&race, err);
}

PSIM_SCENARIO(evict_vs_unplug, "the driver evicts, while its GPU is unplugged",
	      .options = pages_option, .small = "pages=1 delays=2 points=coarse", .marked = 1)
{
	struct race race;
	int err = enter(&race);

	if (err)
		return err;
	err = psim_gpu_migrate(race.gpu, race.process, ADDRESS, race.bytes);
	if (!err)
		err = both(&race, NULL, driver_evicts_or_is_late, NULL, driver_unplugs);
	if (!err)
		err = check(&race, race.process);
	return leave(&race, err);
}

PSIM_SCENARIO(put_vs_lookup_vs_shrink,
	      "the last user lets device memory go, another wants it, and memory is short",
	      .options = pages_option, .small = "pages=1 delays=2 points=coarse", .marked = 1)
{
	struct race race;
	int err = enter(&race);
	struct racer racers[] = {{NULL, "put", user_puts},
				 {NULL, "lookup", user_looks_up},
				 {NULL, "shrink", memory_is_short}};

	if (err)
		return err;
	race.memory = psim_gpu_hold(race.gpu);
	if (!race.memory)
		return leave(&race, -ENOMEM);
	return leave(&race, all(&race, racers, 3));
}
