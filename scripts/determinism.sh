#!/bin/sh
# One plan, one trace: each scenario is run by every program given, in the default order, in a random one and
# under a drawn plan, twice each; all traces have to be the same, byte for byte.
# usage: scripts/determinism.sh PSIM...      (from builds by gcc and clang, -O0 and -O2, sanitizers)
set -eu

case ${1:-} in
''|-h|--help) sed -n '2,4s/^# \{0,1\}//p' "$0"; exit 0 ;;
esac
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
runs=0

same() { # NAME ARGS...
	name=$1
	shift
	rm -f "$work/first"
	for psim in $programs; do
		for turn in 1 2; do
			"$psim" "$@" --trace "$work/trace" >"$work/out" 2>&1 || {
				cat "$work/out"
				echo "FAILED: $psim $*"
				exit 1
			}
			runs=$((runs + 1))
			[ -f "$work/first" ] || { mv "$work/trace" "$work/first"; continue; }
			cmp "$work/first" "$work/trace" || {
				diff "$work/first" "$work/trace" | head -n 5
				echo "FAILED: $name: run $turn of $psim $* has another trace"
				exit 1
			}
		done
	done
}

programs=$*
for scenario in $("$1" list --names); do
	same "$scenario" run "$scenario"
	same "$scenario" run "$scenario" --scheduler random --seed 7
	same "$scenario" replay "$scenario seed=3 points=all plan=drawn:2"
done
echo "$runs runs, the same traces"
