// SPDX-License-Identifier: MIT
/* Kernels on the simulated GPU: their results are right in simulated memory, and what is wrong is told. */
#include "lab_test.h"

static struct lab_result result;
static char error[LAB_ERROR];
static char path[64];
static double third = -1; /* setting, and single pages come; below 0: its default, and a tree */

/* A machine with bytes, with memory for half of the kernel's pages. Return: as lab_run(). */
static int run_kernel(const char *name, double a, double b, const char *file)
{
	struct lab_experiment e = experiment_of(1);
	const struct lab_policy policy =
		policy_of(third < 0 ? PARTS("tree", "lru") : PARTS("page", "lru-page"));
	struct lab_workload w = {
		.name = (char *)name, .file = (char *)file, .kind = lab_workload_find(name)};
	struct lab_space space = {0};
	struct lab_run run = {
		.experiment = &e, .workload = &w, .policy = &policy, .seed = 7, .space = &space};
	int err;

	assert_non_null(w.kind);
	for (int i = 0; w.kind->options[i].name; i++)
		w.values[i] = w.kind->options[i].value;
	w.values[0] = a;
	w.values[1] = b > 0 ? b : w.values[1];
	w.values[2] = third >= 0 ? third : w.values[2];
	e.bytes = true;
	e.cost.batch_faults = 16;
	e.cost.window = 64;
	err = lab_survey(&w, 7, &space, error, sizeof(error));
	run.memory_bytes = (space.touched * PSIM_LAB_PAGE / 2 + 65535) & ~65535ull;
	if (!err)
		err = lab_run(&run, &result, error, sizeof(error));
	lab_space_free(&space);
	return err;
}

/* A GPU that keeps tiles of t by t loads two of them for each t of a row, n / t times in each direction. */
static void matmul__loads_what_its_tiles_need(void **state)
{
	(void)state;
	assert_int_equal(run_kernel("matmul", 32, 1, NULL), 0);
	assert_int_equal(result.near, 2 * 32 * 32 * 32 + 32 * 32);
	assert_int_equal(run_kernel("matmul", 32, 16, NULL), 0);
	assert_int_equal(result.near, 2 * 32 * 32 * 32 / 16 + 32 * 32);
}

/* On a ring one level is beside the one before; anywhere, it is all over the memory. */
static void bfs__goes_round_a_ring(void **state)
{
	unsigned long long refaults;

	(void)state;
	third = 0;
	assert_int_equal(run_kernel("bfs", 20000, 4, NULL), 0);
	refaults = result.refaults;
	third = 1;
	assert_int_equal(run_kernel("bfs", 20000, 4, NULL), 0);
	assert_true(result.refaults > 10 * (refaults + 1));
	third = -1;
}

static void kernels__compute_what_they_should(void **state)
{
	static const struct {
		const char *name;
		double a, b;
	} kernels[] = {
		{"triad", 12000, 2},   {"stencil", 100, 3},
		{"matmul", 60, 0},     {"spmv", 1200, 0},
		{"bfs", 3000, 0},      {"join", 3000, 9000},
		{"chase", 3000, 5000}, {"histogram", 20000, 30000},
		{"triad", 1, 1},       {"stencil", 3, 1},
		{"matmul", 1, 0},      {"spmv", 1, 1},
		{"bfs", 1, 1},	       {"join", 1, 1},
		{"chase", 1, 3},       {"histogram", 1, 1},
		{"matmul", 50, 64},    {"matmul", 33, 7},
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(kernels) / sizeof(kernels[0]); i++) {
		if (run_kernel(kernels[i].name, kernels[i].a, kernels[i].b, NULL))
			fail_msg("%s: %s", kernels[i].name, error);
		assert_true(result.near > 0 && result.cpu > 0);
		if (i < 8)
			assert_true(result.evictions > 0 || i == 2);
	}
}

static void write_graph(const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void bfs__reads_a_graph(void **state)
{
	static const char *const wrong[] = {"0 1\n1\n", "a b\n", "0 1 2\n", "0 4294967295\n",
					    "# none\n"};

	(void)state;
	snprintf(path, sizeof(path), "/tmp/lab_graph.%d", (int)getpid());
	write_graph("# a ring and a tail\n0 1\n1\t2\n2 0\n% so\n2 3\n3 4\n9 0\n");
	if (run_kernel("bfs", 1, 0, path))
		fail_msg("%s", error);
	for (unsigned int i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		write_graph(wrong[i]);
		assert_int_equal(run_kernel("bfs", 1, 0, path), -EINVAL);
		assert_non_null(strstr(error, "expected"));
	}
	unlink(path);
	assert_int_equal(run_kernel("bfs", 1, 0, path), -EINVAL);
	assert_non_null(strstr(error, "cannot be read"));
}

/* A value that was never written is told. */
static void value__is_compared(void **state)
{
	struct lab_experiment e = experiment_of(1);
	const struct lab_policy policy = policy_of(PARTS("page"));

	(void)state;
	e.bytes = true;
	nr_accesses = 0;
	add(1, 0, true);
	accesses[0].flags |= PSIM_LAB_VALUE;
	accesses[0].value = 0x1122334455667788;
	add(0, 0, false);
	accesses[1].flags |= PSIM_LAB_VALUE;
	accesses[1].value = 0x1122334455667788;
	assert_int_equal(run_list(&e, &policy, 1 << 20, &result, error), 0);
	accesses[1].value++;
	assert_int_equal(run_list(&e, &policy, 1 << 20, &result, error), -EIO);
	assert_non_null(strstr(error, "access 2: page 0"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kernels__compute_what_they_should),
		cmocka_unit_test(matmul__loads_what_its_tiles_need),
		cmocka_unit_test(bfs__goes_round_a_ring),
		cmocka_unit_test(bfs__reads_a_graph),
		cmocka_unit_test(value__is_compared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
