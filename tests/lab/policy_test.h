/* SPDX-License-Identifier: MIT */
/*
 * One part of a policy, counted: accesses and what they lead to are written as text.
 *
 * Accesses: a page is a number, or "2r+3": page 3 of the third 2 MiB; "a-b" is one after another. In front of it
 * "w": a write; "c": by the CPU; "b": by the second GPU. Behind it "@7": by stream 7; "x3": three times.
 * What comes of it: "+a-b" came, "-a-b" was evicted, "<a-b" was fetched by others; "b+a": of the second GPU.
 */
#ifndef POLICY_TEST_H
#define POLICY_TEST_H

#include "lab_test.h"

static struct lab_result result;
static char story[1 << 16];
static size_t told;

static void tell(const unsigned int *gpu, char sign, unsigned long first, unsigned int pages)
{
	told += snprintf(story + told, sizeof(story) - told, "%s%s%c%lu", told ? " " : "",
			 *gpu ? "b" : "", sign, first);
	if (pages > 1)
		told += snprintf(story + told, sizeof(story) - told, "-%lu", first + pages - 1);
	assert_true(told < sizeof(story));
}

static void *teller_create(const struct psim_lab_world *world, const double *values)
{
	unsigned int *gpu = malloc(sizeof(*gpu));

	(void)values;
	if (gpu)
		*gpu = world->gpu;
	return gpu;
}

static void teller_arrived(void *state, unsigned long first, unsigned int pages)
{
	tell(state, '+', first, pages);
}

static void teller_left(void *state, unsigned long first, unsigned int pages, int why)
{
	tell(state, why == PSIM_LAB_EVICTED ? '-' : '<', first, pages);
}

static const struct psim_lab_policy teller = {.version = PSIM_LAB_VERSION,
					      .name = "teller",
					      .source = "assumption",
					      .create = teller_create,
					      .destroy = free,
					      .arrived = teller_arrived,
					      .left = teller_left};

static inline unsigned long page_of(const char **at)
{
	unsigned long page = strtoul(*at, (char **)at, 10);

	if (**at != 'r')
		return page;
	++*at;
	return page * PSIM_LAB_REGION_PAGES + (**at == '+' ? strtoul(*at + 1, (char **)at, 10) : 0);
}

static inline void accesses_are(const char *text)
{
	nr_accesses = 0;
	for (const char *at = text; *at;) {
		unsigned long first, last, times = 1, stream = 0;
		unsigned int who = 1;
		bool write = false;

		for (; *at && strchr(" wcb", *at); at++) {
			write |= *at == 'w';
			who = *at == 'c' ? 0 : *at == 'b' ? 2 : who;
		}
		first = last = page_of(&at);
		if (*at == '-')
			at++, last = page_of(&at);
		for (char kind; (kind = *at) == '@' || kind == 'x';)
			*(kind == '@' ? &stream : &times) = strtoul(at + 1, (char **)&at, 10);
		assert_true(!*at || *at == ' ');
		for (; times--;) {
			for (unsigned long page = first; page <= last; page++) {
				add(who, page, write);
				accesses[nr_accesses - 1].stream = stream;
			}
		}
	}
}

/* "tree threshold=60, lrm" */
static inline struct lab_policy policy_from(const char *text)
{
	char copy[256], *save, *inner;
	struct lab_policy policy = {.name = "policy", .nr_parts = 1};

	policy.parts[0].policy = &teller;
	snprintf(copy, sizeof(copy), "%s", text);
	for (char *part = strtok_r(copy, ",", &save); part; part = strtok_r(NULL, ",", &save)) {
		char *word = strtok_r(part, " ", &inner);
		struct lab_part *one = &policy.parts[policy.nr_parts++];
		const struct psim_lab_option *options;

		one->policy = lab_part_find(word);
		if (!one->policy)
			fail_msg("there is no part '%s'", word);
		options = one->policy->options;
		for (int i = 0; options && options[i].name; i++)
			one->values[i] = options[i].value;
		while ((word = strtok_r(NULL, " ", &inner))) {
			char *value = strchr(word, '=');
			int i = 0;

			assert_non_null(value);
			*value = 0;
			while (options && options[i].name && strcmp(options[i].name, word))
				i++;
			assert_true(options && options[i].name);
			one->values[i] = strtod(value + 1, NULL);
			assert_true(one->values[i] >= options[i].min &&
				    one->values[i] <= options[i].max);
		}
	}
	return policy;
}

/* The experiment of these tests; a test may change it. */
static struct lab_experiment lab;

static inline int set_up(void **state)
{
	(void)state;
	lab = experiment_of(1);
	return 0;
}

/* The program has pages [0, exist), a GPU as many as @memory says. */
static inline void play(const char *policy, unsigned long exist, unsigned long memory,
			const char *accesses_text)
{
	const struct lab_workload workload = {.name = "list", .kind = &list_kind};
	const struct lab_policy parts = policy_from(policy);
	struct lab_space space = {0};
	const struct lab_run run = {.experiment = &lab,
				    .workload = &workload,
				    .policy = &parts,
				    .memory_bytes = memory * PSIM_LAB_PAGE,
				    .seed = 1,
				    .space = &space};
	char error[LAB_ERROR];

	accesses_are(accesses_text);
	assert_int_equal(lab_space_add(&space, BASE, exist * PSIM_LAB_PAGE), 0);
	for (size_t i = 0; i < nr_accesses; i++)
		assert_int_equal(lab_space_add(&space, accesses[i].address, 8), 0);
	assert_int_equal(lab_space_seal(&space), 0);
	story[told = 0] = 0;
	if (lab_run(&run, &result, error, sizeof(error)))
		fail_msg("%s: %s", policy, error);
	lab_space_free(&space);
}

struct played {
	const char *policy;
	unsigned long exist, memory;
	const char *accesses;
	const char *story;
};

static inline void play_all(const struct played *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		play(list[i].policy, list[i].exist, list[i].memory, list[i].accesses);
		if (strcmp(story, list[i].story))
			fail_msg("%s: %s:\n%s\nnot\n%s", list[i].policy, list[i].accesses, story,
				 list[i].story);
	}
}

#define PLAY(...)                                                  \
	do {                                                       \
		static const struct played list[] = {__VA_ARGS__}; \
		play_all(list, sizeof(list) / sizeof(list[0]));    \
	} while (0)

#endif /* POLICY_TEST_H */
