#!/usr/bin/env bash
# How much of the core and of the shim the tests execute, with the bounds that may not be missed.
set -euo pipefail

usage()
{
	cat <<'EOF'
usage: scripts/coverage.sh [--list FILE] [--build FOLDER] [--help]

Builds with gcov's counters, runs the tests and prints lines and branches by room, then how many lines are
excluded by marker. Exit code 1 below the bounds: src/core 100 % of lines and 95 % of branches, src/shim 95 % and
85 %. Not counted as branches: those inside warnings and assertions, whose failing side ends the run.

  --list FILE     also the lines and branches of FILE that no test took
  --build FOLDER  where to build; default build/coverage
EOF
}

here=$(cd "$(dirname "$0")/.." && pwd)
cd "$here"
build=build/coverage list=
while [ $# -gt 0 ]; do
	case $1 in
	--list) list=${2:?--list needs a file}; shift ;;
	--build) build=${2:?--build needs a folder}; shift ;;
	-h|--help) usage; exit 0 ;;
	*) echo "coverage.sh: unknown option '$1': --list, --build and --help are allowed" >&2; exit 2 ;;
	esac
	shift
done

./scripts/install-deps.sh --all
mkdir -p "$build"
cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Debug -DCMAKE_C_COMPILER=gcc -DPSIM_COVERAGE=ON \
	-DPSIM_BENCH=OFF >"$build/log" 2>&1 || { tail -n 40 "$build/log"; exit 1; }
ninja -C "$build" >"$build/log" 2>&1 || { tail -n 40 "$build/log"; exit 1; }
find "$build" -name '*.gcda' -delete
ctest --test-dir "$build" -j "$(nproc)" --output-on-failure >"$build/log" 2>&1 || { tail -n 60 "$build/log"; exit 1; }

# By name: what stops a run or reports a broken law when it is taken
macros='WARN(_ON|_ONCE|_ON_ONCE|_RATELIMIT)?|BUG(_ON)?|VM_(WARN|BUG)\w*|drm_WARN\w*|lockdep_\w+|might_\w+|psim_(report|fatal|misuse|stop_function)|_Static_assert'
python3 scripts/coverage.py "$build" "$macros" ${list:+"$list"}
