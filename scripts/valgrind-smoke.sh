#!/bin/sh
# A few tests under valgrind: the stacks of tasks, the arenas and the device must look sane to it too.
# usage: scripts/valgrind-smoke.sh BUILD
set -eu

build=${1:?usage: scripts/valgrind-smoke.sh BUILD}
run() {
	echo "$*"
	valgrind --quiet --error-exitcode=1 --leak-check=no "$@" >"$build/valgrind.log" 2>&1 ||
		{ cat "$build/valgrind.log"; exit 1; }
}
run "$build/psim" run there-and-back
run "$build/psim" run ping-pong
run "$build/tests/face_base" --filter 'refcount*'
run "$build/tests/user_gpu"
