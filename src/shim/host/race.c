// SPDX-License-Identifier: MIT
/* The data-race detector's seat: empty unless a detector is linked. */
#include "race.h"

const struct psim_race *psim_race;
const struct psim_race *psim_race_linked;
int psim_race_wanted = 1;
