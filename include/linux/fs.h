/* SPDX-License-Identifier: MIT */
/* Files are not modelled: only what names a driver's module through its file operations. */
#ifndef _LINUX_FS_H
#define _LINUX_FS_H

#include <linux/types.h>

struct module;

struct file_operations {
	struct module *owner;
};

#endif /* _LINUX_FS_H */
