#!/bin/sh
# The sessions of docs/debugging.md, in gdb. Not in builds where functions are inlined or instrumented: there gdb
# says other things. Exit code 77: there is no gdb here, or it may not trace.
# usage: session_test.sh PSIM SOURCE_ROOT [BUILD_TYPE]; with WRITE=1 in the environment the document is written
set -eu

PSIM=${1:?usage: session_test.sh PSIM SOURCE_ROOT [BUILD_TYPE]}
ROOT=${2:?usage: session_test.sh PSIM SOURCE_ROOT [BUILD_TYPE]}
export PSIM ROOT
if [ "${3:-Debug}" != Debug ]; then echo "skipped: a build of type $3"; exit 77; fi
if ! command -v gdb >/dev/null; then echo "skipped: there is no gdb here"; exit 77; fi
if ! gdb -nx -batch -ex run -ex 'python print("Python")' --args true 2>&1 | grep -q '^Python$' ||
	! gdb -nx -batch -ex run --args true 2>&1 | grep -q 'exited normally'; then
	echo "skipped: gdb may not run a program here, or has no Python"
	exit 77
fi
exec gdb -nx -batch -x "$ROOT/scripts/gdb/psim.py" -x "$ROOT/tests/gdb/session.py"
