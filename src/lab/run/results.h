/* SPDX-License-Identifier: MIT */
/*
 * Results on disk. A folder holds runs.jsonl, to which each run that has ended adds a line; from it are made
 * results.json, results.csv and residency.csv. A line that a crash has cut off is forgotten.
 */
#ifndef LAB_RESULTS_H
#define LAB_RESULTS_H

#include <jansson.h>

#include "../lab.h"

/* All about the run that its outcome depends on; a new reference. */
json_t *lab_config_json(const struct lab_run *run);
/* SHA-256 of the configuration and the program's revision, in hexadecimal: 64 digits and a zero. */
#define LAB_KEY 65
void lab_config_key(const json_t *config, char key[LAB_KEY]);

/* Digests of workloads' files and of plug-ins are reckoned once. Return: 0, -EINVAL with a line in @error. */
int lab_digest_files(const struct lab_experiment *e, char *error, size_t length);

/*
 * Make the folder, see that it can be written, and keep others out for as long as a process of ours lives.
 * Return: a descriptor to be closed; -1 after a message.
 */
int lab_results_open(const char *folder);
/* Add the run's line to the folder. Takes @config. Return: 0, -errno. */
int lab_results_add(const char *folder, unsigned int index, const struct lab_run *run,
		    json_t *config, const struct lab_result *result);
/* All lines, by index; those that are none are left out. A new reference. NULL with a message. */
json_t *lab_results_load(const char *folder);
/* Whether it is one of a run, as far as tables and reports look at it. */
bool lab_is_result(const json_t *line);
/* results.json, results.csv, residency.csv. Return: 0; -errno after a message. */
int lab_results_write(const char *folder, const json_t *lines);

const char *lab_revision(void);

#endif /* LAB_RESULTS_H */
