#!/usr/bin/env bash
# The kernel's own tests, unchanged, against our implementations; how many of their cases passed may not go down.
# And our own on a tree's core (docs/kernel-tree.md), by way of trees that are made of ours.
set -euo pipefail

usage()
{
	cat <<'EOF'
usage: scripts/upstream.sh [--build FOLDER] [--kernel-tree PATH]...

Runs the tests of the kernel source trees (default: Debian's linux-source-6.1 and -6.12, which
scripts/kernel-trees.sh installs and unpacks) on a build in FOLDER (default: build/upstream), prints the
table of judges with the cases that passed, and compares it with tests/upstream/counts.txt: exit code 1 if a
count is lower, or a judge fails or is missing. With trees of your own nothing is compared.

Before that, without trees of your own: the whole road of scripts/findings, on trees made of our own core.
EOF
}

cd "$(dirname "$0")/.."
build=build/upstream
trees=()
while [ $# -gt 0 ]; do
	case $1 in
	--build) build=${2:?--build needs a folder}; shift ;;
	--kernel-tree) trees+=("${2:?--kernel-tree needs a folder}"); shift ;;
	-h|--help) usage; exit 0 ;;
	*) echo "upstream.sh: unknown option '$1': --build, --kernel-tree and --help are allowed" >&2; exit 2 ;;
	esac
	shift
done
promised=/dev/null
if [ ${#trees[@]} -eq 0 ]; then
	found=$(scripts/kernel-trees.sh)
	[ -n "$found" ] || { echo "upstream.sh: no kernel source here: --kernel-tree names one" >&2; exit 2; }
	mapfile -t trees <<<"$found"
	promised=tests/upstream/counts.txt
	sh tests/findings/road_test.sh "$PWD" "$build-road"
fi

# What psim-kernel-check says of these trees is true, and the face differs from them where it is known to.
checks=0
if [ $promised != /dev/null ]; then
	export XDG_CACHE_HOME="${XDG_CACHE_HOME:-$PWD/build/cache}"
	for tree in "${trees[@]}"; do
		python3 tests/upstream/truth.py . "$tree" drivers/gpu/drm || checks=1
		scripts/psim-kernel-check --face --known "tests/upstream/drift-${tree##*-}.txt" "$tree" || checks=1
	done
fi

mkdir -p "$build"
cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Debug -DPSIM_BENCH=OFF \
	"-DPSIM_JUDGE_TREES=$(IFS=';'; echo "${trees[*]}")" >"$build/log" 2>&1 || { cat "$build/log"; exit 1; }
ninja -C "$build" judges >"$build/log" 2>&1 || { tail -n 60 "$build/log"; exit 1; }

status=$checks
ctest --test-dir "$build" -L '^upstream-judge$' -V --no-tests=error >"$build/judges.log" 2>&1 || status=1
[ $status = $checks ] || grep -E 'FAILED|\*\*\*|: report:' "$build/judges.log" || tail -n 30 "$build/judges.log"

printf '%-36s %7s %10s\n' judge passed "at least"
awk -v promised="$promised" -v trees="${trees[*]}" '
	BEGIN {
		while ((getline line < promised) > 0)
			if (line !~ /^#/ && split(line, f, " ") == 2 && match(f[1], /\.[a-z_]*$/) &&
			    index(trees " ", "/linux-" substr(f[1], 1, RSTART - 1) " "))
				least[f[1]] = f[2]
	}
	/^ *Start +[0-9]+: judge\./ { sub(":", "", $2); name[$2] = substr($3, 7) }
	/^[0-9]+: passed: [0-9]+$/ { n = $1; sub(":", "", n); passed[name[n]] = $3 }
	END {
		for (j in least)
			if (!(j in passed))
				passed[j] = "none"
		for (j in passed) {
			low = j in least && (passed[j] == "none" || passed[j] + 0 < least[j] + 0)
			bad = bad || low
			printf "%-36s %7s %10s%s\n", j, passed[j], j in least ? least[j] : "-",
				low ? "  FEWER" : "" | "sort -V"
		}
		close("sort -V")
		exit bad
	}' "$build/judges.log" || status=1
exit $status
