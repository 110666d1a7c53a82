// SPDX-License-Identifier: MIT
/*
 * Many runs: those whose results are not there yet, in several processes. Each process takes the next run, so
 * that one which a plug-in ends takes down that run alone. No process outlives the one that began it.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "results.h"

#define MAX_JOBS 256

/* One for each seed of each workload. */
struct survey {
	struct lab_space space;
	bool wanted, done;
};

/* What all processes see. */
struct shared {
	unsigned int next; /* of the list of runs to do */
	unsigned int done;
	volatile unsigned long long accesses_done,
		accesses; /* runs differ: not all take the same time */
	unsigned int failed;
	unsigned int usage; /* of them: the input was wrong */
	unsigned int running[MAX_JOBS]; /* index + 1 */
};

/* What a process of ours ends with when it has done what it shall: a plug-in's exit() is told from it. */
#define EXIT_JOB 42

struct work {
	const struct lab_jobs *jobs;
	struct survey *surveys;
	struct lab_experiment *variants; /* one for each cost */
	struct lab_run *runs;
	unsigned int *todo; /* indices */
	unsigned int nr_todo;
	struct shared *shared;
};

/* ---- which runs there are ----------------------------------------------------------------------------------- */

static void describe(const struct lab_run *run, char *text, size_t length)
{
	bool costs = run->experiment->nr_costs > 1;

	snprintf(text, length, "%s, %s, %s%s%llu bytes of memory, seed %llu", run->workload->name,
		 run->policy->name, costs ? run->experiment->cost_name : "", costs ? ", " : "",
		 run->memory_bytes, run->seed);
}

/* Seeds vary fastest, then policies, then memory, then costs, then workloads. */
static void lay_out(struct work *work)
{
	const struct lab_experiment *e = work->jobs->experiment;
	unsigned int sizes = e->nr_ratios + e->nr_sizes, total = lab_experiment_runs(e);

	for (unsigned int i = 0; i < e->nr_costs; i++) {
		work->variants[i] = *e;
		work->variants[i].cost = e->costs[i].cost;
		work->variants[i].cost_name = e->costs[i].name;
	}
	for (unsigned int i = 0; i < total; i++) {
		unsigned int seed = i % e->nr_seeds, policy = i / e->nr_seeds % e->nr_policies;
		unsigned int size = i / e->nr_seeds / e->nr_policies % sizes;
		unsigned int cost = i / e->nr_seeds / e->nr_policies / sizes % e->nr_costs;
		unsigned int workload = i / e->nr_seeds / e->nr_policies / sizes / e->nr_costs;

		work->runs[i] = (struct lab_run){
			.experiment = &work->variants[cost],
			.workload = &e->workloads[workload],
			.policy = &e->policies[policy],
			.ratio = size < e->nr_ratios ? e->ratios[size] : 0,
			.memory_bytes = size < e->nr_ratios ? 0 : e->sizes[size - e->nr_ratios],
			.seed = e->seeds[seed],
			.space = &work->surveys[workload * e->nr_seeds + seed].space,
		};
	}
}

/* Memory for a footprint: whole 64 KiB, as GPUs have it. */
static void give_memory(struct lab_run *run)
{
	double bytes = run->space->touched * PSIM_LAB_PAGE / run->ratio;

	run->memory_bytes = (unsigned long long)(bytes / 65536 + 0.5) * 65536;
	if (run->memory_bytes < 65536)
		run->memory_bytes = 65536;
}

/* A run whose configuration is not surveyed yet is the same without the survey: its key says all. */
static bool is_done(json_t *keys, const struct lab_run *run)
{
	json_t *config = lab_config_json(run);
	char key[LAB_KEY];
	bool done;

	json_object_set_new(config, "memory", json_integer(run->ratio > 0 ? 0 : run->memory_bytes));
	lab_config_key(config, key);
	done = json_object_get(keys, key) != NULL;
	json_decref(config);
	return done;
}

static json_t *keys_of(const json_t *lines)
{
	json_t *keys = json_object(), *line;
	size_t i;

	json_array_foreach(lines, i, line)
		json_object_set(keys, json_string_value(json_object_get(line, "key")), line);
	return keys;
}

/* What became of a process, for people. */
static void tell_end(const struct work *work, int status, char *text, size_t length)
{
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
		snprintf(text, length, "was ended after %u s, as --timeout says",
			 work->jobs->timeout);
	else if (WIFSIGNALED(status))
		snprintf(text, length, "ended with signal %d", WTERMSIG(status));
	else
		snprintf(text, length, "ended with exit code %d", WEXITSTATUS(status));
}

/*
 * A plug-in's workload is gone through by a process of its own first: what ends that, or never ends, does not
 * end the experiment without a word.
 */
static int probe(struct work *work, const struct lab_run *run)
{
	char error[LAB_ERROR], end[64];
	pid_t pid;
	int status;

	fflush(NULL);
	pid = fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		alarm(work->jobs->timeout);
		lab_survey(run->workload, run->seed, run->space, error, sizeof(error));
		_exit(EXIT_JOB);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -ECHILD;
	if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_JOB)
		return 0;
	tell_end(work, status, end, sizeof(end));
	if (work->jobs->over)
		work->jobs->over();
	fprintf(stderr, "psim: %s: going through the workload %s; it has the plug-in %s\n",
		run->workload->name, end, run->workload->plugin);
	return -EFAULT;
}

static int survey_of(struct work *work, const struct lab_run *run)
{
	char error[LAB_ERROR];
	int err = run->workload->plugin ? probe(work, run) : 0;

	if (err)
		return err;
	err = lab_survey(run->workload, run->seed, run->space, error, sizeof(error));
	if (err && work->jobs->over)
		work->jobs->over();
	if (err)
		fprintf(stderr, "psim: %s\n", error);
	return err;
}

/* What is to do. Return: how many surveys that takes. */
static unsigned int choose(struct work *work, json_t *keys)
{
	const struct lab_jobs *jobs = work->jobs;
	unsigned int total = lab_experiment_runs(jobs->experiment), surveys = 0;

	for (unsigned int i = 0; i < total; i++) {
		struct survey *survey = (struct survey *)work->runs[i].space;

		if (i % jobs->shards != jobs->shard || is_done(keys, &work->runs[i]))
			continue;
		surveys += !survey->wanted;
		survey->wanted = true;
		work->todo[work->nr_todo++] = i;
	}
	return surveys;
}

static int survey_all(struct work *work, unsigned int surveys)
{
	const struct lab_jobs *jobs = work->jobs;
	unsigned int number = 0;
	int err = 0;

	for (unsigned int i = 0; !err && i < work->nr_todo; i++) {
		struct lab_run *run = &work->runs[work->todo[i]];
		struct survey *survey = (struct survey *)run->space;

		if (!survey->done) {
			if (jobs->survey)
				jobs->survey(run->workload->name, ++number, surveys);
			err = survey_of(work, run);
			survey->done = true;
		}
		if (!err && run->ratio > 0)
			give_memory(run);
		work->shared->accesses += run->space->accesses;
	}
	if (jobs->over)
		jobs->over();
	return err;
}

/* ---- interruptions --------------------------------------------------------------------------------------------- */

static volatile sig_atomic_t interrupted;
static sigset_t awake; /* signals that are blocked but while we wait */

static void interrupt(int signal)
{
	if (signal != SIGCHLD)
		interrupted = signal;
}

/* Whoever began us with a signal ignored, as nohup(1) does, wants it so. */
static void catch_signals(void)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGCHLD};
	struct sigaction action = {.sa_handler = interrupt}, old;
	sigset_t blocked;

	sigemptyset(&blocked);
	for (unsigned int i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		sigaddset(&blocked, signals[i]);
		sigaction(signals[i], NULL, &old);
		if (old.sa_handler != SIG_IGN || signals[i] == SIGCHLD)
			sigaction(signals[i], &action, NULL);
	}
	sigprocmask(SIG_BLOCK, &blocked, &awake);
}

/* In a process of ours: as they were. */
static void leave_signals(void)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGCHLD};
	struct sigaction old;

	for (unsigned int i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		sigaction(signals[i], NULL, &old);
		if (old.sa_handler == interrupt)
			signal(signals[i], SIG_DFL);
	}
	sigprocmask(SIG_SETMASK, &awake, NULL);
}

/* ---- running them -------------------------------------------------------------------------------------------------- */

static void count_done(struct shared *shared, const struct lab_run *run)
{
	__atomic_add_fetch(&shared->accesses_done, run->space->accesses, __ATOMIC_RELAXED);
	__atomic_add_fetch(&shared->done, 1, __ATOMIC_RELAXED);
}

static void run_one(struct work *work, unsigned int index)
{
	const struct lab_run *run = &work->runs[index];
	static struct lab_result result;
	char error[LAB_ERROR], what[256];
	json_t *config;
	int err = lab_run(run, &result, error, sizeof(error));

	if (!err) {
		config = lab_config_json(run);
		json_object_set_new(config, "memory",
				    json_integer(run->ratio > 0 ? 0 : run->memory_bytes));
		err = lab_results_add(work->jobs->folder, index, run, config, &result);
		if (err)
			snprintf(error, sizeof(error), "%s/runs.jsonl cannot be written: %s",
				 work->jobs->folder, strerror(-err));
	}
	if (err) {
		describe(run, what, sizeof(what));
		fprintf(stderr, "psim: %s: %s\n", what, error);
		__atomic_add_fetch(&work->shared->failed, 1, __ATOMIC_RELAXED);
		if (err == -EINVAL)
			__atomic_add_fetch(&work->shared->usage, 1, __ATOMIC_RELAXED);
	}
	count_done(work->shared, run);
}

static void child(struct work *work, unsigned int job)
{
	struct shared *shared = work->shared;
	unsigned int at;

	while ((at = __atomic_fetch_add(&shared->next, 1, __ATOMIC_RELAXED)) < work->nr_todo) {
		shared->running[job] = work->todo[at] + 1;
		alarm(work->jobs->timeout);
		run_one(work, work->todo[at]);
		alarm(0);
		shared->running[job] = 0;
	}
	fflush(NULL);
	_exit(EXIT_JOB);
}

static pid_t begin(struct work *work, unsigned int job)
{
	pid_t pid, parent = getpid();

	fflush(NULL);
	pid = fork();
	if (!pid) {
		leave_signals();
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(1);
		child(work, job);
	}
	if (pid < 0)
		perror("psim: a process of the laboratory");
	return pid;
}

/* A process ended as it should not: say in which run, and whose plug-in it had. */
static void tell_crash(struct work *work, unsigned int job, int status)
{
	const struct lab_run *run = &work->runs[work->shared->running[job] - 1];
	const char *plugin = run->policy->plugin ? run->policy->plugin : run->workload->plugin;
	char what[256], end[64];

	describe(run, what, sizeof(what));
	tell_end(work, status, end, sizeof(end));
	fprintf(stderr, "psim: %s: the run %s%s%s\n", what, end,
		plugin ? "; it had the plug-in " : "", plugin ? plugin : "");
	work->shared->running[job] = 0;
	__atomic_add_fetch(&work->shared->failed, 1, __ATOMIC_RELAXED);
	count_done(work->shared, run);
}

static void end_all(const pid_t *pids, unsigned int jobs)
{
	for (unsigned int i = 0; i < jobs; i++) {
		if (pids[i] > 0)
			kill(pids[i], SIGTERM);
	}
}

/* One of ours has ended. Return: how many go on in its place. */
static unsigned int reap(struct work *work, pid_t *pids, unsigned int job, int status)
{
	pids[job] = 0;
	if (interrupted)
		return 0;
	if (work->shared->running[job])
		tell_crash(work, job, status);
	else if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_JOB)
		return 0;
	pids[job] = begin(work, job);
	return pids[job] > 0;
}

static int run_all(struct work *work)
{
	unsigned int jobs = work->jobs->jobs, left = 0;
	pid_t pids[MAX_JOBS] = {0}, pid;
	int status;

	if (jobs > work->nr_todo)
		jobs = work->nr_todo;
	catch_signals();
	for (unsigned int i = 0; i < jobs; i++) {
		pids[i] = begin(work, i);
		left += pids[i] > 0;
	}
	while (left) {
		while (left && (pid = waitpid(-1, &status, WNOHANG)) > 0) {
			for (unsigned int i = 0; i < jobs; i++) {
				if (pids[i] == pid)
					left += reap(work, pids, i, status) - 1;
			}
		}
		if (interrupted)
			end_all(pids, jobs);
		if (left)
			sigsuspend(&awake);
	}
	leave_signals();
	return interrupted ? -EINTR : 0;
}

/* ---- all of it -------------------------------------------------------------------------------------------------------- */

/* Of all that is on disk, what belongs to this experiment at this revision. */
static int write_tables(struct work *work)
{
	json_t *lines = lab_results_load(work->jobs->folder), *keys = keys_of(lines);
	json_t *ours = json_array();
	unsigned int total = lab_experiment_runs(work->jobs->experiment);
	int err;

	for (unsigned int i = 0; i < total; i++) {
		json_t *config = lab_config_json(&work->runs[i]), *line;
		const struct lab_run *run = &work->runs[i];
		char key[LAB_KEY];

		json_object_set_new(config, "memory",
				    json_integer(run->ratio > 0 ? 0 : run->memory_bytes));
		lab_config_key(config, key);
		line = json_object_get(keys, key);
		if (line)
			json_array_append(ours, line);
		json_decref(config);
	}
	err = lab_results_write(work->jobs->folder, ours);
	json_decref(ours);
	json_decref(keys);
	json_decref(lines);
	return err;
}

static int answer(const struct work *work, int err)
{
	if (err == -EINVAL || work->shared->usage)
		return 2;
	return err || work->shared->failed ? 1 : 0;
}

static int run_todo(struct work *work)
{
	const struct lab_jobs *jobs = work->jobs;
	int err;

	if (jobs->begin)
		jobs->begin(&work->shared->accesses_done, &work->shared->accesses);
	err = run_all(work);
	if (jobs->over)
		jobs->over();
	if (jobs->end)
		jobs->end(work->shared->done, lab_experiment_runs(jobs->experiment),
			  work->shared->failed);
	if (err)
		fprintf(stderr, "psim: interrupted by signal %d: run it again for the others\n",
			interrupted);
	else if (work->shared->done < work->nr_todo)
		err = -ECHILD;
	return err;
}

static int run_work(struct work *work)
{
	const struct lab_jobs *jobs = work->jobs;
	json_t *lines, *keys;
	int folder = lab_results_open(jobs->folder), err, written;

	if (folder < 0)
		return 2;
	lines = lab_results_load(jobs->folder);
	keys = keys_of(lines);
	lay_out(work);
	err = survey_all(work, choose(work, keys));
	json_decref(keys);
	json_decref(lines);
	if (!err) {
		err = run_todo(work);
		written = write_tables(work);
		err = err ? err : written;
	}
	close(folder);
	return answer(work, err);
}

int lab_jobs_run(const struct lab_jobs *jobs)
{
	const struct lab_experiment *e = jobs->experiment;
	unsigned int total = lab_experiment_runs(e), surveys = e->nr_workloads * e->nr_seeds;
	struct work work = {.jobs = jobs};
	char error[LAB_ERROR];
	int result = 2;

	if (lab_digest_files(e, error, sizeof(error))) {
		fprintf(stderr, "psim: %s\n", error);
		return 2;
	}
	work.surveys = calloc(surveys, sizeof(*work.surveys));
	work.variants = calloc(e->nr_costs, sizeof(*work.variants));
	work.runs = calloc(total, sizeof(*work.runs));
	work.todo = calloc(total, sizeof(*work.todo));
	work.shared = mmap(NULL, sizeof(*work.shared), PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (work.surveys && work.variants && work.runs && work.todo && work.shared != MAP_FAILED)
		result = run_work(&work);
	else
		fprintf(stderr, "psim: no memory for %u runs\n", total);
	for (unsigned int i = 0; work.surveys && i < surveys; i++)
		lab_space_free(&work.surveys[i].space);
	if (work.shared != MAP_FAILED)
		munmap(work.shared, sizeof(*work.shared));
	free(work.surveys);
	free(work.variants);
	free(work.runs);
	free(work.todo);
	return result;
}
