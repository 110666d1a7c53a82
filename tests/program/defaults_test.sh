#!/bin/sh
# psim explore NAME and psim sweep NAME find nothing and complete their bounds, for every scenario. Builds that
# are not for speed (a third argument that is not Release) sweep single failures alone.
# usage: defaults_test.sh PSIM SOURCE_ROOT [BUILD_TYPE]
set -eu

psim=${1:?usage: defaults_test.sh PSIM SOURCE_ROOT [BUILD_TYPE]}
singles=--singles
[ "${3:-}" != Release ] || singles=
failures=0

run() {
	if ! said=$("$psim" "$@" 2>&1); then
		echo "FAILED: psim $*: $said"
		failures=1
	fi
}

for name in $("$psim" list --names); do
	run explore "$name"
	run sweep "$name" $singles
done
[ $failures = 0 ]
