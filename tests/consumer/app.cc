// SPDX-License-Identifier: MIT
// The user face from C++.
#include <vector>
#include <psim/psim.h>

int main()
{
	std::vector<unsigned char> out(4096, 7), in(4096);

	if (psim_start(nullptr))
		return 1;
	psim_process *process = psim_process_create("cxx");
	psim_gpu *gpu = psim_gpu_create(nullptr);
	long at = psim_mmap(process, 0, 65536, PSIM_READ | PSIM_WRITE);
	int bad = psim_store(process, at, out.data(), out.size());

	bad |= psim_gpu_migrate(gpu, process, at, 65536);
	bad |= psim_load(process, at, in.data(), in.size());
	psim_process_exit(process);
	psim_gpu_destroy(gpu);
	return bad || psim_stop() || in != out;
}
