// SPDX-License-Identifier: MIT
/* A scenario: what it does is explored, swept and replayed by its name. Host code: <psim/...>. */
#include <errno.h>
#include <psim/psim.h>

static const struct psim_option options[] = {{"pages", 4, "how many go to the device"}, {0}};

PSIM_SCENARIO(@NAME@, "pages go to the device, and the CPU reads them back", .options = options,
	      .small = "pages=1 preemptions=1 points=coarse")
{
	size_t bytes = psim_option("pages") * PSIM_PAGE_SIZE;
	struct psim_process *process = psim_process_create("app");
	struct psim_gpu *gpu = psim_gpu_create(NULL);
	long at = process ? psim_mmap(process, 0, bytes, PSIM_READ | PSIM_WRITE) : -ENOMEM;
	char byte = 'x';
	int err = gpu ? 0 : -ENOMEM;

	if (at < 0)
		err = at;
	if (!err)
		err = psim_store(process, at, &byte, 1);
	if (!err)
		err = psim_gpu_migrate(gpu, process, at, bytes);
	byte = 0;
	if (!err)
		err = psim_load(process, at, &byte, 1); /* faults it back */
	if (!err && byte != 'x')
		err = -EILSEQ;
	if (process)
		psim_process_exit(process);
	if (gpu)
		psim_gpu_destroy(gpu);
	return err;
}
