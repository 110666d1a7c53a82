// SPDX-License-Identifier: MIT
/*
 * A search in several processes: each takes a part of the space, writes its result as JSON into a file
 * without a name, and says in shared memory how far it is.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../shim/host/host.h"
#include "explore.h"

static int run_part(const struct search *search, struct result *result)
{
	if (search->strategy == STRATEGY_DFS ||
	    (search->strategy == STRATEGY_SWEEP && !search->probability))
		return psimx_search_run(search, result);
	return psimx_draw_run(search, result);
}

/* Part @i of @jobs of what @search is a part of already. */
static void take_part(struct search *part, const struct search *search, unsigned int i,
		      unsigned int jobs)
{
	*part = *search;
	part->shard = search->shard + search->shards * i;
	part->shards = search->shards * jobs;
	if (search->strategy == STRATEGY_DFS || search->strategy == STRATEGY_SWEEP) {
		if (search->schedules != ~0ull && !search->probability)
			part->schedules = (search->schedules + jobs - 1) / jobs;
	}
}

static void child(const struct search *part, struct result *result, FILE *out)
{
	int err = run_part(part, result);
	json_t *json = psimx_result_to_json(result, true);

	json_object_set_new(json, "error", json_integer(err));
	json_dumpf(json, out, JSON_COMPACT);
	json_decref(json);
	fflush(out);
	psim_host_exit(0);
}

static int collect(FILE *in, struct result *result)
{
	char error[128];
	json_t *json;
	int err;

	rewind(in);
	json = json_loadf(in, 0, NULL);
	if (!json)
		return -EIO;
	err = json_integer_value(json_object_get(json, "error"));
	if (!err && psimx_result_from_json(result, json, error, sizeof(error)))
		err = -EIO;
	json_decref(json);
	return err;
}

static void show(const struct search *search, volatile struct progress *shared, unsigned int jobs)
{
	struct progress sum = {0};

	for (unsigned int i = 0; i < jobs; i++) {
		sum.schedules += shared[i].schedules;
		sum.failed += shared[i].failed;
		sum.left += shared[i].left;
	}
	if (search->progress)
		search->progress(&sum);
}

/* Return: how many processes ended otherwise than they should. */
static unsigned int wait_for_all(const struct search *search, pid_t *pids, unsigned int jobs,
				 volatile struct progress *shared)
{
	unsigned int left = jobs, lost = 0;
	bool told = false;

	while (left) {
		if (search->stop && *search->stop && !told) {
			/* one that was told already, by the terminal, stops no sooner for it */
			for (unsigned int i = 0; i < jobs; i++) {
				if (pids[i] > 0)
					kill(pids[i], SIGTERM);
			}
			told = true;
		}
		for (unsigned int i = 0; i < jobs; i++) {
			int status;

			if (pids[i] <= 0 || waitpid(pids[i], &status, WNOHANG) != pids[i])
				continue;
			pids[i] = 0;
			left--;
			if (!WIFSIGNALED(status) && !WEXITSTATUS(status))
				continue;
			lost++;
			fprintf(stderr, "psim: a process of the search ended with %s %d\n",
				WIFSIGNALED(status) ? "signal" : "exit code",
				WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
		}
		show(search, shared, jobs);
		if (left)
			usleep(20000);
	}
	return lost;
}

static int in_processes(const struct search *search, unsigned int jobs, struct result *results)
{
	volatile struct progress *shared;
	FILE *files[jobs];
	pid_t pids[jobs];
	int err = 0;

	shared = mmap(NULL, jobs * sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		return -ENOMEM;
	fflush(NULL);
	for (unsigned int i = 0; i < jobs; i++) {
		struct search part;

		take_part(&part, search, i, jobs);
		part.shared = &shared[i];
		part.progress = NULL;
		files[i] = tmpfile();
		pids[i] = files[i] ? fork() : -1;
		if (!pids[i])
			child(&part, &results[i], files[i]);
		if (pids[i] < 0) {
			perror("psim: a process of the search");
			exit(2);
		}
	}
	if (wait_for_all(search, pids, jobs, shared))
		err = -ECHILD;
	for (unsigned int i = 0; i < jobs; i++) {
		if (!err) {
			psimx_result_free(&results[i]);
			err = collect(files[i], &results[i]);
		}
		fclose(files[i]);
	}
	munmap((void *)shared, jobs * sizeof(*shared));
	return err;
}

int psimx_search_jobs(const struct search *search, unsigned int jobs, struct result *results)
{
	for (unsigned int i = 0; i < jobs; i++) {
		unsigned int shard = search->shard + search->shards * i;

		results[i].shards = search->shards * jobs;
		memset(results[i].parts, 0, sizeof(results[i].parts));
		results[i].parts[shard / 8] |= 1 << shard % 8;
	}
	return jobs > 1 ? in_processes(search, jobs, results) : run_part(search, results);
}
