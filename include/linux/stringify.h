/* SPDX-License-Identifier: MIT */
/* Macro arguments as text, after their expansion. */
#ifndef _LINUX_STRINGIFY_H
#define _LINUX_STRINGIFY_H

#include <linux/compiler_types.h>

#define __stringify_1(x...) #x
#define __stringify(x...)   __stringify_1(x)

#endif /* _LINUX_STRINGIFY_H */
