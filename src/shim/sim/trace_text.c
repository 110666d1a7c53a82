// SPDX-License-Identifier: MIT
/* Events as text: one event a line, stable columns; and the file that they are written to at once. */
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/kernel.h>

#include "host/steer.h"
#include "sim/trace.h"

#define BUFFER_BYTES 65536
#define LONGEST_WORD 255

static int fd = -1;
static char *buffer;
static unsigned int filled;
static int failed;

int psim_trace_line(const struct psim_trace_event *event, char *line, size_t bytes)
{
	char cpu[12] = "-";
	const char *name;
	int n;

	if (event->cpu >= 0)
		scnprintf(cpu, sizeof(cpu), "%d", event->cpu);
	n = scnprintf(line, bytes, "%12llu %3s %s/%u %s:", event->time, cpu, event->task_name,
		      event->task, psim_trace_name(event->kind) ?: "?");
	for (unsigned int i = 0; (name = psim_trace_value_name(event->kind, i)); i++) {
		u64 value = event->value[i];
		const char *word = psim_trace_value_word(event->kind, i, value);

		if (word)
			n += scnprintf(line + n, bytes - n, " %s=%.*s", name, LONGEST_WORD, word);
		else if (psim_trace_value_hex(event->kind, i))
			n += scnprintf(line + n, bytes - n, " %s=%#llx", name, value);
		else if (psim_trace_value_signed(event->kind, i))
			n += scnprintf(line + n, bytes - n, " %s=%lld", name, value);
		else
			n += scnprintf(line + n, bytes - n, " %s=%llu", name, value);
	}
	return n;
}

/* ---- written at once ------------------------------------------------------------------------------------- */

/* Said once; what comes after is lost. */
static void flush(void)
{
	int err = failed ? 0 : psim_host_write(fd, buffer, filled);

	if (err) {
		failed = err;
		psim_misuse(err, "the trace breaks off: it cannot be written (%pe)", ERR_PTR(err));
	}
	filled = 0;
}

void psim_trace_text_event(const struct psim_trace_event *event)
{
	char *line = buffer + filled;

	if (filled + PSIM_TRACE_LINE > BUFFER_BYTES) {
		flush();
		line = buffer;
	}
	filled += psim_trace_line(event, line, PSIM_TRACE_LINE);
	if (psim_steer && psim_steer->event)
		psim_steer->event(event->task, line, buffer + filled - line);
	buffer[filled++] = '\n';
}

int psim_trace_flush(void)
{
	if (fd >= 0)
		flush();
	return failed;
}

static void last_words(void)
{
	psim_trace_flush();
}

bool psim_trace_text_open(void)
{
	return fd >= 0;
}

void psim_trace_text_close(void)
{
	if (fd < 0)
		return;
	flush();
	psim_host_last_words(PSIM_LAST_WORDS_MACHINE, NULL);
	psim_host_close(fd);
	psim_host_free(buffer);
	fd = -1;
	psim_trace_wants_changed();
}

int psim_trace_to(const char *path)
{
	if (!psim_running())
		return psim_misuse(-ESRCH,
				   "psim_trace_to: no machine is running: call psim_start() first");
	psim_trace_text_close();
	if (!path)
		return 0;
	fd = psim_host_create(path);
	if (fd < 0)
		return psim_misuse(
			fd, "cannot write the trace to '%s' (%pe): name a file that can be created",
			path, ERR_PTR(fd));
	failed = 0;
	buffer = psim_host_malloc(BUFFER_BYTES);
	if (!buffer || psim_trace_strings_start()) {
		psim_host_free(buffer);
		psim_host_close(fd);
		fd = -1;
		return -ENOMEM;
	}
	psim_host_last_words(PSIM_LAST_WORDS_MACHINE, last_words);
	psim_trace_wants_changed();
	psim_trace_began(true);
	return 0;
}
