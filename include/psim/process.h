/* SPDX-License-Identifier: MIT */
/* Simulated processes: mapping memory, loading and storing, asking where a page is. */
#ifndef PSIM_PROCESS_H
#define PSIM_PROCESS_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct psim_process;

/* Protection of a mapping: as PROT_READ, PROT_WRITE, PROT_EXEC. */
#define PSIM_READ  1
#define PSIM_WRITE 2
#define PSIM_EXEC  4

struct psim_file;

/**
 * psim_process_create() - a new process with an empty address space
 * @name: for traces; up to 15 characters are kept
 * Return: the process; NULL without memory or without a machine.
 */
struct psim_process *psim_process_create(const char *name);

/**
 * psim_process_exit() - end the process: its address space is torn down and the handle is gone
 * Return: 0; -EBUSY while a task of it runs.
 */
int psim_process_exit(struct psim_process *process);

/**
 * psim_mmap() - map private anonymous memory
 * @address: where, page-aligned; 0: the machine chooses
 * @length: bytes, rounded up to pages; not 0
 * @prot: PSIM_READ | PSIM_WRITE | PSIM_EXEC, or 0
 *
 * An @address that is given is taken as MAP_FIXED_NOREPLACE does.
 *
 * Return: the address; -EINVAL, -EEXIST, -ENOMEM.
 */
long psim_mmap(struct psim_process *process, unsigned long address, size_t length, int prot);

/* Unmap [address, address + length), which may be any part of mappings. Return: 0, -EINVAL, -ENOMEM. */
int psim_munmap(struct psim_process *process, unsigned long address, size_t length);

/*
 * The system calls. Those below take what Linux's of the same name take, constants as in <sys/mman.h>
 * of x86-64, and answer as Linux does for a task without privileges: 0 or an address, or a negative
 * errno. Any number may be given.
 */

/**
 * psim_mmap_at() - mmap(2)
 * @address: a wish, or with MAP_FIXED and MAP_FIXED_NOREPLACE where
 * @length: bytes, rounded up to pages
 * @prot: PROT_*
 * @flags: MAP_*
 * @file: what to map; NULL is a bad descriptor. Not looked at with MAP_ANONYMOUS
 * @offset: in the file, page-aligned
 * Return: the address, or -errno.
 */
long psim_mmap_at(struct psim_process *process, unsigned long address, size_t length, int prot,
		  int flags, struct psim_file *file, unsigned long offset);

/* mprotect(2). */
int psim_mprotect(struct psim_process *process, unsigned long address, size_t length, int prot);

/* mremap(2); @new_address counts with MREMAP_FIXED and MREMAP_DONTUNMAP. Return: address or -errno. */
long psim_mremap(struct psim_process *process, unsigned long address, size_t old_length,
		 size_t new_length, int flags, unsigned long new_address);

/* madvise(2). */
int psim_madvise(struct psim_process *process, unsigned long address, size_t length, int advice);

/**
 * psim_oom_reap() - what the OOM reaper does to a process that was chosen to be killed
 *
 * Its private memory goes, with notifiers that must not block; accesses that would need a new page fail
 * with -EIO (SIGBUS) from then on. All that is left to the process is to exit.
 *
 * Return: 0; -EAGAIN: notifiers refused a part of it to the end.
 */
int psim_oom_reap(struct psim_process *process);

/* mlock(2), mlock2(2) with MLOCK_ONFAULT, munlock(2), mlockall(2), munlockall(2). */
int psim_mlock(struct psim_process *process, unsigned long address, size_t length);
int psim_mlock2(struct psim_process *process, unsigned long address, size_t length, int flags);
int psim_munlock(struct psim_process *process, unsigned long address, size_t length);
int psim_mlockall(struct psim_process *process, int flags);
int psim_munlockall(struct psim_process *process);

/**
 * psim_set_memlock_limit() - RLIMIT_MEMLOCK
 * @bytes: soft limit; ~0ul: none. A new process has 8 MiB, as a task of Linux
 */
int psim_set_memlock_limit(struct psim_process *process, unsigned long bytes);

/**
 * psim_fork() - fork(2): a process with a copy of @parent's address space
 * @name: the child's, for traces; NULL: the parent's
 * @child: gets it; it has no tasks yet
 *
 * Private pages are shared until one side writes them; shared mappings stay shared. Device memory is
 * shared, too, and loses write access.
 *
 * Return: 0, -ENOMEM.
 */
int psim_fork(struct psim_process *parent, const char *name, struct psim_process **child);

/* Bits of psim_mapping.flags. */
#define PSIM_MAPPING_SHARED	 0x001 /* 's' of /proc/self/maps */
#define PSIM_MAPPING_LOCKED	 0x002 /* the rest: VmFlags of /proc/self/smaps: "lo" */
#define PSIM_MAPPING_LOCKONFAULT 0x004 /* "lf" */
#define PSIM_MAPPING_HUGEPAGE	 0x008 /* "hg" */
#define PSIM_MAPPING_NOHUGEPAGE	 0x010 /* "nh" */
#define PSIM_MAPPING_DONTFORK	 0x020 /* "dc" */
#define PSIM_MAPPING_WIPEONFORK	 0x040 /* "wf" */
#define PSIM_MAPPING_DONTDUMP	 0x080 /* "dd" */
#define PSIM_MAPPING_NORESERVE	 0x100 /* "nr" */
#define PSIM_MAPPING_ACCOUNTED	 0x200 /* "ac" */
#define PSIM_MAPPING_SEQUENTIAL	 0x400 /* "sr" */
#define PSIM_MAPPING_RANDOM	 0x800 /* "rr" */
#define PSIM_MAPPING_FILE	 0x1000 /* a file or shared memory is behind it */

/**
 * struct psim_mapping - one mapping, as a line of /proc/self/maps shows it
 * @start: first byte
 * @end: first byte after it
 * @offset: in bytes, in the file; 0 for private anonymous memory
 * @prot: PSIM_READ | PSIM_WRITE | PSIM_EXEC
 * @flags: PSIM_MAPPING_*
 */
struct psim_mapping {
	unsigned long start;
	unsigned long end;
	unsigned long offset;
	int prot;
	int flags;
};

/**
 * psim_mappings() - the mappings of a process in ascending order
 * @list: gets the first @max of them; may be NULL if @max is 0
 * Return: how many there are, or -errno.
 */
long psim_mappings(struct psim_process *process, struct psim_mapping *list, size_t max);

/**
 * psim_load() - what user code of the process reads
 * @address: any; the access may cross pages
 * @buffer: gets @length bytes
 *
 * Faults as a real access would: demand-zero, copy-on-write, from a device. One task's accesses of up
 * to 8 naturally aligned bytes are single accesses.
 *
 * Return: 0; -EFAULT for what would be SIGSEGV; -EIO for what would be SIGBUS; -ENOMEM when the fault
 * ran out of memory. What was read before the failing page is in @buffer.
 */
int psim_load(struct psim_process *process, unsigned long address, void *buffer, size_t length);

/* What user code of the process writes; as psim_load(). */
int psim_store(struct psim_process *process, unsigned long address, const void *buffer,
	       size_t length);

/**
 * enum psim_place - where a page of a process is
 * @PSIM_NOWHERE: nothing is mapped at the address
 * @PSIM_EMPTY: mapped, never touched
 * @PSIM_ZERO: the shared zero page
 * @PSIM_RAM: in system memory
 * @PSIM_DEVICE: in device-private memory
 * @PSIM_MOVING: a migration is in progress
 * @PSIM_OTHER: another kind of slot (swap, marker, ...)
 */
enum psim_place {
	PSIM_NOWHERE,
	PSIM_EMPTY,
	PSIM_ZERO,
	PSIM_RAM,
	PSIM_DEVICE,
	PSIM_MOVING,
	PSIM_OTHER
};

/**
 * struct psim_page_info - what psim_where() tells
 * @place: see there
 * @pfn: page frame number, if there is a page
 * @writable: the slot allows writing without a fault (device: is of the write kind)
 * @dirty: the slot is dirty
 * @refcount: references on the page
 * @mapcount: page-table slots that map it
 * @present: the slot is present, or the page was swapped out: bits 63 and 62 of /proc/self/pagemap
 * @exclusive: one slot of one process maps the page (AnonExclusive, S0.9)
 */
struct psim_page_info {
	enum psim_place place;
	unsigned long pfn;
	int writable;
	int dirty;
	int refcount;
	int mapcount;
	int present;
	int exclusive;
};

/* Where the page at @address is; @info may be NULL. Touches nothing. Return: its place, or -errno. */
int psim_where(struct psim_process *process, unsigned long address, struct psim_page_info *info);

/**
 * psim_swap_out() - write the anonymous page at @address to swap and unmap it everywhere
 * The next access brings it back. Return: 0; -ENOENT: no page of RAM is there; -EBUSY: somebody else
 * holds it, or it is part of a huge page; -ENOMEM.
 */
int psim_swap_out(struct psim_process *process, unsigned long address);

/**
 * struct psim_process_stats - counters of one process
 * @faults: CPU faults taken
 * @device_faults: of these, faults on device-private memory
 * @rss: pages that count as resident (anonymous)
 */
struct psim_process_stats {
	unsigned long faults;
	unsigned long device_faults;
	unsigned long rss;
};

int psim_process_stats(struct psim_process *process, struct psim_process_stats *stats);

#ifdef __cplusplus
}
#endif

#endif /* PSIM_PROCESS_H */
