/* SPDX-License-Identifier: MIT */
/*
 * Static stubs: a function that says KUNIT_STATIC_STUB_REDIRECT(its name, its arguments) first of all can be
 * replaced by a case, for the task that runs it, until the case ends.
 */
#ifndef _KUNIT_STATIC_STUB_H
#define _KUNIT_STATIC_STUB_H

#include <kunit/test-bug.h>
#include <linux/compiler.h>
#include <linux/typecheck.h>
#include <linux/types.h>

/* The replacement of @real for the current task, or NULL. */
void *__psim_kunit_stub(const void *real);

#define KUNIT_STATIC_STUB_REDIRECT(real, args...)                     \
	do {                                                          \
		typeof(&real) __psim_stub = __psim_kunit_stub(&real); \
                                                                      \
		if (unlikely(__psim_stub))                            \
			return __psim_stub(args);                     \
	} while (0)

void __kunit_activate_static_stub(struct kunit *test, void *real, void *replacement);
/* From here on @replacement is called; NULL ends that. A case can have sixteen at a time. */
#define kunit_activate_static_stub(test, real, replacement)                                 \
	do {                                                                                \
		typecheck_fn(typeof(&real), replacement);                                   \
		__kunit_activate_static_stub((test), (void *)&real, (void *)(replacement)); \
	} while (0)
void kunit_deactivate_static_stub(struct kunit *test, void *real);

#endif /* _KUNIT_STATIC_STUB_H */
