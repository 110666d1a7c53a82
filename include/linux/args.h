/* SPDX-License-Identifier: MIT */
/* Counting and joining macro arguments. */
#ifndef _LINUX_ARGS_H
#define _LINUX_ARGS_H

#include <linux/compiler_types.h>

#define __psim_sixteenth(_0, _1, _2, _3, _4, _5, _6, _7, _8, _9, _10, _11, _12, _13, _14, _15, n, \
			 ...)                                                                     \
	n
/* How many arguments, 0 to 15. */
#define COUNT_ARGS(X...) \
	__psim_sixteenth(, ##X, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)

#define __psim_join(a, b) a##b
/* One name of two, after their expansion. */
#define CONCATENATE(a, b) __psim_join(a, b)

#endif /* _LINUX_ARGS_H */
