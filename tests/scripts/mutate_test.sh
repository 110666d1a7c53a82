#!/bin/sh
# scripts/mutate: a seed names the same changes every time, each changes the line it names, nothing else.
# usage: mutate_test.sh SOURCE_ROOT
set -eu

root=${1:?usage: mutate_test.sh SOURCE_ROOT}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail()
{
	echo "FAILED: $1"
	exit 1
}

list()
{
	"$root/scripts/mutate" --list "$@"
}

list --count 30 --seed 7 >"$work/a"
list --count 30 --seed 7 >"$work/b"
list --count 30 --seed 8 >"$work/c"
cmp -s "$work/a" "$work/b" || fail "the same seed gave other changes"
cmp -s "$work/a" "$work/c" && fail "another seed gave the same changes"
[ "$(wc -l <"$work/a")" = 30 ] || fail "not as many changes as asked for"
list --count 9999 --file zap.c >"$work/zap"
grep -qv '^src/shim/mm/zap.c:' "$work/zap" && fail "changes outside of the file that was named"
# each names a line as it stands there, and another one in its place
while IFS= read -r change; do
	line=${change#*:}
	line=${line%%:*}
	before=${change#*: }
	after=${before##*  ->  }
	before=${before%%  ->  *}
	sed -n "${line}p" "$root/src/shim/mm/zap.c" | grep -qF -- "$before" || fail "$change: is not there"
	[ "$before" != "$after" ] || fail "$change: changes nothing"
done <"$work/zap"
status=0
list --file nothing.c >"$work/out" 2>&1 || status=$?
[ $status = 1 ] || fail "a file that is not there: exit code $status"
