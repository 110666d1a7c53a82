/* SPDX-License-Identifier: MIT */
/* The table of live fences. Any context. */
#ifndef PSIM_DMA_FENCE_TABLE_H
#define PSIM_DMA_FENCE_TABLE_H

#include <linux/types.h>

/* Return: the fence's entry, or 0 when the host has no memory: then it is just not in the table. */
u32 psim_fence_table_add(u64 context, u64 seqno, const char *site);
/* 0 is allowed. */
void psim_fence_table_remove(u32 slot);
/* Law 3: report every fence that is still there. */
void psim_fence_table_report(void);
void psim_fence_table_free(void);

/* dma_fence.c's part of start and of law 3: the stub fence. */
void psim_dma_fence_start(void);
void psim_dma_fence_leftovers(void);

#endif /* PSIM_DMA_FENCE_TABLE_H */
