/* SPDX-License-Identifier: MIT */
/* Variable arguments, from the compiler. */
#ifndef _LINUX_STDARG_H
#define _LINUX_STDARG_H

#include <linux/compiler_types.h>

#include <stdarg.h>

#endif /* _LINUX_STDARG_H */
