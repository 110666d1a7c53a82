/* SPDX-License-Identifier: MIT */
/* Backtraces as arrays of addresses: none are given, as without CONFIG_STACKTRACE. */
#ifndef _LINUX_STACKTRACE_H
#define _LINUX_STACKTRACE_H

#include <linux/types.h>

#endif /* _LINUX_STACKTRACE_H */
