/* SPDX-License-Identifier: MIT */
/* Delays in virtual time: *delay() keeps the CPU busy, *sleep() lets others run. */
#ifndef _LINUX_DELAY_H
#define _LINUX_DELAY_H

#include <linux/sched.h>

/* Any context. */
void ndelay(unsigned long nsecs);
void udelay(unsigned long usecs);
void mdelay(unsigned long msecs);

/* Process context; sleep at least so long. */
void msleep(unsigned int msecs);
/* Return: milliseconds that were left when a signal came. */
unsigned long msleep_interruptible(unsigned int msecs);
/* At least @min microseconds; here exactly so long. */
void usleep_range(unsigned long min, unsigned long max);
void usleep_range_state(unsigned long min, unsigned long max, unsigned int state);
void fsleep(unsigned long usecs);
void ssleep(unsigned int seconds);

#endif /* _LINUX_DELAY_H */
