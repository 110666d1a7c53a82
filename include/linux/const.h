/* SPDX-License-Identifier: MIT */
/* Typed constants. */
#ifndef _LINUX_CONST_H
#define _LINUX_CONST_H

#include <linux/compiler.h>

#define __psim_typed(x, y) x##y
#define _AC(x, y)	   __psim_typed(x, y)
#define _AT(t, x)	   ((t)(x))
#define UL(x)		   _AC(x, UL)
#define ULL(x)		   _AC(x, ULL)
#define _UL(x)		   UL(x)
#define _ULL(x)		   ULL(x)
#define _BITUL(x)	   (UL(1) << (x))
#define _BITULL(x)	   (ULL(1) << (x))

#endif /* _LINUX_CONST_H */
