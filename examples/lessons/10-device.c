// SPDX-License-Identifier: MIT
/* Lesson 10: the device that doubles numbers, and a process that has it do so. Host code. */
#include <stdio.h>
#include <psim/hw.h>
#include <psim/module.h>
#include <psim/psim.h>

#include "show.h"

int doubler_double(unsigned long address); /* 10-driver.c */

static struct psim_hw hw;

static unsigned long long read_register(void *device, unsigned long offset, unsigned int size)
{
	return 0;
}

/* The doorbell: read the number at this bus address, write back twice as much, say so. */
static void write_register(void *device, unsigned long offset, unsigned int size,
			   unsigned long long bus)
{
	unsigned long long number;

	psim_hw_dma(&hw, bus, &number, sizeof(number), 0);
	number *= 2;
	psim_hw_dma(&hw, bus, &number, sizeof(number), 1);
	psim_hw_interrupt(&hw);
}

static struct psim_hw hw = {.name = "doubler0",
			    .compatible = "doubler",
			    .mmio_bytes = PAGE,
			    .read = read_register,
			    .write = write_register};

static int asks_for_it(void *address)
{
	return doubler_double((unsigned long)address);
}

int main(void)
{
	unsigned long long number = 21;
	struct psim_process *app;
	struct psim_gpu *gpu;
	unsigned long at;

	psim_start(NULL);
	psim_module_load("doubler");
	psim_hw_plug(&hw); /* the driver's probe() runs in here */
	gpu = psim_gpu_create(NULL);
	app = psim_process_create("app");
	at = psim_mmap(app, 0x40000000, PAGE, RW);
	psim_store(app, at, &number, sizeof(number));
	psim_gpu_migrate(gpu, app, at, PAGE);
	show(app, at, 1);
	printf("doubler_double() returns %d\n",
	       psim_join(psim_spawn(app, "ask", asks_for_it, (void *)at)));
	show(app, at, 1);
	psim_load(app, at, &number, sizeof(number));
	printf("the number is %llu\n", number);
	psim_process_exit(app);
	psim_gpu_destroy(gpu);
	psim_hw_unplug(&hw);
	return psim_stop();
}
