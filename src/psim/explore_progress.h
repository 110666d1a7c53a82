/* SPDX-License-Identifier: MIT */
/* How far a search is, on standard error. */
#ifndef PSIM_PROGRAM_EXPLORE_PROGRESS_H
#define PSIM_PROGRAM_EXPLORE_PROGRESS_H

#include "../explore/explore.h"

/* From now on; @before: how many schedules were done already, when it goes on. Sets its progress. */
void explore_progress_begin(struct search *search, unsigned long long before);
void explore_progress_end(void);

#endif /* PSIM_PROGRAM_EXPLORE_PROGRESS_H */
