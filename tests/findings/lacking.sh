#!/bin/sh
# The functions that our drm_pagemap*.h declare and the tree's objects do not define, each as a stop.
# usage: lacking.sh NM HEADER_FOLDER OUT.c OBJECT...
set -eu

nm=${1:?} headers=${2:?} out=${3:?}
shift 3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# a prototype: a name, its arguments, a semicolon; inline functions have a body instead
cat "$headers"/drm_pagemap.h "$headers"/drm_pagemap_util.h | tr '\n' ' ' |
	grep -oE '\bdrm_pagemap_[a-z_]+\([^(){};]*(\([^()]*\)\([^()]*\))?[^(){};]*\);' | sed 's/(.*//' | sort -u >"$work/declared"
"$nm" -g --defined-only "$@" | sed -nE 's/^[0-9a-f]+ [TW] //p' | sort -u >"$work/defined"
{
	echo "/* What the tree's core does not define. Made by tests/findings/lacking.sh. */"
	echo '#include "sim/sim.h"'
	comm -23 "$work/declared" "$work/defined" | while read -r name; do
		printf '\nvoid %s(void);\nvoid %s(void)\n{\n\tpsim_stop_function("%s", "this tree does not define it");\n}\n' \
			"$name" "$name" "$name"
	done
} >"$out"
