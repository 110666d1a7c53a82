/* SPDX-License-Identifier: MIT */
/* What the files of the simulated GPU's user face share. */
#ifndef PSIM_GPU_USER_H
#define PSIM_GPU_USER_H

struct simgpu_device;
struct simgpu_hw;

/* @hw: NULL: unplugged. @driver: referenced, so that it is there for calls that come too late. */
struct psim_gpu {
	struct simgpu_hw *hw;
	struct simgpu_device *driver;
};

#endif /* PSIM_GPU_USER_H */
