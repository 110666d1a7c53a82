// SPDX-License-Identifier: MIT
/*
 * The cases of the user-space test of lib/test_hmm.c (tools/testing/selftests/mm/hmm-tests.c), by its names
 * and with its results. Two are not there: hugetlbfs has no pages here, and gup_test is a driver of its own.
 */
#include "hmm_client.h"

static int device_reads(struct psim_file *file, struct run *run, struct buffer *buffer,
			unsigned long pages)
{
	return command(file, HMM_DMIRROR_READ, run, buffer, pages);
}

static int device_writes(struct run *run, struct buffer *buffer, unsigned long pages)
{
	return command(run->file[0], HMM_DMIRROR_WRITE, run, buffer, pages);
}

/* The last command moved @pages, in one fault. */
static void in_one_fault(struct run *run, const struct buffer *buffer, unsigned long pages)
{
	SAME(run, buffer->cpages, pages);
	SAME(run, buffer->faults, 1);
}

/* Numbers go to the device, which reads what was written. */
static void numbers_to_device(struct run *run, struct buffer *b)
{
	SAME(run, to_device(run->file[0], run, b, b->pages), 0);
	SAME(run, b->cpages, b->pages);
	expect(run, b->mirror, b->pages, NUMBERS);
}

static struct buffer numbers(struct run *run, unsigned long pages)
{
	struct buffer b = map(run, pages, RW);

	fill(run, b.at, pages, NUMBERS);
	return b;
}

static void open_close(struct run *run)
{
	(void)run;
}

/* ---- the device reads ---------------------------------------------------------------------------------- */

/* page 0 was never touched, page 1 is the zero page */
static void anon_read(struct run *run)
{
	struct buffer b = map(run, USUAL_PAGES, RW);

	STEP(run, fill_from(run, b.at, 2, b.pages, NUMBERS));
	SAME(run, psim_mprotect(run->process, b.at, b.pages * PAGE, PROT_READ), 0);
	SAME(run, load(run, b.at + PAGE), 0);
	SAME(run, device_reads(run->file[0], run, &b, b.pages), 0);
	STEP(run, in_one_fault(run, &b, b.pages));
	STEP(run, expect(run, b.mirror, 2, ZEROS));
	STEP(run, expect_from(run, b.mirror, 2, b.pages, NUMBERS));
	unmap(run, &b);
}

static void anon_read_prot(struct run *run)
{
	struct buffer b = numbers(run, USUAL_PAGES);

	STEP(run, fill(run, b.mirror, b.pages, NEGATIVE));
	SAME(run, psim_mprotect(run->process, b.at, b.pages * PAGE, PROT_NONE), 0);
	SAME(run, device_reads(run->file[0], run, &b, b.pages), -EFAULT);
	SAME(run, psim_mprotect(run->process, b.at, b.pages * PAGE, PROT_READ), 0);
	STEP(run, expect(run, b.at, b.pages, NUMBERS));
	STEP(run, expect(run, b.mirror, b.pages, NEGATIVE));
	unmap(run, &b);
}

static void anon_read_multiple(struct run *run)
{
	for (int i = 0; i < TIMES; i++) {
		struct buffer b = map(run, USUAL_PAGES, RW);
		const struct pattern pattern = {1, i};

		STEP(run, fill(run, b.at, b.pages, pattern));
		SAME(run, device_reads(run->file[0], run, &b, b.pages), 0);
		STEP(run, in_one_fault(run, &b, b.pages));
		STEP(run, expect(run, b.mirror, b.pages, pattern));
		STEP(run, unmap(run, &b));
	}
}

static void file_read(struct run *run)
{
	struct psim_file *file = psim_file_create(USUAL_PAGES * PAGE, 0);
	int32_t words[PAGE / sizeof(int32_t)];
	struct buffer b;

	for (unsigned long page = 0; page < USUAL_PAGES; page++) {
		for (unsigned long i = 0; i < PAGE / sizeof(int32_t); i++)
			words[i] = (int32_t)(page * PAGE / sizeof(int32_t) + i);
		SAME(run, psim_file_write(file, page * PAGE, words, PAGE), PAGE);
	}
	b = map_file(run, USUAL_PAGES, PROT_READ, MAP_SHARED, file);
	SAME(run, psim_file_close(file), 0);
	SAME(run, device_reads(run->file[0], run, &b, b.pages), 0);
	STEP(run, in_one_fault(run, &b, b.pages));
	STEP(run, expect(run, b.mirror, b.pages, NUMBERS));
	unmap(run, &b);
}

/* ---- the device writes ------------------------------------------------------------------------------------- */

static void anon_write(struct run *run)
{
	struct buffer b = map(run, USUAL_PAGES, RW);

	STEP(run, fill(run, b.mirror, b.pages, NUMBERS));
	SAME(run, device_writes(run, &b, b.pages), 0);
	STEP(run, in_one_fault(run, &b, b.pages));
	STEP(run, expect(run, b.at, b.pages, NUMBERS));
	unmap(run, &b);
}

static void anon_write_prot(struct run *run)
{
	struct buffer b = map(run, USUAL_PAGES, PROT_READ);

	SAME(run, device_reads(run->file[0], run, &b, 1), 0);
	STEP(run, in_one_fault(run, &b, 1));
	STEP(run, fill(run, b.mirror, b.pages, NUMBERS));
	SAME(run, device_writes(run, &b, b.pages), -EPERM);
	STEP(run, expect(run, b.at, b.pages, ZEROS));
	SAME(run, psim_mprotect(run->process, b.at, b.pages * PAGE, RW), 0);
	SAME(run, device_writes(run, &b, b.pages), 0);
	STEP(run, in_one_fault(run, &b, b.pages));
	STEP(run, expect(run, b.at, b.pages, NUMBERS));
	unmap(run, &b);
}

/* The child's device writes what the child got from its parent. */
static void child_writes(struct run *run, const struct buffer *buffer)
{
	struct buffer b = *buffer;

	STEP(run, expect(run, b.at, b.pages, NUMBERS));
	STEP(run, expect(run, b.mirror, b.pages, NEGATIVE));
	SAME(run, open_device(0, &run->file[0]), 0);
	SAME(run, device_writes(run, &b, b.pages), 0);
	STEP(run, in_one_fault(run, &b, b.pages));
	STEP(run, expect(run, b.at, b.pages, NEGATIVE));
	SAME(run, psim_file_close(run->file[0]), 0);
}

static void write_in_child(struct run *run, int flags, struct pattern parents)
{
	struct buffer b = map_file(run, USUAL_PAGES, RW, flags | MAP_ANONYMOUS, NULL);

	STEP(run, fill(run, b.at, b.pages, NUMBERS));
	STEP(run, fill(run, b.mirror, b.pages, NEGATIVE));
	STEP(run, in_child(run, child_writes, &b, NULL));
	STEP(run, expect(run, b.at, b.pages, parents));
	unmap(run, &b);
}

static void anon_write_child(struct run *run)
{
	write_in_child(run, MAP_PRIVATE, NUMBERS);
}

static void anon_write_child_shared(struct run *run)
{
	write_in_child(run, MAP_SHARED, NEGATIVE);
}

static void anon_write_huge(struct run *run)
{
	struct buffer whole = map(run, 2 * TWO_MIB / PAGE, RW), b = whole;

	b.at = (whole.at + TWO_MIB - 1) & ~(TWO_MIB - 1);
	b.pages = TWO_MIB / PAGE;
	SAME(run, psim_madvise(run->process, b.at, TWO_MIB, MADV_HUGEPAGE), 0);
	STEP(run, fill(run, b.mirror, b.pages, NUMBERS));
	SAME(run, device_writes(run, &b, b.pages), 0);
	STEP(run, in_one_fault(run, &b, b.pages));
	STEP(run, expect(run, b.at, b.pages, NUMBERS));
	unmap(run, &whole);
}

static void file_write(struct run *run)
{
	struct psim_file *file = psim_file_create(USUAL_PAGES * PAGE, 0);
	struct buffer b = map_file(run, USUAL_PAGES, RW, MAP_SHARED, file);
	int32_t words[PAGE / sizeof(int32_t)];

	STEP(run, fill(run, b.mirror, b.pages, NUMBERS));
	SAME(run, device_writes(run, &b, b.pages), 0);
	STEP(run, in_one_fault(run, &b, b.pages));
	STEP(run, expect(run, b.at, b.pages, NUMBERS));
	for (unsigned long page = 0; page < USUAL_PAGES; page++) {
		SAME(run, psim_file_read(file, page * PAGE, words, PAGE), PAGE);
		for (unsigned long i = 0; i < PAGE / sizeof(int32_t); i++)
			SAME(run, words[i], page * PAGE / sizeof(int32_t) + i);
	}
	SAME(run, psim_file_close(file), 0);
	unmap(run, &b);
}

/* ---- migration ------------------------------------------------------------------------------------------------ */

static void migrate(struct run *run)
{
	struct buffer b = numbers(run, USUAL_PAGES);

	STEP(run, numbers_to_device(run, &b));
	unmap(run, &b);
}

static void migrate_file_private(struct run *run)
{
	struct psim_file *file = psim_file_create(USUAL_PAGES * PAGE, 0);
	struct buffer b = map_file(run, USUAL_PAGES, RW, MAP_PRIVATE, file);

	SAME(run, psim_file_close(file), 0);
	STEP(run, fill(run, b.at, b.pages, NUMBERS));
	STEP(run, numbers_to_device(run, &b));
	unmap(run, &b);
}

/* Half of the pages come back, and go once more. */
static void migrate_fault(struct run *run)
{
	struct buffer b = numbers(run, USUAL_PAGES);

	STEP(run, numbers_to_device(run, &b));
	STEP(run, expect(run, b.at, b.pages / 2, NUMBERS));
	STEP(run, numbers_to_device(run, &b));
	unmap(run, &b);
}

static void migrate_release(struct run *run)
{
	struct buffer b = numbers(run, USUAL_PAGES);

	STEP(run, numbers_to_device(run, &b));
	SAME(run, command(run->file[0], HMM_DMIRROR_RELEASE, run, &b, b.pages), 0);
	STEP(run, expect(run, b.at, b.pages / 2, NUMBERS));
	unmap(run, &b);
}

static void migrate_shared(struct run *run)
{
	struct buffer b = map_file(run, USUAL_PAGES, RW, MAP_SHARED | MAP_ANONYMOUS, NULL);

	SAME(run, to_device(run->file[0], run, &b, b.pages), -ENOENT);
	unmap(run, &b);
}

static void migrate_multiple(struct run *run)
{
	for (int i = 0; i < TIMES; i++) {
		struct buffer b = numbers(run, USUAL_PAGES);

		STEP(run, numbers_to_device(run, &b));
		if (run->coherent) {
			SAME(run, to_system(run->file[0], run, &b, b.pages), 0);
			SAME(run, b.cpages, b.pages);
		}
		STEP(run, expect(run, b.at, b.pages, NUMBERS));
		STEP(run, unmap(run, &b));
	}
}

/*
 * A reserved range with a hole behind its first page:
 *
 *	0: no access   1: not mapped   2: zero page   3: read-only, written before   4...: @rest, writable
 */
static void mixed(struct run *run, unsigned long at, unsigned long rest)
{
	SAME(run, psim_mprotect(run->process, at + 2 * PAGE, PAGE, PROT_READ), 0);
	SAME(run, load(run, at + 2 * PAGE), 0);
	SAME(run, psim_mprotect(run->process, at + 3 * PAGE, PAGE, RW), 0);
	STEP(run, store(run, at + 3 * PAGE, 3));
	SAME(run, psim_mprotect(run->process, at + 3 * PAGE, PAGE, PROT_READ), 0);
	SAME(run, psim_mprotect(run->process, at + 4 * PAGE, rest * PAGE, RW), 0);
	store(run, at + 4 * PAGE, 3);
}

static void migrate_mixed(struct run *run)
{
	struct buffer whole = map(run, 6, PROT_NONE), b = whole;

	SAME(run, to_device(run->file[1], run, &b, 6), -EINVAL);
	SAME(run, psim_munmap(run->process, b.at + PAGE, PAGE), 0);
	SAME(run, to_device(run->file[1], run, &b, 3), -EINVAL);
	STEP(run, mixed(run, b.at, 2));
	STEP(run, store(run, b.at + 5 * PAGE, 3));
	b.at = whole.at + 2 * PAGE;
	SAME(run, to_device(run->file[1], run, &b, 4), 0);
	SAME(run, b.cpages, 4);
	/* it is the other device's already */
	b.at = whole.at + 5 * PAGE;
	SAME(run, to_device(run->file[0], run, &b, 1), -ENOENT);
	unmap(run, &whole);
}

/* Two devices read the same memory, then it moves to one of them. */
static void double_map(struct run *run)
{
	struct buffer b = numbers(run, 6);

	SAME(run, psim_mprotect(run->process, b.at, b.pages * PAGE, PROT_READ), 0);
	for (int i = 0; i < 2; i++) {
		SAME(run, device_reads(run->file[i], run, &b, b.pages), 0);
		STEP(run, in_one_fault(run, &b, b.pages));
		STEP(run, expect(run, b.mirror, b.pages, NUMBERS));
	}
	SAME(run, to_device(run->file[1], run, &b, b.pages), 0);
	SAME(run, b.cpages, b.pages);
	SAME(run, device_reads(run->file[0], run, &b, b.pages), 0);
	STEP(run, in_one_fault(run, &b, b.pages));
	STEP(run, expect(run, b.mirror, b.pages, NUMBERS));
	unmap(run, &b);
}

/* ---- against the CPU ------------------------------------------------------------------------------------------- */

struct remover {
	struct run *run;
	struct buffer b;
	unsigned long long delay;
};

static int unmap_half(void *arg)
{
	const struct remover *r = arg;

	psim_sleep(r->delay);
	return psim_munmap(r->run->process, r->b.at + r->b.pages / 2 * PAGE, r->b.pages / 2 * PAGE);
}

/* The second half goes while the device reads: an error, or everything. */
static void anon_teardown(struct run *run)
{
	for (int i = 0; i < TIMES; i++) {
		struct buffer b = map(run, USUAL_PAGES, RW);
		const struct pattern pattern = {1, i};
		struct remover remover = {.run = run, .b = b, .delay = i * 7919 % 32 * 1000};
		struct psim_task *task;
		int err;

		STEP(run, fill(run, b.at, b.pages, pattern));
		task = psim_spawn(run->process, "unmap_half", unmap_half, &remover);
		SAME(run, !task, 0);
		err = device_reads(run->file[0], run, &b, b.pages);
		if (!err)
			in_one_fault(run, &b, b.pages);
		if (!err)
			expect(run, b.mirror, b.pages, pattern);
		SAME(run, psim_join(task), 0);
		STEP(run, unmap(run, &b));
	}
}

/* Both write what the device had for itself: each has its own copy then. */
static void increment(struct run *run, const struct buffer *b)
{
	expect_and_increment(run, b->at, b->pages);
}

static void numbers_exclusive(struct run *run, struct buffer *b)
{
	SAME(run, command(run->file[0], HMM_DMIRROR_EXCLUSIVE, run, b, b->pages), 0);
	SAME(run, b->cpages, b->pages);
	expect(run, b->mirror, b->pages, NUMBERS);
}

static void exclusive(struct run *run)
{
	struct buffer b = numbers(run, USUAL_PAGES);

	STEP(run, numbers_exclusive(run, &b));
	SAME(run, command(run->file[0], HMM_DMIRROR_CHECK_EXCLUSIVE, run, &b, b.pages), -EPERM);
	STEP(run, increment(run, &b));
	SAME(run, command(run->file[0], HMM_DMIRROR_CHECK_EXCLUSIVE, run, &b, b.pages), 0);
	unmap(run, &b);
}

static void exclusive_mprotect(struct run *run)
{
	struct buffer b = numbers(run, USUAL_PAGES);

	STEP(run, numbers_exclusive(run, &b));
	SAME(run, psim_mprotect(run->process, b.at, b.pages * PAGE, PROT_READ), 0);
	SAME(run, device_writes(run, &b, b.pages), -EPERM);
	unmap(run, &b);
}

static void exclusive_cow(struct run *run)
{
	struct buffer b = numbers(run, USUAL_PAGES);

	STEP(run, numbers_exclusive(run, &b));
	STEP(run, in_child(run, increment, &b, increment));
	unmap(run, &b);
}

/* The child has its share of the device's pages, and does nothing. */
static void idle(struct run *run, const struct buffer *b)
{
	(void)run;
	(void)b;
	psim_sleep(1000000000);
}

static void write_numbers(struct run *run, const struct buffer *b)
{
	fill(run, b->at, b->pages, NUMBERS);
}

static void hmm_cow_in_device(struct run *run)
{
	struct buffer b = numbers(run, 4);

	STEP(run, numbers_to_device(run, &b));
	STEP(run, in_child(run, idle, &b, write_numbers));
	SAME(run, command(run->file[0], HMM_DMIRROR_SNAPSHOT, run, &b, b.pages), 0);
	SAME(run, b.cpages, b.pages);
	for (unsigned long page = 0; page < b.pages; page++)
		SAME(run, seen(run, &b, page), HMM_DMIRROR_PROT_WRITE);
	unmap(run, &b);
}

/* ---- snapshots -------------------------------------------------------------------------------------------------- */

static void mixedmap(struct run *run)
{
	struct buffer b = map_file(run, 1, RW, MAP_PRIVATE, run->file[0]);

	SAME(run, command(run->file[0], HMM_DMIRROR_SNAPSHOT, run, &b, 1), 0);
	SAME(run, b.cpages, 1);
	SAME(run, seen(run, &b, 0), HMM_DMIRROR_PROT_READ);
	unmap(run, &b);
}

static void snapshot(struct run *run)
{
	struct buffer whole = map(run, 7, PROT_NONE), b = whole;

	SAME(run, psim_munmap(run->process, b.at + PAGE, PAGE), 0);
	STEP(run, mixed(run, b.at, 3));
	for (int i = 0; i < 2; i++) {
		b.at = whole.at + (5 + i) * PAGE;
		SAME(run, to_device(run->file[i], run, &b, 1), 0);
		SAME(run, b.cpages, 1);
	}
	b.at = whole.at;
	SAME(run, command(run->file[0], HMM_DMIRROR_SNAPSHOT, run, &b, 7), 0);
	SAME(run, b.cpages, 7);
	SAME(run, seen(run, &b, 0), HMM_DMIRROR_PROT_ERROR);
	SAME(run, seen(run, &b, 1), HMM_DMIRROR_PROT_ERROR);
	SAME(run, seen(run, &b, 2), HMM_DMIRROR_PROT_ZERO | HMM_DMIRROR_PROT_READ);
	SAME(run, seen(run, &b, 3), HMM_DMIRROR_PROT_READ);
	SAME(run, seen(run, &b, 4), HMM_DMIRROR_PROT_WRITE);
	if (run->coherent) {
		SAME(run, seen(run, &b, 5),
		     HMM_DMIRROR_PROT_DEV_COHERENT_LOCAL | HMM_DMIRROR_PROT_WRITE);
		SAME(run, seen(run, &b, 6),
		     HMM_DMIRROR_PROT_DEV_COHERENT_REMOTE | HMM_DMIRROR_PROT_WRITE);
	} else {
		SAME(run, seen(run, &b, 5),
		     HMM_DMIRROR_PROT_DEV_PRIVATE_LOCAL | HMM_DMIRROR_PROT_WRITE);
		SAME(run, seen(run, &b, 6), HMM_DMIRROR_PROT_NONE);
	}
	unmap(run, &whole);
}

#define CASE(name)                 \
	{                          \
#name, false, name \
	}
#define TWO_DEVICES(name)         \
	{                         \
#name, true, name \
	}

const struct hmm_case hmm_cases[] = {
	CASE(open_close),
	CASE(anon_read),
	CASE(anon_read_prot),
	CASE(anon_write),
	CASE(anon_write_prot),
	CASE(anon_write_child),
	CASE(anon_write_child_shared),
	CASE(anon_write_huge),
	CASE(file_read),
	CASE(file_write),
	CASE(migrate),
	CASE(migrate_file_private),
	CASE(migrate_fault),
	CASE(migrate_release),
	CASE(migrate_shared),
	TWO_DEVICES(migrate_mixed),
	CASE(migrate_multiple),
	CASE(anon_read_multiple),
	CASE(anon_teardown),
	CASE(mixedmap),
	TWO_DEVICES(snapshot),
	TWO_DEVICES(double_map),
	CASE(exclusive),
	CASE(exclusive_mprotect),
	CASE(exclusive_cow),
	CASE(hmm_cow_in_device),
	{NULL, false, NULL},
};
