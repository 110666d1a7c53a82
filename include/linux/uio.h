/* SPDX-License-Identifier: MIT */
/*
 * Iterators over pieces of memory, of a user's or of the kernel's, for read and write functions of files.
 *
 * Modelled: one user buffer, an array of them, an array of kernel buffers. Not modelled: pages, bio vectors,
 * folios, pipes; taking the pages of an iterator.
 */
#ifndef _LINUX_UIO_H
#define _LINUX_UIO_H

#include <linux/kernel.h>
#include <linux/types.h>

struct page;

#define UIO_FASTIOV 8
#define UIO_MAXIOV  1024

struct iovec {
	void __user *iov_base;
	size_t iov_len;
};

struct kvec {
	void *iov_base;
	size_t iov_len;
};

enum iter_type {
	ITER_UBUF,
	ITER_IOVEC,
	ITER_BVEC,
	ITER_KVEC,
};

#define ITER_SOURCE 1 /* the iterator is read from: a write function's */
#define ITER_DEST   0

/**
 * struct iov_iter - what is left of the pieces
 * @iov_offset: bytes of the first piece that are done
 * @count: bytes that are left in all
 * @nr_segs: pieces that are left, the first one included
 */
struct iov_iter {
	u8 iter_type;
	bool nofault;
	bool data_source;
	size_t iov_offset;
	union {
		struct {
			union {
				const struct iovec *__iov;
				const struct kvec *kvec;
				void __user *ubuf;
			};
			size_t count;
		};
		struct iovec __ubuf_iovec;
	};
	unsigned long nr_segs;
};

static inline enum iter_type iov_iter_type(const struct iov_iter *i)
{
	return i->iter_type;
}

static inline bool iter_is_ubuf(const struct iov_iter *i)
{
	return iov_iter_type(i) == ITER_UBUF;
}

static inline bool iter_is_iovec(const struct iov_iter *i)
{
	return iov_iter_type(i) == ITER_IOVEC;
}

static inline bool iov_iter_is_kvec(const struct iov_iter *i)
{
	return iov_iter_type(i) == ITER_KVEC;
}

static inline bool user_backed_iter(const struct iov_iter *i)
{
	return iter_is_ubuf(i) || iter_is_iovec(i);
}

static inline unsigned char iov_iter_rw(const struct iov_iter *i)
{
	return i->data_source;
}

static inline size_t iov_iter_count(const struct iov_iter *i)
{
	return i->count;
}

/* Forget what is behind @count bytes. */
static inline void iov_iter_truncate(struct iov_iter *i, u64 count)
{
	if (i->count > count)
		i->count = count;
}

/* Undo that. */
static inline void iov_iter_reexpand(struct iov_iter *i, size_t count)
{
	i->count = count;
}

void iov_iter_ubuf(struct iov_iter *i, unsigned int direction, void __user *buf, size_t count);
void iov_iter_init(struct iov_iter *i, unsigned int direction, const struct iovec *iov,
		   unsigned long nr_segs, size_t count);
void iov_iter_kvec(struct iov_iter *i, unsigned int direction, const struct kvec *kvec,
		   unsigned long nr_segs, size_t count);

/* Go on, or back, by @bytes. */
void iov_iter_advance(struct iov_iter *i, size_t bytes);
void iov_iter_revert(struct iov_iter *i, size_t bytes);
/* Bytes left of the first piece. */
size_t iov_iter_single_seg_count(const struct iov_iter *i);

/*
 * Copy, and go on by what was copied; user memory may fault. Return: bytes, fewer at the end of the pieces or of
 * what can be reached.
 */
size_t copy_to_iter(const void *addr, size_t bytes, struct iov_iter *i);
size_t copy_from_iter(void *addr, size_t bytes, struct iov_iter *i);
size_t iov_iter_zero(size_t bytes, struct iov_iter *i);
size_t copy_page_to_iter(struct page *page, size_t offset, size_t bytes, struct iov_iter *i);
size_t copy_page_from_iter(struct page *page, size_t offset, size_t bytes, struct iov_iter *i);
/* All of it, or nothing has moved. */
bool copy_to_iter_full(const void *addr, size_t bytes, struct iov_iter *i);
bool copy_from_iter_full(void *addr, size_t bytes, struct iov_iter *i);

#endif /* _LINUX_UIO_H */
