// SPDX-License-Identifier: MIT
/* The drm room in a machine's life. */
#include "drm/chrdev.h"
#include "drm/device.h"
#include "sim/sim.h"

static int start(const struct psim_config *config)
{
	psim_shrinker_start();
	return 0;
}

static void leftovers(void)
{
	psim_drm_device_leftovers();
	psim_chrdev_leftovers();
	psim_debugfs_leftovers();
	psim_device_leftovers();
	psim_class_leftovers();
	psim_shrinker_leftovers();
	psim_module_leftovers();
}

extern const struct psim_room psim_room_drm;

const struct psim_room psim_room_drm = {
	.name = "drm",
	.start = start,
	.drain = psim_module_drain,
	.leftovers = leftovers,
};
