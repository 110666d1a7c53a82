// SPDX-License-Identifier: MIT
/* The base room in a machine's life: its statics are all it has, and the start restores those. */
#include "sim/sim.h"

extern const struct psim_room psim_room_base;

const struct psim_room psim_room_base = {
	.name = "base",
};
