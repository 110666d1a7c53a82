#!/bin/sh
# The road of -DPSIM_KERNEL_TREE from its beginning to its end, on trees made of our own core: all green on it as
# it is; a planted defect is a finding; another interface is adapted to; what a tree lacks is skipped by name.
# usage: road_test.sh SOURCE_ROOT WORK_FOLDER
set -eu

root=${1:?usage: road_test.sh SOURCE_ROOT WORK_FOLDER}
work=${2:?usage: road_test.sh SOURCE_ROOT WORK_FOLDER}
here=$root/tests/findings
mkdir -p "$work"
work=$(cd "$work" && pwd)
jobs=$(nproc)

fail() { echo "FAILED: $*"; cat "$work/said" 2>/dev/null || true; exit 1; }
tree() { python3 "$here/stand_in.py" "$work/tree" "$@"; }
findings() { # WANTED OPTIONS...
	wanted=$1 status=0
	shift
	"$root/scripts/findings" --tree "$work/tree" --build "$work/build" -j "$jobs" "$@" >"$work/said" 2>&1 || status=$?
	[ $status = "$wanted" ] || fail "scripts/findings $*: exit code $status, not $wanted"
}
again() { # WANTED OPTIONS...: the table of the last run
	wanted=$1 status=0
	shift
	"$root/scripts/findings" --build "$work/build" --only "$core" --table "$@" >"$work/said" 2>&1 || status=$?
	[ $status = "$wanted" ] || fail "scripts/findings --table $*: exit code $status, not $wanted"
}
says() { grep -qE -- "$1" "$work/said" || fail "it does not say: $1"; }
core='(face|free)\.core|scenarios\.run'

rm -f "$work/build/CMakeCache.txt"
tree # as it is
findings 0
says '^core of Linux 7\.0$'
says "^  $(sha256sum <"$work/tree/drivers/gpu/drm/drm_pagemap.c" | cut -d' ' -f1)  drivers/gpu/drm/drm_pagemap\.c$"
passed=$(sed -n 's/^\([0-9]*\) cases as on our core, 0 findings.*/\1/p' "$work/said")
[ "${passed:-0}" -ge 2500 ] || fail "only ${passed:-no} cases ran on it"
echo "the tree as it is: $passed cases, no finding"

tree --edit "$here/planted.edit"
findings 1 --only "$core"
says '^face\.core evict_to_ram\.evict__when_the_copy_fails: expected: '
says '^  promises: .*C4\.'
says '^  replay: .*face_core_upstream --filter evict_to_ram\.'
again 1 --json
python3 -c 'import json, sys; t = json.load(open(sys.argv[1])); sys.exit(not (t["findings"] and t["new"] and t["version"] == "7.0"))' \
	"$work/said" || fail "the table as JSON"
python3 -c 'import json, sys; print("\n".join(json.load(open(sys.argv[1]))["new"]))' "$work/said" >"$work/known"
again 0 --known "$work/known"
echo "face.core nothing.of_that_name # was fixed" >>"$work/known"
again 1 --known "$work/known"
says 'known, and no finding any more: face\.core nothing\.of_that_name'
again 2 --known "$work/no-such-file"
says 'there is no such file'
echo "a planted defect: $(($(wc -l <"$work/known") - 1)) findings"

tree --edit "$here/by_value.edit" --edit "$here/without_create.edit" --version 6.19
findings 0 --only "$core"
says 'core of Linux 6\.19'
says 'its interface: __PSIM_CORE_UNMAPS_BY_VALUE'
says 'skipped: the tree does not define drm_pagemap_create\(\)'
says '^  face\.core [a-z_]*\.create__allocates_and_initialises'
[ "$(grep -c '^  face\.core' "$work/said")" -le 4 ] || fail "more is skipped than what tests it"
echo "another interface: $(sed -n 's/.*findings, //p' "$work/said" | head -n 1), the rest as on our core"

# Nobody counts pagemaps, no fences, no details, no cache: the GPU is adapted to it, tests of the rest are skipped
tree --version 6.18 --edit "$here/older.edit"
findings 0 --only 'face\.(core|seed)|scenarios\.run|user\.gpu' --known "$here/older.known"
for form in WITHOUT_OBJECT WITHOUT_FENCE WITHOUT_DETAILS WITHOUT_DESTROY WITHOUT_CACHE; do
	says "its interface: __PSIM_CORE_$form"
done
says "skipped: not in this interface: .*drm_pagemap_put"
says '^  face\.core pagemap_object\.get_and_put__count$'
says '^scenarios\.run unplug: memory: wild pointer'
passed=$(sed -n 's/^\([0-9]*\) cases as on our core, 1 findings.*/\1/p' "$work/said")
[ "${passed:-0}" -ge 30 ] || fail "only ${passed:-no} cases ran on it"
echo "an older interface: $passed cases as on our core, $(grep -c '^  face\.' "$work/said") skipped"
