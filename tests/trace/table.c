// SPDX-License-Identifier: MIT
/* The table of events in docs/tracing.md, as it is to be. */
#include <stdio.h>
#include <string.h>

#include <psim/trace.h>

static int is_value_shown(unsigned int kind, unsigned int i)
{
	return psim_trace_value_name(kind, i) != NULL;
}

int main(void)
{
	const char *group = "";

	printf("| event | values | what it means |\n|---|---|---|\n");
	for (unsigned int kind = 0; kind < psim_trace_kinds(); kind++) {
		if (strcmp(group, psim_trace_group(kind))) {
			group = psim_trace_group(kind);
			printf("| **%s**%s | | |\n", group,
			       psim_trace_by_default(kind) ? "" : ", by name alone");
		}
		printf("| `%s` |", psim_trace_name(kind));
		for (unsigned int i = 0; is_value_shown(kind, i); i++)
			printf("%s%s", i ? ", " : " ", psim_trace_value_name(kind, i));
		printf(" | %s |\n", psim_trace_about(kind));
	}
	return 0;
}
