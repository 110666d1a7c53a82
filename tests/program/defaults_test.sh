#!/bin/sh
# psim explore NAME and psim sweep NAME find nothing and complete their bounds, for every scenario. That
# takes a minute, and is the work of one build: of one for speed (the third argument is Release).
# usage: defaults_test.sh PSIM SOURCE_ROOT [BUILD_TYPE]
set -eu

psim=${1:?usage: defaults_test.sh PSIM SOURCE_ROOT [BUILD_TYPE]}
[ "${3:-}" = Release ] || exit 0
failures=0

run() {
	if ! said=$("$psim" "$@" 2>&1); then
		echo "FAILED: psim $*: $said"
		failures=1
	fi
}

for name in $("$psim" list --names); do
	run explore "$name"
	run sweep "$name"
done
[ $failures = 0 ]
