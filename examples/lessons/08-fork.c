// SPDX-License-Identifier: MIT
/* Lesson 8: fork() while a page is on the GPU: two processes, one page, nobody may write. */
#include <stdio.h>
#include <psim/psim.h>

#include "show.h"

static struct psim_process *parent, *child;

static void both(const char *what)
{
	printf("%s\n parent\n", what);
	show(parent, 0x40000000, 1);
	if (child) {
		printf(" child\n");
		show(child, 0x40000000, 1);
	}
}

int main(void)
{
	struct psim_gpu *gpu;
	unsigned long at;
	char byte = 'x';

	psim_start(NULL);
	parent = psim_process_create("parent");
	gpu = psim_gpu_create(NULL);
	at = psim_mmap(parent, 0x40000000, PAGE, RW);
	psim_store(parent, at, &byte, 1);
	psim_gpu_migrate(gpu, parent, at, PAGE);
	both("on the GPU:");

	psim_fork(parent, "child", &child);
	both("fork():");

	psim_load(parent, at, &byte, 1);
	both("the parent reads:");

	byte = 'y';
	psim_store(child, at, &byte, 1);
	both("the child writes 'y':");

	psim_load(parent, at, &byte, 1);
	printf("the parent still reads '%c'\n", byte);
	psim_process_exit(child);
	psim_process_exit(parent);
	psim_gpu_destroy(gpu);
	return psim_stop();
}
