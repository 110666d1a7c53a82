// SPDX-License-Identifier: MIT
/* The kernel's fault attributes, led to the kinds of failures that can be injected. */
#include <linux/fault-inject.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "sim/sim.h"

bool should_fail(struct fault_attr *attr, ssize_t size)
{
	if (strcmp(attr->__psim_name, "fail_device_memory"))
		return false;
	return psim_fails(PSIM_FAIL_DEVICE_MEMORY, attr->__psim_name);
}
