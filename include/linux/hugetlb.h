/* SPDX-License-Identifier: MIT */
/* hugetlb is not modelled: no VMA here is one. */
#ifndef _LINUX_HUGETLB_H
#define _LINUX_HUGETLB_H

#include <linux/hugetlb_inline.h>
#include <linux/mm.h>

#endif /* _LINUX_HUGETLB_H */
