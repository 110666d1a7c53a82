// SPDX-License-Identifier: MIT
/*
 * The composition root: which rooms this build has, in starting order. Nothing else knows them all.
 */
#include <linux/kernel.h>
#include "sim/sim.h"

extern const struct psim_room psim_room_base, psim_room_engine, psim_room_slab, psim_room_sync,
	psim_room_pages, psim_room_mm, psim_room_dma, psim_room_migrate, psim_room_drm;

const struct psim_room *const psim_rooms[] = {
	&psim_room_base, &psim_room_engine, &psim_room_slab,	&psim_room_sync, &psim_room_pages,
	&psim_room_mm,	 &psim_room_dma,    &psim_room_migrate, &psim_room_drm,
};

const unsigned int psim_nr_rooms = ARRAY_SIZE(psim_rooms);
