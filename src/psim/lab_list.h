/* SPDX-License-Identifier: MIT */
/* psim lab list: what there is in the laboratory. */
#ifndef PSIM_PROGRAM_LAB_LIST_H
#define PSIM_PROGRAM_LAB_LIST_H

void lab_list_text(void);
/* The same, and the cost model's values. */
void lab_list_json(void);

#endif /* PSIM_PROGRAM_LAB_LIST_H */
