// SPDX-License-Identifier: MIT
/* The registry of modules; see modules.h. Sorted, so that no order of constructors shows. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "modules.h"
#include "sanitizer.h"

static struct psim_module_entry *first;

static struct psim_module_entry *entry(const char *name)
{
	struct psim_module_entry **at = &first, *new;

	while (*at && strcmp((*at)->name, name) < 0)
		at = &(*at)->next;
	if (*at && !strcmp((*at)->name, name))
		return *at;
	__lsan_disable();
	new = calloc(1, sizeof(*new));
	__lsan_enable();
	if (!new)
		abort();
	new->name = name;
	new->next = *at;
	*at = new;
	return new;
}

void __psim_module_register(const char *name, struct module *module, int (*init)(void),
			    void (*exit)(void))
{
	struct psim_module_entry *e = entry(name);

	if ((init && e->init) || (exit && e->exit)) {
		fprintf(stderr,
			"psim: module %s has two %s functions: give each module's files a KBUILD_MODNAME "
			"of their own (-DKBUILD_MODNAME='\"name\"')\n",
			name, init ? "module_init" : "module_exit");
		abort();
	}
	e->module = module;
	if (init)
		e->init = init;
	if (exit)
		e->exit = exit;
}

const struct psim_module_entry *psim_module_first(void)
{
	return first;
}

/* ---- parameters ------------------------------------------------------------------------------------------ */

static struct psim_module_param *params;

void __psim_module_param_register(const char *module, const struct kernel_param *param)
{
	struct psim_module_param *new;

	__lsan_disable();
	new = calloc(1, sizeof(*new));
	__lsan_enable();
	if (!new)
		abort();
	new->module = module;
	new->param = param;
	new->next = params;
	params = new;
}

const struct psim_module_param *psim_module_params(void)
{
	return params;
}
