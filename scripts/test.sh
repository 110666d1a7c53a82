#!/usr/bin/env bash
# The tests. Alone: for people, one compiler, plain and AddressSanitizer. --all: what CI calls.
set -euo pipefail

usage()
{
	cat <<'EOF'
usage: scripts/test.sh [--all] [--help]
       scripts/test.sh --upstream [--kernel-tree PATH]...

Installs what is missing, builds, and runs the tests.

  (nothing)  one compiler, plain and with AddressSanitizer; under three minutes
  --all      gcc and clang, plain and with AddressSanitizer and UndefinedBehaviorSanitizer; the
             free-running tests under ThreadSanitizer; a look for data races; the smoke tests under
             valgrind; what --upstream runs; the table of statements (docs/fidelity.md); the teeth
             (docs/teeth.md); the study's table (scripts/study.sh); the reference; coverage and its
             bounds (docs/coverage.md); the demo; prints the seconds of each stage
  --upstream the kernel's own tests, unchanged, from its source trees (scripts/upstream.sh --help)

One test by hand, after a run of this:
  ctest --test-dir build/dev -R face.core --output-on-failure
  build/dev/tests/face_core --filter 'migrate*'
EOF
}

if [ "${1-}" = --upstream ]; then
	shift
	exec "$(dirname "$0")/upstream.sh" "$@"
fi
all=
for arg; do
	case $arg in
	--all) all=1 ;;
	-h|--help) usage; exit 0 ;;
	*) echo "test.sh: unknown option '$arg': --all and --help are allowed" >&2; exit 2 ;;
	esac
done

here=$(cd "$(dirname "$0")/.." && pwd)
cd "$here"
jobs=$(nproc)
summary=()

stage() { # NAME COMMAND...
	local name=$1 start=$SECONDS
	shift
	echo "=== $name"
	"$@" || { echo "=== $name: FAILED after $((SECONDS - start)) s" >&2; exit 1; }
	summary+=("$(printf '%5d s  %s' $((SECONDS - start)) "$name")")
}

configure() { # BUILD OPTIONS...
	local build=build/$1
	shift
	cmake -S . -B "$build" -G Ninja -DPSIM_WERROR=ON "$@" >"$build.log" 2>&1 ||
		{ cat "$build.log"; return 1; }
	ninja -C "$build" >"$build.log" 2>&1 || { tail -n 60 "$build.log"; return 1; }
	rm -f "$build.log"
}

# What fails here does not end the script, because its caller asks: so each command says || return.
build_and_test() { # BUILD OPTIONS...
	configure "$@" || return
	ctest --test-dir "build/$1" -j "$jobs" --output-on-failure --no-tests=error
}

only() { # BUILD REGEX
	ctest --test-dir "build/$1" -j "$jobs" -R "$2" --output-on-failure --no-tests=error
}

# Kernel code that reports each of its plain accesses: nothing in the shim, the core and the driver races.
without_races() {
	only races '^(face|race)\.' || return
	local name
	for name in $(build/races/psim list --names); do
		build/races/psim run "$name" --races >build/races/run.log 2>&1 ||
			{ cat build/races/run.log; echo "psim run $name: races?"; return 1; }
	done
}

# For the comparison of traces: what no other stage builds.
two_more() {
	configure gcc-o2 -DCMAKE_C_COMPILER=gcc -DCMAKE_BUILD_TYPE=RelWithDebInfo -DPSIM_TESTS=OFF -DPSIM_BENCH=OFF || return
	configure clang-o0 -DCMAKE_C_COMPILER=clang -DCMAKE_BUILD_TYPE=Debug -DPSIM_TESTS=OFF -DPSIM_BENCH=OFF
}

mkdir -p build
if [ -z "$all" ]; then
	stage "dependencies" ./scripts/install-deps.sh --tests
	stage "plain" build_and_test dev -DCMAKE_BUILD_TYPE=Debug
	stage "AddressSanitizer" build_and_test asan -DCMAKE_BUILD_TYPE=Debug "-DPSIM_SANITIZE=address;undefined"
else
	stage "dependencies" ./scripts/install-deps.sh --all
	stage "gcc" build_and_test gcc -DCMAKE_C_COMPILER=gcc -DCMAKE_BUILD_TYPE=Debug
	stage "data races: build" configure races -DCMAKE_C_COMPILER=gcc -DCMAKE_BUILD_TYPE=Debug \
		-DPSIM_RACES=ON -DPSIM_BENCH=OFF
	stage "data races: faces and scenarios" without_races
	stage "fidelity" ./scripts/fidelity --check --results build/gcc/results
	stage "names" sh tests/names_test.sh . build/gcc
	stage "kernel face" ./scripts/kernel-face --check
	stage "reference" ./scripts/reference.sh
	stage "kernel trees" ./scripts/upstream.sh
	stage "clang, release" build_and_test clang -DCMAKE_C_COMPILER=clang -DCMAKE_BUILD_TYPE=Release
	stage "study, a part of it" ./scripts/study.sh --check --shard 11/32 build/clang/psim
	stage "gcc, ASan and UBSan" build_and_test gcc-asan -DCMAKE_C_COMPILER=gcc \
		-DCMAKE_BUILD_TYPE=Debug "-DPSIM_SANITIZE=address;undefined"
	stage "clang, ASan and UBSan" build_and_test clang-asan -DCMAKE_C_COMPILER=clang \
		-DCMAKE_BUILD_TYPE=Debug "-DPSIM_SANITIZE=address;undefined"
	stage "gcc -O2, clang -O0: psim" two_more
	stage "one plan, one trace" ./scripts/determinism.sh build/{gcc,gcc-o2,clang-o0,clang,gcc-asan,clang-asan}/psim
	stage "plans survive edits" ./scripts/plans-survive.sh
	stage "clang, TSan: build" configure clang-tsan -DCMAKE_C_COMPILER=clang \
		-DCMAKE_BUILD_TYPE=Debug -DPSIM_SANITIZE=thread -DPSIM_BENCH=OFF
	stage "clang, TSan: free-running tests" only clang-tsan '^free\.'
	stage "valgrind: smoke tests" ./scripts/valgrind-smoke.sh build/gcc
	stage "teeth" ./scripts/teeth.sh --jobs "$jobs"
	stage "coverage" ./scripts/coverage.sh
	stage "demo" ./scripts/demo.sh
fi
echo "=== seconds"
printf '%s\n' "${summary[@]}"
