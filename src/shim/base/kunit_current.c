// SPDX-License-Identifier: MIT
/* What code under test may ask of KUnit; in a program without a runner there is no case. */
#include <kunit/static_stub.h>
#include <kunit/test-bug.h>
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/sched.h>

#include "base/kunit_current.h"

struct psim_kunit_current psim_kunit_current;

struct kunit *kunit_get_current_test(void)
{
	return psim_kunit_current.task == current ? psim_kunit_current.test : NULL;
}
EXPORT_SYMBOL(kunit_get_current_test);

void __psim_kunit_fail_current(const char *file, int line, const char *fmt, ...)
{
	const struct __psim_kunit_site site = {
		.file = file, .line = line, .function = "code under test"};
	struct kunit *test = kunit_get_current_test();
	struct va_format vaf = {.fmt = fmt};
	va_list args;

	if (!test)
		return;
	va_start(args, fmt);
	vaf.va = &args;
	psim_kunit_current.fail(test, &site, "%pV", &vaf);
	va_end(args);
}
EXPORT_SYMBOL(__psim_kunit_fail_current);

/* ---- static stubs: a table in the case --------------------------------------------------------------------- */

void *__psim_kunit_stub(const void *real)
{
	struct kunit *test = kunit_get_current_test();

	for (unsigned int i = 0; test && i < ARRAY_SIZE(test->__psim_stubs); i++) {
		if (test->__psim_stubs[i].real == real)
			return test->__psim_stubs[i].replacement;
	}
	return NULL;
}
EXPORT_SYMBOL(__psim_kunit_stub);

void kunit_deactivate_static_stub(struct kunit *test, void *real)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(test->__psim_stubs); i++) {
		if (test->__psim_stubs[i].real == real)
			test->__psim_stubs[i] = (struct __psim_kunit_stub){};
	}
}
EXPORT_SYMBOL(kunit_deactivate_static_stub);

void __kunit_activate_static_stub(struct kunit *test, void *real, void *replacement)
{
	kunit_deactivate_static_stub(test, real);
	if (!replacement)
		return;
	for (unsigned int i = 0; i < ARRAY_SIZE(test->__psim_stubs); i++) {
		if (!test->__psim_stubs[i].real) {
			test->__psim_stubs[i] = (struct __psim_kunit_stub){
				.real = real, .replacement = replacement};
			return;
		}
	}
	panic("KUnit: more than %zu static stubs in a case", ARRAY_SIZE(test->__psim_stubs));
}
EXPORT_SYMBOL(__kunit_activate_static_stub);
