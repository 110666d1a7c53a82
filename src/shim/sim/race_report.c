// SPDX-License-Identifier: MIT
/* What the detector of data races found, as a report: two accesses, two tasks, and what they met at. */
#include <linux/kernel.h>
#include <linux/string.h>

#include "host/host.h"
#include "host/race.h"
#include "sim/sim.h"

int (*psim_object_name)(unsigned long address, char *text, size_t bytes);

static void describe(const struct psim_race_access *a, char *text, size_t bytes)
{
	char function[64] = "?";

	if (a->what) {
		scnprintf(text, bytes, "freeing in %s by task %s/%u", a->what, a->name, a->task);
		return;
	}
	psim_host_symbol((unsigned long)a->pc - 1, function, sizeof(function), 0);
	scnprintf(text, bytes, "%s%s of %u bytes in %s by task %s/%u", a->marked ? "marked " : "",
		  a->write ? "write" : "read", a->bytes, function, a->name, a->task);
}

void psim_race_report(const struct psim_race_access *now, const struct psim_race_access *before)
{
	char one[128], other[128], object[128] = "memory";

	describe(now, one, sizeof(one));
	describe(before, other, sizeof(other));
	if (!psim_object_name || !psim_object_name(now->address, object, sizeof(object)))
		psim_host_symbol(now->address, object, sizeof(object), 1);
	psim_report("law 4", "data race at %s: %s, %s, and no edge between them", object, one,
		    other);
}
