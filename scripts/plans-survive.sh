#!/bin/sh
# Recorded plans survive edits that change no step: in a copy of the tree, every file of the core, the driver
# and the shim gets a comment and a static function, every function of the core and the driver a log line;
# then all of tests/plans has to fit as before.
# usage: scripts/plans-survive.sh [CMAKE-OPTIONS...]
set -eu

case ${1:-} in
-h|--help) sed -n '2,5s/^# \{0,1\}//p' "$0"; exit 0 ;;
esac
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mkdir "$work/tree"
(cd "$root" && tar --exclude=./build --exclude=./.git -cf - .) | tar -xf - -C "$work/tree"
cd "$work/tree"
number=0
for file in src/core/*.c src/gpu/driver/*.c src/shim/mm/*.c src/shim/sched/*.c src/shim/dma/*.c src/shim/drm/*.c; do
	number=$((number + 1))
	{
		echo "/* A comment that was not there. */"
		cat "$file"
		echo "static int __attribute__((unused)) psim_edit_$number(int n)"
		echo "{"
		echo "	return n + $number;"
		echo "}"
	} >edited
	mv edited "$file"
done
for file in src/core/*.c src/gpu/driver/*.c; do
	# a line { alone begins a function
	awk -v file="$file" '{ print } $0 == "{" { print "\tpr_info(\"%s\\n\", __func__);" }' "$file" >edited
	{ echo "#include <linux/printk.h>"; cat edited; } >"$file"
done
cmake -S . -B ../build -DPSIM_TESTS=OFF -DPSIM_BENCH=OFF -DCMAKE_BUILD_TYPE=Debug "$@" >../log 2>&1 ||
	{ cat ../log; exit 1; }
cmake --build ../build --target psim -j "$(nproc)" >../log 2>&1 || { tail -n 40 ../log; exit 1; }
sh "$root/tests/program/plans_test.sh" ../build/psim "$root"
echo "all recorded plans fit $number edited files"
