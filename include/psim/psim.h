/* SPDX-License-Identifier: MIT */
/* The whole user face. Link with psim_gpu (which brings psim_core and psim_shim). */
#ifndef PSIM_PSIM_H
#define PSIM_PSIM_H

#include <psim/audit.h>
#include <psim/explore.h>
#include <psim/fault.h>
#include <psim/file.h>
#include <psim/gpu.h>
#include <psim/machine.h>
#include <psim/module.h>
#include <psim/process.h>
#include <psim/task.h>
#include <psim/trace.h>
#include <psim/userfault.h>
#include <psim/view.h>

#endif /* PSIM_PSIM_H */
