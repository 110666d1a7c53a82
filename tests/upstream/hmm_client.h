/* SPDX-License-Identifier: MIT */
/*
 * A user-space client of the kernel's own test driver lib/test_hmm.c: what its cases share.
 *
 * A case runs in a task of a simulated process, with the driver's devices open. Its memory, and the buffers
 * that it hands to the driver, are the process's.
 */
#ifndef HMM_CLIENT_H
#define HMM_CLIENT_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include <psim/psim.h>
#include "test_hmm_uapi.h"

#define PAGE	    4096ul
#define TWO_MIB	    (2ul << 20)
#define USUAL_PAGES 1024ul
#define TIMES	    10
#define RW	    (PROT_READ | PROT_WRITE)

/**
 * struct run - a case on its way
 * @process: whose task it is
 * @device: the first device's number; the driver has two private ones, then two coherent ones
 * @coherent: the devices' memory is within reach of the CPU
 * @file: the devices, open
 * @command: a page for what is handed to ioctl()
 * @what, @line: the first check that failed; NULL: none
 * @skipped: why it did not run; NULL: it did
 */
struct run {
	struct psim_process *process;
	unsigned int device;
	bool coherent;
	struct psim_file *file[2];
	unsigned long command;
	const char *what;
	int line;
	long got, wanted;
	const char *skipped;
};

/**
 * struct buffer - memory that a device looks at, and where what it saw goes
 * @at: the memory
 * @mirror: the other
 * @pages: of each
 * @cpages, @faults: what the last command counted
 */
struct buffer {
	unsigned long at, mirror;
	unsigned long pages;
	uint64_t cpages, faults;
};

struct hmm_case {
	const char *name;
	bool two_devices;
	void (*fn)(struct run *run);
};

extern const struct hmm_case hmm_cases[];

/* Two numbers have to be the same, or the case ends here. */
#define SAME(run, left, right)                                                         \
	do {                                                                           \
		long __left = (long)(left), __right = (long)(right);                   \
                                                                                       \
		if (__left != __right) {                                               \
			failed((run), #left " is " #right, __LINE__, __left, __right); \
			return;                                                        \
		}                                                                      \
	} while (0)
/* A step that has checks of its own: the case ends with it. */
#define STEP(run, call)          \
	do {                     \
		call;            \
		if ((run)->what) \
			return;  \
	} while (0)

void failed(struct run *run, const char *what, int line, long got, long wanted);

/* A value for each word of a buffer: its number times a factor, plus a constant. */
struct pattern {
	int32_t times, plus;
};
#define NUMBERS	 ((struct pattern){1, 0})
#define NEGATIVE ((struct pattern){-1, 0})
#define ZEROS	 ((struct pattern){0, 0})

void fill(struct run *run, unsigned long at, unsigned long pages, struct pattern pattern);
/* As fill(), but leaves the first @skip pages alone. */
void fill_from(struct run *run, unsigned long at, unsigned long skip, unsigned long pages,
	       struct pattern pattern);
/* Load and compare. */
void expect(struct run *run, unsigned long at, unsigned long pages, struct pattern pattern);
void expect_from(struct run *run, unsigned long at, unsigned long skip, unsigned long pages,
		 struct pattern pattern);
/* Load, compare, and add 1 to each word. */
void expect_and_increment(struct run *run, unsigned long at, unsigned long pages);
uint32_t load(struct run *run, unsigned long at);
void store(struct run *run, unsigned long at, uint32_t value);
uint8_t seen(struct run *run, const struct buffer *buffer, unsigned long page);

/* @flags and @file: of the memory's mmap; the mirror is anonymous. */
struct buffer map_file(struct run *run, unsigned long pages, int prot, int flags,
		       struct psim_file *file);
struct buffer map(struct run *run, unsigned long pages, int prot);
void unmap(struct run *run, struct buffer *buffer);

/* An ioctl of the driver on @pages of @buffer. Return: 0 or -errno. */
int command(struct psim_file *file, unsigned long request, struct run *run, struct buffer *buffer,
	    unsigned long pages);
int to_device(struct psim_file *file, struct run *run, struct buffer *buffer, unsigned long pages);
int to_system(struct psim_file *file, struct run *run, struct buffer *buffer, unsigned long pages);
int open_device(unsigned int number, struct psim_file **file);

/* The body runs in a task of a child made by fork(); @run is the child's own then. */
void in_child(struct run *run, void (*body)(struct run *run, const struct buffer *buffer),
	      const struct buffer *buffer,
	      void (*meanwhile)(struct run *run, const struct buffer *buffer));

#endif /* HMM_CLIENT_H */
