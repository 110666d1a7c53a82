/* SPDX-License-Identifier: MIT */
/* Who holds pins: the machine's own book of them, for laws 2 and 3. */
#ifndef PSIM_MM_PINS_H
#define PSIM_MM_PINS_H

#include <linux/types.h>

/* The folio with head @pfn has @change pins more. */
void psim_pins_add(unsigned long pfn, int change);
void psim_pins_start(void);
void psim_pins_leftovers(void);
void psim_pins_stop(void);

#endif /* PSIM_MM_PINS_H */
