// SPDX-License-Identifier: MIT
/* The text of examples/data/tour.txt, inside the program, so that the tour needs no file. */
#include "tour.h"

__asm__(".section .rodata\n"
	"psim_tour_text: .incbin \"" PSIM_TOUR_TEXT "\"\n"
	"psim_tour_text_end: .byte 0\n"
	".previous\n");

extern const unsigned char psim_tour_text[] __asm__("psim_tour_text");
extern const unsigned char psim_tour_text_end[] __asm__("psim_tour_text_end");

const unsigned char *tour_text(size_t *length)
{
	*length = psim_tour_text_end - psim_tour_text;
	return psim_tour_text;
}
