#!/bin/sh
# scripts/check-dialect, seen red: each breach in a tree of its own, and what it says of it.
# usage: check-dialect_test.sh SOURCE_ROOT
set -eu

root=${1:?usage: check-dialect_test.sh SOURCE_ROOT}
check=$root/scripts/check-dialect
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$check" "$root" || { echo "FAILED: the core itself"; exit 1; }

expect() { # WHAT LINE: a core with this line is refused with these words
	rm -rf "$work/tree"
	mkdir -p "$work/tree/src/core/drm" "$work/tree/include"
	cp -r "$root/include/linux" "$root/include/drm" "$root/include/asm" "$work/tree/include"
	printf '#include <linux/mm.h>\n%s\n' "$2" >"$work/tree/src/core/bad.c"
	if "$check" "$work/tree" 2>"$work/said"; then
		echo "FAILED: accepted: $2"
		exit 1
	fi
	grep -q "$1" "$work/said" || { echo "FAILED: for $2 it said: $(cat "$work/said")"; exit 1; }
}
expect "neither" '#include <stdio.h>'
expect "neither" '#include <psim/gpu.h>'
expect "neither" '#include "../shim/mm/page.h"'
expect "neither" '#	include <asm/page.h>'
expect "neither" '#include "other.h"'
expect "a header that the face lacks" '#include <linux/no_such_header.h>'
expect "a name of the shim" 'int x = __psim_max_pfn;'
expect "a name of the shim" '#ifdef __PSIM__'

# and object code, made here
rm -f "$work/tree/src/core/bad.c"
cp -r "$root"/src/core/*.c "$root"/src/core/drm "$work/tree/src/core"
object() { # WHAT CODE
	printf '%s\n' "$2" >"$work/bad.c"
	${CC:-cc} -c -o "$work/bad.o" "$work/bad.c"
	rm -f "$work/bad.a"
	ar rcs "$work/bad.a" "$work/bad.o"
	if "$check" "$work/tree" "$work/bad.a" 2>"$work/said"; then
		echo "FAILED: accepted: $2"
		exit 1
	fi
	grep -q "$1" "$work/said" || { echo "FAILED: for $2 it said: $(cat "$work/said")"; exit 1; }
}
object "does not declare" 'int putchar(int); void drm_pagemap_x(void) { putchar(0); }'
object "not drm_pagemap" 'void *memset(void *, int, unsigned long); void helper(void *p) { memset(p, 0, 9); }'
