#!/bin/sh
# Every recorded plan (tests/plans) still fits, and what it once broke holds.
# usage: plans_test.sh PSIM SOURCE_ROOT
set -eu

psim=${1:?usage: plans_test.sh PSIM SOURCE_ROOT}
root=${2:?usage: plans_test.sh PSIM SOURCE_ROOT}
failures=0

for file in "$root"/tests/plans/*.plan; do
	plan=$(grep -v '^#' "$file")
	if ! message=$("$psim" replay "$plan" 2>&1); then
		echo "FAILED: $file: $message"
		echo "  (code that no longer comes to these points: find the plan anew with psim explore, or drop it)"
		failures=1
	fi
done
[ $failures = 0 ]
