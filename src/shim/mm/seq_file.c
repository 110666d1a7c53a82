// SPDX-License-Identifier: MIT
/* seq_file: text made while it is read; reading from elsewhere starts over and skips. */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include <linux/uaccess.h>

/* ---- writing a record ------------------------------------------------------------------------------------ */

int seq_write(struct seq_file *m, const void *data, size_t len)
{
	if (len > m->size - m->count) {
		seq_set_overflow(m);
		return -1;
	}
	memcpy(m->buf + m->count, data, len);
	m->count += len;
	return 0;
}
EXPORT_SYMBOL(seq_write);

/* The end of the string itself needs room, too: what fills the buffer counts as not fitting. */
void seq_vprintf(struct seq_file *m, const char *fmt, va_list args)
{
	size_t room = m->size - m->count, n;

	if (!room)
		return;
	n = vsnprintf(m->buf + m->count, room, fmt, args);
	m->count += min(n, room);
}
EXPORT_SYMBOL(seq_vprintf);

void seq_printf(struct seq_file *m, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	seq_vprintf(m, fmt, args);
	va_end(args);
}
EXPORT_SYMBOL(seq_printf);

void seq_putc(struct seq_file *m, char c)
{
	if (m->count < m->size)
		m->buf[m->count++] = c;
}
EXPORT_SYMBOL(seq_putc);

void seq_puts(struct seq_file *m, const char *s)
{
	seq_write(m, s, strlen(s));
}
EXPORT_SYMBOL(seq_puts);

void seq_put_decimal_ull(struct seq_file *m, const char *delimiter, unsigned long long num)
{
	seq_printf(m, "%s%llu", delimiter ?: "", num);
}
EXPORT_SYMBOL(seq_put_decimal_ull);

void seq_put_decimal_ll(struct seq_file *m, const char *delimiter, long long num)
{
	seq_printf(m, "%s%lld", delimiter ?: "", num);
}
EXPORT_SYMBOL(seq_put_decimal_ll);

void seq_pad(struct seq_file *m, char c)
{
	while (m->count < m->pad_until && !seq_has_overflowed(m))
		seq_putc(m, ' ');
	if (c)
		seq_putc(m, c);
}
EXPORT_SYMBOL(seq_pad);

/* ---- opening and closing ----------------------------------------------------------------------------------- */

int seq_open(struct file *file, const struct seq_operations *op)
{
	struct seq_file *m;

	WARN_ON(file->private_data);
	m = kzalloc(sizeof(*m), GFP_KERNEL);
	if (!m)
		return -ENOMEM;
	mutex_init(&m->lock);
	m->op = op;
	m->file = file;
	file->private_data = m;
	file->f_mode &= ~FMODE_PWRITE;
	return 0;
}
EXPORT_SYMBOL(seq_open);

int seq_release(struct inode *inode, struct file *file)
{
	struct seq_file *m = file->private_data;

	kvfree(m->buf);
	kfree(m);
	return 0;
}
EXPORT_SYMBOL(seq_release);

void *__seq_open_private(struct file *file, const struct seq_operations *op, int psize)
{
	void *private = kzalloc(psize, GFP_KERNEL_ACCOUNT);

	if (!private)
		return NULL;
	if (seq_open(file, op)) {
		kfree(private);
		return NULL;
	}
	((struct seq_file *)file->private_data)->private = private;
	return private;
}
EXPORT_SYMBOL(__seq_open_private);

int seq_open_private(struct file *file, const struct seq_operations *op, int psize)
{
	return __seq_open_private(file, op, psize) ? 0 : -ENOMEM;
}
EXPORT_SYMBOL(seq_open_private);

int seq_release_private(struct inode *inode, struct file *file)
{
	kfree(((struct seq_file *)file->private_data)->private);
	return seq_release(inode, file);
}
EXPORT_SYMBOL(seq_release_private);

/* ---- files of one record ---------------------------------------------------------------------------------------- */

static void *single_start(struct seq_file *m, loff_t *pos)
{
	return *pos ? NULL : SEQ_START_TOKEN;
}

static void *single_next(struct seq_file *m, void *v, loff_t *pos)
{
	++*pos;
	return NULL;
}

static void single_stop(struct seq_file *m, void *v)
{
}

int single_open(struct file *file, int (*show)(struct seq_file *m, void *v), void *data)
{
	struct seq_operations *op = kmalloc(sizeof(*op), GFP_KERNEL_ACCOUNT);
	int err;

	if (!op)
		return -ENOMEM;
	*op = (struct seq_operations){
		.start = single_start, .next = single_next, .stop = single_stop, .show = show};
	err = seq_open(file, op);
	if (err)
		kfree(op);
	else
		((struct seq_file *)file->private_data)->private = data;
	return err;
}
EXPORT_SYMBOL(single_open);

int single_open_size(struct file *file, int (*show)(struct seq_file *m, void *v), void *data,
		     size_t size)
{
	char *buf = kvmalloc(size, GFP_KERNEL_ACCOUNT);
	struct seq_file *m;
	int err;

	if (!buf)
		return -ENOMEM;
	err = single_open(file, show, data);
	if (err) {
		kvfree(buf);
		return err;
	}
	m = file->private_data;
	m->buf = buf;
	m->size = size;
	return 0;
}
EXPORT_SYMBOL(single_open_size);

int single_release(struct inode *inode, struct file *file)
{
	const struct seq_operations *op = ((struct seq_file *)file->private_data)->op;
	int result = seq_release(inode, file);

	kfree(op);
	return result;
}
EXPORT_SYMBOL(single_release);

/* ---- making text ------------------------------------------------------------------------------------------------- */

static int grow(struct seq_file *m)
{
	size_t size = m->size ? m->size * 2 : PAGE_SIZE;

	kvfree(m->buf);
	m->count = 0;
	m->buf = kvmalloc(size, GFP_KERNEL_ACCOUNT);
	m->size = m->buf ? size : 0;
	return m->buf ? 0 : -ENOMEM;
}

static void *next(struct seq_file *m, void *v)
{
	loff_t before = m->index;

	v = m->op->next(m, v, &m->index);
	if (before == m->index) {
		pr_info_ratelimited("buggy .next function %ps did not update position index\n",
				    m->op->next);
		m->index++;
	}
	return v;
}

/* Show @v behind what is there. Return: 0, with nothing added for a record to leave out; -errno; 1: no room. */
static int show(struct seq_file *m, void *v)
{
	size_t before = m->count;
	int result = m->op->show(m, v);

	if (result < 0 || (!result && seq_has_overflowed(m))) {
		m->count = before;
		return result ?: 1;
	}
	if (result)
		m->count = before;
	return 0;
}

/* Records from the index on, until there are @enough bytes. Return: 0 or -errno if there is not even one. */
static int fill(struct seq_file *m, size_t enough)
{
	void *v;
	int err;

again:
	err = m->buf ? 0 : grow(m);
	if (err)
		return err;
	m->from = 0;
	for (v = m->op->start(m, &m->index); v && !IS_ERR(v); v = next(m, v)) {
		if (m->count && m->count >= enough)
			break;
		err = show(m, v);
		if (err)
			break;
	}
	m->op->stop(m, v);
	if (err > 0 && !m->count) {
		err = grow(m);
		if (err)
			return err;
		goto again;
	}
	if (m->count)
		return 0;
	return err ?: PTR_ERR_OR_ZERO(v);
}

/* Start over, and go to byte @pos of the text. */
static int go_to(struct seq_file *m, loff_t pos)
{
	int err = 0;

	m->index = 0;
	m->count = 0;
	m->read_pos = 0;
	while (m->read_pos < pos) {
		size_t n;

		if (!m->count) {
			err = fill(m, 1);
			if (err || !m->count)
				break;
		}
		n = min_t(loff_t, m->count, pos - m->read_pos);
		m->from += n;
		m->count -= n;
		m->read_pos += n;
	}
	return err;
}

static ssize_t read_locked(struct seq_file *m, char __user *buffer, size_t size)
{
	size_t done = 0;

	while (done < size) {
		size_t n;
		int err;

		if (!m->count) {
			err = done ? 0 : fill(m, size);
			if (err)
				return err;
			if (!m->count)
				break;
		}
		n = min(m->count, size - done);
		if (copy_to_user(buffer + done, m->buf + m->from, n))
			return done ? (ssize_t)done : -EFAULT;
		m->from += n;
		m->count -= n;
		m->read_pos += n;
		done += n;
		if (!m->count)
			break;
	}
	return done;
}

ssize_t seq_read(struct file *file, char __user *buffer, size_t size, loff_t *ppos)
{
	struct seq_file *m = file->private_data;
	ssize_t result = 0;

	mutex_lock(&m->lock);
	if (*ppos != m->read_pos)
		result = go_to(m, *ppos);
	if (!result && size)
		result = read_locked(m, buffer, size);
	*ppos = m->read_pos;
	mutex_unlock(&m->lock);
	return result;
}
EXPORT_SYMBOL(seq_read);

loff_t seq_lseek(struct file *file, loff_t offset, int whence)
{
	struct seq_file *m = file->private_data;
	loff_t result = -EINVAL;

	mutex_lock(&m->lock);
	if (whence == SEEK_CUR)
		offset += file->f_pos;
	if ((whence == SEEK_SET || whence == SEEK_CUR) && offset >= 0) {
		result = offset == m->read_pos ? 0 : go_to(m, offset);
		if (!result)
			result = file->f_pos = offset;
	}
	mutex_unlock(&m->lock);
	return result;
}
EXPORT_SYMBOL(seq_lseek);

/* ---- lists ---------------------------------------------------------------------------------------------------------- */

struct list_head *seq_list_start(struct list_head *head, loff_t pos)
{
	struct list_head *at;

	list_for_each(at, head) {
		if (!pos--)
			return at;
	}
	return NULL;
}
EXPORT_SYMBOL(seq_list_start);

struct list_head *seq_list_start_head(struct list_head *head, loff_t pos)
{
	return pos ? seq_list_start(head, pos - 1) : head;
}
EXPORT_SYMBOL(seq_list_start_head);

struct list_head *seq_list_next(void *v, struct list_head *head, loff_t *ppos)
{
	struct list_head *at = ((struct list_head *)v)->next;

	++*ppos;
	return at == head ? NULL : at;
}
EXPORT_SYMBOL(seq_list_next);
