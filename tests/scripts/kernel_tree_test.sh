#!/bin/sh
# -DPSIM_KERNEL_TREE with a folder that is no kernel source, lacks the file, or is of an unknown version: one
# message, and what was looked for.
# usage: kernel_tree_test.sh SOURCE_ROOT
set -eu

root=${1:?usage: kernel_tree_test.sh SOURCE_ROOT}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cat >"$work/look.cmake" <<EOF2
list(APPEND CMAKE_MODULE_PATH $root/cmake)
include(PsimKernelTree)
include(PsimUpstream)
psim_upstream_tree(\${TREE})
message(STATUS "taken: \${UPSTREAM_NAME} \${UPSTREAM_VERSION} \${UPSTREAM_FILES} \${UPSTREAM_HEADERS}")
EOF2
expect() { # WHAT OPTIONS...
	wanted=$1
	shift
	cmake -DTREE="$work/tree" "$@" -P "$work/look.cmake" >"$work/said" 2>&1 || true
	tr -s ' \n' ' ' <"$work/said" | grep -qF -- "$wanted" || { echo "FAILED: it should say '$wanted':"; cat "$work/said"; exit 1; }
}
version() { printf 'VERSION = %s\nPATCHLEVEL = %s\nSUBLEVEL = %s\n' "$@" >"$work/tree/Makefile"; }

expect "'$work/tree' is no kernel source: it has no Makefile"
mkdir -p "$work/tree/drivers/gpu/drm" "$work/tree/include/drm"
echo 'all: ;' >"$work/tree/Makefile"
expect "is no kernel source: its Makefile has no lines VERSION, PATCHLEVEL and SUBLEVEL"
version 6 12 94
expect "(Linux 6.12) lacks drivers/gpu/drm/drm_pagemap.c, which began in Linux 6.15"
touch "$work/tree/drivers/gpu/drm/drm_pagemap.c"
expect "(Linux 6.12) lacks include/drm/drm_pagemap.h"
touch "$work/tree/include/drm/drm_pagemap.h"
expect "is Linux 6.12, whose version is unknown here: looked for one from 6.15 to 7.x in its Makefile."
version 9 3 0
expect "is Linux 9.3, whose version is unknown here"
expect "taken: 7.0 458752 drivers/gpu/drm/drm_pagemap.c drm/drm_pagemap.h" -DPSIM_KERNEL_VERSION=7.0
expect "PSIM_KERNEL_VERSION 'seven' is no version like 7.0" -DPSIM_KERNEL_VERSION=seven
version 7 1 0
touch "$work/tree/drivers/gpu/drm/drm_pagemap_util.c" "$work/tree/include/drm/drm_pagemap_util.h"
expect "taken: 7.1 459008 drivers/gpu/drm/drm_pagemap.c;drivers/gpu/drm/drm_pagemap_util.c drm/drm_pagemap.h;drm/drm_pagemap_util.h"
