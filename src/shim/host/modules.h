/* SPDX-License-Identifier: MIT */
/*
 * The modules of this program: names and functions, as the constructors of module_init() and
 * module_exit() gave them. Host memory, because a start of a machine restores kernel-dialect statics.
 */
#ifndef PSIM_HOST_MODULES_H
#define PSIM_HOST_MODULES_H

struct kernel_param;
struct module;

/**
 * struct psim_module_entry - one module
 * @name: its KBUILD_MODNAME
 * @module: its struct module
 * @init, @exit: or NULL
 * @next: the next one by name
 */
struct psim_module_entry {
	const char *name;
	struct module *module;
	int (*init)(void);
	void (*exit)(void);
	struct psim_module_entry *next;
};

/* Of module_init() and module_exit(). A second function of a kind for one module ends the process. */
void __psim_module_register(const char *name, struct module *module, int (*init)(void),
			    void (*exit)(void));
/* Sorted by name; NULL ends. */
const struct psim_module_entry *psim_module_first(void);

/**
 * struct psim_module_param - one parameter of a module
 * @module: the module's KBUILD_MODNAME
 * @param: the parameter
 * @next: another one, in no order
 */
struct psim_module_param {
	const char *module;
	const struct kernel_param *param;
	struct psim_module_param *next;
};

/* Of module_param() and its kin. */
void __psim_module_param_register(const char *module, const struct kernel_param *param);
const struct psim_module_param *psim_module_params(void);

#endif /* PSIM_HOST_MODULES_H */
