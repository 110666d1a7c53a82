// SPDX-License-Identifier: MIT
/* Scenarios that are broken on purpose: what docs/finding-bugs.md finds. */
#include <errno.h>
#include <psim/psim.h>

#define ADDRESS 0x40000000ul

static struct psim_process *app;

/* counter = counter + 1, as two accesses of user space, and no lock around them. */
static int adds_one(void *arg)
{
	unsigned int counter;
	int err = psim_load(app, ADDRESS, &counter, sizeof(counter));

	(void)arg;
	counter++;
	return err ? err : psim_store(app, ADDRESS, &counter, sizeof(counter));
}

PSIM_SCENARIO(lesson_lost_update, "two threads add one to a counter, without a lock", .broken = 1,
	      .marked = 1, .small = "preemptions=1")
{
	struct psim_task *a, *b = NULL;
	unsigned int counter = 0;
	int err;

	app = psim_process_create("app");
	if (!app || psim_mmap(app, ADDRESS, PSIM_PAGE_SIZE, PSIM_READ | PSIM_WRITE) < 0)
		return -ENOMEM;
	err = psim_store(app, ADDRESS, &counter, sizeof(counter));
	psim_explore_begin();
	a = psim_spawn(app, "a", adds_one, NULL);
	if (a)
		b = psim_spawn(app, "b", adds_one, NULL);
	if (!a || psim_join(a) || !b || psim_join(b))
		err = -ENOMEM;
	psim_explore_end();
	if (!err)
		err = psim_load(app, ADDRESS, &counter, sizeof(counter));
	psim_process_exit(app);
	if (err)
		return err;
	return counter == 2 ? 0 : -EILSEQ;
}
