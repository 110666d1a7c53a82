// SPDX-License-Identifier: MIT
/*
 * The event stream's ring. An event is recorded in binary; the oldest ones make room. The ring and the
 * strings that its events mention outlive the machine, until the next one starts.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "sim/trace.h"

#define DEFAULT_EVENTS (1ull << 20)
#define MOST_EVENTS    (1ull << 28)

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
static bool ring_alone; /* nobody else listens, and there are no conditions */
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

/* The values one by one: an array that was just written is no good source for wide loads. */
static inline void keep(enum psim_event kind, u64 a, u64 b, u64 c, u64 d,
			const struct psim_context *context)
{
	struct entry *entry = ring.next;

	if (++ring.next == ring.end)
		ring.next = ring.entries;
	ring.recorded++;
	entry->time = context->time;
	entry->value[0] = a;
	entry->value[1] = b;
	entry->value[2] = c;
	entry->value[3] = d;
	entry->task = context->task;
	entry->name = psim_trace_task_name(context->task, context->name);
	entry->cpu = context->cpu;
	entry->kind = kind;
}

static noinline void tell(enum psim_event kind, const u64 value[PSIM_TRACE_VALUES],
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

static bool wanted_here(enum psim_event kind)
{
	return __atomic_load_n(&psim_trace_wanted[kind], __ATOMIC_RELAXED) & PSIM_WANTED_HERE;
}

/* For tools from outside: filters are not theirs. */
static void probe(enum psim_event kind, const u64 value[PSIM_TRACE_VALUES])
{
	struct psim_context context = {.cpu = -1, .name = nobody};
	struct psim_probed probed;

	psim_context_now(&context);
	probed.time = context.time;
	probed.task = context.task;
	probed.comm = context.name;
	for (unsigned int i = 0; i < PSIM_TRACE_VALUES; i++)
		probed.value[i] = psim_trace_value_string(kind, i)
					  ? (unsigned long)psim_trace_string_text(value[i])
					  : value[i];
	psim_host_probe(kind, &probed);
}

/* Only whoever begins to listen hears of it. */
void psim_trace_began(bool text)
{
	const u64 value[PSIM_TRACE_VALUES] = {psim_config.ram_bytes, psim_config.seed};
	struct psim_context context = {.cpu = -1, .name = nobody};

	psim_sim_lock(&guard);
	psim_context_now(&context);
	if (wanted_here(PSIM_EV_MACHINE_START) &&
	    psim_trace_conditions_hold(PSIM_EV_MACHINE_START, value)) {
		if (text)
			tell(PSIM_EV_MACHINE_START, value, &context);
		else
			keep(PSIM_EV_MACHINE_START, value[0], value[1], 0, 0, &context);
	}
	psim_sim_unlock(&guard);
}

/* Everything but the ring. Return: whether the ring gets it too. */
static noinline bool elsewhere(enum psim_event kind, u64 a, u64 b, u64 c, u64 d)
{
	const u64 value[PSIM_TRACE_VALUES] = {a, b, c, d};
	struct psim_context context = {.cpu = -1, .name = nobody};

	if (psim_trace_conditions && !psim_trace_conditions_hold(kind, value))
		return false;
	psim_context_now(&context);
	if (psim_trace_text_open() || watcher.fn)
		tell(kind, value, &context);
	return recording;
}

void psim_trace_record(enum psim_event kind, u64 a, u64 b, u64 c, u64 d)
{
	struct psim_context context = {.cpu = -1, .name = nobody};
	unsigned short wanted = __atomic_load_n(&psim_trace_wanted[kind], __ATOMIC_RELAXED);

	if (unlikely(wanted & ~PSIM_WANTED_HERE))
		probe(kind, (u64[]){a, b, c, d});
	psim_sim_lock(&guard);
	if (likely(wanted_here(kind)) && (likely(ring_alone) || elsewhere(kind, a, b, c, d))) {
		psim_context_now(&context);
		keep(kind, a, b, c, d, &context);
	}
	psim_sim_unlock(&guard);
}

void psim_trace_wants_changed(void)
{
	bool others = watcher.fn || psim_trace_text_open(), anybody = recording || others;

	ring_alone = recording && !others && !psim_trace_conditions;
	for (unsigned int kind = 0; kind < PSIM_EV_COUNT; kind++) {
		bool wants = filtered ? filter_wants[kind] : psim_trace_by_default(kind);

		if (anybody && wants)
			__atomic_fetch_or(&psim_trace_wanted[kind], PSIM_WANTED_HERE,
					  __ATOMIC_RELAXED);
		else
			__atomic_fetch_and(&psim_trace_wanted[kind],
					   (unsigned short)~PSIM_WANTED_HERE, __ATOMIC_RELAXED);
	}
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
	bool anybody = recording || watcher.fn || psim_trace_text_open();

	recording = false;
	watcher.fn = NULL;
	psim_trace_text_close();
	/* what is wanted outlives the machine */
	if (anybody)
		psim_trace_wants_changed();
}
