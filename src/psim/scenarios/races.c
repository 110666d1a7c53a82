// SPDX-License-Identifier: MIT
/*
 * Scenarios of two tasks that want the same pages at the same time. What they need is set up in the
 * default order; the race itself is the part that psim explore explores.
 */
#include <errno.h>
#include <string.h>
#include <psim/psim.h>

#define ADDRESS	   0x40000000ul
#define MOST_PAGES 16

struct race {
	struct psim_process *process;
	struct psim_gpu *gpu, *other;
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

static int check(struct race *race)
{
	int err = 0;

	for (unsigned long at = 0; !err && at < race->bytes; at += PSIM_PAGE_SIZE) {
		unsigned char byte = 0;

		err = psim_load(race->process, ADDRESS + at, &byte, 1);
		if (!err && byte != pattern(at))
			err = -EILSEQ;
	}
	return err;
}

static int leave(struct race *race, int err)
{
	if (race->process)
		psim_process_exit(race->process);
	if (race->gpu)
		psim_gpu_destroy(race->gpu);
	if (race->other)
		psim_gpu_destroy(race->other);
	return err;
}

/* A process with written pages, and a GPU. Return: 0; a negative errno, and nothing is left. */
static int enter(struct race *race)
{
	struct psim_gpu_config config = {.memory_bytes = 64 << 10, .chunk_bytes = PSIM_PAGE_SIZE};
	unsigned long pages = psim_option("pages");
	long address;
	int err;

	memset(race, 0, sizeof(*race));
	if (!pages || pages > MOST_PAGES)
		return -EINVAL;
	race->bytes = pages * PSIM_PAGE_SIZE;
	race->process = psim_process_create("app");
	race->gpu = psim_gpu_create(&config);
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
	int err = check(race);

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

static int app_unmaps(void *arg)
{
	struct race *race = arg;

	return psim_munmap(race->process, ADDRESS, race->bytes);
}

/* Both at once; the explored part. */
static int both(struct race *race, struct psim_process *of_a, int (*a)(void *arg),
		struct psim_process *of_b, int (*b)(void *arg))
{
	struct psim_task *first, *second = NULL;
	int err, other = 0;

	psim_explore_begin();
	first = psim_spawn(of_a, "first", a, race);
	if (first)
		second = psim_spawn(of_b, "second", b, race);
	err = first ? psim_join(first) : -ENOMEM;
	other = second ? psim_join(second) : -ENOMEM;
	psim_explore_end();
	return err ? err : other;
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
		err = check(&race);
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

PSIM_SCENARIO(migrate_vs_munmap, "a migration to the device, while a thread unmaps the pages",
	      .options = pages_option, .small = "pages=1 preemptions=1 points=coarse", .marked = 1)
{
	struct race race;
	int err = enter(&race);

	if (err)
		return err;
	race.may_be_gone = 1;
	err = both(&race, NULL, driver_migrates, race.process, app_unmaps);
	return leave(&race, err);
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
		err = check(&race);
	return leave(&race, err);
}
