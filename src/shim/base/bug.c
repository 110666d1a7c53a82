// SPDX-License-Identifier: MIT
/*
 * WARN and BUG as reports: they name the function and the condition or message, never file or line.
 */
#include <linux/bug.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/printk.h>

#include "sim/sim.h"

void __psim_warn_on(const char *site, const char *condition)
{
	psim_report("WARN", "%s(): %s", site, condition);
}

void __psim_warn(const char *site, const char *fmt, ...)
{
	struct va_format message = {.fmt = fmt};
	va_list args;

	va_start(args, fmt);
	message.va = &args;
	psim_report("WARN", "%s(): %pV", site, &message);
	va_end(args);
}

void __psim_bug(const char *site, const char *condition)
{
	psim_fatal("BUG", "%s(): %s", site, condition ?: "reached");
}

void __psim_panic(const char *site, const char *fmt, ...)
{
	struct va_format message = {.fmt = fmt};
	va_list args;

	va_start(args, fmt);
	message.va = &args;
	psim_fatal("panic", "%s(): %pV", site, &message);
	va_end(args);
}

bool __psim_list_corrupt(const char *operation)
{
	psim_report(
		"WARN",
		"%s(): the list's links do not agree: an entry added or removed twice, or freed",
		operation);
	return false;
}
