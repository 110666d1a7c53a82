/* SPDX-License-Identifier: MIT */
/*
 * KUnit, thin, with today's shape: suites of cases, expectations, assertions, parameters, actions
 * at a case's end. Each case runs in a task of a machine of its own; src/kunit has the runner.
 *
 * A failed assertion ends the task and the machine with it: exit() and actions do not run then.
 * Suites' suite_init() and suite_exit() run for each case, in its machine.
 */
#ifndef _KUNIT_TEST_H
#define _KUNIT_TEST_H

#include <linux/args.h>
#include <linux/array_size.h>
#include <linux/compiler.h>
#include <linux/container_of.h>
#include <linux/err.h>
#include <linux/init.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/types.h>

struct file;
struct kunit;
struct psim_config;

#define KUNIT_PARAM_DESC_SIZE	  128
#define KUNIT_STATUS_COMMENT_SIZE 256

enum kunit_status {
	KUNIT_SUCCESS,
	KUNIT_FAILURE,
	KUNIT_SKIPPED,
};

/**
 * struct kunit_case - one test
 * @run_case: its body
 * @name: its name
 * @generate_params: gives the parameter after @prev (NULL: the first) and describes it, or NULL
 */
struct kunit_case {
	void (*run_case)(struct kunit *test);
	const char *name;
	const void *(*generate_params)(struct kunit *test, const void *prev, char *desc);
	const struct psim_config *__psim_config;
};

/**
 * struct kunit_suite - a group of cases
 * @name: its name
 * @suite_init: before the suite's cases; not 0: they fail
 * @suite_exit: after them
 * @init: before each case; not 0: it fails
 * @exit: after each case
 * @test_cases: ended by an empty one
 */
struct kunit_suite {
	const char name[256];
	int (*suite_init)(struct kunit_suite *suite);
	void (*suite_exit)(struct kunit_suite *suite);
	int (*init)(struct kunit *test);
	void (*exit)(struct kunit *test);
	struct kunit_case *test_cases;
};

struct __psim_kunit_stub {
	const void *real;
	void *replacement;
};

/**
 * struct kunit - a case that is running
 * @priv: the test's own, for init(), the case and exit()
 * @name: the case's name
 * @param_value: the parameter of this round
 * @param_index: its number, from 0
 * @status: so far
 * @status_comment: why it was skipped
 */
struct kunit {
	void *priv;
	const char *name;
	const void *param_value;
	int param_index;
	enum kunit_status status;
	char status_comment[KUNIT_STATUS_COMMENT_SIZE];
	struct list_head __psim_actions;
	struct list_head __psim_resources;
	struct __psim_kunit_stub __psim_stubs[16];
	struct __psim_kunit_run *__psim_run;
	char __psim_param[KUNIT_PARAM_DESC_SIZE];
};

/** KUNIT_CASE() - an entry of test_cases: a function, under its name */
#define KUNIT_CASE(test_name)                             \
	{                                                 \
		.run_case = test_name, .name = #test_name \
	}
/** KUNIT_CASE_SLOW() - the same of a case that takes long */
#define KUNIT_CASE_SLOW(test_name) KUNIT_CASE(test_name)
/** KUNIT_CASE_PARAM() - the same, once for each parameter that a generator gives */
#define KUNIT_CASE_PARAM(test_name, gen_params)                                          \
	{                                                                                \
		.run_case = test_name, .name = #test_name, .generate_params = gen_params \
	}
#ifdef __PSIM__
/*
 * A case on another machine: KUNIT_CASE_PSIM(fn, .ram_bytes = 4ull << 20). Needs <psim/machine.h>.
 */
#define KUNIT_CASE_PSIM(test_name, ...)                      \
	{                                                    \
		.run_case = test_name, .name = #test_name,   \
		.__psim_config = &(const struct psim_config) \
		{                                            \
			__VA_ARGS__                          \
		}                                            \
	}
#endif

/* As KUNIT_ARRAY_PARAM below, described by a member of the elements that is a string. */
#define KUNIT_ARRAY_PARAM_DESC(name, array, desc_member)                                          \
	static const void *name##_gen_params(struct kunit *test, const void *prev, char *desc)    \
	{                                                                                         \
		typeof((array)[0]) *__psim_next = prev ? (typeof(__psim_next))prev + 1 : (array); \
                                                                                                  \
		if (__psim_next - (array) >= (long)ARRAY_SIZE(array))                             \
			return NULL;                                                              \
		strscpy(desc, __psim_next->desc_member, KUNIT_PARAM_DESC_SIZE);                   \
		return __psim_next;                                                               \
	}

/* A generator for KUNIT_CASE_PARAM over @array; @get_desc(element, desc) describes, or is NULL. */
#define KUNIT_ARRAY_PARAM(name, array, get_desc)                                                  \
	static const void *name##_gen_params(struct kunit *test, const void *prev, char *desc)    \
	{                                                                                         \
		void (*__psim_describe)(typeof((array)[0]) *, char *) = (get_desc);               \
		typeof((array)[0]) *__psim_next = prev ? (typeof(__psim_next))prev + 1 : (array); \
                                                                                                  \
		if (__psim_next - (array) >= (long)ARRAY_SIZE(array))                             \
			return NULL;                                                              \
		if (__psim_describe)                                                              \
			__psim_describe(__psim_next, desc);                                       \
		return __psim_next;                                                               \
	}

/* ---- registration: in host memory; statics of the kernel dialect are restored ---------------- */

void __psim_kunit_register(struct kunit_suite **suites, unsigned long n);

#define __psim_kunit_suites(id, ...)                                                           \
	static struct kunit_suite *CONCATENATE(__psim_suites_, id)[] = {__VA_ARGS__};          \
	__attribute__((__constructor__)) static void CONCATENATE(__psim_add_suites_, id)(void) \
	{                                                                                      \
		__psim_kunit_register(CONCATENATE(__psim_suites_, id),                         \
				      ARRAY_SIZE(CONCATENATE(__psim_suites_, id)));            \
	}                                                                                      \
	extern int __psim_kunit_semicolon
#define kunit_test_suites(...)	__psim_kunit_suites(__COUNTER__, __VA_ARGS__)
#define kunit_test_suite(suite) kunit_test_suites(&suite)
/* Their code may be thrown away after boot: here as any other. */
#define kunit_test_init_section_suites(...)  kunit_test_suites(__VA_ARGS__)
#define kunit_test_init_section_suite(suite) kunit_test_suites(&suite)

/* ---- failing --------------------------------------------------------------------------------- */

struct __psim_kunit_site {
	const char *file;
	int line;
	const char *function;
	const char *left;
	const char *op;
	const char *right;
	bool fatal;
};

/* Each says what failed, then what @fmt (or NULL) says; and ends the task if the site is fatal. */
void __psim_kunit_fail(struct kunit *test, const struct __psim_kunit_site *site, const char *fmt,
		       ...) __printf(3, 4);
void __psim_kunit_bool(struct kunit *test, const struct __psim_kunit_site *site, const char *fmt,
		       ...) __printf(3, 4);
void __psim_kunit_int(struct kunit *test, const struct __psim_kunit_site *site, long long left,
		      long long right, const char *fmt, ...) __printf(5, 6);
void __psim_kunit_ptr(struct kunit *test, const struct __psim_kunit_site *site, const void *left,
		      const void *right, const char *fmt, ...) __printf(5, 6);
void __psim_kunit_str(struct kunit *test, const struct __psim_kunit_site *site, const char *left,
		      const char *right, const char *fmt, ...) __printf(5, 6);
void __psim_kunit_mem(struct kunit *test, const struct __psim_kunit_site *site, const void *left,
		      const void *right, size_t size, const char *fmt, ...) __printf(6, 7);
void __psim_kunit_end_task(void) __noreturn;

#define __psim_kunit_check(ok, fatal_, function_, left_, op_, right_, test, ...)           \
	do {                                                                               \
		if (unlikely(!(ok))) {                                                     \
			const struct __psim_kunit_site __psim_site = {                     \
				__FILE__, __LINE__, __func__, left_, op_, right_, fatal_}; \
			function_(test, &__psim_site, ##__VA_ARGS__);                      \
			if (fatal_)                                                        \
				__psim_kunit_end_task();                                   \
		}                                                                          \
	} while (0)

/* The texts come from the outermost macros, where the arguments are still as they were written. */
#define __psim_kunit_true(fatal, test, condition, text, want, ...)                          \
	__psim_kunit_check((!!(condition)) == (want), fatal, __psim_kunit_bool, text, "is", \
			   (want) ? "true" : "false", test, ##__VA_ARGS__)
#define __psim_kunit_cmp(fatal, test, left, left_text, op, right, right_text, ...)           \
	do {                                                                                 \
		const typeof(left) __psim_left = (left);                                     \
		const typeof(right) __psim_right = (right);                                  \
		__psim_kunit_check(__psim_left op __psim_right, fatal, __psim_kunit_int,     \
				   left_text, #op, right_text, test, (long long)__psim_left, \
				   (long long)__psim_right, ##__VA_ARGS__);                  \
	} while (0)
#define __psim_kunit_cmp_ptr(fatal, test, left, left_text, op, right, right_text, ...)          \
	do {                                                                                    \
		const void *__psim_left = (const void *)(left);                                 \
		const void *__psim_right = (const void *)(right);                               \
		__psim_kunit_check(__psim_left op __psim_right, fatal, __psim_kunit_ptr,        \
				   left_text, #op, right_text, test, __psim_left, __psim_right, \
				   ##__VA_ARGS__);                                              \
	} while (0)
#define __psim_kunit_cmp_str(fatal, test, left, left_text, op, right, right_text, ...)            \
	do {                                                                                      \
		const char *__psim_left = (left);                                                 \
		const char *__psim_right = (right);                                               \
		__psim_kunit_check(__psim_left &&__psim_right &&strcmp(__psim_left, __psim_right) \
					   op 0,                                                  \
				   fatal, __psim_kunit_str, left_text, #op, right_text, test,     \
				   __psim_left, __psim_right, ##__VA_ARGS__);                     \
	} while (0)
#define __psim_kunit_cmp_mem(fatal, test, left, left_text, op, right, right_text, size, ...)      \
	do {                                                                                      \
		const void *__psim_left = (left);                                                 \
		const void *__psim_right = (right);                                               \
		const size_t __psim_size = (size);                                                \
		__psim_kunit_check(__psim_left &&__psim_right &&memcmp(__psim_left, __psim_right, \
								       __psim_size) op 0,         \
				   fatal, __psim_kunit_mem, left_text, #op, right_text, test,     \
				   __psim_left, __psim_right, __psim_size, ##__VA_ARGS__);        \
	} while (0)
#define __psim_kunit_object(fatal, test, ptr, text, ...)                                         \
	do {                                                                                     \
		const void *__psim_ptr = (const void *)(ptr);                                    \
		__psim_kunit_check(!IS_ERR_OR_NULL(__psim_ptr), fatal, __psim_kunit_ptr, text,   \
				   "is an object", NULL, test, __psim_ptr, NULL, ##__VA_ARGS__); \
	} while (0)

/** KUNIT_SUCCEED() - nothing: the case is well so far */
#define KUNIT_SUCCEED(test)   \
	do {                  \
		(void)(test); \
	} while (0)
/** KUNIT_FAIL() - a failure with a message; the case goes on */
#define KUNIT_FAIL(test, fmt, ...) \
	__psim_kunit_check(0, false, __psim_kunit_fail, NULL, NULL, NULL, test, fmt, ##__VA_ARGS__)
/** KUNIT_FAIL_AND_ABORT() - a failure with a message; the case ends */
#define KUNIT_FAIL_AND_ABORT(test, fmt, ...) \
	__psim_kunit_check(0, true, __psim_kunit_fail, NULL, NULL, NULL, test, fmt, ##__VA_ARGS__)

/* The case goes on and fails at its end. */
#define KUNIT_EXPECT_TRUE(test, condition) \
	__psim_kunit_true(false, test, condition, #condition, true, NULL)
#define KUNIT_EXPECT_TRUE_MSG(test, condition, fmt, ...) \
	__psim_kunit_true(false, test, condition, #condition, true, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_FALSE(test, condition) \
	__psim_kunit_true(false, test, condition, #condition, false, NULL)
#define KUNIT_EXPECT_FALSE_MSG(test, condition, fmt, ...) \
	__psim_kunit_true(false, test, condition, #condition, false, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_EQ(test, left, right) \
	__psim_kunit_cmp(false, test, left, #left, ==, right, #right, NULL)
#define KUNIT_EXPECT_EQ_MSG(test, left, right, fmt, ...) \
	__psim_kunit_cmp(false, test, left, #left, ==, right, #right, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_NE(test, left, right) \
	__psim_kunit_cmp(false, test, left, #left, !=, right, #right, NULL)
#define KUNIT_EXPECT_NE_MSG(test, left, right, fmt, ...) \
	__psim_kunit_cmp(false, test, left, #left, !=, right, #right, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_LT(test, left, right) \
	__psim_kunit_cmp(false, test, left, #left, <, right, #right, NULL)
#define KUNIT_EXPECT_LT_MSG(test, left, right, fmt, ...) \
	__psim_kunit_cmp(false, test, left, #left, <, right, #right, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_LE(test, left, right) \
	__psim_kunit_cmp(false, test, left, #left, <=, right, #right, NULL)
#define KUNIT_EXPECT_LE_MSG(test, left, right, fmt, ...) \
	__psim_kunit_cmp(false, test, left, #left, <=, right, #right, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_GT(test, left, right) \
	__psim_kunit_cmp(false, test, left, #left, >, right, #right, NULL)
#define KUNIT_EXPECT_GT_MSG(test, left, right, fmt, ...) \
	__psim_kunit_cmp(false, test, left, #left, >, right, #right, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_GE(test, left, right) \
	__psim_kunit_cmp(false, test, left, #left, >=, right, #right, NULL)
#define KUNIT_EXPECT_GE_MSG(test, left, right, fmt, ...) \
	__psim_kunit_cmp(false, test, left, #left, >=, right, #right, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_PTR_EQ(test, left, right) \
	__psim_kunit_cmp_ptr(false, test, left, #left, ==, right, #right, NULL)
#define KUNIT_EXPECT_PTR_EQ_MSG(test, left, right, fmt, ...) \
	__psim_kunit_cmp_ptr(false, test, left, #left, ==, right, #right, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_PTR_NE(test, left, right) \
	__psim_kunit_cmp_ptr(false, test, left, #left, !=, right, #right, NULL)
#define KUNIT_EXPECT_PTR_NE_MSG(test, left, right, fmt, ...) \
	__psim_kunit_cmp_ptr(false, test, left, #left, !=, right, #right, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_NULL(test, ptr) \
	__psim_kunit_cmp_ptr(false, test, ptr, #ptr, ==, NULL, "NULL", NULL)
#define KUNIT_EXPECT_NULL_MSG(test, ptr, fmt, ...) \
	__psim_kunit_cmp_ptr(false, test, ptr, #ptr, ==, NULL, "NULL", fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_NOT_NULL(test, ptr) \
	__psim_kunit_cmp_ptr(false, test, ptr, #ptr, !=, NULL, "NULL", NULL)
#define KUNIT_EXPECT_NOT_NULL_MSG(test, ptr, fmt, ...) \
	__psim_kunit_cmp_ptr(false, test, ptr, #ptr, !=, NULL, "NULL", fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_NOT_ERR_OR_NULL(test, ptr) __psim_kunit_object(false, test, ptr, #ptr, NULL)
#define KUNIT_EXPECT_NOT_ERR_OR_NULL_MSG(test, ptr, fmt, ...) \
	__psim_kunit_object(false, test, ptr, #ptr, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_STREQ(test, left, right) \
	__psim_kunit_cmp_str(false, test, left, #left, ==, right, #right, NULL)
#define KUNIT_EXPECT_STREQ_MSG(test, left, right, fmt, ...) \
	__psim_kunit_cmp_str(false, test, left, #left, ==, right, #right, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_STRNEQ(test, left, right) \
	__psim_kunit_cmp_str(false, test, left, #left, !=, right, #right, NULL)
#define KUNIT_EXPECT_STRNEQ_MSG(test, left, right, fmt, ...) \
	__psim_kunit_cmp_str(false, test, left, #left, !=, right, #right, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_MEMEQ(test, left, right, size) \
	__psim_kunit_cmp_mem(false, test, left, #left, ==, right, #right, size, NULL)
#define KUNIT_EXPECT_MEMEQ_MSG(test, left, right, size, fmt, ...) \
	__psim_kunit_cmp_mem(false, test, left, #left, ==, right, #right, size, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_MEMNEQ(test, left, right, size) \
	__psim_kunit_cmp_mem(false, test, left, #left, !=, right, #right, size, NULL)
#define KUNIT_EXPECT_MEMNEQ_MSG(test, left, right, size, fmt, ...) \
	__psim_kunit_cmp_mem(false, test, left, #left, !=, right, #right, size, fmt, ##__VA_ARGS__)

/* The case ends here. */
#define KUNIT_ASSERT_TRUE(test, condition) \
	__psim_kunit_true(true, test, condition, #condition, true, NULL)
#define KUNIT_ASSERT_TRUE_MSG(test, condition, fmt, ...) \
	__psim_kunit_true(true, test, condition, #condition, true, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_FALSE(test, condition) \
	__psim_kunit_true(true, test, condition, #condition, false, NULL)
#define KUNIT_ASSERT_FALSE_MSG(test, condition, fmt, ...) \
	__psim_kunit_true(true, test, condition, #condition, false, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_EQ(test, left, right) \
	__psim_kunit_cmp(true, test, left, #left, ==, right, #right, NULL)
#define KUNIT_ASSERT_EQ_MSG(test, left, right, fmt, ...) \
	__psim_kunit_cmp(true, test, left, #left, ==, right, #right, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_NE(test, left, right) \
	__psim_kunit_cmp(true, test, left, #left, !=, right, #right, NULL)
#define KUNIT_ASSERT_NE_MSG(test, left, right, fmt, ...) \
	__psim_kunit_cmp(true, test, left, #left, !=, right, #right, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_LT(test, left, right) \
	__psim_kunit_cmp(true, test, left, #left, <, right, #right, NULL)
#define KUNIT_ASSERT_LT_MSG(test, left, right, fmt, ...) \
	__psim_kunit_cmp(true, test, left, #left, <, right, #right, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_LE(test, left, right) \
	__psim_kunit_cmp(true, test, left, #left, <=, right, #right, NULL)
#define KUNIT_ASSERT_LE_MSG(test, left, right, fmt, ...) \
	__psim_kunit_cmp(true, test, left, #left, <=, right, #right, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_GT(test, left, right) \
	__psim_kunit_cmp(true, test, left, #left, >, right, #right, NULL)
#define KUNIT_ASSERT_GT_MSG(test, left, right, fmt, ...) \
	__psim_kunit_cmp(true, test, left, #left, >, right, #right, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_GE(test, left, right) \
	__psim_kunit_cmp(true, test, left, #left, >=, right, #right, NULL)
#define KUNIT_ASSERT_GE_MSG(test, left, right, fmt, ...) \
	__psim_kunit_cmp(true, test, left, #left, >=, right, #right, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_PTR_EQ(test, left, right) \
	__psim_kunit_cmp_ptr(true, test, left, #left, ==, right, #right, NULL)
#define KUNIT_ASSERT_PTR_EQ_MSG(test, left, right, fmt, ...) \
	__psim_kunit_cmp_ptr(true, test, left, #left, ==, right, #right, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_PTR_NE(test, left, right) \
	__psim_kunit_cmp_ptr(true, test, left, #left, !=, right, #right, NULL)
#define KUNIT_ASSERT_PTR_NE_MSG(test, left, right, fmt, ...) \
	__psim_kunit_cmp_ptr(true, test, left, #left, !=, right, #right, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_NULL(test, ptr) \
	__psim_kunit_cmp_ptr(true, test, ptr, #ptr, ==, NULL, "NULL", NULL)
#define KUNIT_ASSERT_NULL_MSG(test, ptr, fmt, ...) \
	__psim_kunit_cmp_ptr(true, test, ptr, #ptr, ==, NULL, "NULL", fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_NOT_NULL(test, ptr) \
	__psim_kunit_cmp_ptr(true, test, ptr, #ptr, !=, NULL, "NULL", NULL)
#define KUNIT_ASSERT_NOT_NULL_MSG(test, ptr, fmt, ...) \
	__psim_kunit_cmp_ptr(true, test, ptr, #ptr, !=, NULL, "NULL", fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_NOT_ERR_OR_NULL(test, ptr) __psim_kunit_object(true, test, ptr, #ptr, NULL)
#define KUNIT_ASSERT_NOT_ERR_OR_NULL_MSG(test, ptr, fmt, ...) \
	__psim_kunit_object(true, test, ptr, #ptr, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_STREQ(test, left, right) \
	__psim_kunit_cmp_str(true, test, left, #left, ==, right, #right, NULL)
#define KUNIT_ASSERT_STREQ_MSG(test, left, right, fmt, ...) \
	__psim_kunit_cmp_str(true, test, left, #left, ==, right, #right, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_STRNEQ(test, left, right) \
	__psim_kunit_cmp_str(true, test, left, #left, !=, right, #right, NULL)
#define KUNIT_ASSERT_STRNEQ_MSG(test, left, right, fmt, ...) \
	__psim_kunit_cmp_str(true, test, left, #left, !=, right, #right, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_MEMEQ(test, left, right, size) \
	__psim_kunit_cmp_mem(true, test, left, #left, ==, right, #right, size, NULL)
#define KUNIT_ASSERT_MEMEQ_MSG(test, left, right, size, fmt, ...) \
	__psim_kunit_cmp_mem(true, test, left, #left, ==, right, #right, size, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_MEMNEQ(test, left, right, size) \
	__psim_kunit_cmp_mem(true, test, left, #left, !=, right, #right, size, NULL)
#define KUNIT_ASSERT_MEMNEQ_MSG(test, left, right, size, fmt, ...) \
	__psim_kunit_cmp_mem(true, test, left, #left, !=, right, #right, size, fmt, ##__VA_ARGS__)

/* ---- skipping, talking ----------------------------------------------------------------------- */

void __psim_kunit_mark_skipped(struct kunit *test, const char *fmt, ...) __printf(2, 3);
/* The case counts as skipped; it goes on. */
#define kunit_mark_skipped(test, fmt, ...) __psim_kunit_mark_skipped(test, fmt, ##__VA_ARGS__)
/* The case counts as skipped and ends here. */
#define kunit_skip(test, fmt, ...)                            \
	do {                                                  \
		kunit_mark_skipped(test, fmt, ##__VA_ARGS__); \
		__psim_kunit_end_task();                      \
	} while (0)

/* Kept back, and shown if the case fails. */
void __psim_kunit_note(struct kunit *test, const char *fmt, ...) __printf(2, 3);
void __psim_kunit_suite_note(struct kunit_suite *suite, const char *fmt, ...) __printf(2, 3);
/* A case, or a suite in its init and exit functions. */
#define __psim_kunit_log(test, fmt, ...)            \
	_Generic((test), struct kunit_suite *       \
		 : __psim_kunit_suite_note, default \
		 : __psim_kunit_note)(test, fmt, ##__VA_ARGS__)
#define kunit_info(test, fmt, ...) __psim_kunit_log(test, fmt, ##__VA_ARGS__)
#define kunit_warn(test, fmt, ...) __psim_kunit_log(test, fmt, ##__VA_ARGS__)
#define kunit_err(test, fmt, ...)  __psim_kunit_log(test, fmt, ##__VA_ARGS__)

/* ---- what a case takes and its end gives back, latest first ---------------------------------- */

typedef void(kunit_action_t)(void *ctx);

/* @action(@ctx) at the case's end. Return: 0, -ENOMEM. */
int kunit_add_action(struct kunit *test, kunit_action_t *action, void *ctx);
/* As kunit_add_action(); if that fails, @action(@ctx) at once. */
int kunit_add_action_or_reset(struct kunit *test, kunit_action_t *action, void *ctx);
/* Forget the action that was added last with this @ctx; release: and do it now. */
void kunit_remove_action(struct kunit *test, kunit_action_t *action, void *ctx);
void kunit_release_action(struct kunit *test, kunit_action_t *action, void *ctx);

/* A function that calls @orig with its context as @arg_type, to be used as an action. */
#define KUNIT_DEFINE_ACTION_WRAPPER(wrapper, orig, arg_type) \
	static void wrapper(void *in)                        \
	{                                                    \
		arg_type arg = (arg_type)in;                 \
                                                             \
		orig(arg);                                   \
	}

/* Memory that the case's end frees. NULL without memory. */
void *kunit_kmalloc_array(struct kunit *test, size_t n, size_t size, gfp_t gfp);
void kunit_kfree(struct kunit *test, const void *ptr);

/** kunit_kmalloc() - memory that is freed at the end of the case */
static inline void *kunit_kmalloc(struct kunit *test, size_t size, gfp_t gfp)
{
	return kunit_kmalloc_array(test, 1, size, gfp);
}

/** kunit_kzalloc() - the same, zeroed */
static inline void *kunit_kzalloc(struct kunit *test, size_t size, gfp_t gfp)
{
	return kunit_kmalloc_array(test, 1, size, gfp | __GFP_ZERO);
}

/** kunit_kcalloc() - an array, zeroed, that is freed at the end of the case */
static inline void *kunit_kcalloc(struct kunit *test, size_t n, size_t size, gfp_t gfp)
{
	return kunit_kmalloc_array(test, n, size, gfp | __GFP_ZERO);
}

/* Copies that the case's end frees. NULL without memory. */
void *kunit_kmemdup(struct kunit *test, const void *src, size_t len, gfp_t gfp);
char *kunit_kstrdup(struct kunit *test, const char *str, gfp_t gfp);
char *kunit_kasprintf(struct kunit *test, gfp_t gfp, const char *fmt, ...) __printf(3, 4);

/* ---- a user address space for a case: the mm room's ------------------------------------------ */

/* Give the calling task an address space of its own. Return: 0, or a negative errno. */
int kunit_attach_mm(void);
/* mmap() in that address space, unmapped at the case's end. Return: the address; 0 on failure. */
unsigned long kunit_vm_mmap(struct kunit *test, struct file *file, unsigned long addr,
			    unsigned long len, unsigned long prot, unsigned long flag,
			    unsigned long offset);

#ifdef __PSIM__
/* A fork of the calling task's address space, which the case's end lets go. NULL without memory. */
struct mm_struct *kunit_fork_mm(struct kunit *test);
/* mlock(2) by the calling task. Return: 0 or -errno. */
int kunit_mlock(unsigned long start, unsigned long length);
/* What the OOM reaper does to @mm. May sleep. Return: false if something was left out to the end. */
bool kunit_oom_reap_mm(struct mm_struct *mm);
/* mprotect() and mremap() in that address space. Return: as the system calls, errnos negative. */
int kunit_mprotect(unsigned long addr, unsigned long len, unsigned long prot);
long kunit_mremap(unsigned long addr, unsigned long old_len, unsigned long new_len,
		  unsigned long flags, unsigned long new_addr);
/* Swap out the page at @address, to be left in the swap cache or not. Return: 0, -ENOENT, -EBUSY, -ENOMEM. */
int kunit_swap_out(unsigned long address, bool keep_cached);
/* Put pte_val() of an entry, a marker say, in the empty slot of @address. Return: 0, -EBUSY, -ENOMEM. */
int kunit_set_slot(unsigned long address, unsigned long entry);
/* What stands in the slot of @address, which is empty then; no CPU is told. Return: pte_val(), 0 if it was empty. */
unsigned long kunit_take_slot(unsigned long address);
/* The next report whose line contains @part is expected; the case fails if it does not come. */
void kunit_expect_report(struct kunit *test, const char *part);
/* The same for a report that halts the machine: the case must end there. */
void kunit_expect_halt(struct kunit *test, const char *part);
#endif

#endif /* _KUNIT_TEST_H */
