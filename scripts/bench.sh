#!/usr/bin/env bash
# The benchmarks: a release build, and every program of bench/ or those named.
set -euo pipefail

here=$(cd "$(dirname "$0")/.." && pwd)
cd "$here"
known=$(cd bench && ls ./*_bench.c | sed 's|^\./||; s|_bench\.c$||')

usage()
{
	cat <<EOF
usage: scripts/bench.sh [NAME...] [--help]

Installs what is missing, makes a release build and runs the benchmarks, all or those named.
Each row is a median, or a ratio of two medians of the same run; a ratio that misses its bound says
so, and the exit code is 1.

names: $(echo $known)
EOF
}

names=()
for arg; do
	case $arg in
	-h|--help) usage; exit 0 ;;
	*) grep -qx -- "$arg" <<<"$known" ||
		{ echo "bench.sh: no benchmark '$arg': $(echo $known) are there" >&2; exit 2; }
	   names+=("$arg") ;;
	esac
done
[ ${#names[@]} -gt 0 ] || mapfile -t names <<<"$known"

./scripts/install-deps.sh --tests
mkdir -p build
cmake -S . -B build/release -G Ninja -DCMAKE_BUILD_TYPE=Release >build/release.log 2>&1 &&
	ninja -C build/release >>build/release.log 2>&1 || { tail -n 60 build/release.log; exit 1; }
failed=0
for name in "${names[@]}"; do
	echo "=== $name"
	"build/release/bench/${name}_bench" || failed=1
done
exit $failed
