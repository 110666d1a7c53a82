// SPDX-License-Identifier: MIT
/* Waiting for variables and bits: one queue for all of them, so that no address decides about an order. */
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/wait_bit.h>

DECLARE_WAIT_QUEUE_HEAD(__psim_var_queue);

void wake_up_var(void *var)
{
	wake_up_all(&__psim_var_queue);
}
EXPORT_SYMBOL(wake_up_var);

void wake_up_bit(unsigned long *word, int bit)
{
	wake_up_all(&__psim_var_queue);
}
EXPORT_SYMBOL(wake_up_bit);

int wait_on_bit(unsigned long *word, int bit, unsigned int mode)
{
	long ret = __psim_wait_forever(__psim_var_queue, !test_bit_acquire(bit, word), mode, 0);

	return ret ? -EINTR : 0;
}
EXPORT_SYMBOL(wait_on_bit);

int wait_on_bit_timeout(unsigned long *word, int bit, unsigned int mode, unsigned long timeout)
{
	long ret = __psim_wait_timeout(__psim_var_queue, !test_bit_acquire(bit, word), mode,
				       (long)timeout);

	if (ret < 0)
		return -EINTR;
	return ret ? 0 : -EAGAIN;
}
EXPORT_SYMBOL(wait_on_bit_timeout);
