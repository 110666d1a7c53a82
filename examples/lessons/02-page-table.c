// SPDX-License-Identifier: MIT
/* Lesson 2: a page table is a row of slots, and memory appears in it only when it is touched. */
#include <stdio.h>
#include <psim/psim.h>

#include "show.h"

int main(void)
{
	struct psim_process *app;
	unsigned long at;
	char byte = 'x';

	psim_start(NULL);
	app = psim_process_create("app");
	at = psim_mmap(app, 0x40000000, 4 * PAGE, RW);
	printf("four pages of memory, just mapped:\n");
	show(app, at, 4);

	psim_load(app, at, &byte, 1);
	printf("the first was read:\n");
	show(app, at, 4);

	psim_store(app, at + PAGE, &byte, 1);
	psim_store(app, at + 2 * PAGE, &byte, 1);
	printf("the second and the third were written:\n");
	show(app, at, 4);

	psim_mprotect(app, at + PAGE, PAGE, PSIM_READ);
	printf("mprotect() made the second read-only:\n");
	show(app, at, 4);

	psim_munmap(app, at + 2 * PAGE, PAGE);
	printf("munmap() took the third away:\n");
	show(app, at, 4);

	psim_process_exit(app);
	return psim_stop();
}
