#!/bin/sh
# The libraries' global names keep clear of a host program's: psim_, __psim_, the core's, the simulated GPU's.
# usage: names_test.sh SOURCE_ROOT BUILD
set -eu

root=${1:?usage: names_test.sh SOURCE_ROOT BUILD}
build=${2:?usage: names_test.sh SOURCE_ROOT BUILD}
"$root/scripts/make-names.sh" "$build" --check
left=$(nm -g --defined-only "$build"/src/*.a | sed -n 's/^[0-9a-f]* [A-Z] //p' |
	grep -vE '^(main$|psim_|__psim_|simgpu_|simhw_|psimx_|drm_pagemap_|__odr_asan|__gcov|_\.)' | sort -u)
[ -z "$left" ] || { echo "FAILED: a host program may have these names too: $left"; exit 1; }
