// SPDX-License-Identifier: MIT
/*
 * The event stream's ring. An event is recorded in binary; the oldest ones make room. The ring and the
 * strings that its events mention outlive the machine, until the next one starts.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/page_ref.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "sim/trace.h"

#define DEFAULT_EVENTS (1ull << 20)
#define MOST_EVENTS    (1ull << 28)

bool psim_trace_wanted[PSIM_EV_COUNT];
bool __psim_page_ref_wanted;

/**
 * struct entry - an event in the ring; its number follows from where it lies
 * @time: virtual ns
 * @value: its four numbers
 * @task: the task's number
 * @name: the task's name: a string's number
 * @cpu: the task's CPU, or -1
 * @kind: enum psim_event
 */
struct entry {
	u64 time;
	u64 value[PSIM_TRACE_VALUES];
	u32 task;
	u32 name;
	s16 cpu;
	u16 kind;
};

static struct psim_monitor guard;
static bool filter_wants[PSIM_EV_COUNT];
static bool filtered; /* filter_wants is of a filter, not of the default */
static bool recording;
static struct {
	struct entry *entries, *next, *end;
	u64 recorded;
} ring;

static struct {
	void (*fn)(const struct psim_trace_event *event, void *arg);
	void *arg;
	u64 told;
} watcher;

static const char nobody[TASK_COMM_LEN] = "main";

/* ---- recording ------------------------------------------------------------------------------------------- */

static void keep(enum psim_event kind, const u64 value[PSIM_TRACE_VALUES],
		 const struct psim_context *context)
{
	struct entry *entry = ring.next;

	if (++ring.next == ring.end)
		ring.next = ring.entries;
	ring.recorded++;
	entry->time = context->time;
	memcpy(entry->value, value, sizeof(entry->value));
	entry->task = context->task;
	entry->name = psim_trace_task_name(context->task, context->name);
	entry->cpu = context->cpu;
	entry->kind = kind;
}

static void tell(enum psim_event kind, const u64 value[PSIM_TRACE_VALUES],
		 const struct psim_context *context)
{
	struct psim_trace_event event = {
		.time = context->time,
		.task = context->task,
		.cpu = context->cpu,
		.task_name = context->name,
		.kind = kind,
	};

	memcpy(event.value, value, sizeof(event.value));
	if (psim_trace_text_open())
		psim_trace_text_event(&event);
	if (watcher.fn) {
		event.number = ++watcher.told;
		watcher.fn(&event, watcher.arg);
	}
}

/* Only whoever begins to listen hears of it. */
void psim_trace_began(bool text)
{
	const u64 value[PSIM_TRACE_VALUES] = {psim_config.ram_bytes, psim_config.seed};
	struct psim_context context = {.cpu = -1, .name = nobody};

	psim_sim_lock(&guard);
	psim_context_now(&context);
	if (psim_trace_wanted[PSIM_EV_MACHINE_START] &&
	    psim_trace_conditions_hold(PSIM_EV_MACHINE_START, value))
		(text ? tell : keep)(PSIM_EV_MACHINE_START, value, &context);
	psim_sim_unlock(&guard);
}

void psim_trace_record(enum psim_event kind, u64 a, u64 b, u64 c, u64 d)
{
	const u64 value[PSIM_TRACE_VALUES] = {a, b, c, d};
	struct psim_context context = {.cpu = -1, .name = nobody};

	psim_sim_lock(&guard);
	if (psim_trace_wanted[kind] &&
	    (likely(!psim_trace_conditions) || psim_trace_conditions_hold(kind, value))) {
		psim_context_now(&context);
		if (recording)
			keep(kind, value, &context);
		if (psim_trace_text_open() || watcher.fn)
			tell(kind, value, &context);
	}
	psim_sim_unlock(&guard);
}

void psim_trace_wants_changed(void)
{
	bool anybody = recording || watcher.fn || psim_trace_text_open(), refs = false;

	for (unsigned int kind = 0; kind < PSIM_EV_COUNT; kind++) {
		bool wants = filtered ? filter_wants[kind] : psim_trace_by_default(kind);

		__atomic_store_n(&psim_trace_wanted[kind], anybody && wants, __ATOMIC_RELAXED);
		refs |= anybody && wants && kind >= PSIM_EV_REF_SET && kind <= PSIM_EV_REF_UNFREEZE;
	}
	__atomic_store_n(&__psim_page_ref_wanted, refs, __ATOMIC_RELAXED);
}

/* ---- the user face ---------------------------------------------------------------------------------------- */

int psim_trace_filter(const char *filter)
{
	bool wants[PSIM_EV_COUNT];
	int err;

	if (!psim_running())
		return psim_misuse(
			-ESRCH,
			"psim_trace_filter: no machine is running: call psim_start() first");
	psim_sim_lock(&guard);
	err = psim_trace_filter_set(filter, wants);
	if (!err) {
		memcpy(filter_wants, wants, sizeof(wants));
		filtered = true;
		psim_trace_wants_changed();
	}
	psim_sim_unlock(&guard);
	return err;
}

static int make_ring(u64 capacity)
{
	struct entry *entries = psim_host_arena(PSIM_ARENA_TRACE, capacity * sizeof(*entries));

	if (!entries || psim_trace_strings_start())
		return -ENOMEM;
	psim_sim_lock(&guard);
	ring.entries = ring.next = entries;
	ring.end = entries + capacity;
	ring.recorded = 0;
	recording = true;
	psim_trace_wants_changed();
	psim_sim_unlock(&guard);
	return 0;
}

int psim_trace_start(const struct psim_trace_config *config)
{
	u64 capacity = config && config->events ? config->events : DEFAULT_EVENTS;
	int err = 0;

	if (!psim_running())
		return psim_misuse(
			-ESRCH, "psim_trace_start: no machine is running: call psim_start() first");
	if (capacity > MOST_EVENTS)
		return psim_misuse(-EINVAL, "psim_trace_start: %llu events: 1 to %llu are allowed",
				   capacity, MOST_EVENTS);
	if (recording)
		psim_trace_stop();
	if (config && config->filter)
		err = psim_trace_filter(config->filter);
	if (err)
		return err;
	if (make_ring(capacity))
		return psim_misuse(-ENOMEM, "psim_trace_start: there is no room for %llu events",
				   capacity);
	psim_trace_began(false);
	return 0;
}

int psim_trace_stop(void)
{
	if (!recording)
		return psim_misuse(
			-ESRCH,
			"psim_trace_stop: nothing is recorded: call psim_trace_start() first");
	psim_sim_lock(&guard);
	recording = false;
	psim_trace_wants_changed();
	psim_sim_unlock(&guard);
	return 0;
}

int psim_trace_each(int (*fn)(const struct psim_trace_event *event, void *arg), void *arg)
{
	u64 capacity = ring.end - ring.entries;
	struct entry *entry = ring.recorded > capacity ? ring.next : ring.entries;
	struct psim_trace_event event;
	int result;

	event.number = ring.recorded > capacity ? ring.recorded - capacity : 0;
	while (event.number++ < ring.recorded) {
		event.time = entry->time;
		event.task = entry->task;
		event.cpu = entry->cpu;
		event.task_name = psim_trace_string_text(entry->name);
		event.kind = entry->kind;
		memcpy(event.value, entry->value, sizeof(event.value));
		result = fn(&event, arg);
		if (result)
			return result;
		if (++entry == ring.end)
			entry = ring.entries;
	}
	return 0;
}

int psim_trace_watch(void (*fn)(const struct psim_trace_event *event, void *arg), void *arg)
{
	if (!psim_running())
		return psim_misuse(
			-ESRCH, "psim_trace_watch: no machine is running: call psim_start() first");
	psim_sim_lock(&guard);
	watcher.fn = fn;
	watcher.arg = arg;
	watcher.told = 0;
	psim_trace_wants_changed();
	psim_sim_unlock(&guard);
	return 0;
}

unsigned long long psim_trace_recorded(void)
{
	return ring.recorded;
}

void psim_trace_last_words(void (*fn)(void))
{
	psim_host_last_words(PSIM_LAST_WORDS_USER, fn);
}

void psim_trace_end(void)
{
	if (recording)
		psim_trace_stop();
	watcher.fn = NULL;
	psim_trace_text_close();
}
