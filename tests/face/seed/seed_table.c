// SPDX-License-Identifier: MIT
/* The interface as the seed has it: an unchanged copy of the header this project implements. */
#include "../../seed/drm_pagemap.h"

#define TABLE(x) seed_##x
#include "seed_table.inc"
