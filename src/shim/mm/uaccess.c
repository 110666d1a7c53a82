// SPDX-License-Identifier: MIT
/* Kernel code reaching the current task's user memory: the same accesses as user code's. */
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include "mm/mm_internal.h"
#include "sched/engine.h"

bool __psim_access_ok(unsigned long address, unsigned long size)
{
	return size <= TASK_SIZE_MAX && address <= TASK_SIZE_MAX - size;
}

/* Return: bytes not moved. */
static unsigned long user_copy(unsigned long address, void *buffer, unsigned long n, bool write,
			       const char *what)
{
	int err;

	__psim_might_sleep(what);
	if (!current->mm || !__psim_access_ok(address, n))
		return n;
	return n - psim_user_access(current->mm, address, buffer, n, write, &err);
}

unsigned long copy_to_user(void __user *to, const void *from, unsigned long n)
{
	return user_copy((unsigned long)to, (void *)from, n, true, __func__);
}

unsigned long copy_from_user(void *to, const void __user *from, unsigned long n)
{
	unsigned long left = user_copy((unsigned long)from, to, n, false, __func__);

	if (left)
		memset((char *)to + (n - left), 0, left);
	return left;
}

unsigned long clear_user(void __user *to, unsigned long n)
{
	static const char zeros[256];
	unsigned long done = 0, left = 0;

	while (done < n && !left) {
		unsigned long piece = min(n - done, sizeof(zeros));

		left = user_copy((unsigned long)to + done, (void *)zeros, piece, true, __func__);
		done += piece - left;
	}
	return n - done;
}
