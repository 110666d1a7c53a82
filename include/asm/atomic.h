/* SPDX-License-Identifier: MIT */
/* Atomics: of the compiler and the engine, not of an architecture. */
#ifndef _ASM_ATOMIC_H
#define _ASM_ATOMIC_H

#include <linux/atomic.h>

#endif /* _ASM_ATOMIC_H */
