// SPDX-License-Identifier: MIT
/* Lesson 3: a fault is a question that the CPU asks the kernel, and usually asks once. */
#include <stdio.h>
#include <psim/psim.h>

#include "show.h"

static struct psim_process *app;

/* What the access came to, and how many questions it took. */
static void tell(const char *what, int err)
{
	static unsigned long before;
	struct psim_process_stats stats;

	psim_process_stats(app, &stats);
	printf("%-38s %lu fault%s, %s\n", what, stats.faults - before,
	       stats.faults - before == 1 ? "" : "s", err ? "SIGSEGV" : "done");
	before = stats.faults;
}

int main(void)
{
	unsigned long at;
	char byte = 'x';

	psim_start(NULL);
	app = psim_process_create("app");
	at = psim_mmap(app, 0x40000000, PAGE, RW);

	tell("read what was never touched", psim_load(app, at, &byte, 1));
	tell("read it again", psim_load(app, at, &byte, 1));
	show(app, at, 1);
	tell("write to it", psim_store(app, at, &byte, 1));
	tell("write to it again", psim_store(app, at, &byte, 1));
	show(app, at, 1);

	psim_mprotect(app, at, PAGE, PSIM_READ);
	tell("write to what is read-only now", psim_store(app, at, &byte, 1));
	psim_mprotect(app, at, PAGE, RW);
	show(app, at, 1);
	tell("write to it once that is allowed again", psim_store(app, at, &byte, 1));

	psim_munmap(app, at, PAGE);
	tell("read where no memory is", psim_load(app, at, &byte, 1));

	psim_process_exit(app);
	return psim_stop();
}
