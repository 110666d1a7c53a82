// SPDX-License-Identifier: MIT
/* Every part: it is told of, and stands its settings' limits, in a memory as small as there is. */
#include "policy_test.h"

/* Some of every kind, by all, over little and over much. */
static const char *const busy =
	"0 w1 b0 c1 16@3 b1r 1r+16@4 cw1r 2r w2r+500 b2r+500 0-40 cw3-5 0 1 2 bw0-9 0 0x9 b3r 3r "
	"w3r+100 1r-1r+70 c0 0 c0 0 c0 0 c0 0 c0 0 2r+3@9 2r+6@9 2r+9@9 b2r+12 b2r+15 b2r+18 0-64";

static void one(const char *part, const char *setting)
{
	static const unsigned long memories[] = {16, 1024};
	char policy[256];

	snprintf(policy, sizeof(policy), "%s%s, next, lru", part, setting);
	for (unsigned int i = 0; i < 4; i++) {
		lab.linked = i % 2;
		lab.cost.batch_faults = i % 3 ? 32 : 1;
		lab.cost.window = 64;
		play(policy, 2048, memories[i / 2], busy);
		assert_true(result.near + result.far + result.peer + result.cpu >= result.accesses);
	}
}

static void every_part__stands_its_limits(void **state)
{
	(void)state;
	lab = experiment_of(2);
	for (unsigned int i = 0; lab_parts[i]; i++) {
		const struct psim_lab_option *options = lab_parts[i]->options;
		char setting[128];

		one(lab_parts[i]->name, "");
		for (unsigned int j = 0; options && options[j].name; j++) {
			assert_in_range(options[j].value * 1e6 + 1e12, options[j].min * 1e6 + 1e12,
					options[j].max * 1e6 + 1e12);
			snprintf(setting, sizeof(setting), " %s=%.17g", options[j].name,
				 options[j].min);
			one(lab_parts[i]->name, setting);
			snprintf(setting, sizeof(setting), " %s=%.17g", options[j].name,
				 options[j].max);
			one(lab_parts[i]->name, setting);
		}
	}
}

static bool is_in(const char *text, const char *name)
{
	char quoted[64];

	snprintf(quoted, sizeof(quoted), "`%s`", name);
	return strstr(text, quoted) != NULL;
}

static void every_part__is_told_of(void **state)
{
	static const char *const paths[] = {LAB_EXAMPLES "/../../docs/policies.md",
					    LAB_EXAMPLES "/../../docs/lab.md"};
	static char text[1 << 18];

	(void)state;
	for (unsigned int p = 0; p < 2; p++) {
		FILE *file = fopen(paths[p], "r");

		assert_non_null(file);
		text[fread(text, 1, sizeof(text) - 1, file)] = 0;
		fclose(file);
		for (unsigned int i = 0; lab_parts[i]; i++) {
			if (!is_in(text, lab_parts[i]->name))
				fail_msg("%s has no `%s`", paths[p], lab_parts[i]->name);
		}
	}
}

/* Whatever a part's source is, a ready combination's says so. */
static void every_combination__names_its_parts_sources(void **state)
{
	(void)state;
	for (unsigned int i = 0; lab_ready[i].name; i++) {
		for (unsigned int j = 0; j < LAB_MAX_PARTS && lab_ready[i].parts[j]; j++) {
			const struct psim_lab_policy *part = lab_part_find(lab_ready[i].parts[j]);

			assert_non_null(part);
			if (!strstr(lab_ready[i].source, part->source))
				fail_msg("%s does not name %s, the source of %s", lab_ready[i].name,
					 part->source, part->name);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(every_part__stands_its_limits, set_up),
		cmocka_unit_test(every_part__is_told_of),
		cmocka_unit_test(every_combination__names_its_parts_sources),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
