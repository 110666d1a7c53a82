/* SPDX-License-Identifier: MIT */
/*
 * Real kernels: programs whose every load and store becomes an access with its value. The CPU writes the input,
 * a GPU computes, the CPU reads the result and compares it with one that was reckoned another way.
 *
 * A kernel runs on a thread of its own, a list of accesses ahead of who reads them, over memory of its own. In a
 * machine with bytes the values go into the simulated memory, and what is read there has to be what the kernel
 * read; without bytes only the addresses count.
 */
#ifndef LAB_KERNEL_H
#define LAB_KERNEL_H

#include <pthread.h>

#include "workload.h"

#define KERNEL_BASE 0x200000000ull

/**
 * struct kernel - a kernel that runs
 * @values: its settings
 * @file: the file that the experiment names, or NULL
 * @random: for its input
 * @memory: what the program's memory holds
 * @size: bytes of it
 * @who: who accesses now
 * @last: who accessed last: another waits for what that one did
 * @scratch, @nr_scratch: memory of the kernel's own, for as long as it is there
 * @wrong: the result is wrong, or the input: why
 */
struct kernel {
	double values[LAB_MAX_OPTIONS];
	char *file;
	struct random random;
	unsigned char *memory;
	size_t size;
	unsigned int who;
	unsigned int last;
	void *scratch[8];
	unsigned int nr_scratch;
	char wrong[LAB_ERROR];
	int (*body)(struct kernel *k);

	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t turn;
	bool full; /* the list is the reader's */
	bool stop; /* nobody reads any more */
	bool ended;
	size_t n;
	struct psim_lab_access list[LAB_BATCH];
};

void *kernel_open(int (*body)(struct kernel *k), const double *values, const char *file,
		  unsigned long long seed, char *error, size_t length);
long kernel_next(void *state, struct psim_lab_access *list, size_t max, char *error, size_t length);
void kernel_close(void *state);

/* Have so many bytes of memory, all zero. Return: 0; -1: that is too much, and was said. */
int kernel_memory(struct kernel *k, size_t bytes);
/* Memory besides, of zeros, that nobody simulates; given back with the kernel. */
void *kernel_scratch(struct kernel *k, size_t n, size_t size);
/* Give the list to the reader and wait for an empty one. Does not return if nobody reads any more. */
void kernel_flush(struct kernel *k);
/* Say what is wrong. Return: -1. */
int kernel_wrong(struct kernel *k, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static inline void kernel_emit(struct kernel *k, uint64_t offset, unsigned int bytes, bool write,
			       uint64_t value)
{
	k->list[k->n++] = (struct psim_lab_access){
		.address = KERNEL_BASE + offset,
		.bytes = bytes,
		.who = k->who,
		.flags = PSIM_LAB_VALUE | (write ? PSIM_LAB_WRITE : 0) |
			 (k->who != k->last ? PSIM_LAB_WAIT : 0),
		.value = value,
	};
	k->last = k->who;
	if (k->n == LAB_BATCH)
		kernel_flush(k);
}

/* Loads and stores of numbers; @offset in bytes, aligned. */
#define KERNEL_TYPE(name, type, bits)                                                   \
	static inline type load_##name(struct kernel *k, uint64_t offset)               \
	{                                                                               \
		bits raw;                                                               \
		type number;                                                            \
                                                                                        \
		memcpy(&raw, k->memory + offset, sizeof(raw));                          \
		memcpy(&number, &raw, sizeof(number));                                  \
		kernel_emit(k, offset, sizeof(raw), false, raw);                        \
		return number;                                                          \
	}                                                                               \
	static inline void store_##name(struct kernel *k, uint64_t offset, type number) \
	{                                                                               \
		bits raw;                                                               \
                                                                                        \
		memcpy(&raw, &number, sizeof(raw));                                     \
		memcpy(k->memory + offset, &raw, sizeof(raw));                          \
		kernel_emit(k, offset, sizeof(raw), true, raw);                         \
	}

KERNEL_TYPE(f64, double, uint64_t)
KERNEL_TYPE(u32, uint32_t, uint32_t)
KERNEL_TYPE(u64, uint64_t, uint64_t)

#define KERNEL(ident, title, text, list_of_options)                                                \
	static void *open_##ident(const double *values, const char *file, unsigned long long seed, \
				  char *error, size_t length)                                      \
	{                                                                                          \
		return kernel_open(run_##ident, values, file, seed, error, length);                \
	}                                                                                          \
	const struct psim_lab_workload lab_workload_##ident = {.version = PSIM_LAB_VERSION,        \
							       .name = title,                      \
							       .about = text,                      \
							       .options = list_of_options,         \
							       .open = open_##ident,               \
							       .next = kernel_next,                \
							       .close = kernel_close}

#endif /* LAB_KERNEL_H */
