/* SPDX-License-Identifier: MIT */
/* Error numbers as text. */
#ifndef _LINUX_ERRNAME_H
#define _LINUX_ERRNAME_H

#include <linux/compiler_types.h>

/**
 * errname() - the symbol of an error number
 * @err: positive or negative
 * Return: "ENOMEM", or "-ENOMEM" for a negative number; NULL if the number has no name.
 */
const char *errname(int err);

#endif /* _LINUX_ERRNAME_H */
