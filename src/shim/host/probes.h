/* SPDX-License-Identifier: MIT */
/* Who wants which event, and the probes of tools from outside. Read by both dialects. */
#ifndef PSIM_PROBES_H
#define PSIM_PROBES_H

/* By kind: PSIM_WANTED_HERE, and how many tools are attached to the probe; 0: nobody wants it. */
extern unsigned short psim_trace_wanted[];
#define PSIM_WANTED_HERE 0x8000u

/**
 * struct psim_probed - what a probe tells, in this order
 * @time: virtual ns
 * @task: the task's number
 * @comm: its name
 * @value: the event's values; of those that are strings, where they lie
 */
struct psim_probed {
	unsigned long long time;
	unsigned int task;
	const char *comm;
	unsigned long long value[4];
};

/* Passes the probe of this kind of event. */
void psim_host_probe(unsigned int kind, const struct psim_probed *probed);

#endif /* PSIM_PROBES_H */
