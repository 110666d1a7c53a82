/* SPDX-License-Identifier: MIT */
/* What a lock carries so that the checker can name it and tell its class. */
#ifndef _LINUX_LOCKDEP_TYPES_H
#define _LINUX_LOCKDEP_TYPES_H

#include <linux/types.h>

#define MAX_LOCKDEP_SUBCLASSES 8UL

/* Its address is the class; static storage only. The byte is where the checker finds it again. */
struct lock_class_key {
	char __psim_byte;
};

/**
 * struct lockdep_map - a lock's identity for the checker
 * @key: its class; NULL: the lock is statically initialised and is its own class
 * @name: the expression it was initialised with; NULL: it never was
 * @__psim_class: number of the class once the checker has met it, 0 before
 * @__psim_nr: number of the lock in traces, 0 before one mentions it
 */
struct lockdep_map {
	struct lock_class_key *key;
	const char *name;
	unsigned int __psim_class;
	unsigned int __psim_nr;
};

#endif /* _LINUX_LOCKDEP_TYPES_H */
