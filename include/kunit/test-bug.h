/* SPDX-License-Identifier: MIT */
/* For code under test that wants to tell the running case something. */
#ifndef _KUNIT_TEST_BUG_H
#define _KUNIT_TEST_BUG_H

struct kunit;

/* The case that the current task runs, or NULL. */
struct kunit *kunit_get_current_test(void);
/* Fail it, if there is one. */
#define kunit_fail_current_test(fmt, ...) \
	__psim_kunit_fail_current(__FILE__, __LINE__, fmt, ##__VA_ARGS__)
void __psim_kunit_fail_current(const char *file, int line, const char *fmt, ...)
	__attribute__((__format__(__printf__, 3, 4)));

#endif /* _KUNIT_TEST_BUG_H */
