// SPDX-License-Identifier: MIT
/* show(): one line a slot, by psim_where(), which looks and touches nothing. */
#include <stdio.h>

#include "show.h"

/* pfns[0] is page A. A frame that is freed and used again is the same page here. */
static char letter(unsigned long pfn)
{
	static unsigned long pfns[26];
	int i = 0;

	while (i < 25 && pfns[i] && pfns[i] != pfn)
		i++;
	pfns[i] = pfn;
	return 'A' + i;
}

void show(struct psim_process *process, unsigned long address, unsigned int pages)
{
	struct psim_page_info info;

	for (unsigned int i = 0; i < pages; i++) {
		printf("  %#lx  ", address + i * PAGE);
		switch (psim_where(process, address + i * PAGE, &info)) {
		case PSIM_NOWHERE:
			printf("no memory here\n");
			break;
		case PSIM_EMPTY:
			printf("empty\n");
			break;
		case PSIM_ZERO:
			printf("the zero page, read-only\n");
			break;
		case PSIM_RAM:
		case PSIM_DEVICE:
			printf("page %c in %s, %s, refs %d, maps %d\n", letter(info.pfn),
			       info.place == PSIM_RAM ? "RAM" : "device memory",
			       info.writable ? "writable" : "read-only", info.refcount,
			       info.mapcount);
			break;
		default:
			printf("something else\n");
		}
	}
}
