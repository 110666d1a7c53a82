/* SPDX-License-Identifier: MIT */
/* What steps touch, and which of them need no preemption before them: see reduce.c. */
#ifndef PSIM_EXPLORE_REDUCE_H
#define PSIM_EXPLORE_REDUCE_H

#include "explore.h"

/* Begin a search; a search over again, with what is known to be shared; a schedule; end. */
void psimx_reduce_open(void);
void psimx_reduce_close(void);
void psimx_reduce_run(void);
/* The hooks of the seat. */
void psimx_reduce_passed(unsigned int task, unsigned int kind, const char *site);
int psimx_reduce_fails(unsigned int task, unsigned int kind, const char *site);
void psimx_reduce_touched(unsigned int task, unsigned long address, unsigned long bytes);
/* Choice @at is asked: the step before it ends, and one begins. */
void psimx_reduce_asked(unsigned int at, const struct psim_steer_point *point);
/* The schedule has ended. Return: whether more is shared than was known before it. */
bool psimx_reduce_learned(void);
/* Whether the step after choice @at touches nothing that another task does. */
bool psimx_reduce_local(unsigned int at);

#endif /* PSIM_EXPLORE_REDUCE_H */
