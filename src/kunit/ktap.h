/* SPDX-License-Identifier: MIT */
/* Results in the kernel's test protocol: suites, and in each its cases. */
#ifndef PSIM_KTAP_H
#define PSIM_KTAP_H

enum ktap_result {
	KTAP_OK,
	KTAP_NOT_OK,
	KTAP_SKIP
};

/*
 * To what is standard output now. @cases: names of the form suite.case, sorted by suite; the names and the
 * array stay the caller's. Return: 0, or -1 without memory.
 */
int psim_ktap_begin(const char *const *cases, unsigned int n);
/* The next of them. @why: why it was skipped, or what failed; or NULL. */
void psim_ktap_case(enum ktap_result result, const char *why);

#endif /* PSIM_KTAP_H */
