// SPDX-License-Identifier: MIT
/*
 * printk: messages to standard error, each with the virtual time; hex dumps; rate limits. Every
 * call is one line, written at once; pr_cont() goes on in it. No ring buffer, no consoles.
 */
#include <linux/kern_levels.h>
#include <linux/minmax.h>
#include <linux/printk.h>
#include <linux/ratelimit_types.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include <linux/types.h>
#include <linux/unaligned.h>

#include "host/host.h"
#include "sim/sim.h"

#define STDERR		 2
#define LINE_BYTES	 1024
#define BACKTRACE_FRAMES 32
#define NSEC_PER_JIFFY	 (1000000000ull / CONFIG_HZ)

int console_loglevel = LOGLEVEL_DEBUG;

/* The line of the last message is open, and was shown: pr_cont() may go on in it. */
static bool line_open;

static bool is_open(void)
{
	return __atomic_load_n(&line_open, __ATOMIC_RELAXED);
}

static u64 now(void)
{
	struct psim_context context = {0};

	psim_context_now(&context);
	return context.time;
}

/* The levels before a text: the first counts. Return: it, 'c' for a continuation; *@text is led behind them. */
static int level_of(const char **text)
{
	int level = LOGLEVEL_DEFAULT;

	for (; (*text)[0] == KERN_SOH_ASCII && (*text)[1]; *text += 2) {
		if ((*text)[1] == 'c')
			level = 'c';
		else if (level == LOGLEVEL_DEFAULT)
			level = (*text)[1] - '0';
	}
	return level == LOGLEVEL_DEFAULT ? LOGLEVEL_WARNING : level;
}

static void show(int level, const char *body, size_t n)
{
	char line[LINE_BYTES + 64];
	u64 time = now();
	size_t used = 0;
	bool open = is_open(), goes_on = level == 'c' && open;

	if (!goes_on) {
		if (open)
			line[used++] = '\n';
		used += scnprintf(line + used, sizeof(line) - used, "[%5llu.%06llu] ",
				  time / 1000000000, time / 1000 % 1000000);
	}
	memcpy(line + used, body, n);
	used += n;
	__atomic_store_n(&line_open, !n || body[n - 1] != '\n', __ATOMIC_RELAXED);
	psim_host_write(STDERR, line, used);
}

int vprintk(const char *fmt, va_list args)
{
	char buffer[LINE_BYTES];
	const char *text = buffer;
	int level, n = vscnprintf(buffer, sizeof(buffer), fmt, args);

	level = level_of(&text);
	n -= text - buffer;
	if (level == 'c' ? is_open() : level < console_loglevel)
		show(level, text, n);
	/* the end of the line is none of the text */
	return n && text[n - 1] == '\n' ? n - 1 : n;
}

int _printk(const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vprintk(fmt, args);
	va_end(args);
	return n;
}

void dump_stack_lvl(const char *log_lvl)
{
	struct psim_context context = {.cpu = -1, .name = "main"};

	psim_context_now(&context);
	printk("%sCPU: %d task: %s/%u\n", log_lvl, context.cpu, context.name, context.task);
	psim_host_backtrace(2, BACKTRACE_FRAMES);
}

void dump_stack(void)
{
	dump_stack_lvl(KERN_DEFAULT);
}

/* ---- hex dumps ---- */

static u64 group_at(const u8 *p, int size)
{
	switch (size) {
	case 8:
		return get_unaligned((const u64 *)p);
	case 4:
		return get_unaligned((const u32 *)p);
	case 2:
		return get_unaligned((const u16 *)p);
	}
	return *p;
}

static void dump_row(const char *level, const char *prefix, const u8 *row, int n, int rowsize,
		     int groupsize, bool ascii)
{
	char line[192];
	int used = 0, wide;

	if (n % groupsize) /* the last row, cut short */
		groupsize = 1;
	wide = rowsize * 2 + rowsize / groupsize + 1;
	for (int i = 0; i < n; i += groupsize)
		used += scnprintf(line + used, sizeof(line) - used, "%s%0*llx", i ? " " : "",
				  groupsize * 2, group_at(row + i, groupsize));
	if (ascii) {
		used += scnprintf(line + used, sizeof(line) - used, "%*s", wide - used, "");
		for (int i = 0; i < n; i++)
			line[used++] = row[i] >= 0x20 && row[i] < 0x7f ? row[i] : '.';
	}
	line[used] = 0;
	printk("%s%s%s\n", level, prefix, line);
}

void print_hex_dump(const char *level, const char *prefix_str, int prefix_type, int rowsize,
		    int groupsize, const void *buf, size_t len, bool ascii)
{
	const u8 *bytes = buf;

	if (rowsize != 16 && rowsize != 32)
		rowsize = 16;
	if (groupsize != 2 && groupsize != 4 && groupsize != 8)
		groupsize = 1;
	for (size_t at = 0; at < len; at += rowsize) {
		char prefix[96];

		if (prefix_type == DUMP_PREFIX_OFFSET)
			scnprintf(prefix, sizeof(prefix), "%s%.8zx: ", prefix_str, at);
		else if (prefix_type == DUMP_PREFIX_ADDRESS)
			scnprintf(prefix, sizeof(prefix), "%s%p: ", prefix_str, bytes + at);
		else
			strscpy(prefix, prefix_str);
		dump_row(level, prefix, bytes + at, min_t(size_t, rowsize, len - at), rowsize,
			 groupsize, ascii);
	}
}

/* ---- rate limits ---- */

/* Nobody waits here: who finds the state taken by another thread is told "not now". */
static bool try_state(struct ratelimit_state *rs)
{
	return !__atomic_exchange_n(&rs->__psim_lock, 1, __ATOMIC_ACQUIRE);
}

int ___ratelimit(struct ratelimit_state *rs, const char *func)
{
	int missed = 0, answer = 0;
	u64 time = now();

	if (!rs->interval)
		return 1;
	if (!try_state(rs))
		return 0;
	if (!rs->__psim_begun || time - rs->__psim_begin >= rs->interval * NSEC_PER_JIFFY) {
		missed = rs->__psim_missed;
		rs->__psim_begun = true;
		rs->__psim_begin = time;
		rs->__psim_done = 0;
		rs->__psim_missed = 0;
	}
	if (rs->__psim_done < rs->burst) {
		rs->__psim_done++;
		answer = 1;
	} else {
		rs->__psim_missed++;
	}
	__atomic_store_n(&rs->__psim_lock, 0, __ATOMIC_RELEASE);
	if (missed && !(rs->flags & RATELIMIT_MSG_ON_RELEASE))
		printk(KERN_WARNING "%s: %d callbacks suppressed\n", func, missed);
	return answer;
}
