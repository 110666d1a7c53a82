/* SPDX-License-Identifier: MIT */
/*
 * The laboratory, inside: what its rooms share. include/psim/lab.h is what workloads and policies see.
 *
 *   run/experiment   what the file says          workload/  where accesses come from
 *   run/jobs         who runs what, when         policy/    what is done about a fault
 *   run/engine       one run                     cost/      how long it takes
 */
#ifndef LAB_H
#define LAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <psim/lab.h>
#include <psim/view.h>

#define LAB_MAX_PARTS	8
#define LAB_MAX_OPTIONS 16
#define LAB_MAX_GPUS	PSIM_VIEW_MAX_GPUS
#define LAB_ERROR	1024 /* bytes of a message */
#define LAB_BATCH	4096 /* accesses that are fetched at a time */

/* ---- where a program's pages are (space.c) ------------------------------------------------------------- */

#define LAB_NOWHERE (~0ul)
#define LAB_CACHE   1024u

struct lab_region {
	uint64_t number; /* address >> 21 */
	unsigned long first; /* its first page */
	uint64_t pages[8]; /* which the program touches */
};

/**
 * struct lab_space - the program's regions of 2 MiB, put side by side where they are neighbours
 * @regions: by address once it is sealed
 * @nr_regions, @room: how many, and room for how many
 * @table: finds a region by its number; a power of two of 1 + index, 0: empty
 * @mask: of @table
 * @nr_pages: pages are numbered below this
 * @touched: pages that the program touches
 * @accesses: how many, as lab_survey() counts them
 * @cache: the regions met last: number + 1, and the first page
 */
struct lab_space {
	struct lab_region *regions;
	size_t nr_regions;
	size_t room;
	uint32_t *table;
	size_t mask;
	unsigned long nr_pages;
	unsigned long touched;
	unsigned long long accesses;
	struct {
		uint64_t number;
		unsigned long first;
	} cache[LAB_CACHE];
};

/* Return: 0, -ENOMEM. */
int lab_space_add(struct lab_space *space, uint64_t address, uint64_t bytes);
/* After the last lab_space_add(): number the pages. */
int lab_space_seal(struct lab_space *space);
void lab_space_free(struct lab_space *space);
unsigned long lab_space_find(struct lab_space *space, uint64_t page_number);

/* The number of the page that @address is on, or LAB_NOWHERE. */
static inline unsigned long lab_space_page(struct lab_space *space, uint64_t address)
{
	uint64_t number = address >> 21;
	unsigned int slot = number % LAB_CACHE;

	if (__builtin_expect(space->cache[slot].number != number + 1, 0))
		return lab_space_find(space, address >> 12);
	return space->cache[slot].first + (address >> 12 & 511);
}

/* ---- cost (cost/) ---------------------------------------------------------------------------------------------- */

/**
 * struct lab_cost - what takes how long; docs/cost-model.md has each one's source
 * All _ns in virtual nanoseconds, speeds in bytes a microsecond (MB/s).
 */
struct lab_cost {
	double near_ns, far_ns, peer_ns, cpu_ns; /* an access */
	double batch_ns, fault_ns, region_ns; /* a batch of faults, each fault, each 2 MiB in it */
	double piece_ns, page_ns; /* a migration, each page of it */
	double copy_ns, in_speed, out_speed; /* a copy over the link */
	double curve; /* not 0: the throughput of small copies instead of copy_ns */
	double peer_copy_ns, peer_speed;
	double clear_speed;
	double evict_ns; /* a piece that leaves */
	double map_ns; /* a page mapped where it is */
	double bind_ns, entry_ns; /* a piece mapped for a GPU, each entry of its page tables */
	double invalidate_ns; /* a GPU that reaches a piece no more, and its TLB */
	double cpu_fault_ns; /* a CPU's fault on a device page */
	double batch_faults, window; /* faults in a batch, accesses that go on meanwhile */
};

/* As an option list, for files. Fields are doubles, in the list's order. */
extern const struct psim_lab_option lab_cost_options[];
#define LAB_COSTS 24

void lab_cost_defaults(struct lab_cost *cost);
/* A link by name: sets speeds and set-up. Return: -ENOENT; @names gets what there is. */
int lab_cost_link(struct lab_cost *cost, const char *name, char *names, size_t length);
double lab_cost_copy(const struct lab_cost *cost, uint64_t bytes, bool out);

/* ---- policies (policy/) ------------------------------------------------------------------------------------------ */

/* One part with its settings. */
struct lab_part {
	const struct psim_lab_policy *policy;
	double values[LAB_MAX_OPTIONS];
};

/**
 * struct lab_policy - a policy of an experiment: parts, the first that answers wins
 * @name: in the results
 * @plugin: path of the shared object, or NULL
 */
struct lab_policy {
	char *name;
	char *plugin;
	struct lab_part parts[LAB_MAX_PARTS];
	unsigned int nr_parts;
};

/* A ready combination. */
struct lab_ready {
	const char *name;
	const char *about;
	const char *source;
	const char *parts[LAB_MAX_PARTS];
};

extern const struct psim_lab_policy *const lab_parts[]; /* ends with NULL */
extern const struct lab_ready lab_ready[]; /* ends with an entry without a name */
const struct psim_lab_policy *lab_part_find(const char *name);
const struct lab_ready *lab_ready_find(const char *name);

/* ---- workloads (workload/) ----------------------------------------------------------------------------------------- */

extern const struct psim_lab_workload *const lab_workloads[]; /* ends with NULL */
const struct psim_lab_workload *lab_workload_find(const char *name);

struct lab_workload {
	char *name;
	char *file;
	char *plugin;
	const struct psim_lab_workload *kind;
	double values[LAB_MAX_OPTIONS];
};

/* ---- an experiment (run/experiment.c) --------------------------------------------------------------------------------- */

/* What takes how long, under a name: one of those that an experiment compares. */
struct lab_profile {
	char *name;
	struct lab_cost cost;
};

/**
 * struct lab_experiment - what the file says
 * @cost: of this run's; while there are no runs, the first one of @costs
 * @cost_name: its name; whose memory is @costs'
 * @ratios: memory is the footprint divided by this, of each; or
 * @sizes: memory in bytes
 * @bytes: the machine keeps bytes, and every access is verified
 * @checks: with the instruments that look at every page and lock
 * @start_in_ram: pages are in RAM when the run begins; else a GPU's first touch clears them
 * @samples: points of residency over time that are kept at least; up to twice as many
 */
struct lab_experiment {
	char *name;
	char *path;
	char *output;
	unsigned int nr_gpus;
	bool linked;
	bool bytes;
	bool checks;
	bool start_in_ram;
	struct lab_cost cost;
	const char *cost_name;
	struct lab_profile *costs;
	unsigned int nr_costs;
	struct lab_workload *workloads;
	unsigned int nr_workloads;
	struct lab_policy *policies;
	unsigned int nr_policies;
	double *ratios;
	unsigned int nr_ratios;
	unsigned long long *sizes;
	unsigned int nr_sizes;
	unsigned long long *seeds;
	unsigned int nr_seeds;
	unsigned int samples;
};

/* Return: 0; -EINVAL with "FILE:LINE:COLUMN: what was expected" in @error. */
int lab_experiment_load(struct lab_experiment *e, const char *path, char *error, size_t length);
void lab_experiment_free(struct lab_experiment *e);
/* How many runs it has: workloads × costs × memory sizes × policies × seeds; the last ones vary fastest. */
unsigned int lab_experiment_runs(const struct lab_experiment *e);

/* ---- one run (run/engine.c) --------------------------------------------------------------------------------------------- */

struct lab_run {
	const struct lab_experiment *experiment;
	const struct lab_workload *workload;
	const struct lab_policy *policy;
	double ratio; /* 0: memory was given */
	unsigned long long memory_bytes;
	unsigned long long seed;
	struct lab_space *space;
};

#define LAB_MAX_SAMPLES 512

/**
 * struct lab_result - what came of it
 * Times in ns of virtual time. Faults are distinct pages in a batch; a refault is of a page that was in this
 * GPU's memory before. Bytes are what copies moved.
 */
struct lab_result {
	double time_ns, stall_ns, copy_ns;
	unsigned long long accesses, near, far, peer, cpu;
	unsigned long long batches, faults, refaults, cpu_faults;
	unsigned long long bytes_in, bytes_out, bytes_peer, bytes_cleared;
	unsigned long long copies_in, copies_out, pieces, evictions;
	unsigned long long prefetched, prefetched_used;
	unsigned long long mapped;
	unsigned int nr_samples;
	struct {
		double time_ns;
		unsigned long long pages;
	} samples[LAB_MAX_SAMPLES];
};

/* Go through the workload and see which pages it has. Return: 0, -EINVAL with a line in @error, -ENOMEM. */
int lab_survey(const struct lab_workload *workload, unsigned long long seed,
	       struct lab_space *space, char *error, size_t length);
/* Return: 0; -EINVAL: the input is wrong; -EIO: a law was broken; others. All with a line in @error. */
int lab_run(const struct lab_run *run, struct lab_result *result, char *error, size_t length);

/* ---- many runs (run/jobs.c), their results (run/results.c) ----------------------------------------------------------------- */

/*
 * @timeout: seconds that a run may take; 0: any. The others are told of progress, or NULL.
 * @survey: a workload is gone through to see which pages it has
 * @begin: the runs begin; @done and @total are accesses
 * @over: after either, before a message
 */
struct lab_jobs {
	const struct lab_experiment *experiment;
	const char *folder;
	unsigned int jobs;
	unsigned int timeout;
	unsigned int shard, shards; /* runs whose index % shards == shard */
	void (*survey)(const char *workload, unsigned int number, unsigned int total);
	void (*begin)(const volatile unsigned long long *done,
		      const volatile unsigned long long *total);
	void (*over)(void);
	void (*end)(unsigned int done, unsigned int total, unsigned int failed);
};

/* Return: 0; 1: a run broke a law, or a plug-in ended it; 2: bad input. Says why on standard error. */
int lab_jobs_run(const struct lab_jobs *jobs);

/* FOLDER/report.html, with plots. Return: as lab_jobs_run(). */
int lab_report(const char *folder);

/* A trace into the binary form. Return: as lab_jobs_run(). */
int lab_convert(const char *kind, const char *from, const char *to);
/* Results of several folders into a new one; each run once. */
int lab_merge(const char *folder, char *const *parts, unsigned int n);

#endif /* LAB_H */
