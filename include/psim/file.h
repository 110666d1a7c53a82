/* SPDX-License-Identifier: MIT */
/* Simulated files: contents to be mapped with psim_mmap_at(). They have no names. */
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

#ifdef __cplusplus
}
#endif

#endif /* PSIM_FILE_H */
