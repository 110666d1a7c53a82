/* SPDX-License-Identifier: MIT */
/*
 * Fault attributes: places where a driver lets itself be failed. Here an attribute's name picks the kind
 * of injected failure: fail_device_memory is PSIM_FAIL_DEVICE_MEMORY; attributes of other names never
 * fail by themselves.
 */
#ifndef _LINUX_FAULT_INJECT_H
#define _LINUX_FAULT_INJECT_H

#include <linux/types.h>

struct fault_attr {
	const char *__psim_name;
};

#define FAULT_ATTR_INITIALIZER    \
	{                         \
		.__psim_name = "" \
	}
#define DECLARE_FAULT_ATTR(name) struct fault_attr name = {.__psim_name = #name}

/**
 * should_fail() - shall this attempt fail?
 * @attr: the place
 * @size: what is asked for, in bytes; not looked at here
 * Context: any. Return: true: fail.
 */
bool should_fail(struct fault_attr *attr, ssize_t size);

struct dentry;
/* A directory for the attribute. Inert otherwise: there are no files in it. Return: as debugfs_create_dir(). */
struct dentry *fault_create_debugfs_attr(const char *name, struct dentry *parent,
					 struct fault_attr *attr);

#endif /* _LINUX_FAULT_INJECT_H */
