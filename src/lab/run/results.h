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

/* Workload files' digests are reckoned once. Return: 0, -EINVAL with a line in @error. */
int lab_digest_files(const struct lab_experiment *e, char *error, size_t length);

/* Add the run's line to the folder. Takes @config. Return: 0, -errno. */
int lab_results_add(const char *folder, unsigned int index, const struct lab_run *run,
		    json_t *config, const struct lab_result *result);
/* Cut off a last line without an end. While nobody else writes. */
void lab_results_repair(const char *folder);
/* All lines, by index; those that are none are left out. A new reference. NULL with a message. */
json_t *lab_results_load(const char *folder);
/* results.json, results.csv, residency.csv. Return: 0; -errno after a message. */
int lab_results_write(const char *folder, const json_t *lines);

const char *lab_revision(void);

#endif /* LAB_RESULTS_H */
