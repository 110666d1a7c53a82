// SPDX-License-Identifier: MIT
/* Lesson 9: two processes give back a device page each, at the same time. Any order may happen. */
#include <errno.h>
#include <psim/psim.h>

#define ADDRESS 0x40000000ul

/* 09-driver.c */
int driver_start(void);
int driver_takes(unsigned long address, unsigned int number);
int driver_ends(void);

static struct psim_process *apps[2];

static int lends_a_page(void *number)
{
	return driver_takes(ADDRESS, (long)number);
}

static int unmaps_it(void *number)
{
	return psim_munmap(apps[(long)number], ADDRESS, PSIM_PAGE_SIZE);
}

PSIM_SCENARIO(two_frees, "two processes unmap a device page each", .broken = 1, .marked = 1,
	      .small = "preemptions=1")
{
	struct psim_task *tasks[2];

	driver_start();
	for (long i = 0; i < 2; i++) {
		apps[i] = psim_process_create(i ? "second" : "first");
		psim_mmap(apps[i], ADDRESS, PSIM_PAGE_SIZE, PSIM_READ | PSIM_WRITE);
		psim_join(psim_spawn(apps[i], "lends", lends_a_page, (void *)i));
	}

	psim_explore_begin(); /* from here to the end every order is tried */
	for (long i = 0; i < 2; i++)
		tasks[i] = psim_spawn(apps[i], i ? "second" : "first", unmaps_it, (void *)i);
	for (long i = 0; i < 2; i++)
		psim_join(tasks[i]);
	psim_explore_end();

	for (int i = 0; i < 2; i++)
		psim_process_exit(apps[i]);
	return driver_ends() ? -EILSEQ : 0;
}
