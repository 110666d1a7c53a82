// SPDX-License-Identifier: MIT
/* The program that explorers are compared on: each task locks, increments and unlocks ten times. */
#include <linux/mutex.h>

#define TIMES 10

static DEFINE_MUTEX(lock);
static int counter;

int bench_increments(void *arg);
int bench_counter(void);

int bench_increments(void *arg)
{
	for (int i = 0; i < TIMES; i++) {
		mutex_lock(&lock);
		counter++;
		mutex_unlock(&lock);
	}
	return 0;
}

int bench_counter(void)
{
	return counter;
}
