/* SPDX-License-Identifier: MIT */
/* Folio locks and the page cache; of the latter only what anonymous memory touches is modelled. */
#ifndef _LINUX_PAGEMAP_H
#define _LINUX_PAGEMAP_H

#include <linux/gfp.h>
#include <linux/highmem.h>
#include <linux/hugetlb_inline.h>
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/uaccess.h>

#endif /* _LINUX_PAGEMAP_H */
