// SPDX-License-Identifier: MIT
/*
 * The event stream, written as text: one event a line, stable columns. Filters, the ring and other
 * writers come on top of psim_trace_record(); the events themselves are in events.h.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <psim/trace.h>

#include "host/steer.h"
#include "sim/guard.h"

#define BUFFER_BYTES 65536
#define LONGEST_LINE 256

bool psim_tracing;

static struct psim_monitor guard;
static int fd = -1;
static char *buffer;
static unsigned int filled;

static const struct {
	const char *name;
	const char *format;
} events[] = {
#define PSIM_EVENT_TEXT(id, name, format) [PSIM_EV_##id] = {name, format},
	PSIM_EVENTS(PSIM_EVENT_TEXT)
#undef PSIM_EVENT_TEXT
};

static void flush(void)
{
	psim_host_write(fd, buffer, filled);
	filled = 0;
}

void psim_trace_record(enum psim_event event, u64 a, u64 b, u64 c, u64 d)
{
	struct psim_context context = {.cpu = -1, .name = "main"};
	char cpu[12] = "-";
	unsigned int from;

	psim_context_now(&context);
	if (context.cpu >= 0)
		scnprintf(cpu, sizeof(cpu), "%d", context.cpu);
	psim_sim_lock(&guard);
	if (psim_tracing) {
		if (filled + LONGEST_LINE > BUFFER_BYTES)
			flush();
		from = filled;
		filled += scnprintf(buffer + filled, LONGEST_LINE - 128,
				    "%12llu %3s %s/%u %s: ", context.time, cpu, context.name,
				    context.task, events[event].name);
		filled += scnprintf(buffer + filled, 127, events[event].format, a, b, c, d);
		if (psim_steer && psim_steer->event)
			psim_steer->event(context.task, buffer + from, filled - from);
		buffer[filled++] = '\n';
	}
	psim_sim_unlock(&guard);
}

void psim_trace_end(void)
{
	if (fd < 0)
		return;
	psim_tracing = false;
	flush();
	psim_host_close(fd);
	psim_host_free(buffer);
	fd = -1;
}

int psim_trace_to(const char *path)
{
	if (!psim_running())
		return psim_misuse(-ESRCH,
				   "psim_trace_to: no machine is running: call psim_start() first");
	psim_trace_end();
	if (!path)
		return 0;
	fd = psim_host_create(path);
	if (fd < 0)
		return psim_misuse(
			fd, "cannot write the trace to '%s' (%pe): name a file that can be created",
			path, ERR_PTR(fd));
	buffer = psim_host_malloc(BUFFER_BYTES);
	if (!buffer) {
		psim_host_close(fd);
		fd = -1;
		return -ENOMEM;
	}
	psim_tracing = true;
	psim_trace(PSIM_EV_MACHINE_START, psim_config.ram_bytes, psim_config.seed, 0, 0);
	return 0;
}
