/* SPDX-License-Identifier: MIT */
/* The KUnit case that runs, as the code it tests sees it: filled in by the runner, if there is one. */
#ifndef PSIM_BASE_KUNIT_CURRENT_H
#define PSIM_BASE_KUNIT_CURRENT_H

struct kunit;
struct task_struct;
struct __psim_kunit_site;

struct psim_kunit_current {
	struct kunit *test;
	struct task_struct *task;
	void (*fail)(struct kunit *test, const struct __psim_kunit_site *site, const char *fmt,
		     ...);
};

extern struct psim_kunit_current psim_kunit_current;

#endif /* PSIM_BASE_KUNIT_CURRENT_H */
