#!/bin/sh
# From a fresh machine to the tour: installs what is missing, builds, runs.
set -eu

case ${1-} in
-h|--help)
	cat <<'EOF'
usage: scripts/demo.sh [OPTIONS OF psim run tour]

Installs what is missing (apt, dnf, pacman; as root or through sudo), builds pagemap-sim and runs its
tour: a file's bytes go to a simulated GPU and come back, moved by the drm_pagemap core.

examples:
  scripts/demo.sh                     the text that lies in the tree
  scripts/demo.sh --file /bin/bash    any file
  scripts/demo.sh --json              figures as JSON
EOF
	exit 0 ;;
esac

here=$(cd "$(dirname "$0")/.." && pwd)
"$here/scripts/install-deps.sh"
build=$here/build/demo
if [ ! -f "$build/build.ninja" ]; then
	echo "configuring"
	cmake -S "$here" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DPSIM_TESTS=OFF \
		-DPSIM_BENCH=OFF >"$here/build.log" 2>&1 ||
		{ cat "$here/build.log"; exit 1; }
	rm -f "$here/build.log"
fi
echo "building"
log=$build/ninja.log
ninja -C "$build" psim >"$log" 2>&1 || { cat "$log"; exit 1; }
exec "$build/psim" run tour "$@"
