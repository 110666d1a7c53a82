/* SPDX-License-Identifier: MIT */
/* Memory barriers, and the loads and stores that carry one. */
#ifndef _ASM_BARRIER_H
#define _ASM_BARRIER_H

#include <linux/__psim_rmw.h>
#include <linux/compiler.h>

/* A full barrier; between threads out of line, because gcc's ThreadSanitizer knows no fences. */
void __psim_smp_mb_threads(void);
#define __psim_smp_mb()                          \
	do {                                     \
		if (__psim_alone())              \
			barrier();               \
		else                             \
			__psim_smp_mb_threads(); \
	} while (0)

#define mb()			 __psim_smp_mb()
#define rmb()			 __psim_smp_mb()
#define wmb()			 __psim_smp_mb()
#define smp_mb()		 __psim_smp_mb()
#define smp_rmb()		 __psim_smp_mb()
#define smp_wmb()		 __psim_smp_mb()
#define dma_mb()		 __psim_smp_mb()
#define dma_rmb()		 __psim_smp_mb()
#define dma_wmb()		 __psim_smp_mb()
#define smp_mb__before_atomic()	 __psim_smp_mb()
#define smp_mb__after_atomic()	 __psim_smp_mb()
#define smp_mb__after_spinlock() __psim_smp_mb()

#define smp_load_acquire(p)                             \
	({                                              \
		__psim_point_once();                    \
		__atomic_load_n((p), __ATOMIC_ACQUIRE); \
	})
#define smp_store_release(p, value)                                    \
	do {                                                           \
		typeof(*(p)) __psim_value = (value);                   \
		__psim_point_once();                                   \
		__atomic_store_n((p), __psim_value, __ATOMIC_RELEASE); \
	} while (0)
#define smp_store_mb(var, value)                    \
	do {                                        \
		typeof(var) __psim_value = (value); \
		__psim_point_once();                \
		__psim_store(&(var), __psim_value); \
	} while (0)

/* Poll until the condition, which sees the value as VAL, is true; the others run meanwhile. */
void __psim_poll(void);
#define smp_cond_load_relaxed(p, condition)                 \
	({                                                  \
		typeof(*(p)) VAL;                           \
		while (VAL = READ_ONCE(*(p)), !(condition)) \
			__psim_poll();                      \
		VAL;                                        \
	})
#define smp_cond_load_acquire(p, condition)                     \
	({                                                      \
		typeof(*(p)) VAL;                               \
		while (VAL = smp_load_acquire(p), !(condition)) \
			__psim_poll();                          \
		VAL;                                            \
	})

#endif /* _ASM_BARRIER_H */
