/* SPDX-License-Identifier: MIT */
/* The laws, checked: reports, the audit, and how a test says that a report is expected. */
#ifndef PSIM_AUDIT_H
#define PSIM_AUDIT_H

#ifdef __cplusplus
extern "C" {
#endif

/**
 * psim_audit() - check law 2 now: walk the machine, re-derive every count, report what differs
 * Return: the number of reports it made; -ESRCH if no machine is running.
 */
int psim_audit(void);

/**
 * struct psim_page_counts - what a page counts, and what of that can be seen from the page alone
 * @refs: references on its folio
 * @maps: slots that map it
 * @queued: references of the queues to the LRU lists (S0.6)
 * @pins: FOLL_PIN pins of a single page, which count 1024 references each (S0.8)
 * @locked: whether it is locked
 * @owner: number of the task that locked it
 * @device: whether it is a page of a device
 * @zero: whether it is the zero page, which counts nothing
 */
struct psim_page_counts {
	int refs;
	int maps;
	int queued;
	int pins;
	int locked;
	unsigned int owner;
	int device;
	int zero;
};

/**
 * psim_page_counts() - look at a page's counts; touches nothing, so it may be called at any moment
 * @pfn: page frame number; a free page counts 0
 *
 * Return: 0; -ENOENT: there is no such page; -EOPNOTSUPP in the free-running engine; -ESRCH if no machine is
 * running.
 */
int psim_page_counts(unsigned long pfn, struct psim_page_counts *counts);

/**
 * psim_expect_report() - the next report whose text contains @part is expected
 * @part: a piece of the line that the report prints: the rule, an object, a function
 *
 * An expected report is not printed and does not fail the run. If it has not come when the machine
 * stops, that is a report itself. Several expectations may wait; each takes one report.
 *
 * Return: 0, or -ESRCH if no machine is running, -ENOSPC after 16 that wait.
 */
int psim_expect_report(const char *part);

/* Reports since the machine's start, expected ones not counted. */
unsigned int psim_reports(void);

/* The last report's line, or "" if there was none; valid until the next report. */
const char *psim_last_report(void);

/**
 * psim_inert_calls() - how often this machine's code called an inert function of the kernel face
 * @function: its name; docs/kernel-face.md says which functions do nothing by design
 *
 * Return: the number of calls since the machine's start; 0 for any other name.
 */
unsigned long psim_inert_calls(const char *function);

#ifdef __cplusplus
}
#endif

#endif /* PSIM_AUDIT_H */
