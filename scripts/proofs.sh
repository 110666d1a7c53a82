#!/bin/sh
# The explorations of docs/proofs.md, one after another; prints a row each. Some minutes each.
# usage: scripts/proofs.sh PSIM [PROCESSES]
set -eu

psim=${1:?usage: scripts/proofs.sh PSIM [PROCESSES]}
jobs=${2:-1}
out=$(mktemp)
trap 'rm -f "$out"' EXIT
failures=0

prove() {
	start=$(date +%s)
	if ! "$psim" explore "$@" -j "$jobs" --json >"$out" 2>/dev/null; then
		echo "FAILED: psim explore $*"
		failures=1
	fi
	schedules=$(sed -n 's/^ *"schedules": \([0-9]*\),.*/\1/p' "$out" | head -n 1)
	echo "| $* | $schedules | $(($(date +%s) - start)) s |"
}

prove fault-vs-evict --delays 3 --points all
prove fault-vs-munmap --preemptions 2 --points all
prove migrate-vs-fork --preemptions 2 --points all
prove migrate-vs-migrate --delays 3 --points all
prove evict-vs-unplug --preemptions 2 --points all
prove put-vs-lookup-vs-shrink --preemptions 2 --points all
[ $failures = 0 ]
