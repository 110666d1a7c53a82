/* SPDX-License-Identifier: MIT */
/*
 * Simulated files: contents to be mapped with psim_mmap_at(), without names; and what drivers offer by name:
 * device nodes in /dev and files of debugfs.
 */
#ifndef PSIM_FILE_H
#define PSIM_FILE_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct psim_file;

/**
 * psim_file_create() - an open file of zeros
 * @length: bytes; may be 0
 * @shared_memory: 1: as memfd_create() makes it: its pages count as shared memory; 0: as of a file system
 * Return: the file, for psim_file_close(); NULL without memory or a machine, or beyond 16 TiB.
 */
struct psim_file *psim_file_create(unsigned long long length, int shared_memory);

/* Close it; mappings keep the contents alive. Return: 0, -EINVAL. */
int psim_file_close(struct psim_file *file);

/* ftruncate(2): pages beyond the new end vanish from every mapping. Return: 0, -EINVAL. */
int psim_file_truncate(struct psim_file *file, unsigned long long length);

/**
 * psim_file_read() - pread(2)
 * Return: bytes read, fewer at the end of the file; -errno.
 */
long psim_file_read(struct psim_file *file, unsigned long long offset, void *buffer, size_t length);

/* pwrite(2); the file grows as needed. Return: bytes written; -EFBIG, -ENOMEM, -EINVAL. */
long psim_file_write(struct psim_file *file, unsigned long long offset, const void *buffer,
		     size_t length);

/*
 * The system calls on files with names. They are made by the calling task, which must belong to a process:
 * psim_spawn(process, ...). Addresses are in its memory, constants as on x86-64.
 */

/**
 * psim_open() - open(2)
 * @path: /dev/NAME of a registered device, /dev/char/MAJOR:MINOR, or /sys/kernel/debug/...
 * @flags: O_RDONLY, O_WRONLY or O_RDWR, and others, which the driver may look at
 * @file: gets the open file, for psim_file_close() and psim_mmap_at()
 *
 * The caller is root. Every holder of the handle may use it: a child after psim_fork(), too.
 *
 * Return: 0; -ENOENT: no such file; -ENXIO: no driver; what the driver's open function returned.
 */
int psim_open(const char *path, int flags, struct psim_file **file);

/* ioctl(2). Return: what the driver's function returned; -ENOTTY without one, or if it does not know it. */
long psim_ioctl(struct psim_file *file, unsigned int command, unsigned long argument);

/* read(2) into @address. Return: bytes, 0 at the end; -errno. */
long psim_read(struct psim_file *file, unsigned long address, size_t length);

/* write(2) from @address. Return: bytes; -errno. */
long psim_write(struct psim_file *file, unsigned long address, size_t length);

/* A piece of the process's memory. */
struct psim_buffer {
	unsigned long address;
	size_t length;
};

/* readv(2) and writev(2), of at most 8 buffers. Return: bytes in all; -errno. */
long psim_readv(struct psim_file *file, const struct psim_buffer *buffers, unsigned int n);
long psim_writev(struct psim_file *file, const struct psim_buffer *buffers, unsigned int n);

/**
 * psim_poll() - poll(2) on one file
 * @events: POLLIN (1), POLLOUT (4) and their kin, that are waited for; POLLERR (8) and POLLHUP (16) always are
 * @milliseconds: how long at most; negative: for ever; 0: only look
 * Return: what is ready; 0: the time is over; -EINTR, -ENOMEM, -errno.
 */
int psim_poll(struct psim_file *file, unsigned int events, int milliseconds);

/* lseek(2). Return: the new position; -ESPIPE for a file that has none; -errno. */
long long psim_lseek(struct psim_file *file, long long offset, int whence);

#ifdef __cplusplus
}
#endif

#endif /* PSIM_FILE_H */
