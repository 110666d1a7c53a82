// SPDX-License-Identifier: MIT
/* The same program as explore_program.c, for relacy. */
#include <sstream>

#include <relacy/relacy.hpp>

struct increments : rl::test_suite<increments, 2> {
	rl::mutex lock;
	rl::var<int> counter;

	void before()
	{
		counter($) = 0;
	}

	void thread(unsigned)
	{
		for (int i = 0; i < 10; i++) {
			lock.lock($);
			counter($) = counter($) + 1;
			lock.unlock($);
		}
	}

	void after()
	{
		RL_ASSERT(counter($) == 20);
	}
};

extern "C" int bench_relacy(unsigned long schedules)
{
	std::ostringstream out; /* it tells of its progress; not here */
	rl::test_params params;

	params.iteration_count = schedules;
	params.search_type = rl::random_scheduler_type;
	params.progress_stream = &out;
	params.output_stream = &out;
	return rl::simulate<increments>(params) ? 0 : 1;
}
