/* SPDX-License-Identifier: MIT */
/* One page of user memory with nothing behind it, for each case anew: where copies end. */
#ifndef FACE_MM_USER_PAGE_H
#define FACE_MM_USER_PAGE_H

#include <kunit/test.h>
#include <linux/mm.h>
#include <linux/mman.h>

static unsigned long base;

static inline int user_page_init(struct kunit *test)
{
	int err = kunit_attach_mm();

	if (err)
		return err;
	base = kunit_vm_mmap(test, NULL, 0, 2 * PAGE_SIZE, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS, 0);
	return base ? vm_munmap(base + PAGE_SIZE, PAGE_SIZE) : -ENOMEM;
}

static inline char __user *user(unsigned long offset)
{
	return (char __user *)(base + offset);
}

static inline char __user *near_the_end(unsigned long left)
{
	return user(PAGE_SIZE - left);
}

#endif /* FACE_MM_USER_PAGE_H */
