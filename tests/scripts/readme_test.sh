#!/bin/sh
# The test that the README shows is the one that is built and run, and every file it links to is there.
# usage: readme_test.sh SOURCE_ROOT
set -eu

root=${1:?usage: readme_test.sh SOURCE_ROOT}
cd "$root"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

awk '/^```c$/ { on = 1; next } /^```$/ { on = 0 } on' README.md >"$work/shown"
cmp "$work/shown" examples/first_test.c ||
	{ echo "FAILED: README.md shows another test than examples/first_test.c"; exit 1; }
for link in $(grep -ho '](\([^)#]*\))' README.md | tr -d '])('); do
	case $link in http*) continue ;; esac
	[ -e "$link" ] || { echo "FAILED: README.md links to $link, which is not there"; exit 1; }
done
