/* SPDX-License-Identifier: MIT */
/* Memory pressure on demand: ask the shrinkers as an allocation that finds no memory does. */
#ifndef PSIM_SHRINK_H
#define PSIM_SHRINK_H

#ifdef __cplusplus
extern "C" {
#endif

/**
 * psim_shrink() - ask the registered shrinkers to free objects
 * @objects: how many are wanted
 * From a task that may sleep. Return: how many were freed; -ESRCH if no machine is running.
 */
long psim_shrink(unsigned long objects);

#ifdef __cplusplus
}
#endif

#endif /* PSIM_SHRINK_H */
