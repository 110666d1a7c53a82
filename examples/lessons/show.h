/* SPDX-License-Identifier: MIT */
/* What a page table says, slot by slot, for lessons to look at. */
#ifndef SHOW_H
#define SHOW_H

#include <psim/psim.h>

#define PAGE PSIM_PAGE_SIZE
#define RW   (PSIM_READ | PSIM_WRITE)

/*
 * Print what the process has at each page from @address on. Pages are called A, B, C, ... in the order in
 * which they are seen first; a page keeps its letter.
 */
void show(struct psim_process *process, unsigned long address, unsigned int pages);

#endif /* SHOW_H */
