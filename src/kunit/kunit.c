// SPDX-License-Identifier: MIT
/*
 * The half of the test runner that is inside the machine: runs a case with its suite's init and
 * exit, says what failed, keeps the actions of a case's end.
 *
 * Failures go to standard error at once, so that they stand before any report that follows from
 * them.
 */
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <psim/audit.h>

#include "base/kunit_current.h"
#include "host/host.h"
#include "sim/sim.h"
#include "kunit_bridge.h"

#define STDERR	   2
#define TEXT_BYTES 2048

/* sim's own: marks the machine as halted without a report. */
void psim_mark_halted(void);

struct action {
	struct list_head link;
	kunit_action_t *function;
	void *context;
};

/* ---- saying what failed ---- */

struct text {
	char bytes[TEXT_BYTES];
	size_t used;
};

static __printf(2, 3) void say(struct text *text, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	text->used += vscnprintf(text->bytes + text->used, TEXT_BYTES - text->used, fmt, args);
	va_end(args);
}

static void begin(struct text *text, struct kunit *test, const struct __psim_kunit_site *site)
{
	text->used = 0;
	say(text, "FAILED %s", test->__psim_run->name);
	if (test->__psim_param[0])
		say(text, " [%s]", test->__psim_param);
	say(text, " in %s() (%s:%d)\n", site->function, site->file, site->line);
	if (site->left)
		say(text, "    %s: %s %s %s\n", site->fatal ? "asserted" : "expected", site->left,
		    site->op, site->right ?: "");
}

/* The first failure in one line, for cmocka's own message. */
static void keep_first(struct __psim_kunit_run *run, const struct __psim_kunit_site *site)
{
	if (__atomic_fetch_add(&run->failures, 1, __ATOMIC_RELAXED))
		return;
	scnprintf(run->first, sizeof(run->first), "%s:%d: %s(): %s %s %s", site->file, site->line,
		  site->function, site->left ?: "KUNIT_FAIL", site->op ?: "", site->right ?: "");
}

static __printf(4, 0) void finish(struct text *text, struct kunit *test,
				  const struct __psim_kunit_site *site, const char *fmt,
				  va_list *args)
{
	struct va_format message = {.fmt = fmt, .va = args};

	if (fmt)
		say(text, "    %pV\n", &message);
	keep_first(test->__psim_run, site);
	test->status = KUNIT_FAILURE;
	psim_host_write(STDERR, text->bytes, text->used);
}

#define FINISH(text, test, site, fmt)                 \
	do {                                          \
		va_list args;                         \
		va_start(args, fmt);                  \
		finish(text, test, site, fmt, &args); \
		va_end(args);                         \
	} while (0)

void __psim_kunit_fail(struct kunit *test, const struct __psim_kunit_site *site, const char *fmt,
		       ...)
{
	struct text text;

	begin(&text, test, site);
	FINISH(&text, test, site, fmt);
}

void __psim_kunit_bool(struct kunit *test, const struct __psim_kunit_site *site, const char *fmt,
		       ...)
{
	struct text text;

	begin(&text, test, site);
	FINISH(&text, test, site, fmt);
}

/* A literal says its own value. */
static bool is_literal(const char *text)
{
	return !text || *text == '"' || (*text >= '0' && *text <= '9') || !strcmp(text, "NULL") ||
	       (*text == '-' && text[1] >= '0' && text[1] <= '9');
}

static void say_number(struct text *text, const char *name, long long value)
{
	if (!is_literal(name))
		say(text, "    %s = %lld (%#llx)\n", name, value, value);
}

void __psim_kunit_int(struct kunit *test, const struct __psim_kunit_site *site, long long left,
		      long long right, const char *fmt, ...)
{
	struct text text;

	begin(&text, test, site);
	say_number(&text, site->left, left);
	say_number(&text, site->right, right);
	FINISH(&text, test, site, fmt);
}

static void say_pointer(struct text *text, const char *name, const void *p)
{
	if (is_literal(name))
		return;
	if (IS_ERR(p))
		say(text, "    %s = %pe\n", name, p);
	else
		say(text, "    %s = %px\n", name, p);
}

void __psim_kunit_ptr(struct kunit *test, const struct __psim_kunit_site *site, const void *left,
		      const void *right, const char *fmt, ...)
{
	struct text text;

	begin(&text, test, site);
	say_pointer(&text, site->left, left);
	say_pointer(&text, site->right, right);
	FINISH(&text, test, site, fmt);
}

static void say_string(struct text *text, const char *name, const char *value)
{
	if (is_literal(name))
		return;
	if (value)
		say(text, "    %s = \"%.400s\"\n", name, value);
	else
		say(text, "    %s = NULL\n", name);
}

void __psim_kunit_str(struct kunit *test, const struct __psim_kunit_site *site, const char *left,
		      const char *right, const char *fmt, ...)
{
	struct text text;

	begin(&text, test, site);
	say_string(&text, site->left, left);
	say_string(&text, site->right, right);
	FINISH(&text, test, site, fmt);
}

void __psim_kunit_mem(struct kunit *test, const struct __psim_kunit_site *site, const void *left,
		      const void *right, size_t size, const char *fmt, ...)
{
	const u8 *a = left, *b = right;
	struct text text;
	size_t at = 0;

	begin(&text, test, site);
	if (!a || !b) {
		say(&text, "    %s is NULL\n", a ? site->right : site->left);
	} else {
		while (at < size && a[at] == b[at])
			at++;
		if (at < size)
			say(&text, "    byte %zu of %zu: %#x, %#x\n", at, size, a[at], b[at]);
		else
			say(&text, "    all %zu bytes are the same\n", size);
	}
	FINISH(&text, test, site, fmt);
}

void __psim_kunit_end_task(void)
{
	psim_mark_halted();
	psim_halt_run();
	psim_host_exit(1);
}

void __psim_kunit_mark_skipped(struct kunit *test, const char *fmt, ...)
{
	struct __psim_kunit_run *run = test->__psim_run;
	va_list args;

	va_start(args, fmt);
	vscnprintf(run->comment, sizeof(run->comment), fmt, args);
	va_end(args);
	strscpy(test->status_comment, run->comment);
	run->skipped = 1;
	test->status = KUNIT_SKIPPED;
}

void __psim_kunit_note(struct kunit *test, const char *fmt, ...)
{
	struct __psim_kunit_run *run = test->__psim_run;
	char line[256];
	va_list args;
	size_t n, at;

	va_start(args, fmt);
	n = vscnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	if (run->verbose)
		psim_host_write(STDERR, line, n);
	at = __atomic_fetch_add(&run->notes_used, n, __ATOMIC_RELAXED);
	if (at + n < sizeof(run->notes))
		memcpy(run->notes + at, line, n);
}

void __psim_kunit_suite_note(struct kunit_suite *suite, const char *fmt, ...)
{
	struct va_format vaf = {.fmt = fmt};
	va_list args;

	va_start(args, fmt);
	vaf.va = &args;
	printk(KERN_INFO "%s: %pV", suite->name, &vaf);
	va_end(args);
}

/* For kunit_get_current_test(): the case, while its task asks. */
static void set_current(struct kunit *test)
{
	psim_kunit_current.test = test;
	psim_kunit_current.task = current;
	psim_kunit_current.fail = __psim_kunit_fail;
}

void kunit_expect_report(struct kunit *test, const char *part)
{
	KUNIT_ASSERT_EQ_MSG(test, psim_expect_report(part), 0, "expecting a report \"%s\"", part);
}

void kunit_expect_halt(struct kunit *test, const char *part)
{
	kunit_expect_report(test, part);
	test->__psim_run->halts = 1;
}

/* ---- actions ---- */

int kunit_add_action(struct kunit *test, kunit_action_t *function, void *context)
{
	struct action *action = psim_host_malloc(sizeof(*action));

	if (!action)
		return -ENOMEM;
	action->function = function;
	action->context = context;
	list_add(&action->link, &test->__psim_actions);
	return 0;
}

int kunit_add_action_or_reset(struct kunit *test, kunit_action_t *function, void *context)
{
	int err = kunit_add_action(test, function, context);

	if (err)
		function(context);
	return err;
}

static bool forget_action(struct kunit *test, kunit_action_t *function, void *context)
{
	struct action *action;

	list_for_each_entry(action, &test->__psim_actions, link) {
		if (action->function != function || action->context != context)
			continue;
		list_del(&action->link);
		psim_host_free(action);
		return true;
	}
	return false;
}

void kunit_remove_action(struct kunit *test, kunit_action_t *function, void *context)
{
	forget_action(test, function, context);
}

void kunit_release_action(struct kunit *test, kunit_action_t *function, void *context)
{
	if (forget_action(test, function, context))
		function(context);
}

static void run_actions(struct kunit *test)
{
	struct action *action;

	while ((action = list_first_entry_or_null(&test->__psim_actions, struct action, link))) {
		kunit_action_t *function = action->function;
		void *context = action->context;

		list_del(&action->link);
		psim_host_free(action);
		function(context);
	}
}

static void free_action(void *p)
{
	kfree(p);
}

void *kunit_kmalloc_array(struct kunit *test, size_t n, size_t size, gfp_t gfp)
{
	void *p = kmalloc_array(n, size, gfp);

	if (p && kunit_add_action_or_reset(test, free_action, p))
		return NULL;
	return p;
}

void *kunit_kmemdup(struct kunit *test, const void *src, size_t len, gfp_t gfp)
{
	void *p = kunit_kmalloc(test, len, gfp);

	return p ? memcpy(p, src, len) : NULL;
}

char *kunit_kstrdup(struct kunit *test, const char *str, gfp_t gfp)
{
	return str ? kunit_kmemdup(test, str, strlen(str) + 1, gfp) : NULL;
}

char *kunit_kasprintf(struct kunit *test, gfp_t gfp, const char *fmt, ...)
{
	va_list args;
	char *p;

	va_start(args, fmt);
	p = kvasprintf(gfp, fmt, args);
	va_end(args);
	return p && kunit_add_action_or_reset(test, free_action, p) ? NULL : p;
}

void kunit_kfree(struct kunit *test, const void *p)
{
	if (p)
		kunit_release_action(test, free_action, (void *)p);
}

/* ---- running ---- */

const char *psim_kunit_suite_name(const struct kunit_suite *suite)
{
	return suite->name;
}

const char *psim_kunit_case_name(const struct kunit_suite *suite, unsigned int index)
{
	return suite->test_cases[index].run_case ? suite->test_cases[index].name : NULL;
}

const struct psim_config *psim_kunit_case_config(const struct kunit_suite *suite,
						 unsigned int index)
{
	return suite->test_cases[index].__psim_config;
}

static void init_failed(struct kunit *test, const char *what, int err)
{
	const struct __psim_kunit_site site = {.file = "suite", .function = what};

	__psim_kunit_fail(test, &site, "%s() returned %pe", what, ERR_PTR(err));
}

static void run_once(struct kunit *test, struct kunit_suite *suite, struct kunit_case *test_case)
{
	int err = suite->init ? suite->init(test) : 0;

	if (err)
		init_failed(test, "init", err);
	else if (test->status != KUNIT_SKIPPED)
		test_case->run_case(test);
	if (suite->exit)
		suite->exit(test);
	run_actions(test);
	memset(test->__psim_stubs, 0, sizeof(test->__psim_stubs));
}

static void run_all_params(struct kunit *test, struct kunit_suite *suite, struct kunit_case *c)
{
	const void *param = NULL;

	if (!c->generate_params) {
		run_once(test, suite, c);
		return;
	}
	while ((param = c->generate_params(test, param, test->__psim_param))) {
		test->param_value = param;
		test->priv = NULL;
		run_once(test, suite, c);
		test->param_index++;
		test->__psim_param[0] = 0;
	}
}

int psim_kunit_body(void *arg)
{
	struct __psim_kunit_run *run = arg;
	struct kunit_suite *suite = run->suite;
	struct kunit test = {
		.name = suite->test_cases[run->index].name,
		.__psim_run = run,
	};
	int err;

	if (!run->verbose)
		console_loglevel = LOGLEVEL_NOTICE;
	INIT_LIST_HEAD(&test.__psim_actions);
	INIT_LIST_HEAD(&test.__psim_resources);
	set_current(&test);
	err = suite->suite_init ? suite->suite_init(suite) : 0;
	if (err)
		init_failed(&test, "suite_init", err);
	else
		run_all_params(&test, suite, &suite->test_cases[run->index]);
	if (suite->suite_exit)
		suite->suite_exit(suite);
	set_current(NULL);
	return 0;
}
