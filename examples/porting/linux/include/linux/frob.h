/* SPDX-License-Identifier: MIT */
/* A subsystem of this made-up kernel, which the kernel face does not have. */
#ifndef _LINUX_FROB_H
#define _LINUX_FROB_H

#include <linux/types.h>

enum frob_level {
	FROB_QUIET,
	FROB_LOUD
};

/* Tells whoever watches. May sleep. */
void frob_report(enum frob_level level, const char *what);

#endif
