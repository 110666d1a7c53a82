#!/bin/sh
# Runs a judge and reads its own words: what its init function returns says too little.
# usage: judge.sh PROGRAM MODULE RETURNED COUNT WORDS [REPORT]: at least COUNT lines must match WORDS; REPORT:
# a report of ours that is the test's own fault
set -eu

program=${1:?} module=${2:?} returned=${3:?} count=${4:?} words=${5:?}
shift 5
output=$("$program" "$module" "$returned" "$@" 2>&1) || { echo "$output"; exit 1; }
found=$(echo "$output" | grep -cE -- "$words" || true)
printf '%s: %s lines say "%s"\n' "$module" "$found" "$words"
[ "$found" -ge "$count" ] || { echo "$output"; echo "FAILED: $count were expected"; exit 1; }
# a judge that counts for itself, or lines
own=$(echo "$output" | sed -nE 's/.*: ([0-9]+) of \1 tests passed.*/\1/p' | tail -n 1)
echo "passed: ${own:-$found}"
if echo "$output" | grep -vE -- "$words" | grep -iE 'fail|error|BUG|mismatch'; then echo "FAILED: it says so itself"; exit 1; fi
