/* SPDX-License-Identifier: MIT */
/* Exported symbols: everything is linked into one program, so these only check that it exists. */
#ifndef _LINUX_EXPORT_H
#define _LINUX_EXPORT_H

#include <linux/compiler.h>

#define EXPORT_SYMBOL(sym)		     extern typeof(sym) sym
#define EXPORT_SYMBOL_GPL(sym)		     extern typeof(sym) sym
#define EXPORT_SYMBOL_NS(sym, ns)	     extern typeof(sym) sym
#define EXPORT_SYMBOL_NS_GPL(sym, ns)	     extern typeof(sym) sym
#define EXPORT_SYMBOL_FOR_MODULES(sym, mods) extern typeof(sym) sym

/* The module a file belongs to: none, all is built in. */
#ifndef THIS_MODULE
struct module;
#define THIS_MODULE ((struct module *)0)
#endif

#endif /* _LINUX_EXPORT_H */
