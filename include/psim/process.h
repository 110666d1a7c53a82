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
 */
struct psim_page_info {
	enum psim_place place;
	unsigned long pfn;
	int writable;
	int dirty;
	int refcount;
	int mapcount;
};

/* Where the page at @address is; @info may be NULL. Touches nothing. Return: its place, or -errno. */
int psim_where(struct psim_process *process, unsigned long address, struct psim_page_info *info);

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
