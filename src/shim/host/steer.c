// SPDX-License-Identifier: MIT
/* The explorer's seat: empty until somebody sits down. What a run notes of its end state. */
#include <psim/explore.h>

#include "steer.h"

const struct psim_steer *psim_steer;
struct psim_steer_point psim_steer_point;
int psim_steer_inside;
int psim_host_muted;
unsigned long long psim_host_state;

void psim_explore_state(unsigned long long part)
{
	psim_host_state = (psim_host_state ^ part) * 0x9e3779b97f4a7c15ull;
	psim_host_state ^= psim_host_state >> 29;
}
