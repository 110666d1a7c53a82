/* SPDX-License-Identifier: MIT */
/* From a member to the structure around it. */
#ifndef _LINUX_CONTAINER_OF_H
#define _LINUX_CONTAINER_OF_H

#include <linux/build_bug.h>
#include <linux/stddef.h>

/**
 * container_of() - the structure that @ptr is a member of
 * @ptr: the member's address; evaluated once; NULL is computed with like any other
 * @type: the structure's type
 * @member: the member's name
 */
#define container_of(ptr, type, member)                                    \
	({                                                                 \
		char *__psim_member = (char *)(ptr);                       \
		_Static_assert(__same_type(*(ptr), ((type *)0)->member) || \
				       __same_type(*(ptr), void),          \
			       "pointer type mismatch in container_of()"); \
		(type *)(__psim_member - offsetof(type, member));          \
	})

/* Keeps the pointer's const. */
#define container_of_const(ptr, type, member) \
	_Generic((ptr), const typeof(*(ptr)) *                                                     \
		 : (const type *)container_of(ptr, type, member), default                          \
		 : (type *)container_of(ptr, type, member))

#define typeof_member(type, member) typeof(((type *)0)->member)

#endif /* _LINUX_CONTAINER_OF_H */
