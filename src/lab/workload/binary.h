/* SPDX-License-Identifier: MIT */
/*
 * The binary form of a trace, which is read fastest; docs/lab-trace.md describes it.
 *
 * A header of 16 bytes: "PSIMTRC" and the version, 1; eight bytes that are zero. Then records, from 1 byte on:
 *
 *   bit 7 6 5   4       3 2 1   0        what follows, in this order
 *     |       |   who |  size | write  | who (1), stream (2), bytes (2), the step (0, 1, 2, 4, 8)
 *      step
 *
 * step: where the address lies behind the one before: 0: where that access ended; 1, 2, 3, 4: a signed number of
 *	1, 2, 4, 8 bytes follows, to be added to the address before. 5 with all other bits 0 is no access: the one
 *	behind it waits for all before it. Else 5, and 6 and 7, are wrong.
 * who: 1: a byte who (0: the CPU, n: GPU n - 1) and two of the stream follow; 0: as in the record before.
 * size: 0: as before; 1 to 6: 1, 2, 4, 8, 16, 32 bytes; 7: two bytes follow, from 1 on.
 * The first record is after an access at 0 of 0 bytes by the CPU, so it gives a size. Little endian.
 */
#ifndef LAB_BINARY_H
#define LAB_BINARY_H

#include "../lab.h"

#define BINARY_MAGIC  "PSIMTRC\1\0\0\0\0\0\0\0\0"
#define BINARY_HEADER 16
#define BINARY_RECORD 15 /* the longest, with a wait before it */
#define BINARY_WAIT   (5u << 5)

/* Put down one access behind @last, which it replaces. Return: bytes written to @out, up to BINARY_RECORD. */
unsigned int lab_binary_put(unsigned char *out, const struct psim_lab_access *access,
			    struct psim_lab_access *last);

#endif /* LAB_BINARY_H */
