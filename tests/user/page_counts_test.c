// SPDX-License-Identifier: MIT
/* Looking at the machine from outside: what a page counts, and each event at the moment when it happens. */
#include <psim/gpu.h>
#include <psim/trace.h>

#include "one_process.h"

static struct psim_page_counts counts_at(unsigned long address)
{
	struct psim_page_counts counts;
	struct psim_page_info info;

	assert_true(psim_where(process, address, &info) >= 0);
	assert_int_equal(psim_page_counts(info.pfn, &counts), 0);
	assert_int_equal(counts.refs, info.refcount);
	assert_int_equal(counts.maps, info.mapcount);
	return counts;
}

/* S0.6, S6.41: a slot and the queue to the LRU lists */
static void page_counts__of_a_new_page(void **state)
{
	unsigned long at = map(1);
	struct psim_page_counts counts;

	(void)state;
	store_u64(at, 1);
	counts = counts_at(at);
	assert_int_equal(counts.refs, 2);
	assert_int_equal(counts.maps, 1);
	assert_int_equal(counts.queued, 1);
	assert_int_equal(counts.pins, 0);
	assert_false(counts.locked || counts.device || counts.zero);
}

static void page_counts__of_the_zero_page(void **state)
{
	unsigned long at = map(1);
	struct psim_page_info info;
	struct psim_page_counts counts;

	(void)state;
	assert_int_equal(load_u64(at), 0);
	assert_int_equal(psim_where(process, at, &info), PSIM_ZERO);
	assert_int_equal(psim_page_counts(info.pfn, &counts), 0);
	assert_true(counts.zero);
	assert_int_equal(counts.maps, 0);
}

static void page_counts__of_no_page(void **state)
{
	struct psim_page_counts counts;

	(void)state;
	assert_int_equal(psim_page_counts(~0ul >> 12, &counts), -ENOENT);
	assert_int_equal(psim_page_counts((16 << 20) / PAGE - 1, &counts), 0);
	assert_int_equal(counts.refs, 0);
}

/* ---- in the middle of a migration --------------------------------------------------------------------- */

struct seen {
	unsigned long long events, number;
	int locked, moved;
	struct psim_page_counts source, destination;
};

static void see(const struct psim_trace_event *event, void *arg)
{
	struct seen *seen = arg;
	const unsigned long long *value = event->value;

	seen->events++;
	assert_int_equal(event->number, seen->events);
	if (strcmp(psim_trace_name(event->kind), "migrate_pages") != 0 || !(value[0] & 1))
		return;
	seen->moved++;
	assert_int_equal(psim_page_counts(value[0] >> 6, &seen->source), 0);
	assert_int_equal(psim_page_counts(value[1] >> 6, &seen->destination), 0);
}

/* S1.61, S2.34: both locked by whoever migrates, unmapped, one reference each */
static void page_counts__while_a_page_moves(void **state)
{
	struct psim_gpu *gpu = psim_gpu_create(NULL);
	unsigned long at = map(1);
	struct seen seen = {0};
	struct psim_page_counts after;

	(void)state;
	store_u64(at, 1);
	assert_int_equal(psim_trace_watch(see, &seen), 0);
	assert_int_equal(psim_gpu_migrate(gpu, process, at, PAGE), 0);
	assert_int_equal(psim_trace_watch(NULL, NULL), 0);
	assert_int_equal(seen.moved, 1);
	assert_int_equal(seen.source.refs, 1);
	assert_int_equal(seen.source.maps, 0);
	assert_true(seen.source.locked && seen.destination.locked);
	assert_int_equal(seen.source.owner, seen.destination.owner);
	assert_int_equal(seen.destination.refs, 1);
	assert_true(seen.destination.device && !seen.source.device);
	after = counts_at(at);
	assert_true(after.device && !after.locked);
	assert_int_equal(after.refs, 1);
	store_u64(at, 2);
	assert_int_equal(seen.moved, 1);
	assert_int_equal(psim_munmap(process, at, PAGE), 0);
	assert_int_equal(psim_gpu_destroy(gpu), 0);
}

/* A filter is the stream's: it holds for who watches, too. */
static void trace_watch__what_the_filter_takes(void **state)
{
	unsigned long at = map(1);
	struct seen seen = {0};

	(void)state;
	assert_int_equal(psim_trace_watch(see, &seen), 0);
	assert_int_equal(psim_trace_filter("munmap"), 0);
	store_u64(at, 1);
	assert_int_equal(seen.events, 0);
	assert_int_equal(psim_munmap(process, at, PAGE), 0);
	assert_int_equal(seen.events, 1);
}

static void watch_and_counts__without_a_machine(void **state)
{
	struct psim_page_counts counts;

	(void)state;
	assert_int_equal(psim_trace_watch(see, NULL), -ESRCH);
	assert_int_equal(psim_page_counts(1, &counts), -ESRCH);
}

static void page_counts__in_the_free_running_engine(void **state)
{
	const struct psim_config config = {.engine = PSIM_FREE_RUNNING, .quiet = 1};
	struct psim_page_counts counts;

	(void)state;
	assert_int_equal(psim_start(&config), 0);
	assert_int_equal(psim_page_counts(1, &counts), -EOPNOTSUPP);
	assert_int_equal(psim_stop(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(page_counts__of_a_new_page),
		CASE(page_counts__of_the_zero_page),
		CASE(page_counts__of_no_page),
		CASE(page_counts__while_a_page_moves),
		CASE(trace_watch__what_the_filter_takes),
		cmocka_unit_test(page_counts__in_the_free_running_engine),
		cmocka_unit_test(watch_and_counts__without_a_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
