/* SPDX-License-Identifier: MIT */
/*
 * Variables with a copy for each CPU.
 *
 * The variable itself is only what the copies are made from, when a CPU first looks at its own; all CPUs
 * there may be count as possible. Which copy is one's own can change wherever the task can move.
 */
#ifndef _LINUX_PERCPU_H
#define _LINUX_PERCPU_H

#include <linux/compiler.h>
#include <linux/cpumask.h>
#include <linux/preempt.h>
#include <linux/smp.h>
#include <linux/types.h>

#define __percpu

#define DECLARE_PER_CPU(type, name)		   extern __typeof__(type) name
#define DEFINE_PER_CPU(type, name)		   __section("psim_percpu") __typeof__(type) name
#define DECLARE_PER_CPU_SHARED_ALIGNED(type, name) DECLARE_PER_CPU(type, name)
#define DEFINE_PER_CPU_SHARED_ALIGNED(type, name)  DEFINE_PER_CPU(type, name)
#define DECLARE_PER_CPU_ALIGNED(type, name)	   DECLARE_PER_CPU(type, name)
#define DEFINE_PER_CPU_ALIGNED(type, name)	   DEFINE_PER_CPU(type, name)
#define DECLARE_PER_CPU_READ_MOSTLY(type, name)	   DECLARE_PER_CPU(type, name)
#define DEFINE_PER_CPU_READ_MOSTLY(type, name)	   DEFINE_PER_CPU(type, name)
#define EXPORT_PER_CPU_SYMBOL(name)		   extern typeof(name) name
#define EXPORT_PER_CPU_SYMBOL_GPL(name)		   extern typeof(name) name

/* The copy of @cpu; below, of the current CPU. Any context. */
void *__psim_per_cpu(const volatile void *variable, unsigned int cpu);
void *__psim_this_cpu(const volatile void *variable);

#define per_cpu_ptr(ptr, cpu)	((typeof(*(ptr)) *)__psim_per_cpu((ptr), (cpu)))
#define raw_cpu_ptr(ptr)	((typeof(*(ptr)) *)__psim_this_cpu(ptr))
#define this_cpu_ptr(ptr)	raw_cpu_ptr(ptr)
#define per_cpu(variable, cpu)	(*per_cpu_ptr(&(variable), (cpu)))
#define __get_cpu_var(variable) (*this_cpu_ptr(&(variable)))

/* The same with preemption off until the put. */
#define get_cpu_ptr(ptr)           \
	({                         \
		preempt_disable(); \
		this_cpu_ptr(ptr); \
	})
#define put_cpu_ptr(ptr)          \
	do {                      \
		(void)(ptr);      \
		preempt_enable(); \
	} while (0)
#define get_cpu_var(variable) (*get_cpu_ptr(&(variable)))
#define put_cpu_var(variable) put_cpu_ptr(&(variable))

/* Operations that are one step for everybody on the CPU, interrupts too: the task stays on it meanwhile. */
#define __psim_this_cpu_do(variable, action)                \
	({                                                  \
		typeof(variable) *__psim_own, __psim_value; \
                                                            \
		__psim_this_cpu_lock();                     \
		__psim_own = this_cpu_ptr(&(variable));     \
		action;                                     \
		__psim_value = *__psim_own;                 \
		__psim_this_cpu_unlock();                   \
		__psim_value;                               \
	})
void __psim_this_cpu_lock(void);
void __psim_this_cpu_unlock(void);

#define this_cpu_read(variable)		     __psim_this_cpu_do(variable, (void)0)
#define this_cpu_write(variable, value)	     ((void)__psim_this_cpu_do(variable, *__psim_own = (value)))
#define this_cpu_add_return(variable, value) __psim_this_cpu_do(variable, *__psim_own += (value))
#define this_cpu_add(variable, value)	     ((void)this_cpu_add_return(variable, value))
#define this_cpu_sub(variable, value)	     this_cpu_add(variable, -(typeof(variable))(value))
#define this_cpu_sub_return(variable, value) \
	this_cpu_add_return(variable, -(typeof(variable))(value))
#define this_cpu_inc(variable)	      this_cpu_add(variable, 1)
#define this_cpu_dec(variable)	      this_cpu_sub(variable, 1)
#define this_cpu_inc_return(variable) this_cpu_add_return(variable, 1)
#define this_cpu_dec_return(variable) this_cpu_add_return(variable, -1)
#define this_cpu_xchg(variable, value)                                                          \
	({                                                                                      \
		typeof(variable) __psim_before;                                                 \
		(void)__psim_this_cpu_do(variable,                                              \
					 (__psim_before = *__psim_own, *__psim_own = (value))); \
		__psim_before;                                                                  \
	})
#define this_cpu_cmpxchg(variable, old, new)                                  \
	({                                                                    \
		typeof(variable) __psim_before;                               \
		(void)__psim_this_cpu_do(variable, ({                         \
						 __psim_before = *__psim_own; \
						 if (__psim_before == (old))  \
							 *__psim_own = (new); \
					 }));                                 \
		__psim_before;                                                \
	})

#define raw_cpu_read(variable)		  this_cpu_read(variable)
#define raw_cpu_write(variable, value)	  this_cpu_write(variable, value)
#define raw_cpu_inc(variable)		  this_cpu_inc(variable)
#define raw_cpu_dec(variable)		  this_cpu_dec(variable)
#define __this_cpu_read(variable)	  this_cpu_read(variable)
#define __this_cpu_write(variable, value) this_cpu_write(variable, value)
#define __this_cpu_add(variable, value)	  this_cpu_add(variable, value)
#define __this_cpu_inc(variable)	  this_cpu_inc(variable)
#define __this_cpu_dec(variable)	  this_cpu_dec(variable)

/**
 * __alloc_percpu() - a variable with a zeroed copy for each CPU
 * @size, @align: in bytes; @align up to a page; all variables together have 64 KiB
 * May sleep. Return: what per_cpu_ptr() takes, or NULL.
 */
void *__psim_alloc_percpu(size_t size, size_t align, const char *site);
#define __alloc_percpu(size, align)	     __psim_alloc_percpu((size), (align), __func__)
#define __alloc_percpu_gfp(size, align, gfp) __psim_alloc_percpu((size), (align), __func__)
#define alloc_percpu(type)		     ((typeof(type) *)__alloc_percpu(sizeof(type), __alignof__(type)))
#define alloc_percpu_gfp(type, gfp)	     alloc_percpu(type)
/* NULL is accepted. */
void free_percpu(void *variable);

#endif /* _LINUX_PERCPU_H */
