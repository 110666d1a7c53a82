/* SPDX-License-Identifier: MIT */
/* The last points before the step budget is used up, and what repeats in them (deterministic engine). */
#ifndef PSIM_LIVELOCK_H
#define PSIM_LIVELOCK_H

#include <linux/types.h>

#define PSIM_LIVELOCK_POINTS 16384

/* One more point; @site: who called, or NULL for a yield. */
void psim_livelock_note(unsigned int task, unsigned int kind, const char *site);
/* "every 12 of them repeat: a/2 in f, ...". Return: @text. */
const char *psim_livelock_describe(char *text, size_t bytes);
void psim_livelock_stop(void);

#endif /* PSIM_LIVELOCK_H */
