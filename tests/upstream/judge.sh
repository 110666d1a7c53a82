#!/bin/sh
# Runs a judge and reads its own words: what its init function returns says too little.
# usage: judge.sh PROGRAM MODULE RETURNED COUNT WORDS [REPORT]: at least COUNT lines must match WORDS; REPORT:
# a report of ours that is the test's own fault
set -eu

program=${1:?} module=${2:?} returned=${3:?} count=${4:?} words=${5:?}
shift 5
output=$("$program" "$module" "$returned" "$@" 2>&1) || { echo "$output"; exit 1; }
found=$(echo "$output" | grep -cE -- "$words" || true)
echo "$module: $found lines say \"$words\""
[ "$found" -ge "$count" ] || { echo "$output"; echo "FAILED: $count were expected"; exit 1; }
if echo "$output" | grep -iE 'fail|error|BUG|mismatch'; then echo "FAILED: it says so itself"; exit 1; fi
