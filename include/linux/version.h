/* SPDX-License-Identifier: MIT */
/*
 * The version this face answers for: 7.0, unless the file comes from another kernel's source tree and the
 * build says which (-D__PSIM_TREE_VERSION). Then signatures, and here and there a value, are that version's.
 */
#ifndef _LINUX_VERSION_H
#define _LINUX_VERSION_H

#define KERNEL_VERSION(a, b, c) (((a) << 16) + ((b) << 8) + ((c) > 255 ? 255 : (c)))

#ifndef __PSIM_TREE_VERSION
#define __PSIM_TREE_VERSION KERNEL_VERSION(7, 0, 0)
#endif

#define LINUX_VERSION_CODE	 __PSIM_TREE_VERSION
#define LINUX_VERSION_MAJOR	 (__PSIM_TREE_VERSION >> 16)
#define LINUX_VERSION_PATCHLEVEL (__PSIM_TREE_VERSION >> 8 & 255)

#endif /* _LINUX_VERSION_H */
