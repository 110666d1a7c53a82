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
