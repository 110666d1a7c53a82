// SPDX-License-Identifier: MIT
/*
 * What gcc's and clang's -fsanitize=thread call: every plain access, every atomic operation, with the
 * names and the orders of both compilers. The program is linked with this in place of the compilers' own
 * run-time, which watches host threads.
 */
#include <stddef.h>
#include <string.h>

#include "race/race.h"

#define HERE __builtin_return_address(0)

static inline int nobodys(u64 address)
{
	return address - race_ignored[0].at < race_ignored[0].bytes ||
	       address - race_ignored[1].at < race_ignored[1].bytes;
}

static inline void access(const void *at, size_t bytes, enum race_kind kind, const void *pc)
{
	if (race_watching == 1 && !nobodys((u64)at))
		race_access((u64)at, bytes, kind, pc, NULL);
}

/* ---- plain accesses --------------------------------------------------------------------------------------- */

#define PLAIN(n)                                                             \
	void __tsan_read##n(void *at);                                       \
	void __tsan_read##n(void *at)                                        \
	{                                                                    \
		access(at, n, RACE_READ, HERE);                              \
	}                                                                    \
	void __tsan_write##n(void *at);                                      \
	void __tsan_write##n(void *at)                                       \
	{                                                                    \
		access(at, n, RACE_WRITE, HERE);                             \
	}                                                                    \
	void __tsan_read_write##n(void *at);                                 \
	void __tsan_read_write##n(void *at)                                  \
	{                                                                    \
		access(at, n, RACE_WRITE, HERE);                             \
	}                                                                    \
	void __tsan_volatile_read##n(void *at);                              \
	void __tsan_volatile_read##n(void *at)                               \
	{                                                                    \
		access(at, n, RACE_MARKED_READ, HERE);                       \
	}                                                                    \
	void __tsan_volatile_write##n(void *at);                             \
	void __tsan_volatile_write##n(void *at)                              \
	{                                                                    \
		access(at, n, RACE_MARKED_WRITE, HERE);                      \
	}                                                                    \
	extern __typeof__(__tsan_read##n) __tsan_unaligned_read##n           \
		__attribute__((alias("__tsan_read" #n)));                    \
	extern __typeof__(__tsan_read##n) __tsan_unaligned_write##n          \
		__attribute__((alias("__tsan_write" #n)));                   \
	extern __typeof__(__tsan_read##n) __tsan_unaligned_read_write##n     \
		__attribute__((alias("__tsan_read_write" #n)));              \
	extern __typeof__(__tsan_read##n) __tsan_unaligned_volatile_read##n  \
		__attribute__((alias("__tsan_volatile_read" #n)));           \
	extern __typeof__(__tsan_read##n) __tsan_unaligned_volatile_write##n \
		__attribute__((alias("__tsan_volatile_write" #n)))

PLAIN(1);
PLAIN(2);
PLAIN(4);
PLAIN(8);
PLAIN(16);

void __tsan_read_range(void *at, size_t bytes);
void __tsan_read_range(void *at, size_t bytes)
{
	access(at, bytes, RACE_READ, HERE);
}

void __tsan_write_range(void *at, size_t bytes);
void __tsan_write_range(void *at, size_t bytes)
{
	access(at, bytes, RACE_WRITE, HERE);
}

/* kernel-cc sends the instrumented files' calls of these here. */
void *__tsan_memcpy(void *to, const void *from, size_t bytes);
void *__tsan_memcpy(void *to, const void *from, size_t bytes)
{
	access(from, bytes, RACE_READ, HERE);
	access(to, bytes, RACE_WRITE, HERE);
	return memcpy(to, from, bytes);
}

void *__tsan_memmove(void *to, const void *from, size_t bytes);
void *__tsan_memmove(void *to, const void *from, size_t bytes)
{
	access(from, bytes, RACE_READ, HERE);
	access(to, bytes, RACE_WRITE, HERE);
	return memmove(to, from, bytes);
}

void *__tsan_memset(void *to, int value, size_t bytes);
void *__tsan_memset(void *to, int value, size_t bytes)
{
	access(to, bytes, RACE_WRITE, HERE);
	return memset(to, value, bytes);
}

/* ---- what only C++ and call stacks need -------------------------------------------------------------------- */

#define NOTHING(name, ...)      \
	void name(__VA_ARGS__); \
	void name(__VA_ARGS__)  \
	{                       \
	}

NOTHING(__tsan_func_entry, void *pc __attribute__((unused)))
NOTHING(__tsan_func_exit, void)
NOTHING(__tsan_vptr_update, void **at __attribute__((unused)), void *value __attribute__((unused)))
NOTHING(__tsan_vptr_read, void **at __attribute__((unused)))
NOTHING(__tsan_ignore_thread_begin, void)
NOTHING(__tsan_ignore_thread_end, void)

/* ---- atomic operations -------------------------------------------------------------------------------------- */

static int acquires(int order)
{
	return order != __ATOMIC_RELAXED && order != __ATOMIC_RELEASE;
}

static int releases(int order)
{
	return order == __ATOMIC_RELEASE || order == __ATOMIC_ACQ_REL || order == __ATOMIC_SEQ_CST;
}

/* A load takes what stores released to the word: at once, or at the next full barrier. */
static void load_edge(struct race_task *me, const void *at, int order)
{
	const struct race_clock *passing = race_passing((u64)at, 0);

	if (passing)
		race_clock_join(acquires(order) ? &me->now : &me->seen, passing);
}

/* A store releases now, or what the last full barrier did. @keeps: it is a read-modify-write. */
static void store_edge(struct race_task *me, const void *at, int order, int keeps)
{
	const struct race_clock *from = releases(order) ? &me->now : &me->fenced;
	struct race_clock *passing = race_passing((u64)at, from->n != 0);

	if (!passing)
		return;
	if (keeps)
		race_clock_join(passing, from);
	else
		race_clock_copy(passing, from);
	if (releases(order))
		me->now.at[me->slot]++;
}

static void atomic(const void *at, size_t bytes, int order, int loads, int stores, const void *pc)
{
	struct race_task *me;

	if (race_watching != 1 || nobodys((u64)at) || !(me = race_running()))
		return;
	if (loads)
		load_edge(me, at, order);
	/* the kernel's operations that return a value are full barriers */
	if (order == __ATOMIC_SEQ_CST && loads && stores)
		psim_race_linked->fence();
	race_access((u64)at, bytes, stores ? RACE_MARKED_WRITE : RACE_MARKED_READ, pc, NULL);
	if (stores)
		store_edge(me, at, order, loads);
}

#define FETCH(bits, T, name, op)                                            \
	T __tsan_atomic##bits##_##name(volatile T *at, T value, int order); \
	T __tsan_atomic##bits##_##name(volatile T *at, T value, int order)  \
	{                                                                   \
		atomic((const void *)at, sizeof(T), order, 1, 1, HERE);     \
		return op(at, value, __ATOMIC_SEQ_CST);                     \
	}

#define COMPARE(bits, T, name)                                                                    \
	int __tsan_atomic##bits##_##name(volatile T *at, T *old, T value, int order, int failed); \
	int __tsan_atomic##bits##_##name(volatile T *at, T *old, T value, int order, int failed)  \
	{                                                                                         \
		int done = *at == *old;                                                           \
                                                                                                  \
		atomic((const void *)at, sizeof(T), done ? order : failed, 1, done, HERE);        \
		return __atomic_compare_exchange_n(at, old, value, 0, __ATOMIC_SEQ_CST,           \
						   __ATOMIC_SEQ_CST);                             \
	}

#define ATOMICS(bits, T)                                                                        \
	T __tsan_atomic##bits##_load(const volatile T *at, int order);                          \
	T __tsan_atomic##bits##_load(const volatile T *at, int order)                           \
	{                                                                                       \
		atomic((const void *)at, sizeof(T), order, 1, 0, HERE);                         \
		return __atomic_load_n(at, __ATOMIC_SEQ_CST);                                   \
	}                                                                                       \
	void __tsan_atomic##bits##_store(volatile T *at, T value, int order);                   \
	void __tsan_atomic##bits##_store(volatile T *at, T value, int order)                    \
	{                                                                                       \
		atomic((const void *)at, sizeof(T), order, 0, 1, HERE);                         \
		__atomic_store_n(at, value, __ATOMIC_SEQ_CST);                                  \
	}                                                                                       \
	FETCH(bits, T, exchange, __atomic_exchange_n)                                           \
	FETCH(bits, T, fetch_add, __atomic_fetch_add)                                           \
	FETCH(bits, T, fetch_sub, __atomic_fetch_sub)                                           \
	FETCH(bits, T, fetch_and, __atomic_fetch_and)                                           \
	FETCH(bits, T, fetch_or, __atomic_fetch_or)                                             \
	FETCH(bits, T, fetch_xor, __atomic_fetch_xor)                                           \
	FETCH(bits, T, fetch_nand, __atomic_fetch_nand)                                         \
	COMPARE(bits, T, compare_exchange_strong)                                               \
	COMPARE(bits, T, compare_exchange_weak)                                                 \
	T __tsan_atomic##bits##_compare_exchange_val(volatile T *at, T old, T value, int order, \
						     int failed);                               \
	T __tsan_atomic##bits##_compare_exchange_val(volatile T *at, T old, T value, int order, \
						     int failed)                                \
	{                                                                                       \
		atomic((const void *)at, sizeof(T), *at == old ? order : failed, 1, *at == old, \
		       HERE);                                                                   \
		__atomic_compare_exchange_n(at, &old, value, 0, __ATOMIC_SEQ_CST,               \
					    __ATOMIC_SEQ_CST);                                  \
		return old;                                                                     \
	}

ATOMICS(8, unsigned char)
ATOMICS(16, unsigned short)
ATOMICS(32, unsigned int)
ATOMICS(64, unsigned long)

void __tsan_atomic_thread_fence(int order);
void __tsan_atomic_thread_fence(int order)
{
	if (race_watching == 1 && order != __ATOMIC_RELAXED)
		psim_race_linked->fence();
}

NOTHING(__tsan_atomic_signal_fence, int order __attribute__((unused)))
