// SPDX-License-Identifier: MIT
/* Real kernels: the thread that one runs on, and its list of accesses, which goes to and fro. */
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "kernel.h"

#define MAX_MEMORY (64ull << 30)

int kernel_wrong(struct kernel *k, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(k->wrong, sizeof(k->wrong), fmt, args);
	va_end(args);
	return -1;
}

int kernel_memory(struct kernel *k, size_t bytes)
{
	void *memory = bytes && bytes <= MAX_MEMORY
			       ? mmap(NULL, bytes, PROT_READ | PROT_WRITE,
				      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
			       : MAP_FAILED;

	if (memory == MAP_FAILED)
		return kernel_wrong(k, "%zu bytes of memory: up to 64 GiB expected", bytes);
	k->memory = memory;
	k->size = bytes;
	return 0;
}

void *kernel_scratch(struct kernel *k, size_t n, size_t size)
{
	void *memory = k->nr_scratch < 8 ? calloc(n ? n : 1, size) : NULL;

	if (memory)
		k->scratch[k->nr_scratch++] = memory;
	return memory;
}

void kernel_flush(struct kernel *k)
{
	bool stop;

	pthread_mutex_lock(&k->lock);
	k->full = true;
	pthread_cond_broadcast(&k->turn);
	while (k->full && !k->stop)
		pthread_cond_wait(&k->turn, &k->lock);
	stop = k->stop;
	pthread_mutex_unlock(&k->lock);
	if (stop)
		pthread_exit(NULL);
	k->n = 0;
}

static void *run(void *arg)
{
	struct kernel *k = arg;

	if (k->body(k) && !k->wrong[0])
		kernel_wrong(k, "no memory");
	pthread_mutex_lock(&k->lock);
	k->ended = k->full = true;
	pthread_cond_broadcast(&k->turn);
	pthread_mutex_unlock(&k->lock);
	return NULL;
}

void *kernel_open(int (*body)(struct kernel *k), const double *values, const char *file,
		  unsigned long long seed, char *error, size_t length)
{
	struct kernel *k = calloc(1, sizeof(*k));
	sigset_t all, before;
	int err;

	if (!k)
		return NULL;
	memcpy(k->values, values, sizeof(k->values));
	k->file = file ? strdup(file) : NULL;
	k->body = body;
	k->who = k->last = 1;
	random_seed(&k->random, seed);
	pthread_mutex_init(&k->lock, NULL);
	pthread_cond_init(&k->turn, NULL);
	/* signals are the machine's thread's */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = pthread_create(&k->thread, NULL, run, k);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (!err)
		return k;
	snprintf(error, length, "a thread for the kernel cannot be made: %s", strerror(err));
	free(k->file);
	free(k);
	return NULL;
}

long kernel_next(void *state, struct psim_lab_access *list, size_t max, char *error, size_t length)
{
	struct kernel *k = state;
	size_t n;

	if (max < LAB_BATCH) {
		snprintf(error, length, "a list of at least %d accesses expected", LAB_BATCH);
		return -1;
	}
	pthread_mutex_lock(&k->lock);
	while (!k->full)
		pthread_cond_wait(&k->turn, &k->lock);
	n = k->n;
	memcpy(list, k->list, n * sizeof(*list));
	if (k->ended)
		k->n = 0;
	else
		k->full = false;
	pthread_cond_broadcast(&k->turn);
	pthread_mutex_unlock(&k->lock);
	if (!n && k->wrong[0]) {
		snprintf(error, length, "%s", k->wrong);
		return -1;
	}
	return n;
}

void kernel_close(void *state)
{
	struct kernel *k = state;

	pthread_mutex_lock(&k->lock);
	k->stop = true;
	pthread_cond_broadcast(&k->turn);
	pthread_mutex_unlock(&k->lock);
	pthread_join(k->thread, NULL);
	if (k->memory)
		munmap(k->memory, k->size);
	while (k->nr_scratch)
		free(k->scratch[--k->nr_scratch]);
	pthread_mutex_destroy(&k->lock);
	pthread_cond_destroy(&k->turn);
	free(k->file);
	free(k);
}
