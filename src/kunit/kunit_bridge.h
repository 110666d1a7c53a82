/* SPDX-License-Identifier: MIT */
/*
 * Between the two halves of the test runner: kunit_main.c (host dialect: main(), cmocka, the
 * registry) and kunit.c (kernel dialect: what runs inside the machine). Read by both.
 */
#ifndef PSIM_KUNIT_BRIDGE_H
#define PSIM_KUNIT_BRIDGE_H

struct kunit_suite;
struct psim_config;

/**
 * struct __psim_kunit_run - one case, run once; lies in host memory and outlives its machine
 * @suite: its suite
 * @index: its number in the suite
 * @name: "suite.case"
 * @failures: expectations and assertions that failed
 * @skipped: it asked to be skipped
 * @ended: an assertion or a skip ended its task; the machine was halted
 * @halts: it expects that the machine is halted
 * @verbose: kernel messages of every level, and notes at once
 * @comment: why it was skipped
 * @first: the first failure in one line
 * @notes: what kunit_info() said
 * @notes_used: characters of it
 */
struct __psim_kunit_run {
	struct kunit_suite *suite;
	unsigned int index;
	const char *name;
	unsigned int failures;
	int skipped;
	int ended;
	int halts;
	int verbose;
	char comment[256];
	char first[512];
	char notes[4096];
	unsigned int notes_used;
};

/* ---- kernel half ---- */
const char *psim_kunit_suite_name(const struct kunit_suite *suite);
/* Return: NULL behind the last case. */
const char *psim_kunit_case_name(const struct kunit_suite *suite, unsigned int index);
/* The machine that the case wants, or NULL. */
const struct psim_config *psim_kunit_case_config(const struct kunit_suite *suite,
						 unsigned int index);
/* Body for psim_run(); @run is a struct __psim_kunit_run. */
int psim_kunit_body(void *run);

/* ---- host half ---- */
void __psim_kunit_register(struct kunit_suite **suites, unsigned long n);

#endif /* PSIM_KUNIT_BRIDGE_H */
