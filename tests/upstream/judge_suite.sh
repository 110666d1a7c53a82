#!/bin/sh
# Runs a KUnit judge and says how many of its cases passed.
# usage: judge_suite.sh PROGRAM RESULTS [OPTION...]
set -eu

program=${1:?} results=${2:?}
shift 2
"$program" --results "$results" "$@"
echo "passed: $(grep -cE '(pass|ok)' "$results" || true)"
