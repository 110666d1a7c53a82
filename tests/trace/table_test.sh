#!/bin/sh
# docs/tracing.md lists the events that there are.
# usage: table_test.sh TABLE SOURCE [--write]
set -eu

table=${1:?usage: table_test.sh TABLE SOURCE [--write]}
page=$2/docs/tracing.md
made=$(mktemp)
trap 'rm -f "$made"' EXIT
{
	sed '/^<!-- events -->$/q' "$page"
	"$table"
	sed -n '/^<!-- events end -->$/,$p' "$page"
} >"$made"
cmp -s "$made" "$page" && exit 0
[ "${3:-}" = --write ] && cp "$made" "$page" && exit 0
diff "$page" "$made" || true
echo "FAILED: docs/tracing.md is not what the events are: sh tests/trace/table_test.sh TABLE . --write"
exit 1
