/* SPDX-License-Identifier: MIT */
/* Allocation flags and their usual combinations. All are modelled as far as their effect can be seen. */
#ifndef _LINUX_GFP_TYPES_H
#define _LINUX_GFP_TYPES_H

#include <linux/types.h>

#define __PSIM_GFP(bit) ((gfp_t)1u << (bit))

/* Zones and mobility: every frame suits every zone here, so these are only remembered. */
#define __GFP_DMA	  __PSIM_GFP(0)
#define __GFP_HIGHMEM	  __PSIM_GFP(1)
#define __GFP_DMA32	  __PSIM_GFP(2)
#define __GFP_MOVABLE	  __PSIM_GFP(3)
#define __GFP_RECLAIMABLE __PSIM_GFP(4)
#define GFP_ZONEMASK	  (__GFP_DMA | __GFP_HIGHMEM | __GFP_DMA32 | __GFP_MOVABLE)

/* What the allocator may do to find memory. */
#define __GFP_HIGH	     __PSIM_GFP(5)
#define __GFP_IO	     __PSIM_GFP(6)
#define __GFP_FS	     __PSIM_GFP(7)
#define __GFP_DIRECT_RECLAIM __PSIM_GFP(10) /* may sleep */
#define __GFP_KSWAPD_RECLAIM __PSIM_GFP(11)
#define __GFP_RECLAIM	     (__GFP_DIRECT_RECLAIM | __GFP_KSWAPD_RECLAIM)
#define __GFP_RETRY_MAYFAIL  __PSIM_GFP(14)
#define __GFP_NOFAIL	     __PSIM_GFP(15) /* never NULL; an injected failure passes it by */
#define __GFP_NORETRY	     __PSIM_GFP(16)
#define __GFP_MEMALLOC	     __PSIM_GFP(17)
#define __GFP_NOMEMALLOC     __PSIM_GFP(19)

/* What comes back. */
#define __GFP_ZERO   __PSIM_GFP(8)
#define __GFP_COMP   __PSIM_GFP(18) /* a block of several pages is one folio */
#define __GFP_NOWARN __PSIM_GFP(13)

/* Accounting and placement. */
#define __GFP_WRITE	 __PSIM_GFP(12)
#define __GFP_HARDWALL	 __PSIM_GFP(20)
#define __GFP_THISNODE	 __PSIM_GFP(21)
#define __GFP_ACCOUNT	 __PSIM_GFP(22)
#define __GFP_ZEROTAGS	 __PSIM_GFP(23)
#define __GFP_NOLOCKDEP	 __PSIM_GFP(24)
#define __GFP_SKIP_ZERO	 ((gfp_t)0)
#define __GFP_SKIP_KASAN ((gfp_t)0)

#define __GFP_BITS_SHIFT 26
#define __GFP_BITS_MASK	 ((gfp_t)((1u << __GFP_BITS_SHIFT) - 1))

#define GFP_ATOMIC	     (__GFP_HIGH | __GFP_KSWAPD_RECLAIM)
#define GFP_KERNEL	     (__GFP_RECLAIM | __GFP_IO | __GFP_FS)
#define GFP_KERNEL_ACCOUNT   (GFP_KERNEL | __GFP_ACCOUNT)
#define GFP_NOWAIT	     (__GFP_KSWAPD_RECLAIM | __GFP_NOWARN)
#define GFP_NOIO	     (__GFP_RECLAIM)
#define GFP_NOFS	     (__GFP_RECLAIM | __GFP_IO)
#define GFP_USER	     (__GFP_RECLAIM | __GFP_IO | __GFP_FS | __GFP_HARDWALL)
#define GFP_DMA		     __GFP_DMA
#define GFP_DMA32	     __GFP_DMA32
#define GFP_HIGHUSER	     (GFP_USER | __GFP_HIGHMEM)
#define GFP_HIGHUSER_MOVABLE (GFP_HIGHUSER | __GFP_MOVABLE | __GFP_SKIP_KASAN)
#define GFP_TRANSHUGE_LIGHT \
	((GFP_HIGHUSER_MOVABLE | __GFP_COMP | __GFP_NOMEMALLOC | __GFP_NOWARN) & ~__GFP_RECLAIM)
#define GFP_TRANSHUGE (GFP_TRANSHUGE_LIGHT | __GFP_DIRECT_RECLAIM)

#endif /* _LINUX_GFP_TYPES_H */
