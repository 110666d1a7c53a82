// SPDX-License-Identifier: MIT
/* Iterators over pieces of memory: a walk that moves bytes, piece by piece, until one cannot be reached. */
#include <linux/export.h>
#include <linux/highmem.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/uio.h>

/* ---- making one --------------------------------------------------------------------------------------------- */

void iov_iter_ubuf(struct iov_iter *i, unsigned int direction, void __user *buf, size_t count)
{
	*i = (struct iov_iter){.iter_type = ITER_UBUF, .data_source = direction, .nr_segs = 1};
	i->ubuf = buf;
	i->count = count;
}
EXPORT_SYMBOL(iov_iter_ubuf);

void iov_iter_init(struct iov_iter *i, unsigned int direction, const struct iovec *iov,
		   unsigned long nr_segs, size_t count)
{
	*i = (struct iov_iter){
		.iter_type = ITER_IOVEC, .data_source = direction, .nr_segs = nr_segs};
	i->__iov = iov;
	i->count = count;
}
EXPORT_SYMBOL(iov_iter_init);

void iov_iter_kvec(struct iov_iter *i, unsigned int direction, const struct kvec *kvec,
		   unsigned long nr_segs, size_t count)
{
	*i = (struct iov_iter){
		.iter_type = ITER_KVEC, .data_source = direction, .nr_segs = nr_segs};
	i->kvec = kvec;
	i->count = count;
}
EXPORT_SYMBOL(iov_iter_kvec);

/* ---- where it stands -------------------------------------------------------------------------------------- */

/* The first piece that is not done; an iovec and a kvec look the same. */
static void *first(const struct iov_iter *i, size_t *length)
{
	if (iter_is_ubuf(i)) {
		*length = i->iov_offset + i->count;
		return (void __force *)i->ubuf;
	}
	*length = i->kvec->iov_len;
	return i->kvec->iov_base;
}

size_t iov_iter_single_seg_count(const struct iov_iter *i)
{
	size_t length;

	if (!i->nr_segs)
		return i->count;
	first(i, &length);
	return min(i->count, length - i->iov_offset);
}
EXPORT_SYMBOL(iov_iter_single_seg_count);

void iov_iter_advance(struct iov_iter *i, size_t bytes)
{
	bytes = min(bytes, i->count);
	i->count -= bytes;
	i->iov_offset += bytes;
	if (iter_is_ubuf(i))
		return;
	for (; i->nr_segs && i->iov_offset >= i->kvec->iov_len; i->kvec++, i->nr_segs--)
		i->iov_offset -= i->kvec->iov_len;
}
EXPORT_SYMBOL(iov_iter_advance);

void iov_iter_revert(struct iov_iter *i, size_t bytes)
{
	i->count += bytes;
	while (!iter_is_ubuf(i) && bytes > i->iov_offset) {
		bytes -= i->iov_offset;
		i->kvec--;
		i->nr_segs++;
		i->iov_offset = i->kvec->iov_len;
	}
	i->iov_offset -= bytes;
}
EXPORT_SYMBOL(iov_iter_revert);

/* ---- moving bytes ------------------------------------------------------------------------------------------ */

/* @from: to the pieces, from there; NULL: zeros. Return: bytes not moved. */
static size_t give(const struct iov_iter *i, void *to, const char *from, size_t n)
{
	if (user_backed_iter(i))
		return from ? copy_to_user((void __user *)to, from, n)
			    : clear_user((void __user *)to, n);
	if (from)
		memcpy(to, from, n);
	else
		memset(to, 0, n);
	return 0;
}

static size_t take(const struct iov_iter *i, const void *from, char *to, size_t n)
{
	if (user_backed_iter(i))
		return copy_from_user(to, (const void __user *)from, n);
	memcpy(to, from, n);
	return 0;
}

/* @taken: from the pieces to @buffer. Return: bytes moved. */
static size_t move(struct iov_iter *i, char *buffer, size_t bytes, bool taken)
{
	size_t done = 0;

	if (WARN_ON_ONCE(i->data_source != taken))
		return 0;
	bytes = min(bytes, i->count);
	while (done < bytes) {
		size_t length, n, left;
		char *piece = first(i, &length);

		piece += i->iov_offset;
		n = min(bytes - done, length - i->iov_offset);
		left = taken ? take(i, piece, buffer + done, n)
			     : give(i, piece, buffer ? buffer + done : NULL, n);
		iov_iter_advance(i, n - left);
		done += n - left;
		if (left)
			break;
	}
	return done;
}

size_t copy_to_iter(const void *addr, size_t bytes, struct iov_iter *i)
{
	return move(i, (char *)addr, bytes, false);
}
EXPORT_SYMBOL(copy_to_iter);

size_t copy_from_iter(void *addr, size_t bytes, struct iov_iter *i)
{
	return move(i, addr, bytes, true);
}
EXPORT_SYMBOL(copy_from_iter);

size_t iov_iter_zero(size_t bytes, struct iov_iter *i)
{
	return move(i, NULL, bytes, false);
}
EXPORT_SYMBOL(iov_iter_zero);

static bool all_or_nothing(struct iov_iter *i, size_t bytes, size_t moved)
{
	if (moved < bytes)
		iov_iter_revert(i, moved);
	return moved == bytes;
}

bool copy_to_iter_full(const void *addr, size_t bytes, struct iov_iter *i)
{
	return all_or_nothing(i, bytes, copy_to_iter(addr, bytes, i));
}
EXPORT_SYMBOL(copy_to_iter_full);

bool copy_from_iter_full(void *addr, size_t bytes, struct iov_iter *i)
{
	return all_or_nothing(i, bytes, copy_from_iter(addr, bytes, i));
}
EXPORT_SYMBOL(copy_from_iter_full);

/* ---- pages ---------------------------------------------------------------------------------------------------- */

static size_t move_page(struct page *page, size_t offset, size_t bytes, struct iov_iter *i,
			bool taken)
{
	size_t done = 0, n, moved;

	for (bytes = min(bytes, i->count); done < bytes; done += moved) {
		char *mapped = kmap_local_page(page + (offset + done) / PAGE_SIZE);
		size_t at = (offset + done) % PAGE_SIZE;

		n = min(bytes - done, PAGE_SIZE - at);
		moved = move(i, mapped + at, n, taken);
		kunmap_local(mapped);
		if (moved < n)
			return done + moved;
	}
	return done;
}

size_t copy_page_to_iter(struct page *page, size_t offset, size_t bytes, struct iov_iter *i)
{
	return move_page(page, offset, bytes, i, false);
}
EXPORT_SYMBOL(copy_page_to_iter);

size_t copy_page_from_iter(struct page *page, size_t offset, size_t bytes, struct iov_iter *i)
{
	return move_page(page, offset, bytes, i, true);
}
EXPORT_SYMBOL(copy_page_from_iter);
