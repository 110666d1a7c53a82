#!/bin/sh
# Every patch of tests/teeth applies: a patch is part of the code that it breaks, and changes with it.
# usage: teeth_test.sh SOURCE_ROOT
set -eu

root=${1:?usage: teeth_test.sh SOURCE_ROOT}
"$root/scripts/teeth.sh" --apply
status=0
"$root/scripts/teeth.sh" --only nonsense >/dev/null 2>&1 || status=$?
[ $status = 2 ] || { echo "FAILED: teeth.sh --only nonsense exits $status, not 2"; exit 1; }
# one that does not apply is named
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
mkdir -p "$copy/tests" "$copy/scripts"
cp -r "$root/src" "$copy"
cp -r "$root/tests/teeth" "$copy/tests"
cp "$root/scripts/teeth.sh" "$copy/scripts"
sed -i 's/zone_device_data/zone_device_date/' "$copy/src/core/drm_pagemap_devmem.c"
if "$copy/scripts/teeth.sh" --apply 2>"$copy/said"; then
	echo "FAILED: no patch is broken by an edit of what detached-too-early changes"
	exit 1
fi
grep -q 'detached-too-early: does not apply any more' "$copy/said" || { cat "$copy/said"; exit 1; }
