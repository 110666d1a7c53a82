// SPDX-License-Identifier: MIT
/* The workloads that are built in. */
#include <string.h>

#include "../lab.h"

extern const struct psim_lab_workload lab_workload_sequential, lab_workload_uniform,
	lab_workload_zipf, lab_workload_phased, lab_workload_producer, lab_workload_lackey,
	lab_workload_binary, lab_workload_csv, lab_workload_triad, lab_workload_stencil,
	lab_workload_matmul, lab_workload_spmv, lab_workload_bfs, lab_workload_join,
	lab_workload_chase, lab_workload_histogram, lab_workload_share, lab_workload_handover;

const struct psim_lab_workload *const lab_workloads[] = {
	&lab_workload_sequential,
	&lab_workload_uniform,
	&lab_workload_zipf,
	&lab_workload_phased,
	&lab_workload_producer,
	&lab_workload_share,
	&lab_workload_handover,
	&lab_workload_triad,
	&lab_workload_stencil,
	&lab_workload_matmul,
	&lab_workload_spmv,
	&lab_workload_bfs,
	&lab_workload_join,
	&lab_workload_chase,
	&lab_workload_histogram,
	&lab_workload_lackey,
	&lab_workload_binary,
	&lab_workload_csv,
	NULL,
};

const struct psim_lab_workload *lab_workload_find(const char *name)
{
	for (unsigned int i = 0; lab_workloads[i]; i++) {
		if (!strcmp(lab_workloads[i]->name, name))
			return lab_workloads[i];
	}
	return NULL;
}
