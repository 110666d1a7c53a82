#!/usr/bin/env bash
# Kernel source trees for the tests of others: Debian's linux-source packages, of each only what is compiled here.
set -euo pipefail

usage()
{
	cat <<'EOF'
usage: scripts/kernel-trees.sh [--to FOLDER] [VERSION...]

Installs Debian's linux-source-VERSION (default: 6.1 and 6.12) and unpacks Makefile, include, lib,
drivers/dma-buf and drivers/gpu into FOLDER/linux-VERSION (default: build/trees), once. Prints the folders.
EOF
}

here=$(cd "$(dirname "$0")/.." && pwd)
to=$here/build/trees
versions=()
while [ $# -gt 0 ]; do
	case $1 in
	--to) to=${2:?--to needs a folder}; shift ;;
	-h|--help) usage; exit 0 ;;
	[0-9]*.[0-9]*) versions+=("$1") ;;
	*) echo "kernel-trees.sh: '$1' is no version like 6.12; --to and --help are allowed too" >&2; exit 2 ;;
	esac
	shift
done
[ ${#versions[@]} -gt 0 ] || versions=(6.1 6.12)

install()
{
	local become=
	[ "$(id -u)" = 0 ] || become=sudo
	command -v apt-get >/dev/null || {
		echo "kernel-trees.sh: $1 comes from Debian's archive, and there is no apt-get here" >&2; exit 2; }
	$become apt-get update >/dev/null
	DEBIAN_FRONTEND=noninteractive $become apt-get install -y --no-install-recommends "$1" >/dev/null
}

mkdir -p "$to"
for version in "${versions[@]}"; do
	tree=$to/linux-$version
	if [ ! -f "$tree/.complete-2" ]; then
		archive=/usr/src/linux-source-$version.tar.xz
		[ -f "$archive" ] || install "linux-source-$version"
		rm -rf "$tree"
		mkdir -p "$tree"
		top=linux-source-$version
		tar -xJf "$archive" -C "$tree" --strip-components=1 --exclude 'amd' --exclude 'nouveau' "$top/Makefile" \
			"$top/include" "$top/lib" "$top/drivers/dma-buf" "$top/drivers/gpu"
		touch "$tree/.complete-2"
	fi
	echo "$tree"
done
