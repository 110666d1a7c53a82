/* SPDX-License-Identifier: MIT */
/*
 * Loading and unloading kernel modules: code linked into the program that says module_init() or
 * module_exit(), under the KBUILD_MODNAME it was compiled with.
 *
 * What is still loaded when the machine stops is unloaded then, latest first.
 */
#ifndef PSIM_MODULE_H
#define PSIM_MODULE_H

#ifdef __cplusplus
extern "C" {
#endif

/**
 * psim_module_load() - run a module's init function
 * @name: its KBUILD_MODNAME
 *
 * The calling task runs it, so it must be one that may sleep. A module that is loaded a second time in
 * one machine finds its statics as it left them.
 *
 * Return: 0; what its init function returned; -EEXIST if it is loaded; -ENOENT if the program has no such
 * module; -ESRCH if no machine is running.
 */
int psim_module_load(const char *name);

/**
 * psim_module_unload() - run a module's exit function
 * Return: 0; -EBUSY while it is referenced, and if it has no exit function; -ENOENT if it is not loaded;
 * -ESRCH if no machine is running.
 */
int psim_module_unload(const char *name);

/**
 * psim_module_param() - give a module parameter a value, best before the module is loaded
 * @module: its KBUILD_MODNAME
 * @parameter: its name, as in module_param()
 * @value: as text: "1", "0x1000", "off", "3,4"; NULL: none, for a bool
 *
 * Return: 0; -EINVAL, -ERANGE, ...: what the parameter's type says about the value; -ENOENT if there is no
 * such parameter; -ESRCH if no machine is running.
 */
int psim_module_param(const char *module, const char *parameter, const char *value);

#ifdef __cplusplus
}
#endif

#endif /* PSIM_MODULE_H */
