// SPDX-License-Identifier: MIT
/* The event stream: the ring, its filters, and its text. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include <psim/psim.h>
#include <psim/trace.h>

#include "../../src/shim/host/sanitizer.h"

#define PAGES 16
#define START 0x40000000ul

static const struct psim_config quiet = {.quiet = 1};

static void touch(struct psim_process *process)
{
	char byte = 1;
	long address = psim_mmap(process, START, PAGES * PSIM_PAGE_SIZE, PSIM_READ | PSIM_WRITE);

	assert_true(address > 0);
	for (int i = 0; i < PAGES; i++)
		assert_int_equal(psim_store(process, address + i * PSIM_PAGE_SIZE, &byte, 1), 0);
	assert_int_equal(psim_munmap(process, address, PAGES * PSIM_PAGE_SIZE), 0);
}

/* Two processes, each with PAGES pages; and the machine stops. */
static void run(const struct psim_trace_config *config)
{
	struct psim_process *a, *b;

	assert_int_equal(psim_start(&quiet), 0);
	assert_int_equal(psim_trace_start(config), 0);
	a = psim_process_create("a");
	b = psim_process_create("b");
	touch(a);
	touch(b);
	assert_int_equal(psim_process_exit(a), 0);
	assert_int_equal(psim_process_exit(b), 0);
	assert_int_equal(psim_stop(), 0);
}

/* ---- what the ring holds ---------------------------------------------------------------------------------- */

struct seen {
	unsigned long long events, first, last, time;
	unsigned long long of_kind[256];
	unsigned long long with; /* where a value called @name is @value */
	const char *name;
	unsigned long long value;
};

static int see(const struct psim_trace_event *event, void *arg)
{
	struct seen *seen = arg;

	if (!seen->events++)
		seen->first = event->number;
	else
		assert_int_equal(event->number, seen->last + 1);
	assert_true(event->time >= seen->time);
	assert_non_null(psim_trace_name(event->kind));
	seen->last = event->number;
	seen->time = event->time;
	seen->of_kind[event->kind]++;
	for (unsigned int i = 0; seen->name && psim_trace_value_name(event->kind, i); i++) {
		if (!strcmp(psim_trace_value_name(event->kind, i), seen->name) &&
		    event->value[i] == seen->value)
			seen->with++;
	}
	return 0;
}

static struct seen look(const char *name, unsigned long long value)
{
	struct seen seen = {.name = name, .value = value};

	assert_int_equal(psim_trace_each(see, &seen), 0);
	return seen;
}

static unsigned long long count(const struct seen *seen, const char *name)
{
	int kind = psim_trace_kind(name);

	assert_true(kind >= 0);
	return seen->of_kind[kind];
}

static void psim_trace_each__all_of_a_run(void **state)
{
	struct seen seen;

	(void)state;
	run(NULL);
	seen = look("mm", 1);
	assert_int_equal(seen.first, 1);
	assert_int_equal(seen.last, psim_trace_recorded());
	assert_int_equal(count(&seen, "page_fault_user"), 2 * PAGES);
	assert_int_equal(count(&seen, "mm_page_alloc"), count(&seen, "mm_page_free"));
	assert_int_equal(count(&seen, "machine_start"), 1);
	assert_int_equal(count(&seen, "machine_stop"), 1);
	assert_true(seen.with >= 2 * PAGES);
}

static void psim_trace_each__the_newest_stay(void **state)
{
	struct seen all, few;

	(void)state;
	run(NULL);
	all = look(NULL, 0);
	run(&(struct psim_trace_config){.events = 10});
	few = look(NULL, 0);
	assert_int_equal(few.events, 10);
	assert_int_equal(few.last, all.last);
	assert_int_equal(few.first, all.last - 9);
	assert_int_equal(few.time, all.time);
	assert_int_equal(psim_trace_recorded(), all.last);
	run(&(struct psim_trace_config){.events = all.last});
	few = look(NULL, 0);
	assert_int_equal(few.first, 1);
	assert_int_equal(few.events, all.last);
}

static int third(const struct psim_trace_event *event, void *arg)
{
	(void)arg;
	return event->number == 3 ? 42 : 0;
}

static void psim_trace_each__ends_early(void **state)
{
	(void)state;
	run(NULL);
	assert_int_equal(psim_trace_each(third, NULL), 42);
}

static void psim_trace_stop__records_no_more(void **state)
{
	struct psim_process *process;
	struct seen before, after;

	(void)state;
	assert_int_equal(psim_start(&quiet), 0);
	assert_int_equal(psim_trace_start(NULL), 0);
	process = psim_process_create("a");
	touch(process);
	assert_int_equal(psim_trace_stop(), 0);
	assert_int_equal(psim_trace_stop(), -ESRCH);
	before = look(NULL, 0);
	assert_int_equal(psim_process_exit(process), 0);
	assert_int_equal(psim_stop(), 0);
	after = look(NULL, 0);
	assert_int_equal(count(&before, "page_fault_user"), PAGES);
	assert_int_equal(after.last, before.last);

	/* the next machine's ring is empty */
	assert_int_equal(psim_start(&quiet), 0);
	after = look(NULL, 0);
	assert_int_equal(after.events, 0);
	assert_int_equal(psim_stop(), 0);
}

/* ---- filters ---------------------------------------------------------------------------------------------- */

static struct seen filtered(const char *filter)
{
	run(&(struct psim_trace_config){.filter = filter});
	return look("mm", 2);
}

static void psim_trace_filter__names(void **state)
{
	struct seen seen;

	(void)state;
	seen = filtered("page_fault_user");
	assert_int_equal(seen.events, 2 * PAGES);
	seen = filtered("mm_page_*");
	assert_int_equal(seen.events, count(&seen, "mm_page_alloc") + count(&seen, "mm_page_free"));
	assert_true(count(&seen, "mm_page_alloc") >= 2 * PAGES);
	seen = filtered("page,-mm_page_free"); /* a group, and one of it not */
	assert_true(count(&seen, "mm_page_alloc") >= 2 * PAGES);
	assert_int_equal(count(&seen, "mm_page_free"), 0);
	assert_int_equal(count(&seen, "set_pte"), 0);
	seen = filtered("-page");
	assert_int_equal(count(&seen, "mm_page_alloc"), 0);
	assert_int_equal(count(&seen, "page_fault_user"), 2 * PAGES);
}

static void psim_trace_filter__conditions(void **state)
{
	struct seen seen;

	(void)state;
	seen = filtered("page_fault_user,mm=2");
	assert_int_equal(seen.events, PAGES);
	assert_int_equal(seen.with, PAGES);
	seen = filtered("page_fault_user,mm=1,mm=2"); /* either */
	assert_int_equal(seen.events, 2 * PAGES);
	seen = filtered("page_fault_user,mm=3");
	assert_int_equal(seen.events, 0);
	seen = filtered("set_pte,mm=2,kind=present"); /* both */
	assert_int_equal(seen.events, PAGES);
	seen = filtered("set_pte,mm=2,kind=mig*");
	assert_int_equal(seen.events, 0);
	seen = filtered("task=main");
	assert_int_equal(count(&seen, "page_fault_user"), 2 * PAGES);
	seen = filtered("task=main/0,cpu=0,time=0..0xffffffff");
	assert_int_equal(count(&seen, "page_fault_user"), 2 * PAGES);
	seen = filtered("task=main/1");
	assert_int_equal(seen.events, 0);
}

/* An address is also looked for in ranges. */
static void psim_trace_filter__address(void **state)
{
	struct seen seen;

	(void)state;
	seen = filtered("address=0x40001000,mm=2");
	assert_int_equal(count(&seen, "page_fault_user"), 1);
	assert_int_equal(count(&seen, "mmap"), 1);
	seen = filtered("page_fault_user,mm=2,address=0x40001000..0x40003fff");
	assert_int_equal(seen.events, 3);
}

static void psim_trace_filter__mistakes(void **state)
{
	static const char *const wrong[] = {
		"no_such_event", "page_fault_user,,", ",",	   "-",		"-nothing*",
		"mm=",		 "nowhere=1",	      "time=9..1", "time=a..b", "=1",
	};
	struct psim_process *process;

	(void)state;
	assert_int_equal(psim_trace_filter("all"), -ESRCH);
	assert_int_equal(psim_start(&quiet), 0);
	assert_int_equal(psim_trace_start(&(struct psim_trace_config){.filter = "machine"}), 0);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(psim_trace_filter(wrong[i]), -EINVAL);
	/* it stays as it was */
	process = psim_process_create("a");
	touch(process);
	assert_int_equal(look(NULL, 0).events, 1);
	assert_int_equal(psim_trace_filter(NULL), 0);
	touch(process);
	assert_true(look(NULL, 0).events > PAGES);
	assert_int_equal(psim_process_exit(process), 0);
	assert_int_equal(psim_stop(), 0);
}

static void psim_trace_start__misuse(void **state)
{
	(void)state;
	assert_int_equal(psim_trace_start(NULL), -ESRCH);
	assert_int_equal(psim_start(&quiet), 0);
	assert_int_equal(psim_trace_start(&(struct psim_trace_config){.events = 1ull << 40}),
			 -EINVAL);
	assert_int_equal(psim_trace_start(&(struct psim_trace_config){.filter = "?"}), -EINVAL);
	assert_int_equal(psim_trace_stop(), -ESRCH);
	assert_int_equal(psim_stop(), 0);
}

/* ---- kinds -------------------------------------------------------------------------------------------------- */

static void psim_trace_name__every_kind(void **state)
{
	(void)state;
	for (unsigned int kind = 0; kind < psim_trace_kinds(); kind++) {
		assert_non_null(psim_trace_name(kind));
		assert_non_null(psim_trace_group(kind));
		assert_true(strlen(psim_trace_about(kind)) >= 10);
		assert_int_equal(psim_trace_kind(psim_trace_name(kind)), kind);
		/* a group is no event */
		assert_int_equal(psim_trace_kind(psim_trace_group(kind)), -1);
		for (unsigned int i = 1; psim_trace_value_name(kind, i); i++)
			assert_non_null(psim_trace_value_name(kind, i - 1));
	}
	assert_null(psim_trace_name(psim_trace_kinds()));
	assert_null(psim_trace_value_name(0, PSIM_TRACE_VALUES));
	assert_int_equal(psim_trace_kind("no_such_event"), -1);
}

/* ---- what events say -------------------------------------------------------------------------------------- */

#define MOST_PFNS 4096

/* Counts of pages, as their changes make them; and what is locked. */
static struct {
	long long count[MOST_PFNS];
	bool known[MOST_PFNS], locked[MOST_PFNS];
	unsigned long long checked, last_begin;
	int depth;
} pages;

static void follow_count(const struct psim_trace_event *event, unsigned int i, const char *name)
{
	long long change = event->value[1], now = event->value[2];
	bool unless = !strcmp(name, "page_ref_mod_unless");

	if (!strcmp(name, "page_ref_set") || !strcmp(name, "page_ref_unfreeze")) {
		change = now - pages.count[i];
	} else if (!strcmp(name, "page_ref_freeze")) {
		change = event->value[3] ? -change : 0;
	} else if (unless && !event->value[3]) {
		change = 0;
	}
	if (pages.known[i] && pages.count[i] + change != now)
		fail_msg("event %llu: %s of page %#x: %lld and %lld make %lld", event->number, name,
			 i, pages.count[i], change, now);
	pages.checked += pages.known[i];
	pages.known[i] = true;
	pages.count[i] = now;
}

static int follow(const struct psim_trace_event *event, void *arg)
{
	const char *name = psim_trace_name(event->kind);
	unsigned int i = event->value[0] % MOST_PFNS;

	(void)arg;
	if (!strncmp(name, "page_ref_", 9)) {
		follow_count(event, i, name);
	} else if (!strcmp(name, "folio_lock")) {
		assert_false(pages.locked[i]);
		pages.locked[i] = true;
	} else if (!strcmp(name, "folio_unlock")) {
		assert_true(pages.locked[i]);
		pages.locked[i] = false;
	} else if (!strcmp(name, "mm_page_free") && pages.known[i]) {
		assert_int_equal(pages.count[i], 0);
		pages.known[i] = false; /* whose count it becomes is the allocator's */
	}
	return 0;
}

/* PAGES there and back, on a machine with a GPU. */
static void migrate(const char *filter)
{
	struct psim_process *process;
	struct psim_gpu *gpu;
	char byte = 1;

	assert_int_equal(psim_start(&quiet), 0);
	assert_int_equal(psim_trace_start(&(struct psim_trace_config){.filter = filter}), 0);
	process = psim_process_create("app");
	gpu = psim_gpu_create(
		&(struct psim_gpu_config){.memory_bytes = 1 << 20, .chunk_bytes = 4096});
	assert_int_equal(psim_mmap(process, START, PAGES * PSIM_PAGE_SIZE, PSIM_READ | PSIM_WRITE),
			 START);
	for (int i = 0; i < PAGES; i++)
		assert_int_equal(psim_store(process, START + i * PSIM_PAGE_SIZE, &byte, 1), 0);
	assert_int_equal(psim_gpu_migrate(gpu, process, START, PAGES * PSIM_PAGE_SIZE), 0);
	assert_int_equal(psim_gpu_fill(gpu, process, START, PAGES * PSIM_PAGE_SIZE, 7), 0);
	for (int i = 0; i < PAGES; i++)
		assert_int_equal(psim_load(process, START + i * PSIM_PAGE_SIZE, &byte, 1), 0);
	assert_int_equal(psim_process_exit(process), 0);
	assert_int_equal(psim_gpu_destroy(gpu), 0);
	assert_int_equal(psim_stop(), 0);
}

/* No count changes behind the events' back, and each lock is let go. */
static void events__counts_and_locks_add_up(void **state)
{
	(void)state;
	memset(&pages, 0, sizeof(pages));
	migrate("all");
	assert_int_equal(psim_trace_each(follow, NULL), 0);
	assert_true(pages.checked > 10 * PAGES);
	for (int i = 0; i < MOST_PFNS; i++)
		assert_false(pages.locked[i]);
}

/* Whatever begins ends. */
static void events__each_beginning_has_its_end(void **state)
{
	static const char *const others[][2] = {
		{"mmu_notifier_start", "mmu_notifier_end"},
		{"contention_begin", "contention_end"},
		{"wait_begin", "wait_end"},
		{"dma_fence_wait_start", "dma_fence_wait_end"},
		{"irq_handler_entry", "irq_handler_exit"},
		{"timer_expire_entry", "timer_expire_exit"},
		{"workqueue_execute_start", "workqueue_execute_end"},
		{"process_create", "process_exit"},
		{"memremap_pages", "memunmap_pages"},
		{"lock_acquired", "lock_release"},
		{"dma_fence_init", "dma_fence_destroy"},
		{"dma_map_page", "dma_unmap_page"},
		{"zone_device_page_init", "zone_device_folio_free"},
		{"mm_page_alloc", "mm_page_free"},
	};
	struct seen seen;
	char name[64];

	(void)state;
	migrate("all");
	seen = look(NULL, 0);
	for (unsigned int kind = 0; kind < psim_trace_kinds(); kind++) {
		snprintf(name, sizeof(name), "%s_end", psim_trace_name(kind));
		if (psim_trace_kind(name) >= 0)
			assert_int_equal(seen.of_kind[kind], count(&seen, name));
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_int_equal(count(&seen, others[i][0]), count(&seen, others[i][1]));
	/* drivers are called under the mmap lock: each fault on the device is begun anew with it */
	assert_int_equal(count(&seen, "page_fault_user"), 3 * PAGES);
	assert_int_equal(count(&seen, "migrate_to_ram"), PAGES);
	assert_int_equal(count(&seen, "gpu_copy"), 2 * PAGES);
	assert_int_equal(count(&seen, "zone_device_page_init"), PAGES);
	assert_int_equal(count(&seen, "dma_fence_signaled"), count(&seen, "dma_fence_init"));
	assert_true(count(&seen, "mmu_notifier_call") > 0);
	assert_true(count(&seen, "gpu_invalidate") > 0);
	assert_true(count(&seen, "hmm_range_fault") > 0);
	assert_int_equal(count(&seen, "gpu_command"), 1);
	assert_true(count(&seen, "page_ref_mod_and_test") > PAGES);
}

/* ---- text --------------------------------------------------------------------------------------------------- */

static char *slurp(const char *path)
{
	FILE *file = fopen(path, "r");
	char *text = calloc(1, 1 << 20);

	assert_non_null(file);
	assert_true(fread(text, 1, (1 << 20) - 1, file) > 0);
	fclose(file);
	unlink(path);
	return text;
}

/* What was written at once, and what the ring held. */
static void psim_trace_write__text_is_the_same(void **state)
{
	char at_once[] = "/tmp/psim-trace-XXXXXX", later[] = "/tmp/psim-trace-XXXXXX";
	struct psim_process *process;
	char *first, *second;
	unsigned long long lines = 0;

	(void)state;
	close(mkstemp(at_once));
	close(mkstemp(later));
	assert_int_equal(psim_start(&quiet), 0);
	assert_int_equal(psim_trace_start(NULL), 0);
	assert_int_equal(psim_trace_to(at_once), 0);
	process = psim_process_create("a");
	touch(process);
	assert_int_equal(psim_process_exit(process), 0);
	assert_int_equal(psim_stop(), 0);
	assert_int_equal(psim_trace_write(later, "text"), 0);
	first = slurp(at_once);
	second = slurp(later);
	assert_string_equal(first, second);
	for (char *at = first; *at; at++)
		lines += *at == '\n';
	assert_int_equal(lines, psim_trace_recorded());
	free(first);
	free(second);
}

static void psim_trace_write__bad_input(void **state)
{
	(void)state;
	assert_int_equal(psim_trace_write("/nowhere/trace", "text"), -ENOENT);
	run(NULL);
	assert_int_equal(psim_trace_write("/dev/full", "text"), -ENOSPC);
	assert_int_equal(psim_trace_write("/dev/full", "perfetto"), -ENOSPC);
	assert_int_equal(psim_trace_write("/tmp/x", "no-such-format"), -EINVAL);
}

static void psim_trace_line__columns(void **state)
{
	int kind = psim_trace_kind("set_pte");
	struct psim_trace_event event = {.time = 42,
					 .task = 7,
					 .cpu = -1,
					 .task_name = "app",
					 .kind = kind,
					 .value = {1, 0x40000000, 1, 0x10}};
	char line[PSIM_TRACE_LINE];
	int length = psim_trace_line(&event, line, sizeof(line));

	(void)state;
	assert_int_equal(length, strlen(line));
	assert_string_equal(line, "          42   - app/7 set_pte: mm=1 address=0x40000000 "
				  "kind=present pfn=0x10");
	event.cpu = 12;
	event.value[2] = 99; /* a word that there is not */
	psim_trace_line(&event, line, sizeof(line));
	assert_string_equal(line, "          42  12 app/7 set_pte: mm=1 address=0x40000000 "
				  "kind=99 pfn=0x10");
	assert_true(psim_trace_line(&event, line, 20) < 20);
}

/* ---- crashes ------------------------------------------------------------------------------------------------ */

static char last_path[64];

__attribute__((noinline, no_sanitize("undefined", "address"))) static int crashes(void *nothing)
{
	return *(volatile int *)nothing;
}

static void assert_report_is_written(void)
{
	char *text = slurp(last_path);

	assert_non_null(strstr(text, "report: nr=1 text=memory: wild pointer: read of NULL"));
	assert_int_equal(text[strlen(text) - 1], '\n');
	free(text);
}

static void write_last_words(void)
{
	psim_trace_write(last_path, "text");
}

static void start_to_crash(void)
{
	strcpy(last_path, "/tmp/psim-trace-XXXXXX");
	close(mkstemp(last_path));
	assert_int_equal(psim_start(&quiet), 0);
	assert_int_equal(psim_trace_start(NULL), 0);
}

static void crash__of_a_task(void **state)
{
	(void)state;
	start_to_crash();
	assert_int_equal(psim_run("crashes", crashes, NULL), -ECANCELED);
	assert_true(psim_stop() > 0);
	write_last_words();
	assert_report_is_written();
}

/* With the main task the process ends. */
static void crash__of_the_main_task(void **state)
{
	pid_t child;
	int status;

	(void)state;
	start_to_crash();
	child = fork();
	if (!child) {
		signal(SIGSEGV, SIG_DFL);
		psim_stop();
		psim_start(&quiet);
		psim_trace_start(NULL);
		psim_trace_last_words(write_last_words);
		close(STDERR_FILENO);
		_exit(crashes(NULL));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_false(WIFEXITED(status) && !WEXITSTATUS(status));
	assert_report_is_written();
	assert_int_equal(psim_stop(), 0);
}

int main(void)
{
	/* there the signals are the sanitizer's */
	static const struct CMUnitTest crashing[] = {
		cmocka_unit_test(crash__of_a_task),
		cmocka_unit_test(crash__of_the_main_task),
	};
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(psim_trace_each__all_of_a_run),
		cmocka_unit_test(psim_trace_each__the_newest_stay),
		cmocka_unit_test(psim_trace_each__ends_early),
		cmocka_unit_test(psim_trace_stop__records_no_more),
		cmocka_unit_test(psim_trace_filter__names),
		cmocka_unit_test(psim_trace_filter__conditions),
		cmocka_unit_test(psim_trace_filter__address),
		cmocka_unit_test(psim_trace_filter__mistakes),
		cmocka_unit_test(psim_trace_start__misuse),
		cmocka_unit_test(psim_trace_name__every_kind),
		cmocka_unit_test(events__counts_and_locks_add_up),
		cmocka_unit_test(events__each_beginning_has_its_end),
		cmocka_unit_test(psim_trace_write__text_is_the_same),
		cmocka_unit_test(psim_trace_write__bad_input),
		cmocka_unit_test(psim_trace_line__columns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) +
	       (PSIM_HAS_TSAN ? 0 : cmocka_run_group_tests(crashing, NULL, NULL));
}
