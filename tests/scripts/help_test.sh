#!/bin/sh
# --help of the scripts that people call answers at once and installs nothing.
# usage: help_test.sh SOURCE_ROOT
set -eu

root=${1:?usage: help_test.sh SOURCE_ROOT}
for script in demo test bench coverage upstream build-time; do
	"$root/scripts/$script.sh" --help | grep -q "^usage: scripts/$script.sh" ||
		{ echo "FAILED: scripts/$script.sh --help"; exit 1; }
done
status=0
"$root/scripts/test.sh" --nonsense 2>/dev/null || status=$?
[ $status = 2 ] || { echo "FAILED: test.sh --nonsense exits $status, not 2"; exit 1; }
status=0
"$root/scripts/bench.sh" nonsense 2>/dev/null || status=$?
[ $status = 2 ] || { echo "FAILED: bench.sh nonsense exits $status, not 2"; exit 1; }
for script in calibrate findings psim-kernel-check kernel-face; do
	"$root/scripts/$script" --help | grep -q "^usage: $script" || { echo "FAILED: scripts/$script --help"; exit 1; }
done
