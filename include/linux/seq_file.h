/* SPDX-License-Identifier: MIT */
/*
 * Files whose text is made record by record while they are read: start(), then show() and next() until there is
 * no more, then stop(). A record that does not fit is shown again into a larger buffer.
 */
#ifndef _LINUX_SEQ_FILE_H
#define _LINUX_SEQ_FILE_H

#include <linux/compiler.h>
#include <linux/fs.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/stdarg.h>
#include <linux/types.h>

struct seq_operations;

/**
 * struct seq_file - one open file of this kind
 * @buf, @size: the text so far, and its room
 * @from, @count: what of it was not read yet
 * @index: number of the record
 * @read_pos: position in the whole text
 * @op: who makes the records
 * @private: theirs
 */
struct seq_file {
	char *buf;
	size_t size;
	size_t from;
	size_t count;
	size_t pad_until;
	loff_t index;
	loff_t read_pos;
	struct mutex lock;
	const struct seq_operations *op;
	const struct file *file;
	void *private;
};

/**
 * struct seq_operations - the records
 * @start: the record *@pos, or NULL behind the last; an error pointer ends the read with the error
 * @next: the one after @v; moves *@pos on
 * @stop: undoes what @start did; called with what the last of them returned
 * @show: writes a record. Return: 0; SEQ_SKIP: leave it out; a negative errno
 */
struct seq_operations {
	void *(*start)(struct seq_file *m, loff_t *pos);
	void (*stop)(struct seq_file *m, void *v);
	void *(*next)(struct seq_file *m, void *v, loff_t *pos);
	int (*show)(struct seq_file *m, void *v);
};

#define SEQ_SKIP	1
#define SEQ_START_TOKEN ((void *)1)

static inline bool seq_has_overflowed(struct seq_file *m)
{
	return m->count == m->size;
}

static inline void seq_set_overflow(struct seq_file *m)
{
	m->count = m->size;
}

/* ---- functions of a file ------------------------------------------------------------------------------- */

/* private_data becomes the seq_file. Return: 0, -ENOMEM. */
int seq_open(struct file *file, const struct seq_operations *op);
/* With @psize zeroed bytes as the private data; seq_release_private() frees them. */
int seq_open_private(struct file *file, const struct seq_operations *op, int psize);
void *__seq_open_private(struct file *file, const struct seq_operations *op, int psize);
ssize_t seq_read(struct file *file, char __user *buffer, size_t size, loff_t *ppos);
loff_t seq_lseek(struct file *file, loff_t offset, int whence);
int seq_release(struct inode *inode, struct file *file);
int seq_release_private(struct inode *inode, struct file *file);

/* A file that is one record; @data is the private data. Return: 0, -ENOMEM. */
int single_open(struct file *file, int (*show)(struct seq_file *m, void *v), void *data);
int single_open_size(struct file *file, int (*show)(struct seq_file *m, void *v), void *data,
		     size_t size);
int single_release(struct inode *inode, struct file *file);

/* ---- writing a record ------------------------------------------------------------------------------------ */

void seq_printf(struct seq_file *m, const char *fmt, ...) __printf(2, 3);
void seq_vprintf(struct seq_file *m, const char *fmt, va_list args) __printf(2, 0);
void seq_putc(struct seq_file *m, char c);
void seq_puts(struct seq_file *m, const char *s);
/* Return: 0; -1: it does not fit. */
int seq_write(struct seq_file *m, const void *data, size_t len);
/* @delimiter, or none if it is empty, and the number. */
void seq_put_decimal_ull(struct seq_file *m, const char *delimiter, unsigned long long num);
void seq_put_decimal_ll(struct seq_file *m, const char *delimiter, long long num);
/* The text up to the next seq_pad() fills @size columns at least; that one ends with @c, if not 0. */
static inline void seq_setwidth(struct seq_file *m, size_t size)
{
	m->pad_until = m->count + size;
}
void seq_pad(struct seq_file *m, char c);

/* Records that are a list's entries. */
struct list_head *seq_list_start(struct list_head *head, loff_t pos);
struct list_head *seq_list_start_head(struct list_head *head, loff_t pos);
struct list_head *seq_list_next(void *v, struct list_head *head, loff_t *ppos);

/* name_fops for a name_show(), whose private data is the inode's i_private; for a name_sops. */
#define DEFINE_SHOW_ATTRIBUTE(name)                                      \
	static int name##_open(struct inode *inode, struct file *file)   \
	{                                                                \
		return single_open(file, name##_show, inode->i_private); \
	}                                                                \
	static const struct file_operations name##_fops = {              \
		.owner = THIS_MODULE,                                    \
		.open = name##_open,                                     \
		.read = seq_read,                                        \
		.llseek = seq_lseek,                                     \
		.release = single_release,                               \
	}
#define DEFINE_SEQ_ATTRIBUTE(name)                                                           \
	static int name##_open(struct inode *inode, struct file *file)                       \
	{                                                                                    \
		int err = seq_open(file, &name##_sops);                                      \
                                                                                             \
		if (!err && inode->i_private)                                                \
			((struct seq_file *)file->private_data)->private = inode->i_private; \
		return err;                                                                  \
	}                                                                                    \
	static const struct file_operations name##_fops = {                                  \
		.owner = THIS_MODULE,                                                        \
		.open = name##_open,                                                         \
		.read = seq_read,                                                            \
		.llseek = seq_lseek,                                                         \
		.release = seq_release,                                                      \
	}

#endif /* _LINUX_SEQ_FILE_H */
