/* SPDX-License-Identifier: MIT */
/* Failures to inject: any call that may fail can be told to. */
#ifndef PSIM_FAULT_H
#define PSIM_FAULT_H

#ifdef __cplusplus
extern "C" {
#endif

/**
 * enum psim_fallible - kinds of calls that can fail
 * @PSIM_FAIL_SLAB: kmalloc and its family: NULL
 * @PSIM_FAIL_PAGE: page and folio allocation: NULL
 * @PSIM_FAIL_TABLE: allocation of a page-table page: as out of memory
 * @PSIM_FAIL_DMA_MAP: mapping for a device: the mapping error
 * @PSIM_FAIL_REGION: request_free_mem_region: -ERANGE
 * @PSIM_FAIL_DEVICE_MEMORY: the simulated GPU's memory allocator: -ENOMEM
 * @PSIM_FAIL_COPY: the simulated GPU's copy engine: the copy's fence carries -EIO
 * @PSIM_FAIL_TASK: starting a task: -ENOMEM
 * @PSIM_FAIL_KINDS: how many kinds there are
 */
enum psim_fallible {
	PSIM_FAIL_SLAB,
	PSIM_FAIL_PAGE,
	PSIM_FAIL_TABLE,
	PSIM_FAIL_DMA_MAP,
	PSIM_FAIL_REGION,
	PSIM_FAIL_DEVICE_MEMORY,
	PSIM_FAIL_COPY,
	PSIM_FAIL_TASK,
	PSIM_FAIL_KINDS
};

/**
 * psim_fail_nth() - make the @nth call of @kind fail, counted from now
 * @nth: 1 for the next one; 0 cancels
 *
 * Only that one call fails. A call that waits for its failure is replaced by the next psim_fail_nth()
 * of the same kind.
 *
 * Return: 0; -EINVAL for a kind that does not exist; -ESRCH if no machine is running.
 */
int psim_fail_nth(enum psim_fallible kind, unsigned long nth);

/* Calls of @kind since the machine's start, or since the last psim_fail_nth() of that kind. */
unsigned long psim_fail_calls(enum psim_fallible kind);

/**
 * psim_fail_given() - calls since the machine's start that whoever explores or sweeps made to fail
 *
 * For scenarios whose promise holds only where nothing fails: where pages are, how long something takes.
 * Those of psim_fail_nth(), the scenario's own, do not count.
 */
unsigned long psim_fail_given(void);

/* "slab", "page", ...; NULL for a kind that does not exist. */
const char *psim_fail_name(enum psim_fallible kind);

#ifdef __cplusplus
}
#endif

#endif /* PSIM_FAULT_H */
