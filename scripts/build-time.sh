#!/usr/bin/env bash
# How long builds take: a clean one of everything with a kernel tree, and one changed core file with the quick tests.
set -euo pipefail

usage()
{
	cat <<'EOT'
usage: scripts/build-time.sh [--tree PATH] [--build DIR]

Measures, and compares with the bounds:
  a clean build of everything, the core of a kernel tree and all its tests too, without a cache: 120 s
  one core file changed, built, and the quick tests (cmake --build BUILD --target quick): 3 s

--tree PATH  the kernel tree (one that is made out of our own core)
--build DIR  the build folder, which is removed first (build/time)

The bounds are for two cores that have nothing else to do; the processor's seconds are printed too.
Exit: 0 both bounds kept, 1 not, 2 wrong use, 3 the build failed.
EOT
}

cd "$(dirname "$0")/.."
build=build/time tree=
while [ $# -gt 0 ]; do
	case $1 in
	-h|--help) usage; exit 0 ;;
	--tree|--build)
		[ $# -gt 1 ] || { echo "build-time.sh: $1 wants a value, see --help" >&2; exit 2; }
		case $1 in --tree) tree=$2 ;; --build) build=$2 ;; esac
		shift ;;
	*) echo "build-time.sh: unknown option '$1', see --help" >&2; exit 2 ;;
	esac
	shift
done

status=0
measure() { # WHAT BOUND COMMAND...
	local what=$1 bound=$2 seconds busy
	shift 2
	TIMEFORMAT='%R %U %S'
	{ time "$@" >"$build.log" 2>&1; } 2>"$build.took" || { tail -n 40 "$build.log"; exit 3; }
	read -r seconds busy < <(awk 'END { print $1, $2 + $3 }' "$build.took")
	printf '%-60s %7.1f s, processors %.1f s, bound %d s%s\n' "$what" "$seconds" "$busy" "$bound" \
		"$(awk "BEGIN { if ($seconds > $bound) print \"  MISSED\" }")"
	awk "BEGIN { exit $seconds > $bound }" || status=1
}

rm -rf "$build"
mkdir -p "$build"
if [ -z "$tree" ]; then
	tree=$build/tree
	python3 tests/findings/stand_in.py "$tree"
fi
configure_and_build() {
	cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Debug -DPSIM_KERNEL_TREE="$(realpath "$tree")" &&
		ninja -C "$build" -j 2
}
export CCACHE_DISABLE=1
measure "a clean build of everything with a kernel tree" 120 configure_and_build

# what a change of a core file has rebuilt, without changing the file
one_file_and_quick() {
	touch -c src/core/drm_pagemap.c
	ninja -C "$build" -j 2 quick
}
measure "one core file changed, built, and the quick tests" 3 one_file_and_quick
rm -f "$build.log" "$build.took"
exit $status
