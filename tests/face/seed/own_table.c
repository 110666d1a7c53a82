// SPDX-License-Identifier: MIT
/* The interface as our header has it. */
#include <drm/drm_pagemap.h>

#define TABLE(x) own_##x
#include "seed_table.inc"
