// SPDX-License-Identifier: MIT
/*
 * What takes how long in virtual time. Every value can be set from a file; docs/cost-model.md says where each
 * default comes from.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../lab.h"

#define HUGE_NS 1e12

/* In the order of struct lab_cost. */
const struct psim_lab_option lab_cost_options[] = {
	{"near_ns", "a GPU's access to its own memory", 1, 0, HUGE_NS},
	{"far_ns", "a GPU's access to RAM", 135, 0, HUGE_NS},
	{"peer_ns", "a GPU's access to a linked GPU's memory", 135, 0, HUGE_NS},
	{"cpu_ns", "a CPU's access", 1, 0, HUGE_NS},
	{"batch_ns", "a batch of faults: interrupt, fetching, going on", 50000, 0, HUGE_NS},
	{"fault_ns", "each fault of a batch", 0, 0, HUGE_NS},
	{"region_ns", "each region of 2 MiB that a batch has faults in", 20000, 0, HUGE_NS},
	{"piece_ns", "a migration, whatever its size", 0, 0, HUGE_NS},
	{"page_ns", "each page of a migration", 0, 0, HUGE_NS},
	{"copy_ns", "setting up a copy over the link", 1500, 0, HUGE_NS},
	{"in_speed", "bytes a microsecond to the device", 12000, 1, 1e9},
	{"out_speed", "bytes a microsecond to RAM", 12000, 1, 1e9},
	{"curve", "small copies: speed * 2/pi * atan(curve * KiB), without set-up; 0: set-up", 0, 0,
	 1e3},
	{"peer_copy_ns", "setting up a copy between GPUs", 1500, 0, HUGE_NS},
	{"peer_speed", "bytes a microsecond between GPUs", 262000, 1, 1e9},
	{"clear_speed", "bytes a microsecond that are cleared", 200000, 1, 1e9},
	{"evict_ns", "a piece that is evicted, besides its copy", 5000, 0, HUGE_NS},
	{"map_ns", "a page that is mapped where it is", 0, 0, HUGE_NS},
	{"bind_ns", "a piece that is mapped for a GPU", 0, 0, HUGE_NS},
	{"entry_ns", "an entry of a GPU's page tables that is written", 0, 0, HUGE_NS},
	{"invalidate_ns", "a GPU's mappings of a piece that are revoked, and its TLB", 0, 0,
	 HUGE_NS},
	{"cpu_fault_ns", "a CPU's fault on a device page, besides the migration", 1270, 0, HUGE_NS},
	{"batch_faults", "faults that a batch takes at most", 256, 1, 4096},
	{"window", "accesses that go on while faults are collected", 1024, 1, 65536},
	{0},
};

_Static_assert(sizeof(struct lab_cost) == LAB_COSTS * sizeof(double), "as many options as fields");
_Static_assert(sizeof(lab_cost_options) / sizeof(lab_cost_options[0]) == LAB_COSTS + 1,
	       "as many options as fields");

void lab_cost_defaults(struct lab_cost *cost)
{
	double *values = (double *)cost;

	for (unsigned int i = 0; i < LAB_COSTS; i++)
		values[i] = lab_cost_options[i].value;
}

/* Effective speeds, one way and the other; set-up; a single access. */
static const struct link {
	const char *name;
	double in_speed, out_speed, copy_ns, far_ns;
} links[] = {
	{"pcie3", 12350, 12900, 1500, 1000},	    {"pcie4", 25650, 25600, 1500, 1000},
	{"pcie5", 55950, 56400, 1500, 1000},	    {"nvlink2", 67100, 65800, 1500, 1000},
	{"nvlink-c2c", 337600, 297000, 1500, 1000}, {"cxl", 55950, 56400, 1500, 210},
};

int lab_cost_link(struct lab_cost *cost, const char *name, char *names, size_t length)
{
	size_t n = 0;

	for (unsigned int i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
		if (!strcmp(links[i].name, name)) {
			cost->in_speed = links[i].in_speed;
			cost->out_speed = links[i].out_speed;
			cost->copy_ns = links[i].copy_ns;
			cost->far_ns = links[i].far_ns;
			return 0;
		}
		if (n < length)
			n += snprintf(names + n, length - n, "%s%s", i ? ", " : "", links[i].name);
	}
	return -ENOENT;
}

double lab_cost_copy(const struct lab_cost *cost, uint64_t bytes, bool out)
{
	double speed = out ? cost->out_speed : cost->in_speed;

	if (!bytes)
		return 0;
	if (cost->curve > 0)
		return bytes * 1000.0 / (speed * M_2_PI * atan(cost->curve * bytes / 1024.0));
	return cost->copy_ns + bytes * 1000.0 / speed;
}
